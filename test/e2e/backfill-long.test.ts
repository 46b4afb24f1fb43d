import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backfillWorkflowId, resumeBackfillSignal } from '../../src/contract/backfill.js';
import { customerWorkflowId } from '../../src/contract/ids.js';
import { compareTexts } from '../../src/domain/instants.js';
import { LIMITS } from '../../src/domain/limits.js';
import {
  backfill,
  backfillResultOf,
  historyOf,
  QUICK_TO_GIVE_UP,
  startBackfill,
  stuckCustomer,
  untilProgress,
} from '../support/backfills.js';
import {
  type Buyer,
  controlDotdigital,
  controlStokly,
  dotdigitalState,
  newBuyer,
  type PlacedOrder,
  placeOrder,
} from '../support/shop-events.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

let world: World;

beforeAll(async () => {
  world = await createWorld({ ledgerTimeoutMs: 2_000 });
});
afterAll(async () => {
  await world.close();
});

/** Lines that Stokly refuses to show for good: its customer says so, again and again. */
async function blockedCustomer(): Promise<{ readonly buyer: Buyer; readonly order: PlacedOrder }> {
  const buyer = await newBuyer(world);
  const order = await placeOrder(world, buyer.customerId);
  const match = { method: 'GET', path: `/v2/saleorders/${order.orderId}/items` };
  await controlStokly(world, 'POST', 'faults', { kind: 'status', status: 400, match });
  return { buyer, order };
}

/** Its lines come late, once. */
async function slowCustomer(): Promise<Buyer> {
  const buyer = await newBuyer(world);
  const order = await placeOrder(world, buyer.customerId);
  const match = { method: 'GET', path: `/v2/saleorders/${order.orderId}/items` };
  await controlStokly(world, 'POST', 'faults', { kind: 'latency', latencyMs: 3_000, match, times: 1 });
  return buyer;
}

async function terminated({ customerId }: Buyer): Promise<boolean> {
  return await world.client.workflow
    .getHandle(customerWorkflowId(customerId))
    .terminate()
    .then(
      () => true,
      () => false,
    );
}

describe('a backfill', () => {
  it('pauses when Dotdigital asks new contacts to confirm, says why, and goes on when it is told to', async () => {
    await controlDotdigital(world, 'POST', 'settings', { isOptInAsked: true });
    await historyOf(world, LIMITS.backfillFirstPage + 5, 1);
    const handle = await startBackfill(world, 'asked');
    const paused = await untilProgress(handle, 'it is paused', (progress) => progress.paused !== null);
    expect(paused.paused).toContain('pendingOptIn');
    // The first page, which is small, went alone.
    expect(paused).toMatchObject({ pagesDone: 1, pagesOpen: 0 });
    expect(paused.customersDone).toBeLessThanOrEqual(LIMITS.backfillFirstPage);
    expect((await dotdigitalState(world)).contacts).toHaveLength(paused.customersDone);
    await handle.signal(resumeBackfillSignal, { actor: 'jane' });
    const result = await backfillResultOf(handle);
    expect(result).toMatchObject({ isReconciled: true, customers: { answered: LIMITS.backfillFirstPage + 5 } });
    expect(result.pauses).toHaveLength(1);
    await controlDotdigital(world, 'POST', 'settings', { isOptInAsked: false });
  });

  it('continues as new once its pages have ended, and loses count of nothing', async () => {
    const more = LIMITS.backfillPagesPerRun + 3 - (LIMITS.backfillFirstPage + 5);
    for (let at = 0; at < more; at += 1) await newBuyer(world);
    const handle = await startBackfill(world, 'long', { pageSize: 1, pagesAtOnce: 20 });
    const first = await handle.describe();
    const result = await backfillResultOf(handle);
    const last = await world.client.workflow.getHandle(backfillWorkflowId('long')).describe();
    expect(last.runId).not.toBe(first.runId);
    expect(result).toMatchObject({
      isReconciled: true,
      customers: { woken: LIMITS.backfillPagesPerRun + 3, answered: LIMITS.backfillPagesPerRun + 3 },
      orders: { inStokly: LIMITS.backfillFirstPage + 5, withOutcome: LIMITS.backfillFirstPage + 5 },
    });
  });

  it('goes on without customers who never answer or cannot, and names them; the next one brings theirs over', async () => {
    // In two pages: of few customers one may be silent.
    const silent = [await stuckCustomer(world), await blockedCustomer()];
    const result = await backfill(world, 'silent', { patience: QUICK_TO_GIVE_UP });
    const everybody = LIMITS.backfillPagesPerRun + 3 + silent.length;
    expect(result).toMatchObject({
      ending: 'done',
      isReconciled: false,
      customers: { woken: everybody, answered: everybody - silent.length, unanswered: silent.length },
      orders: { withOutcome: LIMITS.backfillFirstPage + 5, inStokly: LIMITS.backfillFirstPage + 5 + silent.length },
    });
    const ids = silent.map(({ buyer }) => buyer.customerId);
    expect(result.customers.unansweredIds.toSorted(compareTexts)).toEqual(ids.toSorted(compareTexts));
    expect(result.differences).toHaveLength(silent.length);
    // The one that is stuck says nothing of its ledger, and it may be there; the one that is blocked says that it is not.
    for (const [at, what] of (['unanswered', 'not-in-ledger'] as const).entries()) {
      const { buyer, order } = silent[at] ?? {};
      const difference = { number: String(order?.number), orderId: order?.orderId, customerId: buyer?.customerId };
      expect(result.differences).toContainEqual({ ...difference, what });
    }
    expect((await world.state(ids[1] ?? '')).status).toBe('blocked');
    await controlStokly(world, 'DELETE', 'faults');
    // The one that was blocked would go on by itself, after a pause.
    for (const id of ids) await world.client.workflow.getHandle(customerWorkflowId(id)).terminate();
    const slow = await slowCustomer();
    const handle = await startBackfill(world, 'mended');
    await untilTrue('it could be terminated', () => terminated(slow));
    // Who was terminated is asked again, and begins anew.
    expect(await backfillResultOf(handle)).toMatchObject({
      isReconciled: true,
      customers: { answered: everybody + 1, unanswered: 0 },
    });
  });
});
