import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { customerWorkflowId, routeWorkflowId } from '../../src/contract/ids.js';
import type { CustomerState } from '../../src/contract/messages.js';
import { type Chronicle, followStokly, tamper, violationsOf } from '../support/oracle.js';
import {
  type Buyer,
  changeOrder,
  clearRequests,
  contactOf,
  instant,
  newBuyer,
  nextNumber,
  orderEvent,
  type PlacedOrder,
  placeOrder,
  recordOf,
  requestPaths,
  seedStokly,
  type Wire,
} from '../support/shop-events.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

/** Webhooks come twice, a thousand times, in any order and too early: what stands in Dotdigital is the same (W1, W2, W7). */

/**
 * Set to break the run on purpose and see it fail: `forget-event-ids` gives each repeat an id of its own, `tamper-record`
 * changes a record.
 */
const BREAK = process.env['BREAK'];

let world: World;
let chronicle: Chronicle;
beforeAll(async () => {
  world = await createWorld();
  chronicle = followStokly(world);
});
afterAll(async () => {
  await world.close();
});

const isComplete = (state: CustomerState): boolean => state.ledgerComplete;

async function knownBuyer(): Promise<Buyer> {
  const buyer = await newBuyer(world);
  const order = await placeOrder(world, buyer.customerId, { createdAt: instant(900), timeUpdated: instant(900) });
  await orderEvent(world, order);
  await world.settled(buyer.customerId, (state) => isComplete(state) && state.outcomes.synced === 1);
  return buyer;
}

/** Over all runs: a workflow under fire continues as new. */
async function countEvents(buyer: Buyer, attributes: string): Promise<number> {
  let count = 0;
  const query = `WorkflowId = '${customerWorkflowId(buyer.customerId)}'`;
  for await (const { history } of world.client.workflow.list({ query }).intoHistories()) {
    const { events } = history as { events?: readonly object[] | null };
    count += (events ?? []).filter((event) => ((event as Wire)[attributes] ?? null) !== null).length;
  }
  return count;
}

const countSignals = (buyer: Buyer) => countEvents(buyer, 'workflowExecutionSignaledEventAttributes');
const countActivities = (buyer: Buyer) => countEvents(buyer, 'activityTaskScheduledEventAttributes');

/** As many senders at once as Stokly may have. */
const SENDERS = 16;

async function sendTimes(times: number, send: () => Promise<number>): Promise<void> {
  let left = times;
  const sender = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      expect(await send()).toBe(202);
    }
  };
  await Promise.all(Array.from({ length: Math.min(SENDERS, times) }, sender));
}

