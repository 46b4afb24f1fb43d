import type { CallOptions, UnreadableRows } from './api.js';
import type { StoklyCalls } from './calls.js';
import { StoklyCallError } from './errors.js';
import { allOf, type Filter, greaterThan } from './filter.js';
import { readPage } from './paging.js';
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
  const filter = filters.length === 0 ? null : allOf(...filters);
  const page = await readPage(
    calls,
    { resource: '/v2/saleorders', label, filter, sortField: 'niceId', size, options },
    0,
  );
  if (page === 'not-found') throw new StoklyCallError('unreadable-answer', `${label}: there is no such list`);
  const unreadable = new Unreadable();
  const orders: Order[] = [];
  for (const row of page.rows) {
    const order = read(row);
    if (order === null) unreadable.add(idOf(row));
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
const ORDER_ID = wireOrder.pick({ saleOrderId: true });

function numberOf(row: unknown): number {
  const parsed = NUMBER.safeParse(row);
  return parsed.success ? Number(parsed.data.niceId) : -1;
}

function idOf(row: unknown): string | null {
  const parsed = ORDER_ID.safeParse(row);
  return parsed.success ? parsed.data.saleOrderId : null;
}
