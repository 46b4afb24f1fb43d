import { expect, test } from 'vitest';
import { openShop, orderIdOf, pathsOf, wireCustomer, wireRefund } from './shop.js';

const LIMIT = 40;
const WINDOW_MS = 1_000;
const CUSTOMERS = Array.from({ length: 12 }, (_none, index) => index);
/** Together more than two windows' calls; one customer's lines are read at once. */
const ORDERS_EACH = 8;

test('customers that load together under a limit end one after another: refunds do not stand behind all others’ lines', async () => {
  const shop = await openShop({
    emulator: { rateLimit: LIMIT, rateWindowMs: WINDOW_MS },
    client: { requestsPerMinute: LIMIT * 60, windowMs: WINDOW_MS, refusedWaitMsMax: 10_000, lingerMs: 100 },
  });
  for (const index of CUSTOMERS) {
    shop.emulator.account.store.customers.put(wireCustomer({ customerId: customerIdOf(index) }));
    for (const [at, saleOrderId] of ordersOf(index).entries()) {
      const niceId = index * 100 + at + 1;
      shop.putOrder({ saleOrderId, niceId, customerId: customerIdOf(index) });
      shop.emulator.account.store.refunds.put(wireRefund({ refundId: `refund-${saleOrderId}`, saleOrderId, niceId }));
    }
  }
  const linesRead = (orderIds: readonly string[]) =>
    pathsOf(shop.emulator).filter((path) => orderIds.some((orderId) => path.includes(`/${orderId}/items`))).length;
  const lastOnes = ordersOf(CUSTOMERS.length - 1);
  const nowMs = Date.now();
  const seen = await Promise.all(
    CUSTOMERS.map(async (index) => {
      const call = { priority: 'history', begunAtMs: nowMs + index } as const;
      const { orderIds, headers } = await shop.client.listCustomerOrders(customerIdOf(index), call);
      const orders = await shop.client.readOrders(orderIds, call, headers);
      const refunds = orders.flatMap((order) => (order.kind === 'read' ? order.snapshot.refunds : []));
      return { refunds: refunds.length, linesOfTheLast: linesRead(lastOnes) };
    }),
  );
  expect(seen.map(({ refunds }) => refunds)).toEqual(CUSTOMERS.map(() => ORDERS_EACH));
  expect(linesRead(lastOnes)).toBe(ORDERS_EACH);
  // One call asks for the refunds of some fifty orders: the first six customers' goes out at once, the next one waits for its turn.
  const before = seen.slice(0, 8).map(({ linesOfTheLast }) => linesOfTheLast);
  expect(Math.max(...before), JSON.stringify(seen)).toBeLessThan(ORDERS_EACH);
});

function customerIdOf(index: number): string {
  return orderIdOf(900_000 + index);
}

function ordersOf(index: number): string[] {
  return Array.from({ length: ORDERS_EACH }, (_none, at) => orderIdOf(index * 100 + at));
}
