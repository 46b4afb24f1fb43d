import { describe, expect, test } from 'vitest';
import type { FaultInput } from '../../emulators/stokly/index.js';
import type { CallOptions } from '../../src/stokly/api.js';
import { StoklyCallError } from '../../src/stokly/errors.js';
import { timeoutFor } from './faulty.js';
import { LIVE, openShop, orderIdOf, type TestShop, wireCustomer, wireRefund } from './shop.js';

const HISTORY: CallOptions = { priority: 'history' };
/** Customers, each with as many orders as its place says. */
const CUSTOMERS = [1, 2, 3, 4, 5, 6];

describe('customers that load their histories together', () => {
  test('each get their own orders, headers, refunds and profile, in few calls beside one for the lines of each', async () => {
    const shop = await openFullShop();
    const read = await Promise.all(CUSTOMERS.map((index) => load(shop, index)));
    for (const [place, { orderIds, orders, profile }] of read.entries()) {
      const index = CUSTOMERS[place] ?? 0;
      expect(orderIds).toEqual(ordersOf(index));
      expect(profile?.customerId).toBe(customerIdOf(index));
      for (const order of orders) {
        if (order.kind !== 'read') throw new Error(order.kind);
        expect(order.snapshot.customerId).toBe(customerIdOf(index));
        expect(order.snapshot.refunds.map(({ refundId }) => refundId)).toEqual([`refund-${order.orderId}`]);
      }
    }
    const lines = shop.calls().filter((path) => path.includes('/items'));
    expect(lines).toHaveLength(21);
    // One or two of each: lists, refunds, customers; no header by itself.
    expect(shop.calls().length - lines.length).toBeLessThanOrEqual(7);
    expect(shop.calls().some((path) => path.includes('[saleOrderId]=*') && path.startsWith('/v2'))).toBe(false);
  });

  test('have live callers served by calls of their own', async () => {
    const shop = await openFullShop();
    await Promise.all([
      ...CUSTOMERS.map((index) => shop.client.listCustomerOrders(customerIdOf(index), HISTORY)),
      shop.client.listCustomerOrders(customerIdOf(3), LIVE),
    ]);
    expect(shop.calls().filter((path) => path.includes(`[customerId]=={${customerIdOf(3)}}`))).toHaveLength(1);
  });

  test('read no older state than there was when they asked', async () => {
    const shop = await openFullShop();
    const reads = [];
    for (let total = 1; total <= 20; total += 1) {
      shop.putOrder({
        saleOrderId: ordersOf(1)[0] ?? '',
        niceId: 101,
        displayTotal: total,
        customerId: customerIdOf(1),
      });
      reads.push(
        shop.client.readOrders(ordersOf(1), LIVE).then(([order]) => ({
          total,
          seen: order?.kind === 'read' ? order.snapshot.totals.totalMinor / 100 : 0,
        })),
      );
      await new Promise((resolve) => setTimeout(resolve, total % 4));
    }
    for (const { total, seen } of await Promise.all(reads)) expect(seen).toBeGreaterThanOrEqual(total);
    expect(shop.calls().filter((path) => !path.includes('/items')).length).toBeLessThan(40);
  });
});

test('a list of several over pages loses none when orders go and come between them (V9)', async () => {
  let pages = 0;
  const twist = (url: string, text: string) => {
    pages += Number(url.startsWith('/v2/saleorders?'));
    if (pages === 2) {
      shop.emulator.account.store.removeOrder(ordersOf(1)[0] ?? '');
      shop.emulator.account.store.removeOrder(ordersOf(2)[0] ?? '');
      shop.putOrder({ saleOrderId: 'new-one', niceId: 9_000, customerId: customerIdOf(1) });
    }
    return text;
  };
  const shop = await openFullShop({ pageSize: 4 }, twist);
  const lists = await Promise.all(
    CUSTOMERS.map((index) => shop.client.listCustomerOrders(customerIdOf(index), HISTORY)),
  );
  expect(pages).toBeGreaterThan(4);
  for (const [place, { orderIds }] of lists.entries()) {
    expect(new Set(orderIds).size).toBe(orderIds.length);
    expect(orderIds).toEqual(expect.arrayContaining(ordersOf(CUSTOMERS[place] ?? 0).slice(1)));
  }
  expect(lists[0]?.orderIds).toContain('new-one');
});

