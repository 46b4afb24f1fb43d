import { describe, expect, test } from 'vitest';
import { NumberText } from '../../emulators/stokly/wire.js';
import {
  CUSTOMER_ID,
  LIVE,
  openShop,
  ORDER_ID,
  orderIdOf,
  readOne,
  snapshotIn,
  wireCustomer,
  wireLine,
  wireRefund,
} from './shop.js';

describe('an order', () => {
  test('is read with its lines and refunds, in minor units', async () => {
    const shop = await openShop();
    shop.putOrder({ despatchedAt: '2026-11-21T16:00:00.000Z' });
    shop.emulator.account.store.refunds.put(wireRefund());
    expect(await snapshotIn(shop.client)).toEqual({
      orderId: ORDER_ID,
      number: '1001',
      customerId: CUSTOMER_ID,
      sourceOrderId: 'WEB-1001',
      storeName: 'Web',
      stage: 'order',
      placedAt: '2026-11-20T10:00:00.000Z',
      version: '2026-11-22T12:00:00.000Z',
      orderVersion: '2026-11-21T10:00:00.000Z',
      despatchedAt: '2026-11-21T16:00:00.000Z',
      currency: 'GBP',
      totals: {
        subtotalMinor: 1000,
        discountMinor: 0,
        discountTaxMinor: 0,
        deliveryMinor: 300,
        deliveryTaxMinor: 60,
        taxMinor: 260,
        totalMinor: 1560,
        refundedMinor: 0,
      },
      lines: [
        {
          lineId: '0b9a7c1e-0000-4000-8000-0000000000a1',
          sku: 'SKU-1',
          name: 'Mug',
          quantity: 2,
          status: 'unprocessed',
          unitNetMinor: 500,
          unitGrossMinor: 600,
          totalMinor: 1200,
          taxMinor: 200,
        },
      ],
      refunds: [
        {
          refundId: '0b9a7c1e-0000-4000-8000-0000000000d1',
          number: '77',
          createdAt: '2026-11-22T10:00:00.000Z',
          status: 'completed',
          currency: 'GBP',
          deliveryMinor: 0,
          deliveryTaxMinor: 0,
          adjustmentMinor: -50,
          taxMinor: 100,
          totalMinor: 550,
          lines: [{ lineId: '0b9a7c1e-0000-4000-8000-0000000000a1', quantity: 1, totalMinor: 600, taxMinor: 100 }],
        },
      ],
      refundsKnown: true,
    });
  });

  test('costs three calls', async () => {
    const shop = await openShop();
    shop.putOrder();
    await snapshotIn(shop.client);
    expect(shop.calls()).toHaveLength(3);
  });

  test('that Stokly does not have is not found, in one call', async () => {
    const shop = await openShop();
    expect(await readOne(shop.client)).toEqual({ kind: 'not-found', orderId: ORDER_ID });
    expect(shop.calls()).toHaveLength(1);
  });

  test('with an id that could change a filter or an address is not found, without a call', async () => {
    const shop = await openShop();
    const odd = ['x}', 'a,b', '../grant', '', '{@null;}'];
    expect((await shop.client.readOrders(odd, LIVE)).map(({ kind }) => kind)).toEqual(odd.map(() => 'not-found'));
    expect(shop.calls()).toHaveLength(0);
  });

  test.each(['numbers', 'text'] as const)('has the same amounts whether they come as %s', async (amounts) => {
    const shop = await openShop({ emulator: { amounts } });
    shop.putOrder({ displayTotal: new NumberText('15.600000') });
    expect((await snapshotIn(shop.client)).totals.totalMinor).toBe(1560);
  });

  test('without line totals is multiplied out, rounded once a line', async () => {
    const shop = await openShop();
    const line = { displayPrice: new NumberText('1.041667'), displayTax: new NumberText('0.208333'), quantity: 12 };
    shop.putOrder({}, [wireLine({ ...line, displayLineTotal: null, displayLineTax: null })]);
    expect((await snapshotIn(shop.client)).lines[0]).toMatchObject({ totalMinor: 1500, taxMinor: 250 });
  });

  test('leaves out the children of bundles, whatever they hold', async () => {
    const shop = await openShop();
    const child = wireLine({ lineId: 'child', parentId: 'parent', displayPrice: 'free', quantity: null });
    shop.putOrder({}, [wireLine(), child]);
    expect((await snapshotIn(shop.client)).lines.map(({ sku }) => sku)).toEqual(['SKU-1']);
  });

  test('takes the literal text undefined, and empty text, for nothing', async () => {
    const shop = await openShop();
    shop.putOrder({ channelName: 'undefined', sourceReferenceId: ' ' }, [
      wireLine({ itemName: 'undefined', itemSku: '' }),
    ]);
    expect(await snapshotIn(shop.client)).toMatchObject({
      storeName: null,
      sourceOrderId: null,
      lines: [{ name: null, sku: null }],
    });
  });

  test('has the tax of its discount worked out where the header does not state it (A17)', async () => {
    const shop = await openShop({ emulator: { headerDiscountTax: false } });
    shop.putOrder({ displayDiscount: 1, displayTax: 2.4, displayTotal: 14.4 });
    expect((await snapshotIn(shop.client)).totals).toMatchObject({ discountMinor: 100, discountTaxMinor: 20 });
  });

  test('says that nothing is stated as refunded where the header does not say (A10)', async () => {
    const shop = await openShop({ emulator: { headerRefunded: false } });
    shop.putOrder();
    expect((await snapshotIn(shop.client)).totals.refundedMinor).toBeNull();
  });

  test('of an account without refunds says that they are not known, and asks for none', async () => {
    const shop = await openShop({ emulator: { refunds: false }, client: { refundsKnown: false } });
    shop.putOrder();
    expect(await snapshotIn(shop.client)).toMatchObject({ refundsKnown: false, refunds: [] });
    expect(shop.calls()).toHaveLength(2);
  });

  test('of an account without timeUpdated has no version', async () => {
    const shop = await openShop({ emulator: { timeUpdated: false }, client: { timeUpdatedKnown: false } });
    shop.putOrder();
    expect((await snapshotIn(shop.client)).version).toBeNull();
  });

  test('of a currency without or with three decimals keeps its scale', async () => {
    const shop = await openShop();
    const amounts = { displaySubtotal: 10, displayShipping: 0, displayShippingTax: 0, displayTax: 0, displayTotal: 10 };
    shop.putOrder({ ...amounts, saleOrderId: orderIdOf(1), currency: 'JPY' });
    shop.putOrder({ ...amounts, saleOrderId: orderIdOf(2), currency: 'kwd' });
    expect((await snapshotIn(shop.client, orderIdOf(1))).totals.totalMinor).toBe(10);
    expect((await snapshotIn(shop.client, orderIdOf(2))).totals.totalMinor).toBe(10_000);
  });

  test('with thousands of lines is read whole', async () => {
    const shop = await openShop();
    const lines = Array.from({ length: 2_345 }, (_line, index) => wireLine({ lineId: `line-${index}` }));
    shop.putOrder({}, lines);
    expect((await snapshotIn(shop.client)).lines).toHaveLength(2_345);
  });
});

