import type { ActivityDeps } from './deps.js';
import { runActivity } from './run-activity.js';

export interface ResolveOrderCustomerInput {
  readonly orderId: string;
}

export type ResolveOrderCustomerResult =
  | { readonly kind: 'found'; readonly customerId: string | null }
  | { readonly kind: 'not-found' };

/** Whose order it is, by its header in Stokly. Reads only. */
export function createResolveOrderCustomer(deps: ActivityDeps) {
  return async function resolveOrderCustomer(input: ResolveOrderCustomerInput): Promise<ResolveOrderCustomerResult> {
    return await runActivity(({ signal }) =>
      deps.stokly.findOrderCustomer(input.orderId, { priority: 'live', signal }),
    );
  };
}