test('a token that ends under a call for many is renewed once, and the call made once more (V6)', async () => {
  const shop = await openFullShop();
  await shop.client.checkAccess(LIVE);
  shop.emulator.account.tokens.revokeAll();
  const lists = await Promise.all(
    CUSTOMERS.map((index) => shop.client.listCustomerOrders(customerIdOf(index), HISTORY)),
  );
  expect(lists.map(({ orderIds }) => orderIds)).toEqual(CUSTOMERS.map(ordersOf));
  expect(shop.emulator.account.requests.report().counts['POST /v1/grant']).toBe(2);
});

const FAULTS: readonly [string, FaultInput, string][] = [
  ['429', { kind: 'status', status: 429 }, 'rate-limited'],
  ['503', { kind: 'status', status: 503 }, 'unavailable'],
  ['silence', { kind: 'timeout-before' }, 'unavailable'],
  ['a reset in the body', { kind: 'reset-mid-body' }, 'unavailable'],
  ['a byte now and then', { kind: 'byte-a-second', latencyMs: 100 }, 'unavailable'],
  ['403', { kind: 'status', status: 403 }, 'credentials-refused'],
  ['HTML with 200', { kind: 'html' }, 'unreadable-answer'],
  ['JSON that is cut', { kind: 'cut-json' }, 'unreadable-answer'],
  ['wrong types', { kind: 'wrong-types' }, 'unreadable-answer'],
];

describe.each(FAULTS)('%s in answer to a call for many', (_name, fault, failure) => {
  test('fails each of them alike, named by what it wanted, and none after them', async () => {
    const shop = await openFullShop({ timeoutMs: timeoutFor(fault) });
    await shop.client.checkAccess(LIVE);
    shop.fault({ ...fault, match: { path: '^/v2/saleorders\\?.*customerId' }, times: 1 });
    const settled = await Promise.allSettled(
      CUSTOMERS.map((index) => shop.client.listCustomerOrders(customerIdOf(index), LIVE)),
    );
    for (const [place, outcome] of settled.entries()) {
      const error: unknown = outcome.status === 'rejected' ? outcome.reason : null;
      if (!(error instanceof StoklyCallError)) throw new Error('expected each to fail');
      expect(error.failure).toBe(failure);
      if (failure !== 'credentials-refused') expect(error.message).toContain(customerIdOf(CUSTOMERS[place] ?? 0));
    }
    if (failure !== 'unavailable' && failure !== 'unreadable-answer') return;
    expect((await shop.client.listCustomerOrders(customerIdOf(2), LIVE)).orderIds).toEqual(ordersOf(2));
  });
});

