import { assignReviewUpdate, commentReviewSignal, decideReviewSignal } from '../../src/contract/review.js';
import {
  decide,
  decision,
  heldForRefund,
  type HeldOrder,
  heldOrder,
  refusalOf,
  reviewHandle,
  untilReview,
} from '../support/reviews.js';
import { changeOrder, instant, orderEvent } from '../support/shop-events.js';
import { untilTrue, type World } from '../support/world.js';
import { customerRun, type RunReference, type Scenario } from './shop.js';

/** Each way in which a review ends, and what may come before. */
export const REVIEW_SCENARIOS: readonly Scenario[] = [
  { files: ['review-accepted', 'customer-accepted'], play: accepted },
  { files: ['review-excluded', 'customer-excluded'], play: excluded },
  { files: ['review-rechecked'], play: rechecked },
  { files: ['review-superseded'], play: superseded },
  { files: ['review-withdrawn'], play: withdrawn },
  { files: ['review-changed'], play: changedMeanwhile },
  { files: ['review-continued-first-run', 'review-continued-next-run'], play: continued },
];

const reviewRun = (world: World, held: HeldOrder): RunReference => ({
  workflowId: reviewHandle(world, held).workflowId,
});

async function untilOver(world: World, held: HeldOrder): Promise<void> {
  await reviewHandle(world, held).result();
  await world.settled(held.buyer.customerId, ({ outcomes, due }) => outcomes.held === 0 && due.length === 0);
}

async function change(world: World, held: HeldOrder, rest: Record<string, unknown>, minutesAgo: number): Promise<void> {
  await changeOrder(world, held.order, { ...rest, timeUpdated: instant(minutesAgo) });
  await orderEvent(world, held.order, { updatedAt: instant(minutesAgo) });
}

/** Assigned, a message too few, then accepted. */
async function accepted(world: World): Promise<RunReference[]> {
  const held = await heldForRefund(world);
  const made = await decision(world, held);
  await reviewHandle(world, held).executeUpdate(assignReviewUpdate, { args: [{ assignee: 'tom', actor: 'jane' }] });
  await refusalOf(decide(world, held, { ...made, reason: '' }));
  await decide(world, held, made);
  await untilOver(world, held);
  return [reviewRun(world, held), customerRun(held.buyer.customerId)];
}

/** By signal, with no worker there; one of the signals is refused. */
async function excluded(world: World): Promise<RunReference[]> {
  const held = await heldForRefund(world);
  const made = await decision(world, held, { action: 'exclude' });
  await world.stopWorker();
  const handle = reviewHandle(world, held);
  await handle.signal(decideReviewSignal, { ...made, moneyHash: 'of-yesterday' });
  await handle.signal(decideReviewSignal, made);
  await world.startWorker();
  await untilOver(world, held);
  return [reviewRun(world, held), customerRun(held.buyer.customerId)];
}

/** Once in vain, then when it was mended. */
async function rechecked(world: World): Promise<RunReference[]> {
  const held = await heldOrder(world);
  await decide(world, held, await decision(world, held, { action: 'recheck' }));
  await untilReview(world, held, ({ trail }) => trail.some(({ action }) => action === 'refused'));
  await changeOrder(world, held.order, { timeUpdated: instant(8) });
  await decide(world, held, await decision(world, held, { action: 'recheck' }));
  await untilOver(world, held);
  return [reviewRun(world, held)];
}

async function superseded(world: World): Promise<RunReference[]> {
  const held = await heldOrder(world);
  await untilReview(world, held);
  await change(world, held, { displayTotal: '14.00' }, 9);
  await untilReview(world, held, ({ trail }) => trail.some(({ action }) => action === 'replaced'));
  await change(world, held, {}, 8);
  await untilOver(world, held);
  return [reviewRun(world, held)];
}

async function withdrawn(world: World): Promise<RunReference[]> {
  const held = await heldOrder(world);
  await untilReview(world, held);
  await change(world, held, { stage: 'removed' }, 8);
  await untilOver(world, held);
  return [reviewRun(world, held)];
}

/** Other money by the time the decision is to be written; decided again. */
async function changedMeanwhile(world: World): Promise<RunReference[]> {
  const held = await heldOrder(world);
  const made = await decision(world, held);
  await world.stopWorker();
  await reviewHandle(world, held).signal(decideReviewSignal, made);
  await changeOrder(world, held.order, { displayTotal: '14.00', timeUpdated: instant(8) });
  await world.startWorker();
  await untilReview(world, held, ({ trail }) => trail.at(-1)?.action === 'replaced');
  await decide(world, held, await decision(world, held));
  await untilOver(world, held);
  return [reviewRun(world, held)];
}

async function continued(world: World): Promise<RunReference[]> {
  const held = await heldOrder(world);
  await untilReview(world, held);
  const handle = reviewHandle(world, held);
  const { runId } = await handle.describe();
  let comments = 0;
  await untilTrue('it continues as new', async () => {
    comments += 1;
    await handle.signal(commentReviewSignal, { actor: 'jane', text: `comment ${comments}` });
    return (await handle.describe()).runId !== runId;
  });
  await decide(world, held, await decision(world, held));
  await untilOver(world, held);
  return [{ ...reviewRun(world, held), runId }, reviewRun(world, held)];
}
