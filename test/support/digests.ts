import { DIGEST_SCHEDULE_ID } from '../../src/contract/digest.js';
import { WORKFLOW_TYPES } from '../../src/contract/ids.js';
import { untilTrue, type World } from './world.js';

/**
 * Never by hand without the overlap policy: such a run would not find the last good result. The schedule learns a moment late that a run is
 * over, and would skip this one; and it knows its runs apart by the second.
 */
export async function triggerDigest({ client }: World): Promise<void> {
  const handle = client.schedule.getHandle(DIGEST_SCHEDULE_ID);
  await untilTrue('no digest runs, and a new second has begun', async () => {
    const { info } = await handle.describe();
    const last = info.recentActions.at(-1)?.takenAt.getTime() ?? 0;
    return info.runningActions.length === 0 && Math.floor(Date.now() / 1000) > Math.floor(last / 1000);
  });
  await handle.trigger('SKIP');
}

/** Digest runs that completed, newest first. */
export async function runsOfDigests({ client }: World): Promise<{ workflowId: string; runId: string }[]> {
  const found: { workflowId: string; runId: string; startTime: Date }[] = [];
  const query = `WorkflowType = '${WORKFLOW_TYPES.digestReviews}' AND ExecutionStatus = 'Completed'`;
  for await (const { workflowId, runId, startTime } of client.workflow.list({ query })) {
    found.push({ workflowId, runId, startTime });
  }
  return found.toSorted((a, b) => b.startTime.getTime() - a.startTime.getTime());
}
