import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAccountCounts } from '../../src/metrics/account-counts.js';
import { controlDotdigital, newBuyer, orderEvent, placeOrder } from '../support/shop-events.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(async () => {
  await world.close();
});

/** The value of one series of the worker's page. */
async function valueOf(series: string): Promise<number> {
  const line = (await world.workerMetrics()).split('\n').find((one) => one.startsWith(`${series} `));
  return Number(line?.slice(series.length + 1));
}

const accountCounts = () => readAccountCounts(world.client, world.namespace);

async function buyOnce(rest: { email?: null; total?: string; orders?: number } = {}): Promise<string> {
  const { customerId } = await newBuyer(world, rest.email === null ? { email: null } : {});
  const orders = rest.orders ?? 1;
  for (let count = 0; count < orders; count += 1) {
    const order = await placeOrder(world, customerId, rest.total === undefined ? {} : { displayTotal: rest.total });
    await orderEvent(world, order);
  }
  await world.settled(
    customerId,
    ({ ledgerComplete, outcomes, due }) =>
      ledgerComplete && due.length === 0 && outcomes.synced + outcomes.held + outcomes.skipped === orders,
  );
  return customerId;
}

describe('the metrics of a worker', () => {
  it('count what was settled and written, from the receipt of each event', async () => {
    const before = await valueOf('lockstep_event_to_written_seconds_count');
    await buyOnce();
    await buyOnce({ total: '99.00' });
    await buyOnce({ email: null });
    expect(await valueOf('lockstep_event_to_written_seconds_count')).toBe(before + 1);
    const seconds = await valueOf('lockstep_event_to_written_seconds_sum');
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThan(60);
    expect(await valueOf('lockstep_orders_settled_total{outcome="synced",reason="none"}')).toBeGreaterThan(0);
    expect(await valueOf('lockstep_orders_settled_total{outcome="held",reason="none"}')).toBeGreaterThan(0);
    expect(await valueOf('lockstep_orders_settled_total{outcome="skipped",reason="no-email"}')).toBeGreaterThan(0);
  });

  it('count calls as the vendor has them', async () => {
    await controlDotdigital(world, 'DELETE', 'requests');
    const before = await valueOf('lockstep_vendor_calls_total{vendor="dotdigital",status="2xx"}');
    const notFoundBefore = await valueOf('lockstep_vendor_calls_total{vendor="dotdigital",status="404"}');
    await buyOnce();
    const { requests } = (await controlDotdigital(world, 'GET', 'requests')) as { requests: { status: number }[] };
    const found = (await valueOf('lockstep_vendor_calls_total{vendor="dotdigital",status="2xx"}')) - before;
    const notFound = (await valueOf('lockstep_vendor_calls_total{vendor="dotdigital",status="404"}')) - notFoundBefore;
    expect(found).toBe(requests.filter(({ status }) => status >= 200 && status < 300).length);
    expect(notFound).toBe(requests.filter(({ status }) => status === 404).length);
    expect(found + notFound).toBe(requests.length);
  });
});

/** By themselves as many as a run takes before it continues as new, however many of the first were read together. */
const MORE_ORDERS = 40;

describe('the numbers over the account', () => {
  it('are those of all customers, of every run that is there and no other, and the same after a restart', async () => {
    const customerId = await buyOnce({ total: '99.00', orders: 15 });
    await buyOnce({ email: null, orders: 2 });
    // Enough for its workflow to continue as new: the run before keeps its search attributes, and must not count.
    for (let count = 0; count < MORE_ORDERS; count += 1) await orderEvent(world, await placeOrder(world, customerId));
    await untilTrue('one continued as new', async () => {
      const { count } = await world.client.workflow.count("ExecutionStatus = 'ContinuedAsNew' AND OrdersHeld > 0");
      return count > 0;
    });
    await world.settled(customerId, ({ outcomes }) => outcomes.synced === MORE_ORDERS && outcomes.held === 15);
    const state = { held: 16, skipped: 3 };
    await untilTrue('all are listed', async () => {
      const { ordersHeld, ordersSkipped } = await accountCounts();
      return ordersHeld === state.held && ordersSkipped === state.skipped;
    });
    const counts = await accountCounts();
    expect(counts.customersByAttention['order-held']).toBe(2);
    expect(counts.customersByStatus.idle).toBe(6);
    expect(counts).toMatchObject({ routesOpen: 0, tasksWaiting: { workflow: 0, activity: 0 } });
    await world.stopWorker();
    await world.startWorker();
    expect(await valueOf('lockstep_orders_held')).toBe(state.held);
    expect(await valueOf('lockstep_orders_skipped')).toBe(state.skipped);
    expect(await valueOf('lockstep_customers_needing_attention{attention="order-held"}')).toBe(2);
  });

  it('say what waits for a worker when there is none', async () => {
    await world.stopWorker();
    const waiting = await Promise.all([newBuyer(world), newBuyer(world), newBuyer(world)]);
    for (const { customerId } of waiting) await orderEvent(world, await placeOrder(world, customerId));
    await untilTrue('all wait', async () => (await accountCounts()).tasksWaiting.workflow === waiting.length);
    await world.startWorker();
    for (const { customerId } of waiting) await world.settled(customerId, ({ outcomes }) => outcomes.synced === 1);
    await untilTrue('none waits', async () => (await accountCounts()).tasksWaiting.workflow === 0);
  });
});