describe('what cannot be read fails only whose it is', () => {
  test('an order in a list of several customers', async () => {
    const shop = await openFullShop();
    const [bad = ''] = ordersOf(4);
    shop.putOrder({ saleOrderId: bad, niceId: 401, customerId: customerIdOf(4), displayTotal: { of: 'what' } });
    const read = await Promise.all(CUSTOMERS.map((index) => load(shop, index, LIVE)));
    const unreadable = read.flatMap(({ orders }) => orders.filter(({ kind }) => kind !== 'read'));
    expect(unreadable).toMatchObject([{ kind: 'unreadable', orderId: bad, customerId: customerIdOf(4) }]);
  });

  test('an order that does not say whose it is: it is its customer that is asked for by name', async () => {
    const [bad = ''] = ordersOf(4);
    const twist = (url: string, text: string) => (url.startsWith('/v2/saleorders?') ? withoutOwner(text, bad) : text);
    const shop = await openFullShop({}, twist);
    const read = await Promise.all(CUSTOMERS.map((index) => load(shop, index, LIVE)));
    expect(read.map(({ orderIds }) => orderIds)).toEqual(CUSTOMERS.map(ordersOf));
    expect(read.flatMap(({ orders }) => orders.filter(({ kind }) => kind === 'unreadable'))).toHaveLength(1);
  });

  test('a customer among several', async () => {
    const shop = await openFullShop();
    shop.emulator.account.store.customers.put(wireCustomer({ customerId: customerIdOf(2), email: [] }));
    shop.emulator.account.store.customers.remove(customerIdOf(5));
    const settled = await Promise.allSettled(
      CUSTOMERS.map((index) => shop.client.readCustomer(customerIdOf(index), LIVE)),
    );
    expect(
      settled.map((outcome) => (outcome.status === 'rejected' ? 'failed' : (outcome.value?.customerId ?? null))),
    ).toEqual(CUSTOMERS.map((index) => (index === 2 ? 'failed' : index === 5 ? null : customerIdOf(index))));
  });

  test('a customer whose row says less than the single read does is read by itself', async () => {
    const twist = (url: string, text: string) =>
      url.startsWith('/v0/customers?') ? text.replaceAll('"email"', '"emailAddress"') : text;
    const shop = await openFullShop({}, twist);
    const profiles = await Promise.all(CUSTOMERS.map((index) => shop.client.readCustomer(customerIdOf(index), LIVE)));
    expect(profiles.every((profile) => profile?.email !== null)).toBe(true);
  });
});

test('a filter over several that Stokly does not understand loses nothing: each is asked for by name', async () => {
  const nothing = JSON.stringify({ data: [], metadata: { count: 0 } });
  const shop = await openFullShop({}, (url, text) => (url.includes('=*') && !url.includes('refunds') ? nothing : text));
  const read = await Promise.all(CUSTOMERS.map((index) => load(shop, index, LIVE)));
  expect(read.map(({ orderIds }) => orderIds)).toEqual(CUSTOMERS.map(ordersOf));
  expect(read.map(({ profile }) => profile?.customerId)).toEqual(CUSTOMERS.map(customerIdOf));
  const orders = await shop.client.readOrders(ordersOf(6), LIVE);
  expect(orders.map(({ kind }) => kind)).toEqual(ordersOf(6).map(() => 'read'));
});

async function load(shop: TestShop, index: number, options = HISTORY) {
  const { orderIds, headers } = await shop.client.listCustomerOrders(customerIdOf(index), options);
  const orders = await shop.client.readOrders(orderIds, options, headers);
  const profile = await shop.client.readCustomer(customerIdOf(index), options);
  return { orderIds, orders, profile };
}

function customerIdOf(index: number): string {
  return orderIdOf(900_000 + index);
}

function ordersOf(index: number): string[] {
  return Array.from({ length: index }, (_none, at) => orderIdOf(index * 100 + at));
}

/** Customer n has n orders, each with one refund. */
async function openFullShop(
  client: { timeoutMs?: number; pageSize?: number } = {},
  twist?: (url: string, text: string) => string,
): Promise<TestShop> {
  const shop = await openShop({ client, ...(twist === undefined ? {} : { twist }) });
  for (const index of CUSTOMERS) {
    shop.emulator.account.store.customers.put(wireCustomer({ customerId: customerIdOf(index) }));
    for (const [at, saleOrderId] of ordersOf(index).entries()) {
      shop.putOrder({ saleOrderId, niceId: index * 100 + at + 1, customerId: customerIdOf(index) });
      shop.emulator.account.store.refunds.put(
        wireRefund({ refundId: `refund-${saleOrderId}`, saleOrderId, niceId: at }),
      );
    }
  }
  return shop;
}

function withoutOwner(text: string, orderId: string): string {
  const at = text.indexOf(`"saleOrderId":"${orderId}"`);
  if (at < 0) return text;
  return text.slice(0, at) + text.slice(at).replace('"customerId"', '"customer"');
}
