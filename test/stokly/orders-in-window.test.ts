import { describe, expect, test } from 'vitest';
import type { WireObject } from '../../emulators/stokly/wire.js';
import type { OrdersInWindow } from '../../src/stokly/api.js';
import { CUSTOMER_ID, LIVE, openShop, orderIdOf, type TestShop } from './shop.js';

const DAY = (day: number) => `2026-11-${String(day).padStart(2, '0')}T10:00:00.000Z`;
const WINDOW = { from: DAY(2), to: DAY(4) };

describe('a window', () => {
  test('counts all stages from its start to before its end, in one call', async () => {
    const shop = await shopOfDays();
    expect(await shop.client.countOrders(WINDOW, LIVE)).toBe(2);
    expect(await shop.client.countOrders({ from: null, to: null }, LIVE)).toBe(5);
    expect(await shop.client.countOrders({ from: null, to: null, customer: 'none' }, LIVE)).toBe(1);
    expect(shop.calls()).toHaveLength(3);
  });

  test('lists its orders by number, with customer and time', async () => {
    const shop = await shopOfDays();
    expect(await pages(shop)).toEqual([
      {
        orders: [
          { orderId: orderIdOf(2), number: '102', customerId: null, createdAt: DAY(2) },
          { orderId: orderIdOf(3), number: '103', customerId: CUSTOMER_ID, createdAt: DAY(3) },
        ],
        unreadable: { count: 0, ids: [] },
      },
    ]);
  });

  test('reports an order that cannot be read by its id', async () => {
    const shop = await shopOfDays();
    put(shop, 3, { niceId: 'many' });
    expect(await pages(shop)).toMatchObject([
      { orders: [{ number: '102' }], unreadable: { count: 1, ids: [orderIdOf(3)] } },
    ]);
  });

  test('without customer is listed by number too', async () => {
    const shop = await shopOfDays();
    expect(await shop.client.listOrdersWithoutCustomer(LIVE, WINDOW)).toMatchObject([{ number: '102' }]);
    expect(await shop.client.listOrdersWithoutCustomer(LIVE, { from: DAY(3), to: null })).toEqual([]);
  });
});

describe('open orders', () => {
  test('are those with a line that is not done, after a number', async () => {
    const shop = await openShop();
    put(shop, 1, { itemStatuses: ['despatched'] });
    put(shop, 2, { itemStatuses: ['despatched', 'processing'] });
    put(shop, 3, { itemStatuses: ['unprocessed'] });
    const { orders, isLast } = await shop.client.listOpenOrders({ afterNumber: null, size: 10 }, LIVE);
    expect(orders.map(({ number }) => number)).toEqual(['102', '103']);
    expect(isLast).toBe(true);
    expect(await shop.client.listOpenOrders({ afterNumber: null, size: 1 }, LIVE)).toMatchObject({ isLast: false });
    expect(await shop.client.listOpenOrders({ afterNumber: '102', size: 1 }, LIVE)).toMatchObject({
      orders: [{ number: '103' }],
      isLast: true,
    });
  });

  test.each([
    ['its statuses', { itemStatuses: ['processing', 'cancelled'] }],
    ['its despatch', { despatchedAt: DAY(9) }],
    ['its total', { displayTotal: 15.5 }],
    ['what was refunded', { displayRefunded: 1 }],
    ['its customer', { customerId: orderIdOf(77) }],
  ])('have another fingerprint when %s changed', async (_what, change) => {
    const shop = await openShop();
    put(shop, 1, { itemStatuses: ['processing'] });
    const before = await fingerprint(shop);
    put(shop, 1, { itemStatuses: ['processing'], ...change });
    expect(await fingerprint(shop)).not.toBe(before);
  });

  test('have the same one when nothing changed but where it goes to and how amounts are written', async () => {
    const shop = await openShop();
    put(shop, 1, {});
    const before = await fingerprint(shop);
    put(shop, 1, { shippingAddressPostcode: 'ZZ9 9ZZ', email: 'another@example.com' });
    shop.emulator.account.changeSettings({ amounts: 'text' });
    expect(await fingerprint(shop)).toBe(before);
    expect(before).toMatch(/^[\w-]{12}$/);
  });
});

async function fingerprint(shop: TestShop): Promise<string | undefined> {
  const { orders } = await shop.client.listOpenOrders({ afterNumber: null, size: 10 }, LIVE);
  return orders[0]?.fingerprint;
}

function put(shop: TestShop, index: number, header: WireObject): void {
  shop.putOrder({ saleOrderId: orderIdOf(index), niceId: 100 + index, createdAt: DAY(index), ...header });
}

/** One a day for five days; the second without customer, the third removed. */
async function shopOfDays(): Promise<TestShop> {
  const shop = await openShop();
  for (const day of [1, 2, 3, 4, 5])
    put(shop, day, { ...(day === 2 ? { customerId: null } : {}), ...(day === 3 ? { stage: 'removed' } : {}) });
  return shop;
}

async function pages(shop: TestShop): Promise<OrdersInWindow[]> {
  const found: OrdersInWindow[] = [];
  for await (const page of shop.client.listOrdersInWindow(WINDOW, LIVE)) found.push(page);
  return found;
}
