import type { HistoryWindow } from '../domain/backfill/answer.js';
import type { VendorPace } from '../domain/backfill/pace.js';
import type { ActivityDeps } from './deps.js';
import { runActivity } from './run-activity.js';

/** A place in the list of customers, which is sorted by (createdAt, customerId). */
export interface CustomerPlace {
  readonly createdAt: string;
  readonly customerId: string;
}

export interface ListCustomersInput {
  /** The last customer of the page before; null: from the beginning. */
  readonly after: CustomerPlace | null;
  readonly size: number;
  readonly window: HistoryWindow;
}

export interface ListCustomersResult {
  readonly customerIds: readonly string[];
  /** Where the next page begins. */
  readonly last: CustomerPlace | null;
  readonly isLast: boolean;
  /** Customers without an order since the window began; 0 where it has no beginning. */
  readonly leftOut: number;
  /** Rows that cannot be read; their orders are found by comparing with Stokly's count. */
  readonly unreadable: number;
  readonly pace: readonly VendorPace[];
}

/** One page of customers. Reads only. */
export function createListCustomers(deps: ActivityDeps) {
  return async function listCustomers({ after, size, window }: ListCustomersInput): Promise<ListCustomersResult> {
    return await runActivity(async ({ signal }) => {
      // A page's hundred customers wait for this one call: it goes before theirs that are open.
      const call = { priority: 'history', signal, begunAtMs: 0 } as const;
      const { customers, unreadable, isLast } = await deps.stokly.listCustomersPage({ after, size }, call);
      const listed = customers.map(({ customerId }) => customerId);
      const { from } = window;
      // Not its end: a customer whose orders are all newer is the live path's, and yet its contact is to be right.
      const since =
        from === null ? null : await deps.stokly.customersWithOrders({ customerIds: listed, from, to: null }, call);
      const having = since === null ? null : new Set(since);
      const customerIds = having === null ? listed : listed.filter((customerId) => having.has(customerId));
      const last = customers.at(-1) ?? null;
      return {
        customerIds,
        last: last === null ? after : { createdAt: last.createdAt, customerId: last.customerId },
        // A page on which nothing can be read would be asked for again for ever.
        isLast: isLast || customers.length === 0,
        leftOut: listed.length - customerIds.length,
        unreadable: unreadable.count,
        pace: deps.pace(),
      };
    });
  };
}