describe('W1: a webhook that comes again', () => {
  it.each([2, 10, 1000])('under one id, %i times in all, costs one signal each and one write', async (times) => {
    const buyer = await knownBuyer();
    const order = await placeOrder(world, buyer.customerId);
    const signalsBefore = await countSignals(buyer);
    const activitiesBefore = await countActivities(buyer);
    await clearRequests(world);
    const eventId = `evt_${randomUUID()}`;
    const send = () => orderEvent(world, order, BREAK === 'forget-event-ids' ? {} : { eventId });
    // The first alone: the others come when there is nothing left to do.
    await sendTimes(1, send);
    await world.settled(buyer.customerId, ({ outcomes }) => outcomes.synced === 2);
    const calls = await requestPaths(world);
    await sendTimes(times - 1, send);
    await untilTrue('all signals stand', async () => (await countSignals(buyer)) === signalsBefore + times);
    await world.settled(buyer.customerId);
    expect(await countActivities(buyer)).toBe(activitiesBefore + 2);
    expect(await requestPaths(world)).toEqual(calls);
    expect(calls.stokly.length, calls.stokly.join('\n')).toBeLessThanOrEqual(3);
    expect(calls.dotdigital.map((call) => call.split(' ')[0])).toEqual(['PUT', 'PATCH']);
  });

  it.each([2, 10, 1000])('under ids of its own, %i times at once, is written once', async (times) => {
    const buyer = await knownBuyer();
    const order = await placeOrder(world, buyer.customerId);
    const signalsBefore = await countSignals(buyer);
    await clearRequests(world);
    await sendTimes(times, () => orderEvent(world, order));
    await world.settled(buyer.customerId, ({ outcomes }) => outcomes.synced === 2);
    await untilTrue('all signals stand', async () => (await countSignals(buyer)) === signalsBefore + times);
    await world.settled(buyer.customerId);
    const calls = await requestPaths(world);
    expect(calls.dotdigital.map((call) => call.split(' ')[0])).toEqual(['PUT', 'PATCH']);
    // None names a version, so each may ask for one more look; what waits meanwhile is looked at once.
    expect(calls.stokly.length).toBeLessThanOrEqual(3 * times);
  });

  it('naming a version that was read, a thousand times under ids of its own, costs no call at all', async () => {
    const buyer = await knownBuyer();
    const order = await placeOrder(world, buyer.customerId);
    await orderEvent(world, order, { updatedAt: order.placedAt });
    await world.settled(buyer.customerId, ({ outcomes }) => outcomes.synced === 2);
    const signalsBefore = await countSignals(buyer);
    await clearRequests(world);
    await sendTimes(1000, () => orderEvent(world, order, { updatedAt: order.placedAt }));
    await untilTrue('all signals stand', async () => (await countSignals(buyer)) === signalsBefore + 1000);
    await world.settled(buyer.customerId);
    expect(await requestPaths(world)).toEqual({ stokly: [], dotdigital: [] });
  });
});

/** The life of an order: each step as Stokly shows it and as its webhook says it. */
const STEPS = ['placed', 'edited', 'despatched', 'refunded'] as const;
type Step = (typeof STEPS)[number];

const UPDATED_AT: Readonly<Record<Step, string>> = {
  placed: instant(60),
  edited: instant(40),
  despatched: instant(20),
  refunded: instant(10),
};
const EVENT_TYPE: Readonly<Record<Step, string>> = {
  placed: 'order.created',
  edited: 'order.updated',
  despatched: 'order.despatched',
  refunded: 'order.refunded',
};

/** Two pieces at 6.00 become three, are despatched, and one is given back. */
async function moveTo(order: PlacedOrder, step: Step): Promise<void> {
  const line = { lineId: order.lineId, quantity: 3, displayLineTotal: '18.00', displayLineTax: '3.00' };
  const timeUpdated = UPDATED_AT[step];
  switch (step) {
    case 'placed':
      return await changeOrder(world, order, { timeUpdated });
    case 'edited':
      return await changeOrder(world, order, { timeUpdated, lines: [line] });
    case 'despatched': {
      const lines = [{ ...line, status: 'despatched' }];
      return await changeOrder(world, order, { timeUpdated, despatchedAt: timeUpdated, lines });
    }
    case 'refunded':
      return await refundOne(order, timeUpdated);
  }
}

async function refundOne({ orderId, lineId }: PlacedOrder, at: string): Promise<void> {
  const refund = { saleOrderId: orderId, createdAt: at, timeUpdated: at, items: [{ lineId, quantity: 1 }] };
  await seedStokly(world, { refunds: [refund] });
}

async function sendStep(order: PlacedOrder, step: Step): Promise<void> {
  expect(await orderEvent(world, order, { type: EVENT_TYPE[step], updatedAt: UPDATED_AT[step] })).toBe(202);
}

function permutations<T>(values: readonly T[]): T[][] {
  if (values.length === 0) return [[]];
  return values.flatMap((value, at) =>
    permutations(values.filter((_, index) => index !== at)).map((rest) => [value, ...rest]),
  );
}

