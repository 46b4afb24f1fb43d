import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { customerWorkflowId, routeWorkflowId } from '../../src/contract/ids.js';
import { exchange, rawWebhook } from '../relay/raw-socket.js';
import { webhook } from '../relay/relay-under-test.js';
import { type Chronicle, followStokly, violationsOf } from '../support/oracle.js';
import {
  clearRequests,
  newBuyer,
  orderEvent,
  type PlacedOrder,
  placeOrder,
  requestPaths,
} from '../support/shop-events.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

/** S2: who has caught a signed webhook and sends it again is answered as the sender was, and nothing happens. */

let world: World;
let chronicle: Chronicle;
beforeAll(async () => {
  world = await createWorld();
  chronicle = followStokly(world);
});
afterAll(async () => {
  await world.close();
});

/** A webhook byte by byte as it was on the wire. */
function caught(order: PlacedOrder, rest: { eventId: string; isNamed?: boolean; version?: string }): Buffer {
  const { eventId, isNamed = true, version } = rest;
  const data = {
    orderId: order.orderId,
    ...(isNamed ? { customerId: order.customerId } : {}),
    ...(version === undefined ? {} : { updatedAt: version }),
  };
  const event = { type: 'order.updated', timestamp: new Date().toISOString(), data };
  return rawWebhook(webhook(event, { id: eventId, secret: world.webhookSecret }));
}

const relayPort = (): number => Number(new URL(world.relayUrl).port);

async function statusOf(bytes: Buffer): Promise<number> {
  return (await exchange(relayPort(), bytes)).status;
}

async function signalsOf(customerId: string): Promise<number> {
  const { events } = await world.client.workflow.getHandle(customerWorkflowId(customerId)).fetchHistory();
  return (events ?? []).filter((event) => (event.workflowExecutionSignaledEventAttributes ?? null) !== null).length;
}

/** Sends it again, as often as told, and waits until the customer's workflow has been told each time. */
async function replay(bytes: Buffer, customerId: string, times: number): Promise<void> {
  const before = await signalsOf(customerId);
  for (let count = 0; count < times; count += 1) expect(await statusOf(bytes)).toBe(202);
  await untilTrue('all signals stand there', async () => (await signalsOf(customerId)) === before + times);
  await world.settled(customerId);
}

describe('S2: a webhook that is replayed', () => {
  it('is acknowledged each time, and costs no call at all, whether it names a version or not', async () => {
    for (const version of [undefined, '2026-11-24T10:59:00.000Z']) {
      const { customerId } = await newBuyer(world);
      const order = await placeOrder(world, customerId);
      const bytes = caught(order, { eventId: `evt-${randomUUID()}`, ...(version === undefined ? {} : { version }) });
      expect(await statusOf(bytes)).toBe(202);
      await world.settled(customerId, ({ outcomes, ledgerComplete }) => outcomes.synced === 1 && ledgerComplete);
      await clearRequests(world);
      await replay(bytes, customerId, 5);
      expect(await requestPaths(world)).toEqual({ stokly: [], dotdigital: [] });
    }
  });

  it('under its id and with another content, signed by the sender himself, has no effect either', async () => {
    const { customerId } = await newBuyer(world);
    const order = await placeOrder(world, customerId);
    const eventId = `evt-${randomUUID()}`;
    expect(await statusOf(caught(order, { eventId }))).toBe(202);
    await world.settled(customerId, ({ outcomes, ledgerComplete }) => outcomes.synced === 1 && ledgerComplete);
    await clearRequests(world);
    await replay(caught(order, { eventId, version: '2026-11-24T11:30:00.000Z' }), customerId, 1);
    expect(await requestPaths(world)).toEqual({ stokly: [], dotdigital: [] });
    // The same news under an id of its own is read.
    await orderEvent(world, order);
    await untilTrue('it is read', async () => (await requestPaths(world)).stokly.length > 0);
    await world.settled(customerId);
  });

  it('that named no customer starts no second route, also after the first one ended', async () => {
    const { customerId } = await newBuyer(world);
    const order = await placeOrder(world, customerId);
    const eventId = `evt-${randomUUID()}`;
    const bytes = caught(order, { eventId, isNamed: false });
    expect(await statusOf(bytes)).toBe(202);
    const route = world.client.workflow.getHandle(routeWorkflowId(eventId));
    expect(await route.result()).toMatchObject({ outcome: 'woken', customerId });
    await world.settled(customerId, ({ outcomes, ledgerComplete }) => outcomes.synced === 1 && ledgerComplete);
    const { runId } = await route.describe();
    await clearRequests(world);
    for (let count = 0; count < 3; count += 1) expect(await statusOf(bytes)).toBe(202);
    expect((await route.describe()).runId).toBe(runId);
    expect(await requestPaths(world)).toEqual({ stokly: [], dotdigital: [] });
  });

  it('leaves all as the oracle says', async () => {
    expect(await violationsOf(world, { chronicle, wastedWritesMax: 0 })).toEqual([]);
  });
});
