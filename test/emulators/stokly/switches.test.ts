import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Shop } from './shop-client.js';

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.open();
  await shop.seed({
    orders: [
      { saleOrderId: 'o-1', lines: [{ lineId: 'l-1', quantity: 2, displayPrice: '2.125000', displayTax: '0.425' }] },
    ],
  });
});
afterEach(async () => {
  await shop.close();
});

describe('amounts', () => {
  it('go out as JSON numbers with every decimal they were given', async () => {
    const header = await shop.get('/v2/saleorders/o-1');
    const lines = await shop.get('/v2/saleorders/o-1/items');
    expect(header.text).toContain('"displaySubtotal":4.25,"displayDiscount":0.00,');
    expect(header.text).toContain('"displayTotal":5.10');
    expect(lines.text).toContain('"displayPrice":"2.125000"');
    expect(lines.text).toContain('"displayLineTotal":5.10');
  });

  it('can go out as text', async () => {
    await shop.control('settings', { amounts: 'text' });
    const { text } = await shop.get('/v2/saleorders/o-1');
    expect(text).toContain('"displayTotal":"5.10"');
    expect(text).toContain('"niceId":1001');
  });

  it('never lose digits that a float would lose', async () => {
    const raw =
      '{"orders":[{"saleOrderId":"o-2","displayTotal":9007199254740993.10,"niceId":9007199254740993,"displayTax":0.1}]}';
    await shop.postText('/__emulator/seed', raw);
    const { text } = await shop.get('/v2/saleorders/o-2');
    expect(text).toContain('"displayTotal":9007199254740993.10');
    expect(text).toContain('"niceId":9007199254740993');
    expect(text).toContain('"displayTax":0.1,');
  });
});

describe('an account without timeUpdated', () => {
  beforeEach(async () => {
    await shop.seed({ customers: [{ customerId: 'c-1' }], refunds: [{ refundId: 'r-1', saleOrderId: 'o-1' }] });
    await shop.control('settings', { timeUpdated: false });
  });

  it.each(['/v2/saleorders', '/v0/customers', '/v0/refunds'])(
    'has none on %s and refuses to filter by it',
    async (path) => {
      const rows = await shop.list(path);
      expect(rows.length).toBe(1);
      expect(rows[0]).not.toHaveProperty('timeUpdated');
      for (const query of [{ filter: '[timeUpdated]>>{2020-01-01}' }, { sortField: 'timeUpdated' }]) {
        expect((await shop.get(path, query as Record<string, string>)).status).toBe(400);
      }
    },
  );

  it('has none on a single order or customer', async () => {
    expect((await shop.get('/v2/saleorders/o-1')).body.data).not.toHaveProperty('timeUpdated');
    expect((await shop.get('/v0/customers/c-1')).body.data).not.toHaveProperty('timeUpdated');
  });
});

describe('a refund', () => {
  const order = async () => (await shop.get('/v2/saleorders/o-1')).body.data as Record<string, unknown>;

  it('changes what its order says, but not its timeUpdated', async () => {
    const before = await order();
    await shop.seed({ refunds: [{ saleOrderId: 'o-1', items: [{ lineId: 'l-1', quantity: 1 }] }] });
    const after = await order();
    expect(after).toEqual({ ...before, displayRefunded: 2.55 });
  });

  it('moves its order where the switch says so', async () => {
    await shop.control('settings', { refundTouchesOrder: true });
    await shop.seed({ refunds: [{ saleOrderId: 'o-1', createdAt: '2030-01-01T00:00:00.000Z' }] });
    expect((await order())['timeUpdated']).toBe('2030-01-01T00:00:00.000Z');
  });

  it('of a whole line makes it returned; pending ones change nothing', async () => {
    const refund = { refundId: 'r-1', saleOrderId: 'o-1', items: [{ lineId: 'l-1' }] };
    await shop.seed({ refunds: [{ ...refund, status: 'pending' }] });
    expect(await order()).toMatchObject({ displayRefunded: 0, itemStatuses: ['unprocessed'] });
    await shop.seed({ refunds: [{ refundId: 'r-1', status: 'completed' }] });
    expect(await order()).toMatchObject({ displayRefunded: 5.1, itemStatuses: ['returned'] });
  });

  it('is found by its order; the resource can be missing altogether', async () => {
    await shop.seed({ refunds: [{ refundId: 'r-1', saleOrderId: 'o-1' }] });
    const found = await shop.list('/v0/refunds', { filter: '[saleOrderId]=={o-1}' });
    expect(found.map((row) => row['refundId'])).toEqual(['r-1']);
    await shop.control('settings', { refunds: false });
    expect((await shop.get('/v0/refunds')).status).toBe(404);
  });
});

describe('headers', () => {
  it('can lack what they say of refunds and of the tax in a discount', async () => {
    await shop.control('settings', { headerRefunded: false, headerDiscountTax: false });
    const [header] = await shop.list('/v2/saleorders');
    expect(header).not.toHaveProperty('displayRefunded');
    expect(header).not.toHaveProperty('displayDiscountTax');
    expect(header).toHaveProperty('displayDiscount');
  });
});

describe('the controls', () => {
  it('go back to the first settings on reset, with an empty shop', async () => {
    await shop.control('settings', { refunds: false, rateLimit: 3 });
    await shop.control('faults', { kind: 'status' });
    await shop.control('reset');
    const state = await shop.look('state');
    expect(state).toMatchObject({ counts: { orders: 0 }, faults: [], settings: { refunds: true, rateLimit: 600 } });
  });

  it('refuse what they do not know, and say what is wrong', async () => {
    const answer = await shop.post('/__emulator/settings', { refundz: false });
    expect(answer.status).toBe(400);
    expect(answer.body.message).toContain('refundz');
    expect((await shop.post('/__emulator/clock', {})).status).toBe(400);
    expect((await shop.post('/__emulator/seed', { order: [] })).body.message).toBe('Unknown field order');
    expect((await shop.post('/__emulator/seed', { sample: { dataPath: '/none' } })).status).toBe(400);
    expect((await fetch(`${shop.url}/__emulator/sample-contacts`)).status).toBe(409);
  });

  it('never show the secret key', async () => {
    expect(JSON.stringify(await shop.look('state'))).not.toContain('demo-secret');
    expect(JSON.stringify(await shop.control('settings', {}))).not.toContain('demo-secret');
  });

  it('log every call with its status, and count by pattern', async () => {
    await shop.delete('requests');
    await shop.get('/v2/saleorders/0b8f2a64-4f5b-4a35-9a39-8a5a0a4f1c11');
    await shop.get('/v2/saleorders', { filter: '[stage]=={order}' });
    const log = await shop.look('requests');
    expect(log['counts']).toEqual({ 'POST /v1/grant': 1, 'GET /v2/saleorders/{id}': 1, 'GET /v2/saleorders': 1 });
    expect(log['requests']).toMatchObject([
      { method: 'POST', path: '/v1/grant', status: 200 },
      { status: 404 },
      { path: '/v2/saleorders', query: 'filter=%5Bstage%5D%3D%3D%7Border%7D', status: 200, fault: null },
    ]);
  });
});
