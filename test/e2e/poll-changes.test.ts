import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { customerWorkflowId } from '../../src/contract/ids.js';
import {
  changeOrder,
  clearRequests,
  contactOf,
  controlStokly,
  dotdigitalState,
  newBuyer,
  orderEvent,
  placeOrder,
  recordOf,
  requestPaths,
  seedStokly,
} from '../support/shop-events.js';
import { installPoll, poll, pollRuns, triggerPoll } from '../support/polls.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

/** No webhook is sent unless a test sends it: the poll alone sees what happens in the shop. */
let world: World;
beforeAll(async () => {
  world = await createWorld();
  await installPoll(world);
  await poll(world);
});
afterAll(async () => {
  await world.close();
});

const now = (): string => new Date().toISOString();

describe('with all webhooks off, a round brings over', () => {
  it('a new order, and nothing of what was before the first round', async () => {
    const buyer = await newBuyer(world, {
      createdAt: '2026-11-01T10:00:00.000Z',
      timeUpdated: '2026-11-01T10:00:00.000Z',
    });
    await placeOrder(world, buyer.customerId);
    expect(await poll(world)).toMatchObject({ found: { orders: 0, refunds: 0, customers: 0 }, woken: 0 });

    const order = await placeOrder(world, buyer.customerId, { timeUpdated: now() });
    expect(await poll(world)).toMatchObject({ found: { orders: 1 }, woken: 1, waiting: 0, problems: {} });
    await world.settled(buyer.customerId, ({ outcomes }) => outcomes.synced === 2);
    expect(await recordOf(world, order)).toMatchObject({ order_total: 12 });
  });
});
