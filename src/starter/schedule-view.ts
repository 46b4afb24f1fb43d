import { type Client, ScheduleNotFoundError, WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { DIGEST_SCHEDULE_ID, type DigestReviewsResult } from '../contract/digest.js';
import { POLL_SCHEDULE_ID, type PollChangesResult } from '../contract/poll.js';
import { pollText } from '../domain/poll/words.js';
import { isTurnedOff, type WantedSchedule } from '../schedules.js';

/** What a Schedule did last. */
export interface LastRun {
  /** ISO instant. */
  readonly startedAt: string;
  readonly state: 'running' | 'completed' | 'failed' | 'gone';
  /** What came of it, in words. */
  readonly text: string;
}

/** A Schedule as it is, next to what the settings want. */
export interface ScheduleView {
  readonly id: string;
  /** The setting that says how often it runs, and what it says; 0: off. */
  readonly setting: string;
  readonly wantedEveryMs: number;
  /** Null: there is no such Schedule. */
  readonly found: FoundSchedule | null;
}

export interface FoundSchedule {
  readonly everyMs: number | null;
  readonly isPaused: boolean;
  /** Paused by its setting, and not by a person. */
  readonly isTurnedOff: boolean;
  readonly note: string | null;
  readonly isRunning: boolean;
  readonly runs: number;
  /** ISO instant; null while it is paused. */
  readonly nextAt: string | null;
  /** Null: it never ran. */
  readonly lastRun: LastRun | null;
}

export async function viewSchedule(client: Client, wanted: WantedSchedule): Promise<ScheduleView> {
  const { id, setting, everyMs } = wanted;
  const view = { id, setting, wantedEveryMs: everyMs };
  try {
    const { spec, state, info } = await client.schedule.getHandle(id).describe();
    const last = info.recentActions.at(-1);
    return {
      ...view,
      found: {
        everyMs: spec.intervals?.[0]?.every ?? null,
        isPaused: state.paused,
        isTurnedOff: isTurnedOff(wanted, state),
        note: state.note ?? null,
        isRunning: info.runningActions.length > 0,
        runs: info.numActionsTaken,
        nextAt: state.paused ? null : (info.nextActionTimes[0]?.toISOString() ?? null),
        lastRun:
          last === undefined
            ? null
            : {
                startedAt: last.takenAt.toISOString(),
                ...(await outcomeOf(client, { scheduleId: id, workflowId: last.action.workflow.workflowId })),
              },
      },
    };
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return { ...view, found: null };
    throw error;
  }
}

interface Run {
  readonly scheduleId: string;
  readonly workflowId: string;
}

/** Of a run that continued as new: the end of the last of them. */
async function outcomeOf(client: Client, { scheduleId, workflowId }: Run): Promise<Pick<LastRun, 'state' | 'text'>> {
  try {
    const handle = client.workflow.getHandle(workflowId);
    const { status } = await handle.describe();
    if (status.name === 'RUNNING') return { state: 'running', text: 'under way' };
    return { state: 'completed', text: resultText(scheduleId, await handle.result()) };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { state: 'gone', text: 'not kept by Temporal any more' };
    if (error instanceof WorkflowFailedError) return { state: 'failed', text: causeOf(error) };
    throw error;
  }
}

/** What a run gave back, in words. A result of an older version may lack what this one names: then it is not told. */
export function resultText(scheduleId: string, result: unknown): string {
  if (scheduleId === POLL_SCHEDULE_ID) return pollText(result as PollChangesResult);
  if (scheduleId === DIGEST_SCHEDULE_ID) {
    const { isSent, open } = result as DigestReviewsResult;
    return isSent ? `sent: ${open} open reviews` : 'nothing open, nothing sent';
  }
  return 'done';
}

export function causeOf(error: WorkflowFailedError): string {
  return error.cause?.message ?? error.message;
}
