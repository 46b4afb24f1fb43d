import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Shop } from './shop-client.js';
import { WEBHOOK_SECRET, WebhookReceiver } from './webhook-receiver.js';

let shop: Shop;
let receiver: WebhookReceiver;

beforeEach(async () => {
  [shop, receiver] = await Promise.all([Shop.open(), WebhookReceiver.open()]);
});
afterEach(async () => {
  await shop.close();
  await receiver.close();
});

const aim = async (changes: object = {}) =>
  shop.control('webhooks', { url: receiver.url, secret: WEBHOOK_SECRET, ...changes });
const counts = async () => shop.look('webhooks');
const settled = async () =>
  vi.waitFor(async () => expect(await counts()).toMatchObject({ pending: 0 }), { timeout: 15_000 });

describe('an event', () => {
  it('is signed, and says in the envelope what happened to which order in which version', async () => {
    await aim();
    await shop.control('clock', { to: '2026-11-23T10:00:00.000Z' });
    await shop.seed({
      customers: [{ customerId: 'c-1' }],
      orders: [{ saleOrderId: 'o-1', customerId: 'c-1' }],
      emit: true,
    });
    await settled();
    expect(receiver.forged).toBe(0);
    expect(receiver.taken.map(({ id: _id, ...event }) => event)).toEqual([
      {
        type: 'customer.created',
        timestamp: '2026-11-23T10:00:00.000Z',
        data: { customerId: 'c-1', updatedAt: '2026-11-23T10:00:00.000Z' },
      },
      {
        type: 'order.created',
        timestamp: '2026-11-23T10:00:00.000Z',
        data: { orderId: 'o-1', customerId: 'c-1', updatedAt: '2026-11-23T10:00:00.000Z' },
      },
    ]);
    expect(receiver.taken[0]?.id).toMatch(/^[A-Za-z0-9_.:-]{1,128}$/);
  });

  it('has the type that says best what changed', async () => {
    await aim();
    const order = (fields: object) =>
      shop.seed({ orders: [{ saleOrderId: 'o-1', customerId: 'c-1', ...fields }], emit: true });
    await order({});
    await order({ itemStatuses: ['processing'] });
    await order({ itemStatuses: ['despatched'] });
    await shop.seed({ refunds: [{ saleOrderId: 'o-1' }], emit: true });
    await order({ itemStatuses: ['cancelled'] });
    await shop.seed({ customers: [{ customerId: 'c-1' }, { customerId: 'c-1' }], emit: true });
    await shop.seed({ customers: [{ customerId: 'c-1', deleted: true }], emit: true });
    await settled();
    expect(receiver.taken.map(({ type }) => type)).toEqual([
      'order.created',
      'order.updated',
      'order.despatched',
      'order.refunded',
      'order.cancelled',
      'customer.created',
      'customer.updated',
      'customer.deleted',
    ]);
  });

  it('of a refund carries the version of the refund', async () => {
    await aim();
    await shop.seed({ orders: [{ saleOrderId: 'o-1', createdAt: '2026-01-01T00:00:00.000Z' }] });
    await shop.seed({ refunds: [{ saleOrderId: 'o-1', createdAt: '2026-01-05T00:00:00.000Z' }], emit: true });
    await settled();
    expect(receiver.taken[0]?.data).toEqual({ orderId: 'o-1', updatedAt: '2026-01-05T00:00:00.000Z' });
  });

  it('names no version for an account without timeUpdated', async () => {
    await aim();
    await shop.control('settings', { timeUpdated: false });
    await shop.seed({ orders: [{ saleOrderId: 'o-1' }], emit: true });
    await settled();
    expect(receiver.taken[0]?.data).toEqual({ orderId: 'o-1' });
  });

  it('can be made up, and repeated with one id', async () => {
    await aim();
    const { id } = await shop.control('events', { type: 'order.updated', orderId: 'unknown', id: 'evt-1', times: 3 });
    await settled();
    expect(id).toBe('evt-1');
    expect(receiver.taken.map((event) => [event.id, event.data])).toEqual(
      Array.from({ length: 3 }, () => ['evt-1', { orderId: 'unknown' }]),
    );
  });

  it('is not kept while nobody listens', async () => {
    await shop.seed({ orders: [{}], emit: true });
    await aim();
    expect(await counts()).toMatchObject({ pending: 0, attempts: 0 });
  });
});

