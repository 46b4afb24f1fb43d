import type { temporal } from '@temporalio/proto';
import { customerWorkflowId } from '../../src/contract/ids.js';
import type { WakeCustomer } from '../../src/contract/messages.js';
import type { World } from './world.js';

export interface Run {
  readonly workflowId: string;
  readonly events: readonly temporal.api.history.v1.IHistoryEvent[];
}

/** Every run of every workflow, or of those that a visibility query finds. */
export async function readRuns(world: World, query?: string): Promise<Run[]> {
  const runs: Run[] = [];
  for await (const { workflowId, history } of world.client.workflow
    .list(query === undefined ? {} : { query })
    .intoHistories()) {
    const { events } = history as temporal.api.history.v1.IHistory;
    runs.push({ workflowId, events: events ?? [] });
  }
  return runs;
}

/** The wakes that a run was given, in the order in which Temporal has them. */
export function wakesOf(run: Run): WakeCustomer[] {
  return run.events.flatMap(({ workflowExecutionSignaledEventAttributes: signal }) => {
    const data = signal?.input?.payloads?.[0]?.data;
    return data === undefined || data === null ? [] : [JSON.parse(Buffer.from(data).toString()) as WakeCustomer];
  });
}

/** The wakes of one workflow's current run: read by its id, so that nothing waits for the list of all to catch up. */
export async function currentWakes(world: World, workflowId: string): Promise<WakeCustomer[]> {
  const { events } = await world.client.workflow.getHandle(workflowId).fetchHistory();
  return wakesOf({ workflowId, events: (events as Run['events'] | undefined) ?? [] });
}

/** With which priority each activity of a customer's current run went. */
export async function prioritiesOf(world: World, customerId: string): Promise<string[]> {
  const { events } = await world.client.workflow.getHandle(customerWorkflowId(customerId)).fetchHistory();
  return ((events as Run['events'] | undefined) ?? []).flatMap((event) => {
    const scheduled = event.activityTaskScheduledEventAttributes ?? null;
    if (scheduled === null) return [];
    const input = Buffer.from(scheduled.input?.payloads?.[0]?.data ?? []).toString();
    const { priority } = JSON.parse(input) as { priority: string };
    const key = scheduled.priority?.priorityKey;
    return [key === (priority === 'live' ? 1 : 5) ? priority : `${priority}, scheduled with ${key}`];
  });
}

/** What an activity went through that was not as it should be: failures, time-outs, and attempts that had to be repeated. */
export function activityTroubles(run: Run): string[] {
  return run.events.flatMap((event) => {
    const attempt = event.activityTaskStartedEventAttributes?.attempt ?? 1;
    if (attempt > 1) return [`${run.workflowId}: an activity needed ${attempt} attempts`];
    if ((event.activityTaskFailedEventAttributes ?? null) !== null) return [`${run.workflowId}: an activity failed`];
    if ((event.activityTaskTimedOutEventAttributes ?? null) !== null)
      return [`${run.workflowId}: an activity timed out`];
    return [];
  });
}