function unplaced(buyer: Buyer): PlacedOrder {
  const ids = { orderId: randomUUID(), lineId: randomUUID(), number: nextNumber() };
  return { ...ids, customerId: buyer.customerId, placedAt: UPDATED_AT.placed };
}

const AT_THE_END = {
  order_total: 12,
  order_gross_total: 18,
  refunded_total: 6,
  order_status: 'despatched',
  refund_status: 'partial',
  products: [{ qty: 2, line_total: 12 }],
  returned_products: [{ qty: 1, line_total: 6 }],
};

async function isAtTheEnd(buyer: Buyer, order: PlacedOrder): Promise<void> {
  await world.settled(
    buyer.customerId,
    (state) =>
      isComplete(state) &&
      state.due.length === 0 &&
      state.entries[0]?.version === UPDATED_AT.despatched &&
      state.entries[0].lastRefundAt === UPDATED_AT.refunded,
  );
  expect(await recordOf(world, order)).toMatchObject(AT_THE_END);
}

describe('W2: the four webhooks of an order, in each of their 24 orders', () => {
  const orders = permutations(STEPS);

  it('end the same when Stokly shows the latest: one contact, one record, written once', async () => {
    await clearRequests(world);
    const live = async (steps: readonly Step[]): Promise<void> => {
      const buyer = await newBuyer(world);
      const order = unplaced(buyer);
      for (const step of STEPS) await moveTo(order, step);
      for (const step of steps) await sendStep(order, step);
      await isAtTheEnd(buyer, order);
    };
    await Promise.all(orders.map(live));
    const { dotdigital } = await requestPaths(world);
    const count = (call: RegExp) => dotdigital.filter((made) => call.test(made)).length;
    // Records of events go out one by one; that all earlier orders were looked for may be said of several contacts in one import.
    const records = count(/^PUT \/insightData\/v3\/contacts\//);
    expect({ created: count(/^POST /), records }).toEqual({ created: 24, records: 24 });
    expect(count(/^PATCH /)).toBeLessThanOrEqual(2 * 24);
  });

  it('end the same when Stokly moves on between them, and no record goes back', async () => {
    await clearRequests(world);
    const live = async (steps: readonly Step[]): Promise<void> => {
      const buyer = await newBuyer(world);
      const order = unplaced(buyer);
      for (const [at, step] of steps.entries()) {
        await moveTo(order, STEPS[at] ?? 'refunded');
        await sendStep(order, step);
        // What can be read is written before Stokly moves on; a version that it does not show yet is waited for.
        await world.settled(buyer.customerId);
      }
      await isAtTheEnd(buyer, order);
    };
    await Promise.all(orders.map(live));
    const { dotdigital } = await requestPaths(world);
    const writes = dotdigital.filter((call) => call.startsWith('PUT ')).length;
    expect(writes).toBeGreaterThan(24);
    expect(writes).toBeLessThanOrEqual(4 * 24);
  });
});

describe('W7: a refund’s webhook before Stokly shows its order', () => {
  const waits = (buyer: Buyer, why: string) =>
    untilTrue(`it waits: ${why}`, async () => (await world.state(buyer.customerId)).due.some((one) => one.why === why));

  it('waits for the order, and writes it with its refund', async () => {
    const buyer = await newBuyer(world);
    const order = unplaced(buyer);
    await sendStep(order, 'refunded');
    await waits(buyer, 'not-found');
    for (const step of STEPS) await moveTo(order, step);
    await isAtTheEnd(buyer, order);
  });

  it('waits for the refund where the order is there, and writes nothing meanwhile', async () => {
    const buyer = await newBuyer(world);
    const order = unplaced(buyer);
    for (const step of STEPS.slice(0, 3)) await moveTo(order, step);
    await sendStep(order, 'refunded');
    await waits(buyer, 'behind');
    await moveTo(order, 'refunded');
    await isAtTheEnd(buyer, order);
    expect((await contactOf(world, buyer.email))?.dataFields).toMatchObject({ TOTAL_SPEND: 18, TOTAL_REFUND: 6 });
  });

  it('without a customer is routed once the order is there', async () => {
    const buyer = await newBuyer(world);
    const order = unplaced(buyer);
    const eventId = `evt_${randomUUID()}`;
    const data = { orderId: order.orderId, updatedAt: UPDATED_AT.refunded };
    expect(await world.send(EVENT_TYPE.refunded, data, eventId)).toBe(202);
    await untilTrue('Stokly was asked in vain', async () =>
      (await requestPaths(world)).stokly.some((call) => call.includes(order.orderId)),
    );
    for (const step of STEPS) await moveTo(order, step);
    const route = world.client.workflow.getHandle(routeWorkflowId(eventId));
    expect(await route.result()).toMatchObject({ outcome: 'woken', customerId: buyer.customerId });
    await isAtTheEnd(buyer, order);
  });
});

describe('a despatch that Stokly’s header shows later than its lines', () => {
  it('stands in the contact’s fields all the same, and costs no second record', async () => {
    const buyer = await knownBuyer();
    const order = await placeOrder(world, buyer.customerId);
    const line = { lineId: order.lineId, quantity: 2, displayPrice: '5.000000', displayTax: '1.000000' };
    const lines = [{ ...line, itemSku: '85123A', itemName: 'White hanging heart', status: 'despatched' }];
    await changeOrder(world, order, { lines, despatchedAt: null, timeUpdated: instant(20) });
    await orderEvent(world, order, { updatedAt: instant(20) });
    await world.settled(buyer.customerId, (state) => isComplete(state) && state.outcomes.synced === 2);
    expect((await contactOf(world, buyer.email))?.dataFields).not.toHaveProperty('LAST_DESPATCHED');
    const puts = (paths: readonly string[]) => paths.filter((path) => path.startsWith('PUT')).length;
    const before = puts((await requestPaths(world)).dotdigital);
    await changeOrder(world, order, { lines, despatchedAt: instant(21), timeUpdated: instant(19) });
    await orderEvent(world, order, { updatedAt: instant(19) });
    await untilTrue(
      'the despatch is there',
      async () => (await contactOf(world, buyer.email))?.dataFields['LAST_DESPATCH_ID'] === String(order.number),
    );
    expect(puts((await requestPaths(world)).dotdigital)).toBe(before);
  });
});

describe('in the end', () => {
  it('all is as the oracle says', async () => {
    if (BREAK === 'tamper-record') await tamperOne();
    // Each write above changed something: no fault was at work that could make one repeat. The despatch that was caught up stands in
    // fields alone, and no record changed with it.
    expect(await violationsOf(world, { chronicle, wastedWritesMax: 1 })).toEqual([]);
  });

  it('and the oracle would see a record that goes back to an earlier version', async () => {
    const number = await tamperOne();
    const violations = await violationsOf(world, { chronicle, wastedWritesMax: 0 });
    expect(violations).toContainEqual(expect.stringContaining(`record ${number}: `));
    expect(violations).toContainEqual(expect.stringMatching(/went back from version 4 to 1/));
  });
});

/** Puts what stood at first over what stands now, digit by digit. */
async function tamperOne(): Promise<string> {
  const buyer = await newBuyer(world);
  const order = unplaced(buyer);
  await moveTo(order, 'placed');
  await sendStep(order, 'placed');
  await world.settled(buyer.customerId, isComplete);
  const first = world.dotdigital.account.log.all.find(
    (change) => change.kind === 'record' && change.key === String(order.number),
  );
  for (const step of STEPS.slice(1)) await moveTo(order, step);
  await sendStep(order, 'refunded');
  await isAtTheEnd(buyer, order);
  if (first?.kind !== 'record' || first.json === null) throw new Error('nothing was written');
  await tamper(world, buyer.email, first.json);
  return String(order.number);
}
