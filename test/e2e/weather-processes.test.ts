import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../demo/ports.js';
import type { RunningProcess } from '../../demo/processes.js';
import { customerWorkflowId, routeWorkflowId } from '../../src/contract/ids.js';
import { RELAY_LIMITS } from '../../src/relay/app.js';
import { type Gate, openGate } from '../support/gate.js';
import { activityTroubles, currentWakes, readRuns, wakesOf } from '../support/histories.js';
import { type Chronicle, followStokly, violationsOf } from '../support/oracle.js';
import {
  type Buyer,
  clearRequests,
  controlDotdigital,
  controlStokly,
  dotdigitalState,
  newBuyer,
  type PlacedOrder,
  placeOrder,
  requestPaths,
} from '../support/shop-events.js';
import { type Attempts, atOnce, deliver, type EventToSend, postEvent } from '../support/webhook-sender.js';
import { type ProgramProcesses, relayProcesses, workerProcesses } from '../support/worker-process.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

/** Relay and worker as real processes, killed and asked to stop in the middle of their work (R2, R3). */

/**
 * Set to break the run on purpose and see it fail: `forget-event-ids` gives a repeat an id of its own, `kill-not-ask` kills
 * where a SIGTERM is due.
 */
const BREAK = process.env['BREAK'];

let world: World;
let chronicle: Chronicle;
/** Between the relays and Temporal. */
let gate: Gate;
let relays: ProgramProcesses;
let relayUrl: string;
/** The one that runs, if any. */
let relay: RunningProcess | null = null;
beforeAll(async () => {
  world = await createWorld();
  chronicle = followStokly(world);
  gate = await openGate(world.address);
  const port = await freePort();
  relayUrl = `http://127.0.0.1:${port}`;
  relays = relayProcesses(world, { port, temporalAddress: gate.address });
});
afterEach(async () => {
  gate.release();
  if (relay !== null && !relay.hasEnded()) await relays.kill(relay);
});
afterAll(async () => {
  await relays.stopAll();
  await gate.close();
  await world.close();
});

const allIsWell = async (): Promise<void> =>
  expect(await violationsOf(world, { chronicle, wastedWritesMax: 0 })).toEqual([]);

const target = () => ({ relayUrl, secret: world.webhookSecret });

async function startRelay(): Promise<RunningProcess> {
  const started = relays.start();
  relay = started;
  await untilTrue('the relay is healthy', async () => (await fetch(`${relayUrl}/healthz`)).ok);
  return started;
}

async function knownBuyer(): Promise<Buyer> {
  const buyer = await newBuyer(world);
  await placeOrder(world, buyer.customerId);
  await world.send('customer.updated', { customerId: buyer.customerId });
  await world.settled(buyer.customerId, (state) => state.ledgerComplete && state.outcomes.synced === 1);
  return buyer;
}

function eventOf(order: PlacedOrder, eventId = `evt_${randomUUID()}`): EventToSend {
  const customer = order.customerId === null ? {} : { customerId: order.customerId };
  return { type: 'order.updated', data: { orderId: order.orderId, ...customer }, eventId };
}

interface SentByStokly {
  readonly pending: number;
  readonly delivered: number;
  readonly attempts: number;
}

async function sentByStokly(): Promise<SentByStokly> {
  return (await controlStokly(world, 'GET', 'webhooks')) as SentByStokly;
}

async function countActivities({ customerId }: Buyer): Promise<number> {
  const { events } = await world.client.workflow.getHandle(customerWorkflowId(customerId)).fetchHistory();
  return (events ?? []).filter((event) => (event.activityTaskScheduledEventAttributes ?? null) !== null).length;
}

