import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backfillWorkflowId, resumeBackfillSignal } from '../../src/contract/backfill.js';
import { LIMITS } from '../../src/domain/limits.js';
import { backfillResultOf, historyOf, startBackfill, untilProgress } from '../support/backfills.js';
import { controlDotdigital, dotdigitalState, newBuyer } from '../support/shop-events.js';
import { createWorld, type World } from '../support/world.js';

let world: World;

beforeAll(async () => {
  world = await createWorld();
});
afterAll(async () => {
  await world.close();
});

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
});
