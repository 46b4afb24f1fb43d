import { randomUUID } from 'node:crypto';
import { WorkflowFailedError } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { POLL_STREAMS } from '../../src/domain/poll/change.js';
import { installPoll, poll, pollRuns } from '../support/polls.js';
import { type Buyer, controlStokly, newBuyer, placeOrder, seedStokly } from '../support/shop-events.js';
import { clearFaults, strike, strikes } from '../support/vendor-weather.js';
import { createWorld, type World } from '../support/world.js';

/** What Stokly does to a round: its answers fail, lie, come late or move while they are read (V1 to V7, V9). */

const TIMEOUT_MS = 1_000;

let world: World;
beforeAll(async () => {
  world = await createWorld({ clients: { timeoutMs: TIMEOUT_MS } });
  await installPoll(world);
  await poll(world);
});
afterEach(async () => {
  await clearFaults(world);
});
afterAll(async () => {
  await world.close();
});

const LISTS = ['^/v2/saleorders\\?', '^/v0/refunds\\?', '^/v0/customers\\?'];
const OLD = '2026-11-01T10:00:00.000Z';
const now = (): string => new Date().toISOString();

/** One new row in each stream. */
async function changeAll(): Promise<Buyer> {
  const buyer = await newBuyer(world);
  const { orderId, lineId } = await placeOrder(world, buyer.customerId, { timeUpdated: now() });
  await seedStokly(world, { refunds: [{ refundId: randomUUID(), saleOrderId: orderId, items: [{ lineId }] }] });
  return buyer;
}

const ALL_FOUND = { found: { orders: 1, refunds: 1, customers: 1 }, woken: 3, waiting: 0, problems: {}, unreadable: 0 };

describe('a round goes through', () => {
  it.each([
    [
      'V1: 429 with and without Retry-After',
      [
        { kind: 'status', status: 429, retryAfterSecs: 1 },
        { kind: 'status', status: 429 },
        { kind: 'status', status: 429 },
      ],
    ],
    ['V2: 500, 502, 503', [500, 502, 503].map((status) => ({ kind: 'status', status }))],
    [
      'V3, V4, V5: time-outs, a reset and an answer of a byte a second',
      [{ kind: 'timeout-after' }, { kind: 'reset-mid-body' }, { kind: 'byte-a-second' }],
    ],
    ['V7: HTML, cut JSON and wrong types', [{ kind: 'html' }, { kind: 'cut-json' }, { kind: 'wrong-types' }]],
  ])('%s, a list each, and finds all', async (_name, faults) => {
    const buyer = await changeAll();
    for (const [at, path] of LISTS.entries())
      await strike(world, 'stokly', { ...faults[at], match: { method: 'GET', path }, times: 1 });
    expect(await poll(world)).toMatchObject(ALL_FOUND);
    expect(await strikes(world)).toEqual([1, 1, 1]);
    await world.settled(buyer.customerId, ({ outcomes }) => outcomes.synced === 1);
  });

  it('V7: rows that cannot be read, which are counted, and those beside them are woken for', async () => {
    const buyer = await newBuyer(world, { createdAt: OLD, timeUpdated: OLD });
    const order = await placeOrder(world, buyer.customerId, { timeUpdated: now() });
    await seedStokly(world, {
      orders: [
        { saleOrderId: randomUUID(), customerId: null, without: ['saleOrderId'], timeUpdated: now() },
        // Whose it is, is not said: that is no till sale.
        { saleOrderId: randomUUID(), without: ['customerId'], timeUpdated: now() },
      ],
    });
    expect(await poll(world)).toMatchObject({ found: { orders: 1 }, woken: 1, withoutCustomer: 0, unreadable: 2 });
    await world.settled(buyer.customerId, ({ entries }) => entries.some(({ orderId }) => orderId === order.orderId));
  });

  it('V9: while rows that were read change again and move behind those that were not', async () => {
    const stamps = Date.now() - 60_000;
    const orders = Array.from({ length: 450 }, (_, n) => ({
      saleOrderId: randomUUID(),
      customerId: null,
      timeUpdated: new Date(stamps + n).toISOString(),
    }));
    await seedStokly(world, { orders });
    // Each page is held back long enough for the first rows to move to the end, behind its back.
    await strike(world, 'stokly', {
      kind: 'latency',
      latencyMs: 300,
      match: { method: 'GET', path: LISTS[0] },
      times: 3,
    });
    const polled = poll(world);
    for (let moved = 0; moved < 5; moved += 1) {
      await seedStokly(world, {
        orders: orders
          .slice(moved * 10, moved * 10 + 10)
          .map(({ saleOrderId }) => ({ saleOrderId, timeUpdated: now() })),
      });
    }
    const first = await polled;
    const second = await poll(world);
    const seen = new Set(
      [...first.memory.streams.orders.recent, ...second.memory.streams.orders.recent].map((key) => key.split(' ')[0]),
    );
    expect(orders.filter(({ saleOrderId }) => !seen.has(saleOrderId))).toEqual([]);
  });
});

describe('V6: while Stokly refuses our credentials', () => {
  it('rounds fail and say so, and those afterwards find all that happened', async () => {
    const { clientId } = world.stoklyCredentials;
    await changeAll();
    await controlStokly(world, 'POST', 'settings', {
      credentials: { ...world.stoklyCredentials, clientId: 'revoked' },
    });
    await controlStokly(world, 'POST', 'tokens/revoke');
    const before = (await pollRuns(world)).length;
    const failure = await poll(world).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(WorkflowFailedError);
    expect((failure as WorkflowFailedError).cause?.message).toContain('check STOKLY_ACCOUNT_KEY');
    await controlStokly(world, 'POST', 'settings', { credentials: { ...world.stoklyCredentials, clientId } });
    expect((await pollRuns(world)).length).toBe(before + 1);
    expect(await foundUntilAllIsRead()).toEqual({ orders: 1, refunds: 1, customers: 1 });
  });

  /** Of all rounds until one reads every stream: while the credentials are in doubt, one call at a time may try them. */
  async function foundUntilAllIsRead() {
    const found = { orders: 0, refunds: 0, customers: 0 };
    for (;;) {
      const result = await poll(world).catch((error: unknown) => {
        if (error instanceof WorkflowFailedError) return null;
        throw error;
      });
      if (result === null) continue;
      for (const stream of POLL_STREAMS) found[stream] += result.found[stream];
      if (Object.keys(result.problems).length === 0) return found;
    }
  }
});

describe('a stream that cannot be read', () => {
  it('is said, its watermark stays, and the others do not wait for it', async () => {
    await changeAll();
    await strike(world, 'stokly', { kind: 'status', status: 400, match: { method: 'GET', path: LISTS[1] } });
    const result = await poll(world);
    expect(result).toMatchObject({ found: { orders: 1, refunds: 0, customers: 1 }, woken: 2 });
    expect(Object.keys(result.problems)).toEqual(['refunds']);
    await clearFaults(world);
    const next = await poll(world);
    expect(next).toMatchObject({ found: { orders: 0, refunds: 1, customers: 0 }, woken: 1, problems: {} });
    expect(next.memory.streams.refunds.watermark > result.memory.streams.refunds.watermark).toBe(true);
  });
});
