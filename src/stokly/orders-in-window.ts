import type { CallOptions, OrdersInWindow, OrderWindow } from './api.js';
import type { StoklyCalls } from './calls.js';
import { allOfSome, atLeast, type Filter, isNull, lessThan } from './filter.js';
import { PAGE_SIZE_MAX, readListPage } from './paging.js';
import { type NumberedPage, readByNumber } from './read-by-number.js';
import { wireOrder } from './wire.js';

const LABEL = 'GET saleorders (in a window)';

/** See `StoklyApi.countOrders`. known: `metadata.count` is the number of all that match. */
export async function countOrders(calls: StoklyCalls, window: OrderWindow, options: CallOptions): Promise<number> {
  const filter = allOfSome(filtersOf(window));
  const list = { resource: '/v2/saleorders', label: LABEL, filter, sortField: 'niceId', size: 1, options };
  return (await readListPage(calls, list, 0)).count;
}

/** See `StoklyApi.listOrdersInWindow`. */
export async function* listOrdersInWindow(
  calls: StoklyCalls,
  window: OrderWindow,
  options: CallOptions,
): AsyncGenerator<OrdersInWindow> {
  const list = { label: LABEL, filters: filtersOf(window), size: PAGE_SIZE_MAX, options };
  for (let afterNumber: string | null = null; ; ) {
    const page: NumberedPage<Order> = await readByNumber(calls, { ...list, afterNumber }, orderOf);
    yield { orders: page.orders, unreadable: page.unreadable };
    if (page.isLast) return;
    afterNumber = page.lastNumber;
  }
}

export function filtersOf({ from, to, customer }: OrderWindow): Filter[] {
  return [
    ...(customer === 'none' ? [isNull('customerId')] : []),
    ...(from === null ? [] : [atLeast('createdAt', from)]),
    ...(to === null ? [] : [lessThan('createdAt', to)]),
  ];
}

type Order = OrdersInWindow['orders'][number];

const ORDER = wireOrder.pick({ saleOrderId: true, niceId: true, customerId: true, createdAt: true });

function orderOf(row: unknown): Order | null {
  const parsed = ORDER.safeParse(row);
  if (!parsed.success) return null;
  const { saleOrderId, niceId, customerId, createdAt } = parsed.data;
  return { orderId: saleOrderId, number: niceId, customerId, createdAt };
}
