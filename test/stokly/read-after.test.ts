import { describe, expect, test } from 'vitest';
import { createStoklyClient, type StoklyClient } from '../../src/stokly/client.js';
import { answerJson, startLocalServer } from '../http/local-server.js';
import { grantOf } from './faulty.js';
import {
  callErrorOf,
  clientSettings,
  CUSTOMER_ID,
  LIVE,
  openShop,
  ORDER_ID,
  orderIdOf,
  type TestShop,
  wireCustomer,
  wireOrder,
  wireRefund,
} from './shop.js';

const DAY = (day: number) => `2026-11-${String(day).padStart(2, '0')}T10:00:00.000Z`;

describe('customers by the time that they came', () => {
  test('are each listed once, in order, though those of one time lie over a border of pages', async () => {
    const shop = await openShop();
    for (let index = 0; index < 10; index += 1) putCustomer(shop, index, DAY(index < 2 ? 1 : index < 8 ? 2 : 3));
    const { ids, calls } = await walk(shop, 4);
    expect(ids).toEqual(Array.from({ length: 10 }, (_none, index) => orderIdOf(index)));
    expect(calls).toBeLessThanOrEqual(8);
  });

  test('are each listed once though Stokly has those of one time in an order of its own', async () => {
    const rows = [5, 2, 9, 4, 7, 1, 8].map((index) => ({ customerId: orderIdOf(index), createdAt: DAY(2) }));
    const client = await clientOfRows([{ customerId: orderIdOf(0), createdAt: DAY(1) }, ...rows]);
    const { ids } = await walk({ client, calls: () => [] }, 3);
    expect(ids).toEqual([0, 1, 2, 4, 5, 7, 8, 9].map(orderIdOf));
  });

  test('that all came at once are more than a page, and each listed once', async () => {
    const shop = await openShop();
    for (let index = 0; index < 9; index += 1) putCustomer(shop, index, DAY(1));
    expect((await walk(shop, 2)).ids).toHaveLength(9);
  });

  test('that come and go while they are walked shift nothing', async () => {
    const shop = await openShop();
    for (let index = 0; index < 8; index += 1) putCustomer(shop, index, DAY(index + 1));
    let pages = 0;
    const { ids } = await walk(shop, 3, () => {
      pages += 1;
      if (pages === 1) {
        shop.emulator.account.store.customers.remove(orderIdOf(0));
        shop.emulator.account.store.customers.remove(orderIdOf(1));
        putCustomer(shop, 8, DAY(20));
      }
    });
    expect(ids).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8].map(orderIdOf));
  });

  test('without a time that can be read are reported by their ids', async () => {
    const shop = await openShop();
    putCustomer(shop, 1, DAY(1));
    shop.emulator.account.store.customers.put(wireCustomer({ customerId: orderIdOf(2), createdAt: null }));
    expect(await shop.client.listCustomersPage({ after: null, size: 10 }, LIVE)).toEqual({
      customers: [{ customerId: orderIdOf(1), createdAt: DAY(1) }],
      unreadable: { count: 1, ids: [orderIdOf(2)] },
      isLast: true,
    });
  });

  test.each([
    ['in the order that Stokly likes', [DAY(2), DAY(1)], 'not sorted'],
    ['without any time', ['soon', 'later'], 'without readable times'],
  ])('on a page that is cut, %s, are an error: some would be lost', async (_case, times, problem) => {
    const server = await startLocalServer(({ url }, response) => {
      if (url === '/v1/grant') return answerJson(response, { body: grantOf('t') });
      const data = times.map((createdAt, index) => ({ customerId: orderIdOf(index), createdAt }));
      return answerJson(response, { body: { data, metadata: { count: 9 } } });
    });
    const client = createStoklyClient(clientSettings(server.url));
    const error = await callErrorOf(client.listCustomersPage({ after: null, size: 2 }, LIVE));
    expect(error).toMatchObject({ failure: 'unreadable-answer', message: expect.stringContaining(problem) });
  });
});

