import {
  type Client,
  ScheduleAlreadyRunning,
  type ScheduleHandle,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import { DIGEST_SCHEDULE_ID } from './contract/digest.js';
import { TASK_QUEUE, WORKFLOW_TYPES } from './contract/ids.js';

/**
 * Makes sure that the Schedule of digests is there as the settings say; 0 takes it away. Several workers may do it at once: each leaves it the
 * same. A pause by hand stays.
 */
export async function ensureDigestSchedule(client: Client, everyMs: number): Promise<void> {
  const handle = client.schedule.getHandle(DIGEST_SCHEDULE_ID);
  if (everyMs === 0) {
    await deleteIfThere(handle);
    return;
  }
  const options = scheduleOptions(everyMs);
  try {
    await client.schedule.create({ scheduleId: DIGEST_SCHEDULE_ID, ...options });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await handle.update(({ state }) => ({ ...options, state }));
  }
}

async function deleteIfThere(handle: ScheduleHandle): Promise<void> {
  try {
    await handle.delete();
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
  }
}

function scheduleOptions(everyMs: number) {
  return {
    spec: { intervals: [{ every: everyMs }] },
    action: {
      type: 'startWorkflow' as const,
      workflowType: WORKFLOW_TYPES.digestReviews,
      workflowId: DIGEST_SCHEDULE_ID,
      taskQueue: TASK_QUEUE,
      args: [],
      staticSummary: 'one digest of all open reviews',
    },
    // One digest at a time, and after an outage one, not all that were missed.
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: everyMs },
  };
}
