import { type ActivityOptions, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import { retryAfterSaying } from './refused-access.js';

const RETRY = { initialInterval: '500 milliseconds', backoffCoefficient: 2, maximumInterval: '30 seconds' } as const;

/**
 * One attempt may take three minutes: longer than the longest HTTP call (Dotdigital's 125 s), so that no call outlives its
 * attempt and lands after the next one, and room for a drain of 40 orders under a tight rate limit. All attempts together
 * take ten: then the workflow says what is wrong and starts over. Heartbeats come from whatever waits longer than half of
 * their time-out, so that a killed worker's work is missed within that time.
 */
const OPTIONS: ActivityOptions = {
  startToCloseTimeout: '3 minutes',
  scheduleToCloseTimeout: '10 minutes',
  heartbeatTimeout: '4 seconds',
  retry: retryAfterSaying(RETRY),
};

/** Live work goes before history, in Temporal as in the limiters. */
export const live = proxyActivities<Activities>({ ...OPTIONS, priority: { priorityKey: 1 } });
/** History's wait for others to be sent together, ten seconds and more: its heartbeats, each a write of the server's, are half as many. */
export const history = proxyActivities<Activities>({
  ...OPTIONS,
  heartbeatTimeout: '8 seconds',
  priority: { priorityKey: 5 },
});

/** For a workflow that shows a failure of that type; null: none. */
export function whileShown(type: string | null): Pick<ActivityOptions, 'retry'> {
  return { retry: retryAfterSaying(RETRY, type) };
}