describe('R2: kill -9 of the relay after Temporal accepted and before its answer left', () => {
  it('R2: the sender repeats under the same id, and there is one effect', async () => {
    const first = await startRelay();
    await controlStokly(world, 'POST', 'webhooks', {
      url: `${relayUrl}/webhooks/stokly`,
      secret: world.webhookSecret,
    });
    const buyer = await knownBuyer();
    const named = await placeOrder(world, buyer.customerId);
    const routed = await placeOrder(world, buyer.customerId);
    const [namedId, routedId] = [`evt_${randomUUID()}`, `evt_${randomUUID()}`];
    await clearRequests(world);
    const before = await sentByStokly();
    gate.withhold();
    const event = { type: 'order.created', orderId: named.orderId, customerId: buyer.customerId };
    await controlStokly(world, 'POST', 'events', { ...event, id: namedId });
    await controlStokly(world, 'POST', 'events', { type: 'order.created', orderId: routed.orderId, id: routedId });
    const customer = customerWorkflowId(buyer.customerId);
    await untilTrue('Temporal has accepted both', async () => {
      const wakes = await currentWakes(world, customer);
      await world.client.workflow.getHandle(routeWorkflowId(routedId)).describe();
      return wakes.some(({ eventId }) => eventId === namedId);
    });
    await relays.kill(first);
    // Nobody has told the sender so: both are still its to send.
    expect(await sentByStokly()).toMatchObject({ pending: 2, delivered: before.delivered });
    // What was accepted has its effect, whoever knows of it.
    await world.settled(buyer.customerId, ({ outcomes }) => outcomes.synced === 3);
    const [calls, activities] = [await requestPaths(world), await countActivities(buyer)];
    gate.release();
    if (BREAK === 'forget-event-ids') await controlStokly(world, 'POST', 'events', event);
    await startRelay();
    await untilTrue('the sender got both in', async () => (await sentByStokly()).pending === 0);
    expect((await sentByStokly()).attempts).toBeGreaterThanOrEqual(before.attempts + 4);
    await world.settled(buyer.customerId);

    const wakes = (await currentWakes(world, customer)).filter(({ eventId }) => eventId === namedId);
    expect(wakes.length).toBeGreaterThanOrEqual(2);
    expect(await readRuns(world, `WorkflowId = '${routeWorkflowId(routedId)}'`)).toHaveLength(1);
    expect(calls.dotdigital.filter((call) => call.startsWith('PUT '))).toHaveLength(2);
    expect(await requestPaths(world)).toEqual(calls);
    expect(await countActivities(buyer)).toBe(activities);
    await allIsWell();
  });
});

describe('R3: SIGTERM of the relay', () => {
  it('R3: answers all that it has in hand before it goes', async () => {
    const buyer = await knownBuyer();
    const order = await placeOrder(world, buyer.customerId);
    for (let round = 1; ; round += 1) {
      const { statuses, withheldMs, ended } = await stopWithEventsInHand(order, buyer);
      expect(ended).toBe('status 0');
      // Cut off by nobody: what Temporal was too slow for is still told to come again.
      expect(statuses.filter((status) => status !== 202 && status !== 503)).toEqual([]);
      // Where the machine was so slow that the relay's own time to wait for Temporal was over, the round says nothing of the rest.
      if (withheldMs > RELAY_LIMITS.acceptTimeoutMs - MARGIN_MS && round < ROUNDS_MAX) continue;
      expect(statuses).toEqual(statuses.map(() => 202));
      break;
    }
    await allIsWell();
  });

  it('R3: under a stream of webhooks loses none that it acknowledged, and cuts none', async () => {
    const first = await startRelay();
    const orders: PlacedOrder[] = [];
    for (let count = 0; count < 20; count += 1) {
      orders.push(await placeOrder(world, (await newBuyer(world)).customerId));
    }
    const events = Array.from({ length: 400 }, (_, at) => eventOf(orders[at % orders.length] as PlacedOrder));
    const attempts = new Map<string, Attempts>(events.map(({ eventId }) => [eventId, []]));
    const idsWith = (status: number | null): string[] =>
      [...attempts].filter(([, statuses]) => statuses.includes(status)).map(([eventId]) => eventId);
    const stream = atOnce(16, events, async (event) => {
      await deliver(target(), event, attempts.get(event.eventId));
    });
    await untilTrue('the stream flows', () => idsWith(202).length >= 100);
    askToStop(relays, first);
    expect(await first.ended).toBe('status 0');

    const [acknowledged, unanswered] = [idsWith(202), idsWith(null)];
    expect(acknowledged.length).toBeLessThan(events.length);
    const standing = await untilStanding(acknowledged);
    expect(acknowledged.filter((eventId) => !standing.has(eventId))).toEqual([]);
    // Who got no answer was not let in either: nothing was begun and left.
    expect(unanswered.filter((eventId) => standing.has(eventId))).toEqual([]);

    await startRelay();
    await stream;
    const all = await untilStanding(events.map(({ eventId }) => eventId));
    expect(events.filter(({ eventId }) => !all.has(eventId))).toEqual([]);
    await allIsWell();
  });
});

