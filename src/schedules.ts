import {
  type Client,
  ScheduleAlreadyRunning,
  type ScheduleHandle,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import { DIGEST_SCHEDULE_ID } from './contract/digest.js';
import { TASK_QUEUE, WORKFLOW_TYPES } from './contract/ids.js';
import { POLL_SCHEDULE_ID } from './contract/poll.js';
import { WORKFLOW_TASK_TIMEOUT } from './contract/wake-start.js';
import { LIMITS } from './domain/limits.js';

/** How often each of them runs, as the settings say. */
export interface ScheduleSettings {
  /** `POLL_EVERY`; 0: off. */
  readonly pollEveryMs: number;
  /** `REVIEW_DIGEST_EVERY`; 0: off. */
  readonly digestEveryMs: number;
}

/** A Schedule as it is to be. */
export interface WantedSchedule {
  readonly id: string;
  readonly workflowType: string;
  readonly summary: string;
  /** 0: off. */
  readonly everyMs: number;
  /** The setting that `everyMs` comes from. */
  readonly setting: string;
}

/** Every Schedule of Lockstep's. */
export function wantedSchedules({ pollEveryMs, digestEveryMs }: ScheduleSettings): readonly WantedSchedule[] {
  return [
    {
      id: POLL_SCHEDULE_ID,
      workflowType: WORKFLOW_TYPES.pollChanges,
      summary: 'what changed in Stokly since the last round',
      everyMs: pollEveryMs,
      setting: 'POLL_EVERY',
    },
    {
      id: DIGEST_SCHEDULE_ID,
      workflowType: WORKFLOW_TYPES.digestReviews,
      summary: 'one digest of all open reviews',
      everyMs: digestEveryMs,
      setting: 'REVIEW_DIGEST_EVERY',
    },
  ];
}

/**
 * Makes sure that every Schedule is there as the settings say. Several processes may do it at once: each leaves them the same. One that a person
 * paused stays paused.
 */
export async function ensureSchedules(client: Client, settings: ScheduleSettings): Promise<void> {
  for (const wanted of wantedSchedules(settings)) await ensureSchedule(client, wanted);
}

async function ensureSchedule(client: Client, wanted: WantedSchedule): Promise<void> {
  const handle = client.schedule.getHandle(wanted.id);
  if (wanted.everyMs === 0) {
    await turnOff(handle, wanted);
    return;
  }
  const options = scheduleOptions(wanted);
  try {
    await client.schedule.create({ scheduleId: wanted.id, ...options });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await handle.update(({ state }) => ({
      ...options,
      state: isTurnedOff(wanted, state) ? { ...state, paused: false, note: undefined } : state,
    }));
  }
}

/**
 * Paused, not deleted: what the last run left (the poll's watermark) goes with a Schedule that is deleted, and with it what changes until it is
 * turned on again.
 */
async function turnOff(handle: ScheduleHandle, wanted: WantedSchedule): Promise<void> {
  try {
    const { state } = await handle.describe();
    if (!state.paused) await handle.pause(offNote(wanted));
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
  }
}

/** By its setting, and not by a person. */
export function isTurnedOff(
  wanted: WantedSchedule,
  state: { readonly paused: boolean; readonly note?: string },
): boolean {
  return state.paused && state.note === offNote(wanted);
}

function offNote({ setting }: WantedSchedule): string {
  return `turned off by ${setting}`;
}

function scheduleOptions({ workflowType, id, everyMs, summary }: WantedSchedule) {
  return {
    spec: { intervals: [{ every: everyMs }] },
    action: {
      type: 'startWorkflow' as const,
      workflowType,
      workflowId: id,
      taskQueue: TASK_QUEUE,
      args: [],
      workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
      staticSummary: summary,
    },
    // One run at a time, and after an outage one, not all that were missed.
    policies: {
      overlap: ScheduleOverlapPolicy.SKIP,
      catchupWindow: Math.max(everyMs, LIMITS.scheduleCatchUpMinMs),
    },
  };
}
