import { describe, expect, test } from 'vitest';
import type { WireObject } from '../../emulators/stokly/wire.js';
import { createStoklyClient } from '../../src/stokly/client.js';
import { answerJson, startLocalServer } from '../http/local-server.js';
import {
  CANARIES,
  callErrorOf,
  clientSettings,
  CUSTOMER_ID,
  LIVE,
  openShop,
  ORDER_ID,
  orderIdOf,
  wireCustomer,
} from './shop.js';

describe("a customer's orders", () => {
  test('are listed over all pages, removed ones too, oldest first', async () => {
    const shop = await openShop({ client: { pageSize: 3 } });
    for (let index = 0; index < 10; index += 1) {
      const createdAt = `2026-11-${String(20 - index).padStart(2, '0')}T10:00:00.000Z`;
      shop.putOrder({
        saleOrderId: orderIdOf(index),
        niceId: 100 + index,
        createdAt,
        stage: index === 4 ? 'removed' : 'order',
      });
    }
    shop.putOrder({ saleOrderId: orderIdOf(50), niceId: 500, customerId: 'another' });
    const oldestFirst = [9, 8, 7, 6, 5, 4, 3, 2, 1, 0].map(orderIdOf);
    expect((await shop.client.listCustomerOrders(CUSTOMER_ID, LIVE)).orderIds).toEqual(oldestFirst);
  });

  test('are none for a customer that has none, and for an id that could change the filter', async () => {
    const shop = await openShop();
    expect((await shop.client.listCustomerOrders(CUSTOMER_ID, LIVE)).orderIds).toEqual([]);
    expect((await shop.client.listCustomerOrders('x}||[stage]=={order', LIVE)).orderIds).toEqual([]);
    expect(shop.calls()).toHaveLength(1);
  });

  test('lose none when rows go and come between two pages', async () => {
    const orders = new Map(Array.from({ length: 8 }, (_order, index) => [index + 1, orderIdOf(index + 1)]));
    let pages = 0;
    const client = await clientOf((filter, size) => {
      pages += 1;
      if (pages === 2) {
        orders.delete(1);
        orders.delete(2);
        orders.set(9, orderIdOf(9));
        orders.set(10, orderIdOf(10));
      }
      return pageOf(orders, filter, size);
    });
    const listed = (await client.listCustomerOrders(CUSTOMER_ID, LIVE)).orderIds;
    for (const orderId of orders.values()) expect(listed).toContain(orderId);
    expect(new Set(listed).size).toBe(listed.length);
  });

  test('that Stokly counts and does not show are an error, never a shorter list', async () => {
    const client = await clientOf((filter, size) => {
      const page = pageOf(
        new Map([
          [1, orderIdOf(1)],
          [2, orderIdOf(2)],
          [3, orderIdOf(3)],
        ]),
        filter,
        size,
      );
      return { ...page, data: page.data.slice(0, 1), metadata: { count: filter.includes('>>') ? 0 : 3 } };
    });
    expect((await callErrorOf(client.listCustomerOrders(CUSTOMER_ID, LIVE))).failure).toBe('unreadable-answer');
  });

  test('without readable numbers on a page end in an error, not in a circle', async () => {
    const client = await clientOf((_filter, _size) => ({
      data: [{ saleOrderId: orderIdOf(1), niceId: 'one', createdAt: '2026-11-20T10:00:00.000Z' }],
      metadata: { count: 5 },
    }));
    expect((await callErrorOf(client.listCustomerOrders(CUSTOMER_ID, LIVE))).failure).toBe('unreadable-answer');
  });
});

