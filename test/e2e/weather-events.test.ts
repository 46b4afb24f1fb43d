import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { customerWorkflowId, routeWorkflowId } from '../../src/contract/ids.js';
import type { CustomerState } from '../../src/contract/messages.js';
import { LIMITS } from '../../src/domain/limits.js';
import { createRelayTemporal } from '../../src/relay/temporal-port.js';
import { readRuns, wakesOf } from '../support/histories.js';
import { type Chronicle, followStokly, violationsOf } from '../support/oracle.js';
import { seededDraw } from '../support/seeded-draw.js';
import {
  type Buyer,
  changeOrder,
  newBuyer,
  nextNumber,
  orderEvent,
  type PlacedOrder,
  placeOrder,
  recordOf,
  requestPaths,
  seedStokly,
} from '../support/shop-events.js';
import { type Attempts, atOnce, deliver, type EventToSend } from '../support/webhook-sender.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

/** Floods of events, and events that come before what they tell of (R10, W4, W5). */

/**
 * Set to break the run on purpose and see it fail: `swallow-signals` acknowledges one signal in a hundred and drops it,
 * `swallow-webhooks` does so with one webhook in a hundred.
 */
const BREAK = process.env['BREAK'];

const draw = seededDraw('the floods');

let world: World;
let chronicle: Chronicle;
beforeAll(async () => {
  world = await createWorld();
  chronicle = followStokly(world);
});
afterAll(async () => {
  await world.close();
});

const allIsWell = async (): Promise<void> =>
  expect(await violationsOf(world, { chronicle, wastedWritesMax: 0 })).toEqual([]);

const isComplete = (state: CustomerState): boolean => state.ledgerComplete;

/** The next version of an order, in Stokly's stand-in at once: a piece more, a millisecond later. */
class Edited {
  #version = 0;
  constructor(readonly placed: PlacedOrder) {}

