import { toMinorUnits } from '../domain/money.js';
import type { CallOptions } from './api.js';
import type { StoklyCalls } from './calls.js';
import { StoklyCallError } from './errors.js';
import { allOf, greaterThan, isNull } from './filter.js';
import { readPage } from './paging.js';
import { wireOrder } from './wire.js';

/** An order that names no customer (a till sale): no workflow knows it. As its header states it; null: cannot be read. */
export interface OrderWithoutCustomer {
  readonly number: string | null;
  readonly stage: string | null;
  readonly storeName: string | null;
  readonly currency: string | null;
  /** With tax, in minor units of `currency`. */
  readonly totalMinor: number | null;
}

const LABEL = 'GET saleorders (without customer)';

/**
 * All of them, by number. Each page asks for what comes after the last number of the one before, so orders that come or go
 * meanwhile shift nothing. The limiter paces it: at 100 rows a page and 120 calls a minute, 12,000 orders a minute.
 */
export async function listOrdersWithoutCustomer(
  calls: StoklyCalls,
  pageSize: number,
  options: CallOptions,
): Promise<OrderWithoutCustomer[]> {
  const found: OrderWithoutCustomer[] = [];
  for (let lastNumber = -1; ; ) {
    const own = isNull('customerId');
    const filter = lastNumber < 0 ? own : allOf(own, greaterThan('niceId', String(lastNumber)));
    const list = { resource: '/v2/saleorders', label: LABEL, filter, sortField: 'niceId', size: pageSize, options };
    const page = await readPage(calls, list, 0);
    if (page === 'not-found') throw new StoklyCallError('unreadable-answer', `${LABEL}: there is no such list`);
    const rows = page.rows.map(readRow);
    found.push(...rows);
    if (rows.length >= page.count || rows.length === 0) return found;
    const numbers = rows.flatMap(({ number }) => (number === null ? [] : [Number(number)]));
    const highest = Math.max(lastNumber, ...numbers);
    if (highest === lastNumber) {
      throw new StoklyCallError('unreadable-answer', `${LABEL}: a page without readable numbers`);
    }
    lastNumber = highest;
  }
}

function readRow(row: unknown): OrderWithoutCustomer {
  const header = typeof row === 'object' && row !== null ? new Map(Object.entries(row)) : new Map<string, unknown>();
  const read = <K extends 'niceId' | 'stage' | 'channelName' | 'currency' | 'displayTotal'>(key: K): string | null => {
    const parsed = wireOrder.shape[key].safeParse(header.get(key));
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
