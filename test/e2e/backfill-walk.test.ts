import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { customerWorkflowId } from '../../src/contract/ids.js';
import { CUSTOMER_STATUS } from '../../src/contract/search-attributes.js';
import { backfill, historyOf } from '../support/backfills.js';
import { type Chronicle, followStokly, violationsOf } from '../support/oracle.js';
import { clearRequests, instant, newBuyer, placeOrder, requestPaths } from '../support/shop-events.js';
import { createWorld, type World } from '../support/world.js';

let world: World;
let chronicle: Chronicle;

beforeAll(async () => {
  world = await createWorld({ policy: { holdAfterMs: 300 } });
  chronicle = followStokly(world);
});
afterAll(async () => {
  await world.close();
});

const customerHandle = (customerId = '') => world.client.workflow.getHandle(customerWorkflowId(customerId));

/** How often a page asked its customers. */
async function asksOf(workflowId: string): Promise<number> {
  const { events } = await world.client.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).filter(({ activityTaskScheduledEventAttributes: asked }) => (asked ?? null) !== null).length;
}

const WRITES = /^(PUT|PATCH|POST|DELETE) /;

describe('a backfill', () => {
  it('brings every order into one outcome, to the penny, and its sum is Stokly’s count', async () => {
    const [customer] = await historyOf(world, 25);
    const held = await newBuyer(world);
    await placeOrder(world, held.customerId, { displayTotal: '13.00' });
    await placeOrder(world, null);
    // So long that a page is asked a second time only where its first ask was not heard.
    const patience = { askAgainMs: 60_000, askAgainMaxMs: 60_000, giveUpMs: 120_000 };
    const result = await backfill(world, 'first', { pageSize: 10, patience });
    expect(result).toMatchObject({
      ending: 'done',
      isReconciled: true,
      customers: { woken: 26, answered: 26, leftOut: 0, unanswered: 0 },
      orders: { inStokly: 52, withOutcome: 52, waiting: 0 },
      differences: [],
    });
    expect(result.outcomes).toEqual([
      { outcome: 'synced', reason: null, currency: 'GBP', orders: 50, grossMinor: 60_000, refundedMinor: 0 },
      { outcome: 'held', reason: null, currency: 'GBP', orders: 1, grossMinor: 1300, refundedMinor: 0 },
      { outcome: 'skipped', reason: 'no-customer', currency: 'GBP', orders: 1, grossMinor: 1200, refundedMinor: 0 },
    ]);
    expect(await violationsOf(world, { chronicle, wastedWritesMax: 0 })).toEqual([]);
    // The held order's customer is in the fourth page too, for its final answer, and hears of it at once.
    expect(await Promise.all([1, 2, 3, 4].map((page) => asksOf(`backfill/first/${page}`)))).toEqual([1, 1, 1, 1]);
    // A synced customer was started with the status that it has now: no event had to say so.
    const started = customerHandle(customer?.buyer.customerId);
    expect((await started.describe()).typedSearchAttributes.get(CUSTOMER_STATUS)).toBe('idle');
    const { events } = await started.fetchHistory();
    const said = (events ?? []).map((event) => event.upsertWorkflowSearchAttributesEventAttributes ?? null);
    expect(said.filter((upsert) => upsert !== null)).toEqual([]);
  });

  it('makes no write call over the same data, and heals what nobody was told of', async () => {
    const guest = await newBuyer(world, { type: 2 });
    await placeOrder(world, guest.customerId);
    await clearRequests(world);
    const result = await backfill(world, 'second', { pageSize: 10 });
    expect(result).toMatchObject({ isReconciled: true, orders: { inStokly: 53, withOutcome: 53 } });
    expect(result.outcomes.map(({ reason, orders }) => [reason, orders])).toContainEqual(['guest', 1]);
    expect((await requestPaths(world)).dotdigital.filter((path) => WRITES.test(path))).toEqual([]);
  });

  it('leaves out customers without an order since the day that history begins', async () => {
    const old = await newBuyer(world);
    await placeOrder(world, old.customerId, { createdAt: instant(200_000) });
    const result = await backfill(world, 'since', { window: { from: instant(100_000), to: null } });
    expect(result).toMatchObject({ isReconciled: true, customers: { leftOut: 1 }, orders: { inStokly: 53 } });
    await expect(world.state(old.customerId)).rejects.toThrow();
  });
});
