import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadHistoryPort } from '../../src/temporal-ports.js';
import { prioritiesOf } from '../support/histories.js';
import {
  contactOf,
  controlDotdigital,
  instant,
  newBuyer,
  orderEvent,
  type PlacedOrder,
  placeOrder,
  recordOf,
  requestPaths,
} from '../support/shop-events.js';
import { starterOn } from '../support/starter-on-world.js';
import { createWorld, type World } from '../support/world.js';

let world: World;
beforeAll(async () => {
  world = await createWorld({ policy: { writes: false, triggerMaxAgeMs: 86_400_000 } });
});
afterAll(async () => {
  await world.close();
});

describe('WRITES=off', () => {
  beforeEach(async () => {
    await world.stopWorker();
    world.policy = { ...world.policy, writes: process.env['TEST_BREAK'] === 'ignore-writes-off' };
    await world.startWorker();
  });

  it('reads, judges and counts everything, writes nothing, and says what it would write', async () => {
    const buyer = await newBuyer(world);
    const order = await placeOrder(world, buyer.customerId);
    const failing = await placeOrder(world, buyer.customerId, { displayTotal: '99.00' });
    await orderEvent(world, order);
    await orderEvent(world, failing);
    const state = await world.settled(
      buyer.customerId,
      ({ outcomes, ledgerComplete }) => outcomes.held === 1 && ledgerComplete,
    );
    expect(state).toMatchObject({ isRehearsal: true, outcomes: { synced: 1, held: 1 }, contactId: null });
    expect(state.entries.every(({ written }) => written === null)).toBe(true);
    expect(state.recent.map(({ what }) => what)).toContain('would be written');
    expect(await contactOf(world, buyer.email)).toBeUndefined();
  });

  it('changes no contact that exists already', async () => {
    const buyer = await newBuyer(world);
    await controlDotdigital(world, 'POST', 'seed', { contacts: [{ email: buyer.email, emailStatus: 'unsubscribed' }] });
    const order = await placeOrder(world, buyer.customerId);
    await orderEvent(world, order);
    await world.settled(buyer.customerId, ({ outcomes, ledgerComplete }) => outcomes.synced === 1 && ledgerComplete);
    expect((await contactOf(world, buyer.email))?.dataFields).not.toHaveProperty('STOKLY_ID');
    expect(
      (await requestPaths(world)).dotdigital.filter(
        (call) => !call.startsWith('GET') && !call.includes('data-fields') && !call.includes('collections'),
      ),
    ).toEqual([]);
  });

  it('writes what it only rehearsed once writes are on and the order is looked at again; old facts stay quiet', async () => {
    const buyer = await newBuyer(world);
    const order = await placeOrder(world, buyer.customerId, {
      createdAt: '2020-01-01T00:00:00.000Z',
      timeUpdated: '2020-01-01T00:00:00.000Z',
    });
    await orderEvent(world, order);
    await world.settled(buyer.customerId, ({ outcomes, ledgerComplete }) => outcomes.synced === 1 && ledgerComplete);
    await writesOn();
    await orderEvent(world, order, { eventId: `again-${instant(0)}` });
    await world.settled(buyer.customerId, ({ entries }) => entries.some(({ written }) => written !== null));
    expect(await recordOf(world, order)).toMatchObject({ order_total: 12 });
    const fields = (await contactOf(world, buyer.email))?.dataFields;
    expect(fields).toMatchObject({ TOTAL_SPEND: 12, LAST_ORDER_ID: String(order.number) });
    expect(fields).not.toHaveProperty('LAST_ORDER_STATUS');
  });

  it('is made up for whole when writes are on and anything of the customer is looked at', async () => {
    const buyer = await newBuyer(world);
    const orders = [await placeOrder(world, buyer.customerId), await placeOrder(world, buyer.customerId)] as const;
    for (const order of orders) await orderEvent(world, order);
    await world.settled(buyer.customerId, ({ outcomes, ledgerComplete }) => outcomes.synced === 2 && ledgerComplete);
    await writesOn();
    await orderEvent(world, orders[0], { eventId: `one-${orders[0].number}` });
    await world.settled(buyer.customerId, ({ entries }) => entries.every(({ written }) => written !== null));
    for (const order of orders) expect(await recordOf(world, order)).toMatchObject({ order_total: 12 });
    expect((await contactOf(world, buyer.email))?.dataFields).toMatchObject({ TOTAL_SPEND: 24, NUMBER_OF_ORDERS: 2 });
  });

  it('is made up for behind live work where a history is loaded: a backfill after a rehearsal is none', async () => {
    const { customerId } = await newBuyer(world);
    await placeOrder(world, customerId);
    const load = () => loadHistoryPort(world.client)(customerId, { eventId: randomUUID(), kind: 'load-history' });
    await load();
    await world.settled(customerId, ({ outcomes, ledgerComplete }) => outcomes.synced === 1 && ledgerComplete);
    await writesOn();
    await load();
    await world.settled(customerId, ({ entries }) => entries.every(({ written }) => written !== null));
    expect(new Set(await prioritiesOf(world, customerId))).toEqual(new Set(['history']));
  });

  it('is made up for by one command for all customers, and one that wrote already is left alone', async () => {
    const buyers = [await newBuyer(world), await newBuyer(world)];
    const orders: PlacedOrder[] = [];
    for (const { customerId } of buyers) {
      const order = await placeOrder(world, customerId);
      orders.push(order);
      await orderEvent(world, order);
      await world.settled(customerId, ({ outcomes, ledgerComplete }) => outcomes.synced === 1 && ledgerComplete);
    }
    await writesOn();
    const { status, out } = await starterOn(world, ['wake', '--rehearsed', '--json']);
    expect(status).toBe(0);
    const { customersWoken } = JSON.parse(out[0] ?? '');
    expect(customersWoken).toEqual(expect.arrayContaining(buyers.map(({ customerId }) => customerId)));
    for (const { customerId } of buyers) {
      await world.settled(customerId, ({ entries }) => entries.every(({ written }) => written !== null));
    }
    for (const order of orders) expect(await recordOf(world, order)).toMatchObject({ order_total: 12 });
    for (const customerId of customersWoken) await world.settled(customerId);
    expect(await starterOn(world, ['wake', '--rehearsed'])).toMatchObject({
      status: 0,
      out: ['No customer was last looked at with WRITES=off.'],
    });
  });

  async function writesOn(): Promise<void> {
    await world.stopWorker();
    world.policy = { ...world.policy, writes: true };
    await world.startWorker();
  }
});
