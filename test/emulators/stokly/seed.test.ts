import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Shop } from './shop-client.js';

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.open();
});
afterEach(async () => {
  await shop.close();
});

const order = async (id = 'o-1') => (await shop.get(`/v2/saleorders/${id}`)).body.data as Record<string, unknown>;
const lines = async (id = 'o-1') => shop.list(`/v2/saleorders/${id}/items`);

describe('a seeded order', () => {
  it('is whole and adds up with nothing told', async () => {
    const { orders } = await shop.seed({ orders: [{}] });
    const header = await order(orders[0]);
    expect(header).toMatchObject({
      stage: 'order',
      niceId: 1001,
      displaySubtotal: 10,
      displayTax: 2,
      displayTotal: 12,
    });
    expect(await lines(orders[0])).toMatchObject([
      { quantity: 1, displayPrice: 10, displayTax: 2, displayLineTotal: 12 },
    ]);
  });

  it('adds up over its lines, its delivery and its discount', async () => {
    await shop.seed({
      orders: [
        {
          saleOrderId: 'o-1',
          lines: [{ quantity: 3, displayPrice: '1.541667', displayTax: '0.308333' }, { displayLineTotal: '6.00' }],
          displayShipping: '5.00',
          displayShippingTax: '1.00',
          displayDiscount: '1.00',
          displayDiscountTax: '0.20',
        },
      ],
    });
    // 5.55 + 6.00 of goods, 6.00 of delivery, 1.20 off; tax 0.92 + 1.00 + 1.00 − 0.20.
    expect(await order()).toMatchObject({ displaySubtotal: 9.63, displayTax: 2.72, displayTotal: 16.35 });
  });

  it('comes to the total that is told, and may be told wrong on purpose', async () => {
    await shop.seed({ orders: [{ saleOrderId: 'o-1', displayTotal: '24.00' }] });
    expect(await lines()).toMatchObject([{ displayLineTotal: 24, displayLineTax: 4 }]);
    await shop.seed({ orders: [{ saleOrderId: 'o-1', displayTotal: '25.00' }] });
    expect(await order()).toMatchObject({ displayTotal: '25.00', displaySubtotal: 20 });
    expect(await lines()).toMatchObject([{ displayLineTotal: 24 }]);
  });

  it('rounds in its own currency', async () => {
    await shop.seed({ orders: [{ saleOrderId: 'o-1', currency: 'JPY', displayTotal: 1000 }] });
    expect(await lines()).toMatchObject([{ displayLineTax: 167, displayLineTotal: 1000 }]);
  });

  it('moves to a later version with every change, even while the clock stands still', async () => {
    await shop.control('clock', { to: '2026-03-01T10:00:00.000Z' });
    await shop.seed({ orders: [{ saleOrderId: 'o-1' }] });
    await shop.seed({ orders: [{ saleOrderId: 'o-1', itemStatuses: ['processing'] }] });
    expect(await order()).toMatchObject({
      createdAt: '2026-03-01T10:00:00.000Z',
      timeUpdated: '2026-03-01T10:00:00.001Z',
    });
  });

  it('carries one status to its lines, and knows when it was despatched', async () => {
    await shop.control('clock', { to: '2026-03-01T10:00:00.000Z' });
    await shop.seed({ orders: [{ saleOrderId: 'o-1', lines: [{}, {}] }] });
    await shop.control('clock', { advanceMs: 1000 });
    await shop.seed({ orders: [{ saleOrderId: 'o-1', itemStatuses: ['despatched'] }] });
    expect((await lines()).map((line) => line['status'])).toEqual(['despatched', 'despatched']);
    expect((await order())['despatchedAt']).toBe('2026-03-01T10:00:01.000Z');
  });

  it('can lack fields, have wrong types, and be taken away', async () => {
    await shop.seed({ orders: [{ saleOrderId: 'o-1', displayTotal: { a: 1 }, without: ['currency'] }] });
    const header = await order();
    expect(header['displayTotal']).toEqual({ a: 1 });
    expect(header).not.toHaveProperty('currency');
    await shop.seed({ orders: [{ saleOrderId: 'o-1', deleted: true }] });
    expect((await shop.get('/v2/saleorders/o-1')).status).toBe(404);
  });

  it('changes its total with its lines, and keeps its delivery', async () => {
    await shop.seed({ orders: [{ saleOrderId: 'o-1', lines: [{ lineId: 'l-1' }], displayShipping: '5.00' }] });
    await shop.seed({
      orders: [{ saleOrderId: 'o-1', lines: [{ lineId: 'l-1', quantity: 2, displayLineTotal: '24.00' }] }],
    });
    expect(await order()).toMatchObject({ displayShipping: '5.00', displayTotal: 29 });
  });

  it('moves between customers', async () => {
    await shop.seed({ customers: [{ customerId: 'c-1', email: 'own@example.com' }] });
    await shop.seed({ orders: [{ saleOrderId: 'o-1', customerId: 'c-1' }] });
    expect((await order())['email']).toBe('own@example.com');
    await shop.seed({ orders: [{ saleOrderId: 'o-1', customerId: 'c-2' }] });
    const of = async (id: string) => (await shop.list('/v2/saleorders', { filter: `[customerId]=={${id}}` })).length;
    expect([await of('c-1'), await of('c-2')]).toEqual([0, 1]);
  });
});

describe('a seeded customer', () => {
  it('has an address and has never been asked for consent', async () => {
    const { customers } = await shop.seed({ customers: [{ forename: 'Grace', surname: 'Hopper' }] });
    expect((await shop.get(`/v0/customers/${customers[0]}`)).body.data).toMatchObject({
      niceId: 101,
      fullName: 'Grace Hopper',
      email: 'customer-101@example.com',
      type: 1,
      marketingConsent: null,
    });
  });
});
