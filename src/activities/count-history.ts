import type { HistoryWindow } from '../domain/backfill/answer.js';
import type { OutcomeTally } from '../domain/backfill/tally.js';
import { talliesWithoutCustomer } from '../domain/backfill/without-customer.js';
import type { ActivityDeps } from './deps.js';
import { runActivity } from './run-activity.js';

export interface CountHistoryResult {
  /** All orders that Stokly counts in the window, all stages, those without customer too. */
  readonly inStokly: number;
  /** Those that name no customer: no workflow knows them. */
  readonly withoutCustomer: readonly OutcomeTally[];
}

/** What all outcomes of a window have to add up to. Reads only. */
export function createCountHistory(deps: ActivityDeps) {
  return async function countHistory({ window }: { readonly window: HistoryWindow }): Promise<CountHistoryResult> {
    return await runActivity(async ({ signal, begunAtMs }) => {
      const call = { priority: 'history', signal, begunAtMs } as const;
      const inStokly = await deps.stokly.countOrders(window, call);
      const orders = await deps.stokly.listOrdersWithoutCustomer(call, window);
      return { inStokly, withoutCustomer: talliesWithoutCustomer(orders, deps.policy) };
    });
  };
}
