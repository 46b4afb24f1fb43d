import { LIMITS } from '../domain/limits.js';
import type { OpenOrdersCompared } from '../domain/poll/change.js';
import { compareOpenOrders, type OpenOrder } from '../domain/poll/open-orders.js';
import type { CallOptions } from '../stokly/api.js';
import type { ActivityDeps } from './deps.js';
import { runActivity } from './run-activity.js';

export interface ListOpenChangesInput {
  /** Fingerprint by order id, of the round before; null: there was none. */
  readonly known: Readonly<Record<string, string>> | null;
  /** ISO instant: when what differs counts as changed. */
  readonly noticedAt: string;
}

/**
 * For accounts without `timeUpdated`: all orders that are still open, held against their fingerprints of the round before. Reads only. They are
 * compared here, so that of thousands of orders only those that differ stand in the history.
 */
export function createListOpenChanges(deps: ActivityDeps) {
  return async function listOpenChanges({ known, noticedAt }: ListOpenChangesInput): Promise<OpenOrdersCompared> {
    return await runActivity(async ({ signal }) => {
      const open = await readOpenOrders(deps, { priority: 'live', signal });
      return compareOpenOrders({ known, open, noticedAt });
    });
  };
}

/** By number, which is the order in which they were placed. */
async function readOpenOrders(deps: ActivityDeps, options: CallOptions): Promise<OpenOrder[]> {
  const open: OpenOrder[] = [];
  for (let afterNumber: string | null = null; ; ) {
    const page = await deps.stokly.listOpenOrders({ afterNumber, size: LIMITS.pollOpenOrdersPerPage }, options);
    open.push(...page.orders);
    if (page.unreadable.count > 0) {
      deps.log.warn({ rows: page.unreadable.count, ids: page.unreadable.ids }, 'open orders that cannot be read');
    }
    const last = page.orders.at(-1);
    if (page.isLast || last === undefined) return open;
    afterNumber = last.number;
  }
}