describe('the sender', () => {
  it.each([500, 302, 401])('repeats with the same id after a %i, until it is taken', async (status) => {
    receiver.answer = (_event, attempt) => (attempt <= 2 ? status : 202);
    await aim();
    await shop.seed({ orders: [{}], emit: true });
    await settled();
    expect(receiver.attempts.length).toBe(3);
    expect(new Set(receiver.attempts).size).toBe(1);
    expect(await counts()).toMatchObject({ delivered: 1, attempts: 3, refused: 2 });
  });

  it('repeats while nothing answers at all', async () => {
    await shop.control('webhooks', { url: 'http://127.0.0.1:1/', secret: WEBHOOK_SECRET });
    await shop.seed({ orders: [{}], emit: true });
    await vi.waitFor(async () => expect(Number((await counts())['attempts'])).toBeGreaterThan(1), { timeout: 5000 });
    await aim();
    await settled();
    expect(receiver.taken.length).toBe(1);
  });

  it('keeps the order of one customer, while others go on', async () => {
    receiver.answer = ({ data }, attempt) => (data.customerId === 'c-1' && attempt <= 3 ? 503 : 202);
    await aim();
    const events = [1, 2, 3].flatMap((round) =>
      ['c-1', 'c-2'].map((customerId) => ({ saleOrderId: `o-${customerId}-${round}`, customerId })),
    );
    await shop.seed({ orders: events, emit: true });
    await settled();
    const ordersOf = (customerId: string) =>
      receiver.taken.filter(({ data }) => data.customerId === customerId).map(({ data }) => data.orderId);
    expect(ordersOf('c-1')).toEqual(['o-c-1-1', 'o-c-1-2', 'o-c-1-3']);
    expect(receiver.taken.slice(0, 3).map(({ data }) => data.customerId)).toEqual(['c-2', 'c-2', 'c-2']);
  });

  it('has 16 under way, and never more', async () => {
    const release = receiver.holdAnswers();
    await aim();
    await shop.seed({ orders: Array.from({ length: 40 }, () => ({})), emit: true });
    await vi.waitFor(() => expect(receiver.attempts.length).toBe(16));
    expect(await counts()).toMatchObject({ attempts: 16, pending: 40 });
    release();
    await settled();
    expect(new Set(receiver.taken.map(({ id }) => id)).size).toBe(40);
  });

  it('sends some twice with the same id', async () => {
    await aim({ duplicates: 1 });
    await shop.seed({ orders: [{}, {}], emit: true });
    await settled();
    expect(receiver.taken.length).toBe(4);
    expect(new Set(receiver.taken.map(({ id }) => id)).size).toBe(2);
    expect(await counts()).toMatchObject({ delivered: 2, duplicated: 2 });
  });

  it('loses the same events for the same seed', async () => {
    const lose = async (): Promise<string[]> => {
      await shop.control('reset');
      receiver.taken.length = 0;
      await aim({ loss: 0.3, seed: 7 });
      await shop.seed({ orders: Array.from({ length: 50 }, (_order, n) => ({ saleOrderId: `o-${n}` })), emit: true });
      await settled();
      expect(Number((await counts())['lost']) + receiver.taken.length).toBe(50);
      return receiver.taken.map(({ data }) => data.orderId ?? '').toSorted((left, right) => left.localeCompare(right));
    };
    const first = await lose();
    expect(first.length).toBeGreaterThan(25);
    expect(first.length).toBeLessThan(50);
    expect(await lose()).toEqual(first);
  });

  it('holds events back while it is paused', async () => {
    await aim({ paused: true });
    await shop.seed({ orders: [{}], emit: true });
    expect(await counts()).toMatchObject({ pending: 1, attempts: 0, paused: true });
    await aim();
    await settled();
    expect(receiver.taken.length).toBe(1);
  });

  it('refuses a secret that cannot sign', async () => {
    const answer = await shop.post('/__emulator/webhooks', { url: receiver.url, secret: 'whsec_!' });
    expect(answer.status).toBe(400);
  });

  it('drops what waits when it is turned off', async () => {
    receiver.answer = () => 503;
    await aim();
    await shop.seed({ orders: [{}], emit: true });
    await shop.delete('webhooks');
    expect(await counts()).toMatchObject({ pending: 0, url: null });
  });
});
