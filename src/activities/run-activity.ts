import { setMaxListeners } from 'node:events';
import { Context, type Info } from '@temporalio/activity';
import { toActivityFailure } from './failures.js';

/** What an activity's body gets to know of its run. */
export interface ActivityRun {
  /** 1 for the first attempt. A later one means: an earlier attempt may have written. */
  readonly attempt: number;
  /** Of the workflow run that it was asked by. */
  readonly runId: string;
  /** One for all attempts of this execution. */
  readonly executionId: string;
  /** Epoch ms when the activity was asked for, for all its attempts: one that ran out of time in a long line goes on near its head. */
  readonly begunAtMs: number;
  /** Aborted when the attempt is given up or its time is over: no HTTP call outlives it. */
  readonly signal: AbortSignal;
  /** What the attempt before had told as its progress, if it told any. */
  readonly progress: unknown;
  /** Has the progress told at once instead of with the next heartbeat; many calls in one go tell it once. */
  readonly tellProgress: () => void;
}

interface RunOptions {
  /** What heartbeats tell, so that the next attempt goes on from there: plain JSON, no personal data. */
  readonly progress?: () => unknown;
}

/** A first heartbeat only after half of its time-out: most runs end before and cost the server nothing. */
const heartbeatEveryMs = ({ heartbeatTimeoutMs }: Info): number => (heartbeatTimeoutMs || LONGEST_TIMER_MS) / 2;

/**
 * An attempt ends itself this long before the server would: a time-out of the server's says nothing of the call that hung, a
 * failure of ours names it. Never more than half of the time, where there is little.
 */
const ENDS_BEFORE_MS = 2_000;

/**
 * Runs an activity's body with heartbeats while it waits long, its errors turned into the failures of `failures.ts`.
 */
export async function runActivity<Result>(
  body: (run: ActivityRun) => Promise<Result>,
  options: RunOptions = {},
): Promise<Result> {
  const context = Context.current();
  const beat = (): void => context.heartbeat(options.progress?.());
  let isTelling = false;
  const tellProgress = (): void => {
    if (isTelling) return;
    isTelling = true;
    queueMicrotask(() => {
      isTelling = false;
      beat();
    });
  };
  const ticking = setInterval(beat, heartbeatEveryMs(context.info));
  const ending = new AbortController();
  // Many things of one activity wait at once: Node would take more than ten listeners for a leak and warn.
  setMaxListeners(0, ending.signal);
  let isOutOfTime = false;
  const over = setTimeout(() => {
    isOutOfTime = true;
    ending.abort();
  }, ownTimeMs(context.info));
  context.cancellationSignal.addEventListener('abort', () => ending.abort(), { once: true });
  try {
    const { attempt, activityId, workflowExecution, heartbeatDetails: progress, scheduledTimestampMs } = context.info;
    const runId = workflowExecution?.runId ?? '';
    const executionId = `${runId}/${activityId}`;
    const begunAtMs = scheduledTimestampMs;
    return await body({ attempt, runId, executionId, begunAtMs, signal: ending.signal, progress, tellProgress });
  } catch (error) {
    throw toActivityFailure(error, { isOutOfTime });
  } finally {
    clearTimeout(over);
    clearInterval(ticking);
    // What one failed write leaves behind: the others' calls end with the attempt.
    ending.abort();
  }
}

/** Of this attempt: what the activity has left when it was scheduled (by the server's clock alone), or what one attempt may take. */
function ownTimeMs(info: Info): number {
  const spentMs = info.currentAttemptScheduledTimestampMs - info.scheduledTimestampMs;
  const limits = [info.startToCloseTimeoutMs, info.scheduleToCloseTimeoutMs - spentMs].filter((limitMs) => limitMs > 0);
  const limitMs = Math.min(LONGEST_TIMER_MS, ...limits);
  return Math.max(limitMs - ENDS_BEFORE_MS, limitMs / 2);
}

/** What a timer of Node's can hold. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
