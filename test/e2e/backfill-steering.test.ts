import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  backfillWorkflowId,
  cancelBackfillSignal,
  pauseBackfillSignal,
  resumeBackfillSignal,
  setSpeedSignal,
} from '../../src/contract/backfill.js';
import {
  backfill,
  backfillResultOf,
  bringRealMonth,
  type HistoryCustomer,
  historyOf,
  progressOf,
  startBackfill,
  untilProgress,
} from '../support/backfills.js';
import { type Chronicle, followStokly, violationsOf } from '../support/oracle.js';
import { changeOrder, newBuyer, orderEvent, placeOrder } from '../support/shop-events.js';
import { starterOn } from '../support/starter-on-world.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

/** T6: paused, resumed, cancelled, slower and faster; and what moves while it walks. */
let world: World;
let chronicle: Chronicle;
let customers: HistoryCustomer[];

const REAL_CUSTOMERS = 35;

beforeAll(async () => {
  world = await createWorld({ policy: { holdAfterMs: 300 } });
  chronicle = followStokly(world);
  customers = await historyOf(world, 15, 1);
});
afterAll(async () => {
  await world.close();
});

describe('a backfill that is steered', () => {
  it('opens no page while it is paused, says who paused it, and goes on where it was', async () => {
    await world.stopWorker();
    const handle = await startBackfill(world, 'paused', { pageSize: 4, pagesAtOnce: 2 });
    await handle.signal(pauseBackfillSignal, { actor: 'jane', reason: 'a sale is on' });
    await world.startWorker();
    await untilProgress(handle, 'it could begin', ({ paused, ordersTotal }) => paused !== null && ordersTotal !== null);
    const shown = await starterOn(world, ['backfill', 'watch', 'paused', '--for', '2s']);
    const paused = await progressOf(handle);
    expect(paused).toMatchObject({ paused: 'paused by jane: a sale is on', pagesOpen: 0, pagesDone: 0 });
    expect(shown.out.join('\n')).toContain('PAUSED (paused by jane: a sale is on)');
    await handle.signal(setSpeedSignal, { pagesAtOnce: 3 });
    await handle.signal(resumeBackfillSignal, {});
    const result = await backfillResultOf(handle);
    expect(result).toMatchObject({ ending: 'done', isReconciled: true, customers: { answered: 15 } });
    expect(result.pauses).toEqual([
      { at: expect.any(String), why: 'paused by jane: a sale is on', resumedAt: expect.any(String) },
    ]);
  });

  it('ends with what was done when it is cancelled, and a later one brings the rest', async () => {
    const handle = await startBackfill(world, 'cancelled', { pageSize: 4, pagesAtOnce: 1 });
    await untilProgress(handle, 'a page is done', ({ pagesDone }) => pagesDone >= 1);
    await handle.signal(cancelBackfillSignal, {});
    const result = await backfillResultOf(handle);
    expect(result.ending).toBe('cancelled');
    expect(result.customers.answered).toBeLessThanOrEqual(15);
    expect((await starterOn(world, ['backfill', 'show', 'cancelled'])).out.join('\n')).toContain('not compared');
    expect(await backfill(world, 'cancelled', { pageSize: 4 })).toMatchObject({ isReconciled: true });
  });

  it('is cancelled from Temporal’s UI alike, at its first page', async () => {
    await world.stopWorker();
    const handle = await startBackfill(world, 'from-ui');
    await handle.cancel();
    await world.startWorker();
    expect(await backfillResultOf(handle)).toMatchObject({ ending: 'cancelled', isReconciled: false });
  });
});

describe('what moves while it walks', () => {
  it('is counted once: orders and customers that appear, an order that changes hands, a page that is terminated', async () => {
    const first = customers[0];
    const last = customers.at(-1);
    if (first === undefined || last === undefined) throw new Error('no customers');
    const handle = await startBackfill(world, 'moving', { pageSize: 4, pagesAtOnce: 1 });
    await untilProgress(handle, 'a page is done', ({ pagesDone }) => pagesDone >= 1);
    // Nobody is told: the first customer was walked past already, and has answered.
    await placeOrder(world, first.buyer.customerId);
    const newcomer = await newBuyer(world);
    await placeOrder(world, newcomer.customerId);
    const moved = last.orders[0];
    if (moved === undefined) throw new Error('no order');
    await changeOrder(
      world,
      { ...moved, customerId: first.buyer.customerId },
      { timeUpdated: new Date().toISOString() },
    );
    await world.client.workflow
      .getHandle(`${backfillWorkflowId('moving')}/3`)
      .terminate()
      .catch(() => undefined);
    const result = await backfillResultOf(handle);
    expect(result).toMatchObject({ isReconciled: true, differences: [], orders: { inStokly: 17, withOutcome: 17 } });
    // Its new customer may write it before the old one has deleted it: that is refused, and made up for.
    expect(await violationsOf(world, { chronicle, wastedWritesMax: 1 })).toEqual([]);
  });

  it('serves live events meanwhile, and two backfills with overlapping windows do not disturb each other', async () => {
    await historyOf(world, 10, 2);
    const one = await startBackfill(world, 'one', { pageSize: 5 });
    const other = await startBackfill(world, 'other', { pageSize: 7 });
    const live = await newBuyer(world);
    const order = await placeOrder(world, live.customerId);
    expect(await orderEvent(world, order)).toBe(202);
    await untilTrue('the live order is there', async () => (await world.state(live.customerId)).outcomes.synced === 1);
    expect(await backfillResultOf(one)).toMatchObject({ isReconciled: true });
    expect(await backfillResultOf(other)).toMatchObject({ isReconciled: true });
    expect(await violationsOf(world, { chronicle, wastedWritesMax: 1 })).toEqual([]);
  });
});

describe('a real shop’s month', () => {
  it('is brought over as the oracle says, of the first customers', async () => {
    const { orders } = bringRealMonth(world, REAL_CUSTOMERS);
    expect(orders).toBeGreaterThan(REAL_CUSTOMERS);
    const all = world.stokly.account.store.orders.size;
    const result = await backfill(world, 'month', { pageSize: 40 });
    expect(result).toMatchObject({ isReconciled: true, orders: { inStokly: all, withOutcome: all, waiting: 0 } });
    expect(await violationsOf(world, { chronicle, wastedWritesMax: 1 })).toEqual([]);
  });
});
