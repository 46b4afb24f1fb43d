import type { WorkflowExecutionInfo } from '@temporalio/client';
import { WORKFLOW_TYPES } from '../../src/contract/ids.js';
import { POLL_SCHEDULE_ID, type PollChangesResult } from '../../src/contract/poll.js';
import { beginRound } from '../../src/domain/poll/round.js';
import { ensureSchedules } from '../../src/schedules.js';
import { untilTrue, type World } from './world.js';

/** By itself it runs in a year: a test says when. */
const YEAR_MS = 365 * 86_400_000;

export async function installPoll(world: Pick<World, 'client'>): Promise<void> {
  await ensureSchedules(world.client, { pollEveryMs: YEAR_MS, digestEveryMs: 0 });
}

/**
 * Starts a round. Never without the overlap policy: such a run would not find the last good result. The schedule learns a moment late that a run
 * is over, and would skip this one; and it knows its runs apart by the second.
 */
export async function triggerPoll({ client }: Pick<World, 'client'>): Promise<void> {
  const handle = client.schedule.getHandle(POLL_SCHEDULE_ID);
  await untilTrue('no round runs, and a new second has begun', async () => {
    const { info } = await handle.describe();
    const last = info.recentActions.at(-1)?.takenAt.getTime() ?? 0;
    return info.runningActions.length === 0 && Math.floor(Date.now() / 1000) > Math.floor(last / 1000);
  });
  await handle.trigger('SKIP');
}

/** Runs of rounds, oldest first; a run that continued as new is one of them. */
export async function pollRuns({ client }: Pick<World, 'client'>): Promise<WorkflowExecutionInfo[]> {
  const found: WorkflowExecutionInfo[] = [];
  const query = `WorkflowType = '${WORKFLOW_TYPES.pollChanges}'`;
  for await (const run of client.workflow.list({ query })) found.push(run);
  return found.toSorted((a, b) => a.startTime.getTime() - b.startTime.getTime());
}

/** One round from beginning to end. */
export async function poll(world: Pick<World, 'client'>): Promise<PollChangesResult> {
  const handle = world.client.schedule.getHandle(POLL_SCHEDULE_ID);
  const before = (await handle.describe()).info.numActionsTaken;
  await triggerPoll(world);
  let workflowId: string | undefined;
  await untilTrue('the round has begun', async () => {
    const { info } = await handle.describe();
    workflowId = info.recentActions.at(-1)?.action.workflow.workflowId;
    return info.numActionsTaken > before;
  });
  return (await world.client.workflow.getHandle(workflowId ?? '').result()) as PollChangesResult;
}

/**
 * Leaves Temporal as it is when no round could begin since then: the last that succeeded began at that time, and what the earlier ones have
 * seen is known. Everything else is real: the Schedule keeps the result of a run that is given its round as it would be after that time.
 */
export async function missRoundsSince(world: Pick<World, 'client'>, atMs: number): Promise<void> {
  const { memory } = await poll(world);
  const handle = world.client.schedule.getHandle(POLL_SCHEDULE_ID);
  const carried = beginRound(memory, atMs);
  await handle.update(({ action, ...rest }) => ({ ...rest, action: { ...action, args: [{ carried }] } }));
  await poll(world);
  await installPoll(world);
}
