import { TASK_QUEUE } from '../contract/ids.js';
import { type ScheduleSettings, wantedSchedules } from '../schedules.js';
import type { TemporalAccess } from '../temporal.js';
import { type Finding, ok, wrong } from './findings.js';
import { type FoundSchedule, type ScheduleView, viewSchedule } from './schedule-view.js';
import { everyText } from './schedules.js';

/** One finding a Schedule. Changes nothing. */
export async function inspectSchedules(access: TemporalAccess, settings: ScheduleSettings): Promise<Finding[]> {
  const views = await Promise.all(wantedSchedules(settings).map((wanted) => viewSchedule(access.client, wanted)));
  const isWorkerThere = views.some(({ found }) => found === null) && (await hasWorker(access));
  return views.map((view) => judgeSchedule(view, isWorkerThere));
}

const INSTALL = 'restart the worker, or run: starter schedules install';

/** A Schedule that is not there is no fault before the first worker has started: that makes it. */
export function judgeSchedule(view: ScheduleView, isWorkerThere: boolean): Finding {
  const { id, setting, wantedEveryMs, found } = view;
  const subject = `schedule ${id}`;
  if (wantedEveryMs === 0) {
    if (found === null || found.isPaused) return ok(subject, `off (${setting})`);
    return wrong(subject, `runs, and ${setting} says that it is off`, INSTALL);
  }
  if (found === null) {
    if (isWorkerThere) return wrong(subject, 'not there', INSTALL);
    return ok(subject, 'not there yet, a worker makes it when it starts');
  }
  return judgeFound(subject, view, found);
}

function judgeFound(subject: string, { id, setting, wantedEveryMs }: ScheduleView, found: FoundSchedule): Finding {
  const { everyMs, isPaused, isTurnedOff, note, lastRun } = found;
  if (isTurnedOff) return wrong(subject, `${note ?? ''}, which is set again`, INSTALL);
  if (isPaused)
    return wrong(subject, `paused: ${note ?? 'nobody said why'}`, `when it may go on: starter schedules resume ${id}`);
  if (everyMs !== wantedEveryMs) {
    const is = everyMs === null ? 'at times of its own' : `every ${everyText(everyMs)}`;
    return wrong(subject, `runs ${is}, and ${setting} says ${everyText(wantedEveryMs)}`, INSTALL);
  }
  const every = `every ${everyText(wantedEveryMs)}`;
  if (lastRun === null) return ok(subject, `${every}, has not run yet`);
  const text = `${every}, last ${lastRun.startedAt}: ${lastRun.text}`;
  if (lastRun.state !== 'failed') return ok(subject, text);
  return wrong(subject, text, 'put right what it says; the next run makes up for it');
}

/** `TASK_QUEUE_TYPE_WORKFLOW` of Temporal's API. */
const WORKFLOW_TASKS = 1;
const CALL_TIMEOUT_MS = 10_000;

async function hasWorker({ client, connection, namespace }: TemporalAccess): Promise<boolean> {
  const { pollers } = await client.withDeadline(Date.now() + CALL_TIMEOUT_MS, () =>
    connection.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: TASK_QUEUE },
      taskQueueType: WORKFLOW_TASKS,
    }),
  );
  return (pollers ?? []).length > 0;
}
