import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chronicle, followStokly, violationsOf } from '../support/oracle.js';
import { installPoll, poll } from '../support/polls.js';
import {
  type Buyer,
  changeOrder,
  clearRequests,
  controlStokly,
  newBuyer,
  orderEvent,
  type PlacedOrder,
  placeOrder,
  recordOf,
  requestPaths,
  seedStokly,
} from '../support/shop-events.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

/** An account whose rows have no `timeUpdated`, and webhooks that never come: what a round sees, and what it cannot. */
let world: World;
let chronicle: Chronicle;
let before: { buyer: Buyer; order: PlacedOrder };
beforeAll(async () => {
  world = await createWorld({ policy: { timeUpdatedKnown: false } });
  chronicle = followStokly(world);
  await controlStokly(world, 'POST', 'settings', { timeUpdated: false });
  before = await placed();
  await orderEvent(world, before.order);
  await installPoll(world);
  await poll(world);
});
afterAll(async () => {
  await world.close();
});

async function placed(rest: Readonly<Record<string, unknown>> = {}): Promise<{ buyer: Buyer; order: PlacedOrder }> {
  const buyer = await newBuyer(world, { createdAt: '2026-11-01T10:00:00.000Z' });
  return { buyer, order: await placeOrder(world, buyer.customerId, rest) };
}

const now = (): string => new Date().toISOString();
const lineOf = ({ lineId }: PlacedOrder) => ({ lineId, quantity: 2, displayPrice: '5.000000', displayTax: '1.000000' });

describe('without timeUpdated a round', () => {
  it('finds new orders, refunds and customers by the time at which they were made', async () => {
    const buyer = await newBuyer(world);
    const order = await placeOrder(world, buyer.customerId, { createdAt: now() });
    const refund = {
      refundId: randomUUID(),
      saleOrderId: before.order.orderId,
      items: [{ lineId: before.order.lineId }],
    };
    await seedStokly(world, { refunds: [refund] });
    const result = await poll(world);
    expect(result).toMatchObject({ found: { refunds: 1, customers: 1 }, problems: {}, openOrders: { unwatched: 0 } });
    await world.settled(buyer.customerId, ({ outcomes }) => outcomes.synced === 1);
    await untilTrue(
      'the refund is over',
      async () => (await recordOf(world, before.order))?.['refund_status'] === 'full',
    );
    expect(await recordOf(world, order)).toMatchObject({ order_status: 'unprocessed' });
  });

  it('wakes for open orders only that differ, and for those that are open no more', async () => {
    const [same, changed, despatched] = [await placed(), await placed(), await placed()];
    for (const { buyer, order } of [same, changed, despatched]) {
      await orderEvent(world, order);
      await world.settled(buyer.customerId, ({ outcomes }) => outcomes.synced === 1);
    }
    // They were open before any round saw them: now each is known.
    expect(await poll(world)).toMatchObject({ woken: 3 });
    for (const { buyer } of [same, changed, despatched]) await world.settled(buyer.customerId);
    await changeOrder(world, changed.order, {
      lines: [{ ...lineOf(changed.order), quantity: 3, displayLineTotal: '18.00', displayLineTax: '3.00' }],
    });
    await changeOrder(world, despatched.order, { lines: [{ ...lineOf(despatched.order), status: 'despatched' }] });
    await clearRequests(world);
    expect(await poll(world)).toMatchObject({ found: { orders: 2 }, woken: 2, waiting: 0 });
    await untilTrue(
      'the despatch is over',
      async () => (await recordOf(world, despatched.order))?.['order_status'] === 'despatched',
    );
    await untilTrue('the change is over', async () => (await recordOf(world, changed.order))?.['order_total'] === 18);
    expect((await requestPaths(world)).stokly.filter((path) => path.includes(same.order.orderId))).toEqual([]);
    expect(await poll(world)).toMatchObject({ found: { orders: 0 }, woken: 0 });
  });

  it('does not see what changes in an order that is done: its next event, or a backfill, brings it', async () => {
    const { buyer, order } = await placed({
      lines: [{ ...lineOf(before.order), lineId: randomUUID(), status: 'despatched' }],
    });
    await orderEvent(world, order);
    await world.settled(buyer.customerId, ({ outcomes }) => outcomes.synced === 1);
    await poll(world);
    await changeOrder(world, order, { lines: [{ ...lineOf(order), status: 'returned' }] });
    expect(await poll(world)).toMatchObject({ found: { orders: 0 }, woken: 0 });
    await orderEvent(world, order);
    await untilTrue('its event brings it', async () => (await recordOf(world, order))?.['order_status'] === 'returned');
  });

  it('leaves all as the oracle says', async () => {
    expect(await violationsOf(world, { chronicle, wastedWritesMax: 0 })).toEqual([]);
  });
});
