import { heldOrder, untilReview } from '../support/reviews.js';
import { untilTrue, type World } from '../support/world.js';
import { listOpenReviews } from '../../src/review-list.js';
import { ensureSchedules } from '../../src/schedules.js';
import { runsOfDigests, triggerDigest } from '../support/digests.js';
import type { RunReference, Scenario } from './shop.js';

/** A digest that says something. */
export const DIGEST_SCENARIOS: readonly Scenario[] = [{ files: ['digest-sent'], play: sent }];

async function sent(world: World): Promise<RunReference[]> {
  const held = await heldOrder(world);
  await untilReview(world, held);
  await untilTrue('the review is listed', async () =>
    (await listOpenReviews(world.client)).some(({ orderId }) => orderId === held.order.orderId),
  );
  await ensureSchedules(world.client, { pollEveryMs: 0, digestEveryMs: 86_400_000 });
  const before = (await runsOfDigests(world)).length;
  await triggerDigest(world);
  await untilTrue('the digest is sent', async () => (await runsOfDigests(world)).length > before);
  const [run] = await runsOfDigests(world);
  return run === undefined ? [] : [run];
}
