import { describe, expect, test } from 'vitest';
import { createStoklyClient } from '../../src/stokly/client.js';
import { closedUrl } from '../http/local-server.js';
import { clientOf, hit } from './faulty.js';
import { CUSTOMER_ID, callErrorOf, clientSettings, LIVE, openShop, ORDER_ID, readOne, wireRefund } from './shop.js';

describe('an answer', () => {
  test('that comes late is waited for', async () => {
    const shop = await hit({ kind: 'latency', latencyMs: 150 });
    expect((await readOne(shop.client)).kind).toBe('read');
  });

  test('404 of something in front of Stokly is not taken for an order that is not there', async () => {
    const client = await clientOf({ status: 404, body: '<html>no such page</html>' });
    expect((await callErrorOf(client.readOrders([ORDER_ID], LIVE))).failure).toBe('unreadable-answer');
  });

  test('that redirects is unreadable', async () => {
    expect((await callErrorOf((await clientOf({ status: 302, body: '' })).checkAccess(LIVE))).failure).toBe(
      'unreadable-answer',
    );
  });

  test('for another order than was asked for is not taken for it', async () => {
    const body = { data: { saleOrderId: 'another', niceId: 1 } };
    const client = await clientOf(
      { body: { ...body, metadata: { count: 0 } } },
      (url) => url.includes('/items') || url.includes('/refunds'),
    );
    expect((await readOne(client)).kind).toBe('unreadable');
  });

  test('that names another order wakes nobody', async () => {
    const body = { data: { saleOrderId: 'another', niceId: 1, customerId: CUSTOMER_ID } };
    const found = (await clientOf({ body })).findOrderCustomer(ORDER_ID, LIVE);
    expect((await callErrorOf(found)).message).toContain(`order ${ORDER_ID}`);
    const listed = { data: [body.data], metadata: { count: 1 } };
    const byNumber = (await clientOf({ body: listed })).findOrderByNumber('1001', LIVE);
    expect((await callErrorOf(byNumber)).failure).toBe('unreadable-answer');
  });

  test('with the refund of another order makes this one unreadable: money of one is never the other’s', async () => {
    const shop = await openShop({
      twist: (_url, text) => text.replace(/"saleOrderId":"[^"]*","createdAt"/, '"saleOrderId":"another","createdAt"'),
    });
    shop.putOrder();
    shop.emulator.account.store.refunds.put(wireRefund());
    const order = await readOne(shop.client);
    expect(order).toMatchObject({
      kind: 'unreadable',
      problems: ['refunds.0.saleOrderId: another than was asked for'],
    });
  });

  test('with prototype keys and numbers beyond 2^53 beside what is asked is read as if they were not there', async () => {
    const shop = await hit({ kind: 'hostile-json' });
    const plain = await openShop();
    plain.putOrder();
    expect(await readOne(shop.client)).toEqual(await readOne(plain.client));
    expect(await shop.client.readCustomer(CUSTOMER_ID, LIVE)).toMatchObject({ consent: 'granted' });
    expect({}).not.toHaveProperty('polluted');
  });

  test('whose prototype key holds what is missing lends nothing: no consent and no owner comes of it', async () => {
    const text = `{"data":{"__proto__":{"marketingConsent":true,"email":"x@example.com"},"customerId":"${CUSTOMER_ID}"}}`;
    const client = await clientOf({ body: text });
    expect(await client.readCustomer(CUSTOMER_ID, LIVE)).toMatchObject({ consent: 'unknown', email: null });
  });

  test('of an address that nobody listens on means that Stokly is not there', async () => {
    const client = createStoklyClient(clientSettings(await closedUrl()));
    expect((await callErrorOf(client.checkAccess(LIVE))).failure).toBe('unavailable');
  });

  test('with wrong types in an order is an outcome of that order alone', async () => {
    const shop = await hit({ kind: 'wrong-types', match: { path: '^/v2/saleorders/' }, times: 1 });
    expect((await readOne(shop.client)).kind).toBe('unreadable');
    expect((await readOne(shop.client)).kind).toBe('read');
  });
});
