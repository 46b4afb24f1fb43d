import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { customerWorkflowId, WORKFLOW_TYPES } from '../../src/contract/ids.js';
import { compareTexts } from '../../src/domain/instants.js';
import { LIMITS } from '../../src/domain/limits.js';
import { readRuns, wakesOf } from '../support/histories.js';
import { type Chronicle, followStokly, violationsOf } from '../support/oracle.js';
import { installPoll, poll, pollRuns } from '../support/polls.js';
import {
  type Buyer,
  changeOrder,
  clearRequests,
  contactOf,
  newBuyer,
  orderEvent,
  type PlacedOrder,
  placeOrder,
  recordOf,
  requestPaths,
  seedStokly,
} from '../support/shop-events.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

/** What a round finds, what it costs, and that nothing is written twice. No webhook comes unless a test sends it. */
let world: World;
let chronicle: Chronicle;
beforeAll(async () => {
  world = await createWorld();
  chronicle = followStokly(world);
  await installPoll(world);
  await poll(world);
});
afterAll(async () => {
  await world.close();
});

const now = (): string => new Date().toISOString();
const OLD = '2026-11-01T10:00:00.000Z';

/** A buyer and an order from before the poll's time, synced by an event. */
async function known(): Promise<{ buyer: Buyer; order: PlacedOrder }> {
  const buyer = await newBuyer(world, { createdAt: OLD, timeUpdated: OLD });
  const order = await placeOrder(world, buyer.customerId);
  await orderEvent(world, order);
  await world.settled(buyer.customerId, ({ ledgerComplete, outcomes }) => ledgerComplete && outcomes.synced === 1);
  return { buyer, order };
}

async function eventsOf({ customerId }: Buyer): Promise<number> {
  const { historyLength } = await world.client.workflow.getHandle(customerWorkflowId(customerId)).describe();
  return historyLength;
}

