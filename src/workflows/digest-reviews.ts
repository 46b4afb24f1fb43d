import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import type { DigestReviewsResult } from '../contract/digest.js';

const { listReviews } = proxyActivities<Activities>({
  startToCloseTimeout: '2 minutes',
  scheduleToCloseTimeout: '10 minutes',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
  priority: { priorityKey: 4 },
});

/** An hour of tries; then the run fails, and the next one says what this one could not. */
const { notify } = proxyActivities<Activities>({
  startToCloseTimeout: '30 seconds',
  scheduleToCloseTimeout: '1 hour',
  retry: { initialInterval: '5 seconds', backoffCoefficient: 2, maximumInterval: '10 minutes' },
  priority: { priorityKey: 4 },
});

/**
 * One digest of all open reviews, started by the Schedule `digest-reviews`. It blocks no review and no customer. What is new is counted from the
 * end of the last run that succeeded: a digest that could not be sent is not lost, its content is in the next one.
 */
export async function digestReviewsWorkflow(): Promise<DigestReviewsResult> {
  const last = workflowInfo().lastResult as DigestReviewsResult | undefined;
  const digest = await listReviews({ from: last?.until ?? null });
  const isSent = digest.open > 0;
  if (isSent) await notify(digest);
  return { until: digest.until, isSent, open: digest.open };
}
