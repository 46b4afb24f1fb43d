import type { CallOptions, UnreadableRows } from './api.js';
import type { StoklyCalls } from './calls.js';
import { StoklyCallError } from './errors.js';
import { allOfSome, type Filter, greaterThan } from './filter.js';
import { orderIdOf } from './gathered-orders.js';
import { readListPage } from './paging.js';
import { Unreadable } from './read-after.js';
import { wireOrder } from './wire.js';

/** Orders that are walked by their numbers, which grow with each order and never change. */
export interface NumberedList {
  readonly label: string;
  readonly filters: readonly Filter[];
  /** The highest number that was seen; null: none was. */
  readonly afterNumber: string | null;
  readonly size: number;
  readonly options: CallOptions;
}

export interface NumberedPage<Order> {
  readonly orders: readonly Order[];
  readonly unreadable: UnreadableRows;
  readonly lastNumber: string | null;
  readonly isLast: boolean;
}

/**
 * The orders after a number, in one call, so that orders that come or go meanwhile shift nothing. `read` makes ours of a row,
 * or null where it cannot be read: that is reported. Throws where no row of a page that is not the last has a number.
 */
export async function readByNumber<Order>(
  calls: StoklyCalls,
  list: NumberedList,
  read: (row: unknown) => Order | null,
): Promise<NumberedPage<Order>> {
  const { label, size, options, afterNumber } = list;
  const filters = afterNumber === null ? list.filters : [...list.filters, greaterThan('niceId', afterNumber)];
  const page = await readListPage(
    calls,
    { resource: '/v2/saleorders', label, filter: allOfSome(filters), sortField: 'niceId', size, options },
    0,
  );
  const unreadable = new Unreadable();
  const orders: Order[] = [];
  for (const row of page.rows) {
    const order = read(row);
    if (order === null) unreadable.add(orderIdOf(row));
    else orders.push(order);
  }
  const isLast = page.rows.length >= page.count || page.rows.length === 0;
  const lastNumber = Math.max(Number(afterNumber ?? -1), ...page.rows.map(numberOf));
  if (!isLast && lastNumber <= Number(afterNumber ?? -1))
    throw new StoklyCallError('unreadable-answer', `${label}: a page without readable numbers`);
  return {
    orders,
    unreadable: unreadable.report(),
    lastNumber: lastNumber < 0 ? afterNumber : String(lastNumber),
    isLast,
  };
}

const NUMBER = wireOrder.pick({ niceId: true });

function numberOf(row: unknown): number {
  const parsed = NUMBER.safeParse(row);
  return parsed.success ? Number(parsed.data.niceId) : -1;
}