describe('an order that cannot be read', () => {
  test.each([
    ['an amount beyond six decimals', { displayTotal: new NumberText('1.1234567') }, 'displayTotal'],
    ['an amount with an exponent', { displayTotal: new NumberText('1e3') }, 'displayTotal'],
    ['an amount that is none', { displayTax: 'free' }, 'displayTax'],
    ['an amount that is an object', { displayTotal: { amount: 1 } }, 'displayTotal'],
    ['an amount that is missing', { displayTotal: null }, 'displayTotal'],
    ['an amount beyond what can be counted', { displayTotal: new NumberText('90071992547409.93') }, 'displayTotal'],
    ['a number beyond 2^53', { niceId: new NumberText('9007199254740993') }, 'niceId'],
    ['an unknown currency', { currency: 'XYZ' }, 'currency'],
    ['gold for a currency', { currency: 'XAU' }, 'currency'],
    ['a time without a zone', { createdAt: '2026-11-20T10:00:00' }, 'createdAt'],
    ['a day that does not exist', { createdAt: '2026-02-30T10:00:00.000Z' }, 'createdAt'],
  ])('for %s names the key and keeps the rest', async (_case, header, key) => {
    const shop = await openShop();
    shop.putOrder(header);
    const order = await readOne(shop.client);
    expect(order).toMatchObject({
      kind: 'unreadable',
      orderId: ORDER_ID,
      customerId: CUSTOMER_ID,
      stage: 'order',
      storeName: 'Web',
    });
    expect(order.kind === 'unreadable' && order.problems.join()).toContain(key);
  });

  test.each([
    ['a fraction of a piece', { quantity: 1.5 }, 'items.1.quantity'],
    ['a price that is no amount', { displayPrice: true }, 'items.1.displayPrice'],
    ['no status', { status: null }, 'items.1.status'],
    ['a total beyond what can be counted', { displayLineTotal: new NumberText('999999999999999.99') }, 'items.1'],
  ])('for a line with %s says which', async (_case, line, key) => {
    const shop = await openShop();
    shop.putOrder({}, [wireLine(), wireLine({ lineId: 'second', ...line })]);
    const order = await readOne(shop.client);
    expect(order.kind === 'unreadable' && order.problems[0]).toContain(key);
  });

  test('for a refund says which, and has the newest version all the same', async () => {
    const shop = await openShop();
    shop.putOrder();
    shop.emulator.account.store.refunds.put(wireRefund({ displayTotal: 'all of it' }));
    expect(await readOne(shop.client)).toMatchObject({
      kind: 'unreadable',
      version: '2026-11-22T12:00:00.000Z',
      problems: [expect.stringContaining('refunds.0.displayTotal')],
    });
  });

  test('never shows a value among its problems', async () => {
    const shop = await openShop();
    shop.putOrder({
      displayTotal: 'canary-value',
      currency: 'canary-value',
      createdAt: 'canary-value',
      customerId: { name: 'canary-value' },
    });
    const order = await readOne(shop.client);
    expect(order.kind).toBe('unreadable');
    expect(JSON.stringify(order)).not.toContain('canary-value');
  });
});