describe('a customer', () => {
  test('is read as a profile', async () => {
    expect(await profileOf({})).toEqual({
      customerId: CUSTOMER_ID,
      type: '1',
      isActive: true,
      email: CANARIES.email,
      forename: 'Ann',
      surname: CANARIES.surname,
      postcode: 'HR1 1AA',
      city: 'Hereford',
      country: 'GB',
      consent: 'granted',
      version: '2026-11-02T10:00:00.000Z',
    });
  });

  test('that Stokly does not have is null', async () => {
    const shop = await openShop();
    expect(await shop.client.readCustomer(CUSTOMER_ID, LIVE)).toBeNull();
    expect(await shop.client.readCustomer('../grant', LIVE)).toBeNull();
  });

  test.each([
    [true, 'granted'],
    [false, 'refused'],
    [null, 'unknown'],
    ['true', 'unknown'],
    [1, 'unknown'],
    [{ granted: true }, 'unknown'],
  ])('whose consent reads %j has %s: nothing but true is granted', async (marketingConsent, consent) => {
    expect(await profileOf({ marketingConsent })).toMatchObject({ consent });
  });

  test('has nothing where the text undefined or nothing stands', async () => {
    const placeholders = {
      surname: 'undefined',
      billingAddressCity: 'undefined',
      email: '',
      billingAddressCountry: 'England',
    };
    expect(await profileOf(placeholders)).toMatchObject({ surname: null, city: null, email: null, country: null });
  });

  test('is not active with another status than 1', async () => {
    expect(await profileOf({ status: 0 })).toMatchObject({ isActive: false });
  });

  test('with wrong types is an error that names the keys alone', async () => {
    const shop = await openShop();
    shop.emulator.account.store.customers.put(wireCustomer({ email: { address: CANARIES.email } }));
    const error = await callErrorOf(shop.client.readCustomer(CUSTOMER_ID, LIVE));
    expect(error.failure).toBe('unreadable-answer');
    expect(error.message).toContain('email');
    expect(error.message).not.toContain(CANARIES.email);
  });
});

describe('an order looked up', () => {
  test('by id names its customer, or that it has none, or that there is no such order', async () => {
    const shop = await openShop();
    shop.putOrder();
    shop.putOrder({ saleOrderId: orderIdOf(2), customerId: null });
    expect(await shop.client.findOrderCustomer(ORDER_ID, LIVE)).toEqual({ kind: 'found', customerId: CUSTOMER_ID });
    expect(await shop.client.findOrderCustomer(orderIdOf(2), LIVE)).toEqual({ kind: 'found', customerId: null });
    expect(await shop.client.findOrderCustomer(orderIdOf(3), LIVE)).toEqual({ kind: 'not-found' });
  });

  test('by number gives its id', async () => {
    const shop = await openShop();
    shop.putOrder();
    expect(await shop.client.findOrderByNumber('1001', LIVE)).toEqual({ orderId: ORDER_ID, customerId: CUSTOMER_ID });
    expect(await shop.client.findOrderByNumber('7', LIVE)).toBeNull();
    expect(await shop.client.findOrderByNumber('1001}', LIVE)).toBeNull();
  });
});

test('looking whether the credentials work costs one call and counts the orders', async () => {
  const shop = await openShop();
  shop.putOrder();
  expect(await shop.client.checkAccess(LIVE)).toEqual({ orderCount: 1 });
  expect(shop.calls()).toHaveLength(1);
});

async function profileOf(given: WireObject) {
  const shop = await openShop();
  shop.emulator.account.store.customers.put(wireCustomer(given));
  return shop.client.readCustomer(CUSTOMER_ID, LIVE);
}

type Rows = { data: Record<string, unknown>[]; metadata: { count: number } };

/** A client of a server whose list of orders a test writes itself. */
async function clientOf(list: (filter: string, size: number) => Rows) {
  const server = await startLocalServer((request, response) => {
    if (request.url === '/v1/grant') {
      return answerJson(response, { body: { data: { authenticationResult: { accessToken: 't' } } } });
    }
    const query = new URL(request.url, 'http://local').searchParams;
    return answerJson(response, { body: list(query.get('filter') ?? '', Number(query.get('size'))) });
  });
  return createStoklyClient(clientSettings(server.url, { pageSize: 3 }));
}

function pageOf(orders: ReadonlyMap<number, string>, filter: string, size: number): Rows {
  const after = Number(/\[niceId\]>>\{(\d+)\}/.exec(filter)?.[1] ?? -1);
  const matching = [...orders].filter(([number]) => number > after);
  const data = matching
    .slice(0, size)
    .map(([niceId, saleOrderId]) => ({ niceId, saleOrderId, createdAt: '2026-11-20T10:00:00.000Z' }));
  return { data, metadata: { count: matching.length } };
}
