import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { customerWorkflowId, routeWorkflowId } from '../../src/contract/ids.js';
import {
  type Buyer,
  changeOrder,
  clearRequests,
  contactOf,
  instant,
  newBuyer,
  orderEvent,
  type PlacedOrder,
  placeOrder,
  recordOf,
  requestPaths,
  seedStokly,
} from '../support/shop-events.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(async () => {
  await world.close();
});

const isComplete = (state: { ledgerComplete: boolean }): boolean => state.ledgerComplete;

async function synced(
  given: { buyer?: Buyer; rest?: Record<string, unknown> } = {},
): Promise<{ buyer: Buyer; order: PlacedOrder }> {
  const buyer = given.buyer ?? (await newBuyer(world));
  const order = await placeOrder(world, buyer.customerId, given.rest);
  expect(await orderEvent(world, order)).toBe(202);
  await world.settled(
    buyer.customerId,
    (state) => state.ledgerComplete && state.entries.some((entry) => entry.orderId === order.orderId),
  );
  return { buyer, order };
}

describe('a new order of a new customer', () => {
  it('becomes a contact, a record and fields that say the same', async () => {
    const { buyer, order } = await synced();
    expect(await recordOf(world, order)).toMatchObject({
      id: String(order.number),
      stokly_order_id: order.orderId,
      order_total: 12,
      order_gross_total: 12,
      refunded_total: 0,
      order_status: 'unprocessed',
      products: [{ sku: '85123A', qty: 2, line_total: 12 }],
    });
    expect(await contactOf(world, buyer.email)).toMatchObject({
      emailStatus: 'subscribed',
      dataFields: {
        STOKLY_ID: buyer.customerId,
        TOTAL_SPEND: 12,
        NET_SPEND: 12,
        NUMBER_OF_ORDERS: 1,
        LAST_ORDER_ID: String(order.number),
      },
    });
    expect(await world.state(buyer.customerId)).toMatchObject({
      status: 'idle',
      outcomes: { synced: 1, held: 0, skipped: 0 },
      needsAttention: [],
    });
  });

  it.each([
    [false, 'unsubscribed'],
    [null, 'unsubscribed'],
    [true, 'subscribed'],
  ])('with consent %s makes a contact that is %s', async (marketingConsent, emailStatus) => {
    const { buyer } = await synced({ buyer: await newBuyer(world, { marketingConsent }) });
    expect(await contactOf(world, buyer.email)).toMatchObject({ emailStatus });
  });

  it('loads all earlier orders of the customer before it writes any money field', async () => {
    const buyer = await newBuyer(world);
    const earlier = await placeOrder(world, buyer.customerId, { createdAt: instant(600), timeUpdated: instant(600) });
    const { order } = await synced({ buyer });
    await world.settled(buyer.customerId, (state) => state.entries.length === 2);
    expect(await recordOf(world, earlier)).toBeDefined();
    expect((await contactOf(world, buyer.email))?.dataFields).toMatchObject({
      TOTAL_SPEND: 24,
      NUMBER_OF_ORDERS: 2,
      LAST_ORDER_ID: String(order.number),
    });
  });
});

describe('customer.created without an order', () => {
  it('makes a contact when consent is granted: the sign-up trigger', async () => {
    const buyer = await newBuyer(world);
    await world.send('customer.created', { customerId: buyer.customerId });
    await world.settled(buyer.customerId, isComplete);
    expect(await contactOf(world, buyer.email)).toMatchObject({
      emailStatus: 'subscribed',
      dataFields: { STOKLY_CONSENT: 'granted' },
    });
  });
});

