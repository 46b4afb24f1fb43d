import { toMinorUnits } from '../domain/money.js';
import type { CallOptions, OrderWithoutCustomer } from './api.js';
import type { StoklyCalls } from './calls.js';
import { filtersOf } from './orders-in-window.js';
import { type NumberedPage, readByNumber } from './read-by-number.js';
import { wireOrder } from './wire.js';
import { fieldOf } from './wire-values.js';

const LABEL = 'GET saleorders (without customer)';

export interface WithoutCustomer {
  /** Rows a page. */
  readonly size: number;
  readonly from: string | null;
  readonly to: string | null;
}

/**
 * All of them, by number, in a window by `createdAt`. The limiter paces it: at 100 rows a page and 120 calls a minute, 12,000
 * orders a minute.
 */
export async function listOrdersWithoutCustomer(
  calls: StoklyCalls,
  { size, from, to }: WithoutCustomer,
  options: CallOptions,
): Promise<OrderWithoutCustomer[]> {
  const found: OrderWithoutCustomer[] = [];
  const list = { label: LABEL, filters: filtersOf({ from, to, customer: 'none' }), size, options };
  for (let afterNumber: string | null = null; ; ) {
    const page: NumberedPage<OrderWithoutCustomer> = await readByNumber(calls, { ...list, afterNumber }, readRow);
    found.push(...page.orders);
    if (page.isLast) return found;
    afterNumber = page.lastNumber;
  }
}

function readRow(row: unknown): OrderWithoutCustomer {
  const read = <K extends 'niceId' | 'stage' | 'channelName' | 'currency' | 'displayTotal'>(key: K): string | null => {
    const parsed = wireOrder.shape[key].safeParse(fieldOf(row, key));
    return parsed.success ? parsed.data : null;
  };
  const currency = read('currency');
  const total = read('displayTotal');
  return {
    number: read('niceId'),
    stage: read('stage'),
    storeName: read('channelName'),
    currency,
    totalMinor: currency === null || total === null ? null : toMinorUnits(total, currency),
  };
}
