import { instantMs } from '../domain/instants.js';
import { digestOf, type ReviewDigest } from '../domain/review/digest.js';
import type { ActivityDeps } from './deps.js';
import { runActivity } from './run-activity.js';

/** What is to be said of the open reviews, from visibility: no review is asked. Reads only. */
export function createListReviews(deps: ActivityDeps) {
  return async function listReviews({ from }: { readonly from: string | null }): Promise<ReviewDigest> {
    return await runActivity(async () => {
      const untilMs = deps.now();
      const fromMs = from === null ? null : instantMs(from);
      return digestOf(await deps.listOpenReviews(), { fromMs, untilMs });
    });
  };
}
