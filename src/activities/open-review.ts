import type { ReviewOpening } from '../contract/review.js';
import { instantMs } from '../domain/instants.js';
import type { ActivityDeps } from './deps.js';
import { runActivity } from './run-activity.js';

/**
 * Opens the review of a held order, or tells the one that is open what is at stake by now: one `signalWithStart`. With it go the settings that
 * the review runs under, and whether its news is history. Safe to repeat: a review takes the same money only once.
 */
export function createOpenReview(deps: ActivityDeps) {
  return async function openReview(opening: ReviewOpening): Promise<void> {
    await runActivity(async () => {
      const factAtMs = instantMs(opening.stake.factAt) ?? deps.now();
      await deps.openReview({
        kind: 'open',
        opening,
        policy: deps.reviewPolicy,
        isQuiet: deps.now() - factAtMs > deps.policy.triggerMaxAgeMs,
      });
    });
  };
}