/** How often a round may be begun anew where the machine was too slow for it. */
const ROUNDS_MAX = 5;
/** Until what was let through is read. */
const MARGIN_MS = 500;

/** Has a relay take thirty events, asks it to stop while Temporal's answers are withheld, and lets them through when it takes no more. */
async function stopWithEventsInHand(order: PlacedOrder, buyer: Buyer) {
  const first = await startRelay();
  const events = Array.from({ length: 30 }, () => eventOf(order));
  gate.withhold();
  const withheldAt = performance.now();
  const answers = events.map((event) => postEvent(target(), event).then(({ status }) => status, String));
  await untilTrue('all are in its hands', async () => {
    const ids = new Set((await currentWakes(world, customerWorkflowId(buyer.customerId))).map((wake) => wake.eventId));
    return events.every(({ eventId }) => ids.has(eventId));
  });
  askToStop(relays, first);
  await untilTrue(
    'it takes no more',
    async () => (await postEvent(target(), eventOf(order)).catch(() => null)) === null,
  );
  gate.release();
  const withheldMs = performance.now() - withheldAt;
  return { statuses: await Promise.all(answers), withheldMs, ended: await first.ended };
}

function askToStop(programs: ProgramProcesses, running: RunningProcess): void {
  if (BREAK === 'kill-not-ask') void programs.kill(running);
  else programs.askToStop(running);
}

/** The ids of all events that Temporal has; waits until these are among them or nothing more can be expected. */
async function untilStanding(eventIds: readonly string[]): Promise<Set<string>> {
  let standing = new Set<string>();
  await untilTrue('Temporal lists all', async () => {
    standing = new Set((await readRuns(world)).flatMap(wakesOf).map(({ eventId }) => eventId));
    return eventIds.every((eventId) => standing.has(eventId));
  }).catch(() => undefined);
  return standing;
}

describe('R3: SIGTERM of a worker under load', () => {
  it('R3: lets what is in hand end, no activity fails, and the next worker goes on', async () => {
    await world.stopWorker();
    const workers = workerProcesses(world);
    try {
      const first = workers.start();
      await oneOrder();
      await controlDotdigital(world, 'POST', 'faults', { kind: 'latency', delayMs: 150 });
      const placed = Array.from({ length: 60 }, () => oneOrder());
      const emails = new Set((await Promise.all(placed)).map(({ email }) => email));
      const countDone = async (): Promise<number> =>
        (await dotdigitalState(world)).contacts.filter(
          ({ email, dataFields }) => emails.has(email) && 'NUMBER_OF_ORDERS' in dataFields,
        ).length;
      await untilTrue('it is in the middle of it', async () => (await countDone()) > 0);
      askToStop(workers, first);
      expect(await countDone()).toBeLessThan(emails.size);
      workers.start();
      expect(await first.ended).toBe('status 0');
      await untilTrue('all are through', async () => (await countDone()) === emails.size);
      await allIsWell();
      expect((await readRuns(world)).flatMap(activityTroubles)).toEqual([]);
    } finally {
      await controlDotdigital(world, 'DELETE', 'faults');
      await workers.stopAll();
    }
  });

  async function oneOrder(): Promise<Buyer> {
    const buyer = await newBuyer(world);
    const order = await placeOrder(world, buyer.customerId);
    expect(await world.send('order.created', { orderId: order.orderId, customerId: buyer.customerId })).toBe(202);
    return buyer;
  }
});