describe('changes', () => {
  const asked = { field: 'timeUpdated', since: DAY(2), after: null, size: 100 } as const;

  test('of orders name order, customer and version, from a time on', async () => {
    const shop = await openShop();
    shop.putOrder({ timeUpdated: DAY(1) });
    shop.putOrder({ saleOrderId: orderIdOf(2), timeUpdated: DAY(2), customerId: null });
    shop.putOrder({ saleOrderId: orderIdOf(3), timeUpdated: DAY(3) });
    const { changes, isLast } = await shop.client.listChanges('orders', asked, LIVE);
    expect(isLast).toBe(true);
    expect(changes).toEqual([
      { id: orderIdOf(2), orderId: orderIdOf(2), customerId: null, at: DAY(2), version: DAY(2) },
      { id: orderIdOf(3), orderId: orderIdOf(3), customerId: CUSTOMER_ID, at: DAY(3), version: DAY(3) },
    ]);
  });

  test('of refunds name their order, and of customers themselves', async () => {
    const shop = await openShop();
    const refund = wireRefund({ timeUpdated: DAY(4) });
    shop.emulator.account.store.refunds.put(refund);
    shop.emulator.account.store.customers.put(wireCustomer({ timeUpdated: DAY(5) }));
    expect((await shop.client.listChanges('refunds', asked, LIVE)).changes).toEqual([
      { id: refund['refundId'], orderId: ORDER_ID, customerId: null, at: DAY(4), version: DAY(4) },
    ]);
    expect((await shop.client.listChanges('customers', asked, LIVE)).changes).toEqual([
      { id: CUSTOMER_ID, orderId: null, customerId: CUSTOMER_ID, at: DAY(5), version: DAY(5) },
    ]);
  });

  test('whose row does not say whom they concern are unreadable by name, and no till sales; what comes after them is read', async () => {
    const shop = await openShop();
    const { customerId: _none, ...header } = wireOrder({ saleOrderId: orderIdOf(2), timeUpdated: DAY(3) });
    shop.emulator.account.store.putOrder({ header, lines: [] });
    shop.putOrder({ saleOrderId: orderIdOf(3), timeUpdated: DAY(4), customerId: 7 });
    shop.putOrder({ saleOrderId: orderIdOf(4), timeUpdated: DAY(5) });
    // A page of nothing else is not the end.
    const first = await shop.client.listChanges('orders', { ...asked, size: 2 }, LIVE);
    expect(first).toEqual({
      changes: [],
      unreadable: { count: 1, ids: [orderIdOf(2)] },
      last: { at: DAY(3), id: orderIdOf(2) },
      isLast: false,
    });
    const rest = await shop.client.listChanges('orders', { ...asked, after: first.last }, LIVE);
    expect(rest).toMatchObject({ changes: [{ id: orderIdOf(4) }], unreadable: { count: 1, ids: [orderIdOf(3)] } });
    const { saleOrderId: _order, ...refund } = wireRefund({ timeUpdated: DAY(6) });
    shop.emulator.account.store.refunds.put(refund);
    expect(await shop.client.listChanges('refunds', asked, LIVE)).toMatchObject({
      changes: [],
      unreadable: { count: 1, ids: [refund['refundId']] },
      isLast: true,
    });
  });

  test('of an account without timeUpdated are found by createdAt, and have no version', async () => {
    const shop = await openShop({ emulator: { timeUpdated: false }, client: { timeUpdatedKnown: false } });
    shop.putOrder({ createdAt: DAY(6) });
    const { changes } = await shop.client.listChanges('orders', { ...asked, field: 'createdAt' }, LIVE);
    expect(changes).toMatchObject([{ id: ORDER_ID, at: DAY(6), version: null }]);
  });

  test('go on after a row that was seen, and one that changed again is met again', async () => {
    const shop = await openShop();
    for (const index of [1, 2, 3]) shop.putOrder({ saleOrderId: orderIdOf(index), timeUpdated: DAY(5) });
    const after = { at: DAY(5), id: orderIdOf(2) };
    expect(await idsAfter(shop, after)).toEqual([orderIdOf(3)]);
    shop.putOrder({ saleOrderId: orderIdOf(1), timeUpdated: DAY(6) });
    expect(await idsAfter(shop, after)).toEqual([orderIdOf(3), orderIdOf(1)]);
  });

  test('in microseconds are told apart by id where the millisecond is the same', async () => {
    const shop = await openShop();
    const at = (rest: string) => `2026-11-05T10:00:00.123${rest}Z`;
    for (const [index, rest] of ['456', '789', ''].entries())
      shop.putOrder({ saleOrderId: orderIdOf(index), timeUpdated: at(rest) });
    const { changes } = await shop.client.listChanges('orders', { ...asked, size: 1 }, LIVE);
    expect(changes).toMatchObject([{ id: orderIdOf(0), at: at('') }]);
    expect(await idsAfter(shop, { at: at(''), id: orderIdOf(0) })).toEqual([1, 2].map(orderIdOf));
  });

  async function idsAfter(shop: TestShop, after: { at: string; id: string }): Promise<string[]> {
    const page = await shop.client.listChanges('orders', { ...asked, after }, LIVE);
    return page.changes.map(({ id }) => id);
  }
});

function putCustomer(shop: TestShop, index: number, createdAt: string): void {
  shop.emulator.account.store.customers.put(wireCustomer({ customerId: orderIdOf(index), createdAt }));
}

/** A client of a server that gives these rows, in this order, between the times of the filter. */
async function clientOfRows(rows: readonly { createdAt: string }[]): Promise<StoklyClient> {
  const server = await startLocalServer(({ url }, response) => {
    if (url === '/v1/grant') return answerJson(response, { body: grantOf('t') });
    const query = new URL(url, 'http://local').searchParams;
    const bound = (operator: string) =>
      new RegExp(`${operator}\\{([^}]+)\\}`).exec(query.get('filter') ?? '')?.[1] ?? null;
    const [from, before] = [bound('>='), bound('<<')];
    const matching = rows.filter(({ createdAt }) => createdAt >= (from ?? '') && createdAt < (before ?? '9'));
    const start = Number(query.get('page')) * Number(query.get('size'));
    const data = matching.slice(start, start + Number(query.get('size')));
    return answerJson(response, { body: { data, metadata: { count: matching.length } } });
  });
  return createStoklyClient(clientSettings(server.url));
}

/** All pages, one after the other. */
async function walk(shop: Pick<TestShop, 'client' | 'calls'>, size: number, afterPage: () => void = () => undefined) {
  const ids: string[] = [];
  let after: { createdAt: string; customerId: string } | null = null;
  for (;;) {
    const page = await shop.client.listCustomersPage({ after, size }, LIVE);
    ids.push(...page.customers.map(({ customerId }) => customerId));
    after = page.customers.at(-1) ?? after;
    if (page.isLast) return { ids, calls: shop.calls().length };
    expect(page.customers.length).toBeGreaterThan(0);
    afterPage();
  }
}