  /** The version that Stokly now shows. */
  next(): string {
    this.#version += 1;
    const timeUpdated = new Date(Date.parse(this.placed.placedAt) + this.#version).toISOString();
    const { orderId: saleOrderId, lineId, number: niceId, customerId, placedAt: createdAt } = this.placed;
    const line = { lineId, itemSku: '85123A', itemName: 'White hanging heart', quantity: 1 + (this.#version % 90) };
    const header = { saleOrderId, niceId, customerId, createdAt, timeUpdated };
    world.stokly.account.seeder.order({ ...header, lines: [line] });
    return timeUpdated;
  }
}

async function editedOrders(buyer: Buyer, count: number): Promise<Edited[]> {
  const orders: Edited[] = [];
  for (let at = 0; at < count; at += 1) orders.push(new Edited(await placeOrder(world, buyer.customerId)));
  return orders;
}

function oneOf<T>(all: readonly T[]): T {
  const one = all[Math.floor(draw() * all.length)];
  if (one === undefined) throw new Error('nothing to choose from');
  return one;
}

describe('W5: an event of an order that Stokly does not show yet', () => {
  it('W5: waits, keeps nothing else of its customer waiting, and is written without another event', async () => {
    const buyer = await newBuyer(world);
    const early = unplaced(buyer.customerId);
    expect(await orderEvent(world, early, { type: 'order.created' })).toBe(202);
    await world.settled(buyer.customerId, ({ due }) => due.some(({ why }) => why === 'not-found'));
    const other = await placeOrder(world, buyer.customerId);
    await orderEvent(world, other);
    await world.settled(buyer.customerId, ({ outcomes }) => outcomes.synced === 1);
    expect(await recordOf(world, early)).toBeUndefined();
    await changeOrder(world, early);
    await world.settled(buyer.customerId, (state) => isComplete(state) && state.outcomes.synced === 2);
    await allIsWell();
  });

  it('W5: without a customer is routed once it is there, and once only', async () => {
    const buyer = await newBuyer(world);
    const early = unplaced(null);
    const eventId = `evt_${randomUUID()}`;
    for (const _repeat of [1, 2]) expect(await orderEvent(world, early, { eventId })).toBe(202);
    await untilTrue('Stokly was asked in vain', async () =>
      (await requestPaths(world)).stokly.some((call) => call.includes(early.orderId)),
    );
    await changeOrder(world, { ...early, customerId: buyer.customerId });
    const route = world.client.workflow.getHandle(routeWorkflowId(eventId));
    expect(await route.result()).toMatchObject({ outcome: 'woken', customerId: buyer.customerId });
    await world.settled(buyer.customerId, (state) => isComplete(state) && state.outcomes.synced === 1);
    await allIsWell();
  });

  it('W5: and that turns out to be a till sale ends as such, and touches nobody', async () => {
    const early = unplaced(null);
    const eventId = `evt_${randomUUID()}`;
    expect(await orderEvent(world, early, { eventId })).toBe(202);
    await seedStokly(world, { orders: [{ saleOrderId: early.orderId, niceId: early.number, customerId: null }] });
    const route = world.client.workflow.getHandle(routeWorkflowId(eventId));
    expect(await route.result()).toMatchObject({ outcome: 'no-customer', customerId: null });
    await allIsWell();
  });

  function unplaced(customerId: string | null): PlacedOrder {
    const ids = { orderId: randomUUID(), lineId: randomUUID(), number: nextNumber() };
    return { ...ids, customerId, placedAt: new Date(Date.UTC(2026, 10, 24, 11)).toISOString() };
  }
});

/** Less than all of a flood, for a machine that is busy with other things: `WEATHER_SHARE=0.1`. */
const SHARE = Number(process.env['WEATHER_SHARE'] ?? 1);
/** A flood takes as long as the machine needs for it. */
const FLOOD_TIMEOUT_MS = 240_000;

describe('R10: 5,000 signals from 20 senders to one customer', () => {
  const ROUNDS = 5;
  const SIGNALS_A_ROUND = 1_000 * SHARE;
  const SENDERS = 20;
  /** As many as a run works off before it continues when idle: each round ends with a continue-as-new. */
  const ORDERS = LIMITS.ordersPerRun;

  it(
    'R10: none is lost over many continue-as-news, and no run grows beyond its bound',
    async () => {
      const buyer = await newBuyer(world);
      const orders = await editedOrders(buyer, ORDERS);
      const temporal = createRelayTemporal(world.client, world.namespace);
      const sent: string[] = [];
      const send = async (n: number): Promise<void> => {
        const order = oneOf(orders);
        const version = order.next();
        const eventId = `evt_${randomUUID()}`;
        sent.push(eventId);
        if (BREAK === 'swallow-signals' && n % 100 === 99) return;
        const wake = { eventId, kind: 'order' as const, orderId: order.placed.orderId, version };
        const dispatch = { kind: 'wake-customer' as const, customerId: buyer.customerId, wake };
        await temporal.accept(dispatch, Date.now() + 60_000);
      };
      // The first round piles up while no worker runs. A later one begins as soon as the last is worked off: while the
      // workflow continues as new.
      await world.stopWorker();
      const startedAt = performance.now();
      for (let round = 0; round < ROUNDS; round += 1) {
        await atOnce(SENDERS, Array(SIGNALS_A_ROUND).keys(), send);
        if (round === 0) await world.startWorker();
        await world.settled(buyer.customerId, (state) => isComplete(state) && state.outcomes.synced === ORDERS);
      }
      const settledMs = Math.round(performance.now() - startedAt);
      await allIsWell();

      const runs = await readRuns(world, `WorkflowId = '${customerWorkflowId(buyer.customerId)}'`);
      const arrived = runs.flatMap(wakesOf).map(({ eventId }) => eventId);
      expect(arrived.toSorted()).toEqual(sent.toSorted());
      const lengths = runs.map(({ events }) => events.length);
      process.stdout.write(`${sent.length} signals settled in ${settledMs} ms, runs of ${lengths.join(', ')} events\n`);
      expect(runs.length).toBeGreaterThanOrEqual(ROUNDS);
      // What comes while the last drain of a run is under way is on top of its bound.
      expect(Math.max(...lengths)).toBeLessThan(2 * LIMITS.eventsPerRun);
    },
    FLOOD_TIMEOUT_MS,
  );
});

describe('W4: 10,000 webhooks in a burst', () => {
  const CUSTOMERS = 100;
  const ORDERS_EACH = 2;
  const WEBHOOKS = 10_000 * SHARE;
  /** Connections at once. */
  const SENDERS = 200;

  it(
    'W4: are all acknowledged, at once or when they come again, and nothing is lost',
    async () => {
      const buyers: Buyer[] = [];
      const orders: Edited[] = [];
      for (let at = 0; at < CUSTOMERS; at += 1) {
        const buyer = await newBuyer(world);
        buyers.push(buyer);
        orders.push(...(await editedOrders(buyer, ORDERS_EACH)));
      }
      const events = Array.from({ length: WEBHOOKS }, (): EventToSend => {
        const order = oneOf(orders);
        const { orderId, customerId } = order.placed;
        const data = { orderId, customerId: customerId ?? '', updatedAt: order.next() };
        return { type: 'order.updated', data, eventId: `evt_${randomUUID()}` };
      });
      const target = { relayUrl: world.relayUrl, secret: world.webhookSecret };
      const all: Attempts[] = [];
      // Most of it piles up before anyone works it off; the rest comes while it is.
      await world.stopWorker();
      const startedAt = performance.now();
      await atOnce(SENDERS, events.entries(), async ([n, event]) => {
        if (BREAK === 'swallow-webhooks' && n % 100 === 99) return;
        all.push(await deliver(target, event));
        if (all.length === 0.9 * WEBHOOKS) await world.startWorker();
      });
      const sentMs = Math.round(performance.now() - startedAt);
      const repeated = all.filter(({ length }) => length > 1).length;
      const statuses = new Set(all.flat());
      expect([...statuses].filter((status) => status !== 202 && status !== 503)).toEqual([]);
      // One after the other: asking all at once, and again and again, would be a flood of its own.
      for (const { customerId } of buyers)
        await world.settled(customerId, (state) => isComplete(state) && state.outcomes.synced === ORDERS_EACH);
      const settledMs = Math.round(performance.now() - startedAt);
      process.stdout.write(
        `${WEBHOOKS} webhooks acknowledged in ${sentMs} ms, ${repeated} not at once; all settled after ${settledMs} ms\n`,
      );
      // All is in one process here: under such a load a heartbeat may come too late, and its record is written once more.
      expect(await violationsOf(world, { chronicle, wastedWritesMax: CUSTOMERS * ORDERS_EACH })).toEqual([]);
      const arrived = new Set((await readRuns(world)).flatMap(wakesOf).map(({ eventId }) => eventId));
      expect(events.filter(({ eventId }) => !arrived.has(eventId))).toEqual([]);
    },
    FLOOD_TIMEOUT_MS,
  );
});