describe('a live order of a known contact', () => {
  it('costs at most 3 Stokly calls, 2 Dotdigital calls and 16 history events', async () => {
    const { buyer } = await synced();
    const order = await placeOrder(world, buyer.customerId);
    const handle = world.client.workflow.getHandle(customerWorkflowId(buyer.customerId));
    const eventsBefore = (await handle.describe()).historyLength;
    await clearRequests(world);
    await orderEvent(world, order);
    await world.settled(buyer.customerId, (state) => state.outcomes.synced === 2);
    const calls = await requestPaths(world);
    expect(calls.stokly.length, calls.stokly.join('\n')).toBeLessThanOrEqual(3);
    expect(calls.dotdigital.length, calls.dotdigital.join('\n')).toBeLessThanOrEqual(2);
    await untilTrue(
      'the last workflow task is recorded',
      async () => (await handle.describe()).historyLength >= eventsBefore + 16,
    );
    expect((await handle.describe()).historyLength - eventsBefore).toBe(16);
  });

  it('is written once when its webhook comes twice: one signal more, no call', async () => {
    const { buyer } = await synced();
    const order = await placeOrder(world, buyer.customerId);
    const eventId = `evt_${randomUUID()}`;
    await orderEvent(world, order, { eventId });
    await world.settled(buyer.customerId, (state) => state.outcomes.synced === 2);
    const handle = world.client.workflow.getHandle(customerWorkflowId(buyer.customerId));
    await clearRequests(world);
    const signalsBefore = await countEvents(handle, 'workflowExecutionSignaledEventAttributes');
    const activitiesBefore = await countEvents(handle, 'activityTaskScheduledEventAttributes');
    expect(await orderEvent(world, order, { eventId })).toBe(202);
    await world.settled(buyer.customerId);
    expect(await countEvents(handle, 'workflowExecutionSignaledEventAttributes')).toBe(signalsBefore + 1);
    expect(await countEvents(handle, 'activityTaskScheduledEventAttributes')).toBe(activitiesBefore);
    expect(await requestPaths(world)).toEqual({ stokly: [], dotdigital: [] });
  });

  it('is not written when nothing about it changed', async () => {
    const { buyer, order } = await synced();
    await clearRequests(world);
    await orderEvent(world, order);
    await world.settled(buyer.customerId, (state) => state.recent.some(({ what }) => what === 'unchanged'));
    expect((await requestPaths(world)).dotdigital).toEqual([]);
  });

  it('is not even read when the ledger has the version that the event names', async () => {
    const { buyer, order } = await synced();
    await clearRequests(world);
    await orderEvent(world, order, { updatedAt: order.placedAt });
    await world.settled(buyer.customerId, (state) => state.recent.some(({ what }) => what.startsWith('event dropped')));
    expect(await requestPaths(world)).toEqual({ stokly: [], dotdigital: [] });
  });

  it('is read when its header changed before a refund that the ledger has already (a torn read)', async () => {
    const { buyer, order } = await synced();
    await seedStokly(world, {
      refunds: [
        {
          saleOrderId: order.orderId,
          createdAt: instant(10),
          timeUpdated: instant(10),
          status: 'completed',
          items: [{ lineId: order.lineId, quantity: 1 }],
        },
      ],
    });
    await orderEvent(world, order, { type: 'order.refunded', updatedAt: instant(10) });
    await world.settled(buyer.customerId, (state) => state.entries.some(({ read }) => read.refundedMinor === 600));
    await changeOrder(world, order, { timeUpdated: instant(20), channelName: 'Changed before the refund' });
    await orderEvent(world, order, { updatedAt: instant(20) });
    await untilTrue(
      'the header’s change is written',
      async () => (await recordOf(world, order))?.['store_name'] === 'Changed before the refund',
    );
  });

  it('writes its record before the contact’s fields when it is despatched', async () => {
    const { buyer, order } = await synced();
    const despatchedAt = instant(5);
    await changeOrder(world, order, {
      timeUpdated: despatchedAt,
      despatchedAt,
      itemStatuses: ['despatched'],
      lines: [
        { lineId: order.lineId, quantity: 2, displayPrice: '5.000000', displayTax: '1.000000', status: 'despatched' },
      ],
    });
    await clearRequests(world);
    await orderEvent(world, order, { type: 'order.despatched', updatedAt: despatchedAt });
    await untilTrue(
      'the despatch is there',
      async () => (await contactOf(world, buyer.email))?.dataFields['LAST_ORDER_STATUS'] === 'despatched',
    );
    expect((await requestPaths(world)).dotdigital.map((call) => call.split(' ')[0])).toEqual(['PUT', 'PATCH']);
    expect(await recordOf(world, order)).toMatchObject({ order_status: 'despatched' });
  });
});

