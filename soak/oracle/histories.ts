import type { HistoryAndWorkflowId } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { customerWorkflowId } from '../../src/contract/ids.js';
import { outcomeSinks } from '../../src/worker-setup.js';
import { untilTrue } from '../until-true.js';
import type { Scene } from './scene.js';

/** Values of Temporal's enum `WorkflowTaskFailedCause` that are no failure of ours. */
const HARMLESS_CAUSES: readonly unknown[] = [
  // A signal came in meanwhile: the task is made anew.
  1,
  // A flood of signals piled up behind the task: the server closes it to let them in, and it is made anew.
  17,
  // A person reset the run: this is where the new run parts from the old one.
  20,
];

/** Every history replays with the bundle of now, and no workflow task failed. */
export async function historyViolations(scene: Scene, customerIds: readonly string[]): Promise<string[]> {
  const histories: HistoryAndWorkflowId[] = [];
  await untilTrue('Temporal lists every customer', async () => {
    histories.length = 0;
    for await (const history of scene.client.workflow.list().intoHistories()) histories.push(history);
    const ids = new Set(histories.map(({ workflowId }) => workflowId));
    return customerIds.every((customerId) => ids.has(customerWorkflowId(customerId)));
  });
  const found = failedTaskViolations(histories);
  const options = {
    workflowBundle: { codePath: scene.workflowBundlePath },
    // What a drain settled was counted when it did.
    sinks: outcomeSinks({}),
  };
  for await (const { workflowId, error } of Worker.runReplayHistories(options, histories)) {
    if (error === undefined) continue;
    const read = histories
      .filter((history) => history.workflowId === workflowId)
      .map(({ history }) => history as ReadHistory);
    found.push(`${workflowId}: its history does not replay: ${error.message} ${eventsNamed(error.message, read)}`);
  }
  return found;
}

/** Workflow tasks that failed so far, of all that has run: also for a run that never came to rest. */
export async function failedTasksSoFar({ client }: Pick<Scene, 'client'>): Promise<string[]> {
  const histories: HistoryAndWorkflowId[] = [];
  for await (const history of client.workflow.list().intoHistories()) histories.push(history);
  return failedTaskViolations(histories);
}

function failedTaskViolations(histories: readonly HistoryAndWorkflowId[]): string[] {
  return histories.flatMap(({ workflowId, history }) =>
    failedTasks(history as ReadHistory).map((cause) => `${workflowId}: a workflow task failed: ${cause}`),
  );
}

/** Events before and after the one that a replay stumbled over. */
const EVENTS_SHOWN = 12;

/** What stands around the event that the error names, in each run of the workflow: a race may be seen only once. */
function eventsNamed(message: string, histories: readonly ReadHistory[]): string {
  const [, id] = /HistoryEvent\(id: (\d+)/.exec(message) ?? [];
  if (id === undefined) return '';
  return histories.map((history) => eventsAround(history, Number(id))).join(' | ');
}

function eventsAround({ events }: ReadHistory, id: number): string {
  return (events ?? [])
    .filter(({ eventId }) => Math.abs(Number(eventId) - id) <= EVENTS_SHOWN)
    .map(
      (event) => `${String(event.eventId)} ${Object.keys(event).find((key) => key.endsWith('EventAttributes')) ?? ''}`,
    )
    .join(', ');
}

type ReadHistory = temporal.api.history.v1.IHistory;

function failedTasks({ events }: ReadHistory): string[] {
  const failures = (events ?? []).flatMap((event) => event.workflowTaskFailedEventAttributes ?? []);
  return failures
    .filter(({ cause }) => !HARMLESS_CAUSES.includes(cause))
    .map(({ cause, failure }) => failure?.message ?? String(cause));
}