describe('with all webhooks off, a round brings over', () => {
  it('a new order of a new customer, and nothing from before the first round', async () => {
    const old = await newBuyer(world, { createdAt: OLD, timeUpdated: OLD });
    const before = await placeOrder(world, old.customerId);
    expect(await poll(world)).toMatchObject({ found: { orders: 0, refunds: 0, customers: 0 }, woken: 0 });
    await orderEvent(world, before);
    const buyer = await newBuyer(world);
    const order = await placeOrder(world, buyer.customerId, { timeUpdated: now() });
    expect(await poll(world)).toMatchObject({ found: { orders: 1, customers: 1 }, woken: 2, waiting: 0, problems: {} });
    await world.settled(buyer.customerId, ({ outcomes }) => outcomes.synced === 1);
    expect(await recordOf(world, order)).toMatchObject({ order_total: 12 });
  });

  it('a despatch, a refund, a cancelled and a removed order, and a changed customer', async () => {
    const [despatched, refunded, cancelled, removed, changed] = [
      await known(),
      await known(),
      await known(),
      await known(),
      await known(),
    ];
    const line = { quantity: 2, displayPrice: '5.000000', displayTax: '1.000000' };
    const withStatus = ({ order }: { order: PlacedOrder }, status: string) => ({
      lines: [{ ...line, lineId: order.lineId, status }],
      timeUpdated: now(),
    });
    await changeOrder(world, despatched.order, withStatus(despatched, 'despatched'));
    await seedStokly(world, {
      refunds: [
        { refundId: randomUUID(), saleOrderId: refunded.order.orderId, items: [{ lineId: refunded.order.lineId }] },
      ],
    });
    await changeOrder(world, cancelled.order, withStatus(cancelled, 'cancelled'));
    await changeOrder(world, removed.order, { stage: 'removed', timeUpdated: now() });
    await seedStokly(world, { customers: [{ customerId: changed.buyer.customerId, billingAddressCity: 'York' }] });

    expect(await poll(world)).toMatchObject({ found: { orders: 3, refunds: 1, customers: 1 }, woken: 5, waiting: 0 });
    await untilTrue(
      'all is over',
      async () => (await contactOf(world, changed.buyer.email))?.dataFields['CITY'] === 'York',
    );
    await world.settled(removed.buyer.customerId, ({ skippedByReason }) => skippedByReason.removed === 1);
    await world.settled(
      cancelled.buyer.customerId,
      ({ skippedByReason }) => skippedByReason['status-not-synced'] === 1,
    );
    await untilTrue(
      'the refund is over',
      async () => (await recordOf(world, refunded.order))?.['refund_status'] === 'full',
    );
    expect(await recordOf(world, despatched.order)).toMatchObject({ order_status: 'despatched' });
    expect([await recordOf(world, removed.order), await recordOf(world, cancelled.order)]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('a refund whose order Stokly does not show yet, one round after it does (W7)', async () => {
    const buyer = await newBuyer(world, { createdAt: OLD, timeUpdated: OLD });
    const order: PlacedOrder = { ...(await placeOrder(world, null)), customerId: buyer.customerId };
    await seedStokly(world, { orders: [{ saleOrderId: order.orderId, deleted: true }] });
    const goodwill = { displayAdjustment: '2.00', displayTotal: '2.00', displayTax: '0.00', items: [] };
    await seedStokly(world, { refunds: [{ refundId: randomUUID(), saleOrderId: order.orderId, ...goodwill }] });
    expect(await poll(world)).toMatchObject({ found: { refunds: 1 }, woken: 0, waiting: 1 });
    await changeOrder(world, order);
    expect(await poll(world)).toMatchObject({ found: { orders: 0 }, woken: 1, waiting: 0 });
    await world.settled(buyer.customerId, ({ outcomes }) => outcomes.synced === 1);
    expect(await recordOf(world, order)).toMatchObject({ refunded_total: 2 });
  });

  it('nobody’s order: a till sale is counted, and wakes no one', async () => {
    await placeOrder(world, null, { timeUpdated: now() });
    expect(await poll(world)).toMatchObject({ found: { orders: 1 }, woken: 0, withoutCustomer: 1 });
  });
});

describe('a round', () => {
  it('with nothing new costs three calls and no wake, although the look-back shows all of it again', async () => {
    await placeOrder(world, null, { timeUpdated: now() });
    await poll(world);
    await clearRequests(world);
    expect(await poll(world)).toMatchObject({ found: { orders: 0, refunds: 0, customers: 0 }, woken: 0 });
    expect((await requestPaths(world)).stokly.map((path) => path.split('?')[0] ?? '').toSorted(compareTexts)).toEqual([
      'GET /v0/customers',
      'GET /v0/refunds',
      'GET /v2/saleorders',
    ]);
    const [last] = (await pollRuns(world)).toReversed();
    const { historyLength } = await world.client.workflow.getHandle(last?.workflowId ?? '').describe();
    expect(historyLength).toBeLessThan(25);
  });

  it('that finds what a webhook has brought already has it dropped unread: no call, no write, four events', async () => {
    const { buyer, order } = await known();
    const timeUpdated = now();
    await changeOrder(world, order, { timeUpdated });
    await orderEvent(world, order, { updatedAt: timeUpdated });
    await world.settled(buyer.customerId, ({ entries }) => entries[0]?.version === timeUpdated);
    await clearRequests(world);
    const before = await eventsOf(buyer);
    expect(await poll(world)).toMatchObject({ found: { orders: 1 }, woken: 1 });
    await untilTrue('the wake has come', async () => (await eventsOf(buyer)) > before);
    const { recent } = await world.settled(buyer.customerId);
    expect(recent.filter(({ what }) => what.includes('dropped'))).toEqual([]);
    const { stokly, dotdigital } = await requestPaths(world);
    expect([stokly.filter((path) => path.includes(order.orderId)), dotdigital]).toEqual([[], []]);
    expect((await eventsOf(buyer)) - before).toBeLessThanOrEqual(4);
  });

  it('reads over a border of its pages although hundreds of rows have one stamp, each once', async () => {
    const stamp = now();
    const count = 2 * LIMITS.pollRowsPerPage + 7;
    const orders = Array.from({ length: count }, () => ({
      saleOrderId: randomUUID(),
      customerId: null,
      timeUpdated: stamp,
    }));
    await seedStokly(world, { orders });
    expect(await poll(world)).toMatchObject({ found: { orders: count }, withoutCustomer: count, woken: 0 });
    expect(await poll(world)).toMatchObject({ found: { orders: 0 } });
  });
});

describe('rounds and webhooks at once', () => {
  it('write nothing twice, and each change is woken for once by each of them', async () => {
    const purchases = await Promise.all(Array.from({ length: 8 }, known));
    const change = async ({ order }: (typeof purchases)[number], quantity: number): Promise<void> => {
      const timeUpdated = now();
      const line = { lineId: order.lineId, quantity, displayPrice: '5.000000', displayTax: '1.000000' };
      await changeOrder(world, order, { lines: [line], timeUpdated });
      await orderEvent(world, order, { updatedAt: timeUpdated });
    };
    for (const quantity of [3, 4]) {
      await Promise.all([...purchases.map((purchase) => change(purchase, quantity)), poll(world)]);
    }
    await poll(world);
    const polled = (await readRuns(world, `WorkflowType = '${WORKFLOW_TYPES.syncCustomer}'`))
      .flatMap(wakesOf)
      .map(({ eventId }) => eventId)
      .filter((eventId) => eventId.startsWith('poll:'));
    expect(new Set(polled).size).toBe(polled.length);
  });

  it('and all is as the oracle says', async () => {
    expect(await violationsOf(world, { chronicle, wastedWritesMax: 1 })).toEqual([]);
  });
});

describe('a round of a shop that changes more than can be remembered', () => {
  it('that has more to read than fits a run goes on in the next, and the one after it knows all of it', async () => {
    const count = (LIMITS.pollPagesPerRun + 1) * LIMITS.pollRowsPerPage;
    const from = Date.now();
    const orders = Array.from({ length: count }, (_, n) => ({
      saleOrderId: randomUUID(),
      customerId: null,
      timeUpdated: new Date(from + n).toISOString(),
    }));
    await seedStokly(world, { orders });
    const before = (await pollRuns(world)).length;
    expect(await poll(world)).toMatchObject({ found: { orders: count }, withoutCustomer: count });
    await untilTrue('both of its runs are listed', async () => (await pollRuns(world)).length === before + 2);
    // What was forgotten of it, beyond the bound, is found once more; customers have seen the event, and nobody reads or writes anything.
    await clearRequests(world);
    const again = await poll(world);
    expect(again.found.orders).toBeGreaterThanOrEqual(count - LIMITS.pollRecent);
    expect(again.memory.streams.orders.recent).toHaveLength(LIMITS.pollRecent);
    const { stokly, dotdigital } = await requestPaths(world);
    expect([stokly.filter((path) => path.includes('/items')), dotdigital]).toEqual([[], []]);
    expect(JSON.stringify(again).length).toBeLessThan(400_000);
  });
});