describe('an order that leaves', () => {
  it('has its record deleted when it is removed, and counts for nothing', async () => {
    const { buyer, order } = await synced();
    await changeOrder(world, order, { stage: 'removed', timeUpdated: instant(1) });
    await orderEvent(world, order);
    await world.settled(buyer.customerId, (state) => state.skippedByReason.removed === 1);
    expect(await recordOf(world, order)).toBeUndefined();
    expect((await contactOf(world, buyer.email))?.dataFields).toMatchObject({ TOTAL_SPEND: 0, NUMBER_OF_ORDERS: 0 });
    expect((await contactOf(world, buyer.email))?.dataFields).not.toHaveProperty('LAST_ORDER_ID');
  });

  it('moves to its new customer: deleted there, written here', async () => {
    const { buyer, order } = await synced();
    const other = await newBuyer(world);
    const moved = { ...order, customerId: other.customerId };
    await changeOrder(world, moved, { timeUpdated: instant(1) });
    await orderEvent(world, order);
    await untilTrue(
      'the other customer has it',
      async () => (await contactOf(world, other.email))?.dataFields['NUMBER_OF_ORDERS'] === 1,
    );
    expect(await world.settled(buyer.customerId)).toMatchObject({ entries: [] });
    expect((await contactOf(world, buyer.email))?.dataFields).toMatchObject({ NUMBER_OF_ORDERS: 0 });
    expect(await recordOf(world, order)).toMatchObject({ order_total: 12 });
  });
});

describe('an event without a customer', () => {
  it('is routed to the customer of its order', async () => {
    const buyer = await newBuyer(world);
    const order = await placeOrder(world, buyer.customerId);
    const eventId = `evt_${randomUUID()}`;
    expect(await world.send('order.created', { orderId: order.orderId }, eventId)).toBe(202);
    expect(await world.client.workflow.getHandle(routeWorkflowId(eventId)).result()).toMatchObject({
      outcome: 'woken',
      customerId: buyer.customerId,
    });
    await world.settled(buyer.customerId, (state) => state.outcomes.synced === 1);
  });

  it('of a till sale ends as no-customer', async () => {
    const order = await placeOrder(world, null);
    const eventId = `evt_${randomUUID()}`;
    await world.send('order.created', { orderId: order.orderId }, eventId);
    expect(await world.client.workflow.getHandle(routeWorkflowId(eventId)).result()).toMatchObject({
      outcome: 'no-customer',
    });
  });

  it('waits for an order that Stokly does not show yet (W5)', async () => {
    const buyer = await newBuyer(world);
    const orderId = randomUUID();
    const eventId = `evt_${randomUUID()}`;
    await world.send('order.created', { orderId }, eventId);
    await untilTrue('Stokly was asked in vain', async () =>
      (await requestPaths(world)).stokly.some((call) => call.includes(orderId)),
    );
    await seedStokly(world, { orders: [{ saleOrderId: orderId, customerId: buyer.customerId, lines: [{}] }] });
    expect(await world.client.workflow.getHandle(routeWorkflowId(eventId)).result()).toMatchObject({
      outcome: 'woken',
    });
    await world.settled(buyer.customerId, (state) => state.outcomes.synced === 1);
  });
});

describe('an unknown order of a known customer (W5)', () => {
  it('is synced when it appears later, and the others do not wait for it', async () => {
    const { buyer } = await synced();
    const late: PlacedOrder = {
      orderId: randomUUID(),
      lineId: randomUUID(),
      number: 799_001,
      customerId: buyer.customerId,
      placedAt: instant(2),
    };
    await orderEvent(world, late, { updatedAt: late.placedAt });
    await world.settled(buyer.customerId, (state) => state.due.some(({ why }) => why === 'not-found'));
    await synced({ buyer });
    await changeOrder(world, late);
    await world.settled(buyer.customerId, (state) => state.outcomes.synced === 3);
    expect(await recordOf(world, late)).toBeDefined();
  });

  it('that is behind its event is read again until Stokly shows that version', async () => {
    const { buyer, order } = await synced();
    const updatedAt = instant(3);
    await orderEvent(world, order, { updatedAt });
    await world.settled(buyer.customerId, (state) => state.due.some(({ why }) => why === 'behind'));
    await changeOrder(world, order, { timeUpdated: updatedAt, channelName: 'Moved on' });
    await world.settled(buyer.customerId, (state) => state.due.length === 0 && state.entries[0]?.version === updatedAt);
    expect(await recordOf(world, order)).toMatchObject({ store_name: 'Moved on' });
  });
});

async function countEvents(
  handle: { fetchHistory(): Promise<{ events?: readonly object[] | null }> },
  attributes: string,
): Promise<number> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).filter(
    (event) => ![undefined, null].includes((event as Record<string, null | undefined>)[attributes]),
  ).length;
}