describe('ids that Stokly writes in upper case', () => {
  test('are the ones that we asked for, and are ours in lower case', async () => {
    const twist = (url: string, text: string) =>
      url === '/v1/grant'
        ? text
        : text.replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (uuid) => uuid.toUpperCase());
    const shop = await openShop({ twist });
    shop.putOrder();
    shop.emulator.account.store.customers.put(wireCustomer());
    expect(await snapshotIn(shop.client)).toMatchObject({ orderId: ORDER_ID, customerId: CUSTOMER_ID });
    expect((await shop.client.readCustomer(CUSTOMER_ID, LIVE))?.customerId).toBe(CUSTOMER_ID);
    expect((await shop.client.listCustomerOrders(CUSTOMER_ID, LIVE)).orderIds).toEqual([ORDER_ID]);
  });
});

describe('many orders', () => {
  test('share one call for headers and one for refunds, and come in the order asked', async () => {
    const shop = await openShop();
    const asked = [5, 3, 9, 1].map(orderIdOf);
    for (const [index, saleOrderId] of asked.entries()) {
      shop.putOrder({ saleOrderId, niceId: index + 1 });
      shop.emulator.account.store.refunds.put(wireRefund({ refundId: `refund-${index}`, saleOrderId, niceId: index }));
    }
    const orders = await shop.client.readOrders([...asked, orderIdOf(99)], LIVE);
    expect(orders.map(({ orderId, kind }) => [orderId, kind])).toEqual([
      ...asked.map((orderId) => [orderId, 'read']),
      [orderIdOf(99), 'not-found'],
    ]);
    for (const order of orders) if (order.kind === 'read') expect(order.snapshot.refunds).toHaveLength(1);
    expect(shop.calls()).toHaveLength(2 + asked.length);
  });

  test('more than a filter holds are read whole', async () => {
    const shop = await openShop();
    const asked = Array.from({ length: 120 }, (_order, index) => orderIdOf(index));
    for (const [index, saleOrderId] of asked.entries()) shop.putOrder({ saleOrderId, niceId: index + 1 });
    const orders = await shop.client.readOrders(asked, LIVE);
    expect(orders.map(({ orderId }) => orderId)).toEqual(asked);
    expect(orders.every(({ kind }) => kind === 'read')).toBe(true);
  });

  test('are not spoiled by one that cannot be read', async () => {
    const shop = await openShop();
    shop.putOrder({ saleOrderId: orderIdOf(1), niceId: 1 });
    shop.putOrder({ saleOrderId: orderIdOf(2), niceId: 2, displayTotal: [] });
    shop.putOrder({ saleOrderId: orderIdOf(3), niceId: 3 }, [wireLine({ displayTax: {} })]);
    shop.putOrder({ saleOrderId: orderIdOf(4), niceId: 4 });
    const orders = await shop.client.readOrders([1, 2, 3, 4].map(orderIdOf), LIVE);
    expect(orders.map(({ kind }) => kind)).toEqual(['read', 'unreadable', 'unreadable', 'read']);
  });

  test('lose no refund that does not say whose it is: its order cannot be read', async () => {
    const owner = `"saleOrderId":"${orderIdOf(2)}"`;
    const twist = (url: string, text: string) =>
      url.startsWith('/v0/refunds') ? text.replace(owner, '"saleOrderId":{}') : text;
    const shop = await openShop({ twist });
    shop.putOrder({ saleOrderId: orderIdOf(1), niceId: 1 });
    shop.putOrder({ saleOrderId: orderIdOf(2), niceId: 2 });
    shop.emulator.account.store.refunds.put(wireRefund({ saleOrderId: orderIdOf(2) }));
    const orders = await shop.client.readOrders([1, 2].map(orderIdOf), LIVE);
    expect(orders.map(({ kind }) => kind)).toEqual(['read', 'unreadable']);
  });

  test('that a list does not name are asked for by name', async () => {
    const unnamed = `"saleOrderId":"${orderIdOf(2)}"`;
    const twist = (url: string, text: string) =>
      url.startsWith('/v2/saleorders?') ? text.replace(unnamed, '"saleOrderId":7') : text;
    const shop = await openShop({ twist });
    shop.putOrder({ saleOrderId: orderIdOf(1), niceId: 1 });
    shop.putOrder({ saleOrderId: orderIdOf(2), niceId: 2 });
    const orders = await shop.client.readOrders([1, 2, 3].map(orderIdOf), LIVE);
    expect(orders.map(({ kind }) => kind)).toEqual(['read', 'read', 'not-found']);
  });

  test('are harmed by no prototype key and no number that is not ours', async () => {
    const shop = await openShop();
    shop.putOrder();
    shop.fault({ kind: 'hostile-json' });
    expect(await readOne(shop.client)).toMatchObject({ kind: 'read', snapshot: { totals: { totalMinor: 1560 } } });
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect('polluted' in {}).toBe(false);
  });
});
