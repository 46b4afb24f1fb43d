import { Context } from '@temporalio/activity';
import { toActivityFailure } from './failures.js';

/** What an activity's body gets to know of its run. */
export interface ActivityRun {
  /** 1 for the first attempt. A later one means: an earlier attempt may have written. */
  readonly attempt: number;
  /** One for all attempts of this execution. */
  readonly executionId: string;
  /** Aborted when the attempt is given up: no HTTP call outlives it. */
  readonly signal: AbortSignal;
}

/** A first heartbeat only after this: most runs end before and cost the server nothing. */
const FIRST_HEARTBEAT_MS = 2_000;
const HEARTBEAT_EVERY_MS = 2_000;

/**
 * Runs an activity's body with heartbeats while it waits long, its errors turned into the failures of `failures.ts`.
 */
export async function runActivity<Result>(body: (run: ActivityRun) => Promise<Result>): Promise<Result> {
  const context = Context.current();
  let ticking: NodeJS.Timeout | undefined;
  const first = setTimeout(() => {
    context.heartbeat();
    ticking = setInterval(() => context.heartbeat(), HEARTBEAT_EVERY_MS);
  }, FIRST_HEARTBEAT_MS);
  try {
    const { attempt, activityId, workflowExecution } = context.info;
    const executionId = `${workflowExecution?.runId ?? ''}/${activityId}`;
    return await body({ attempt, executionId, signal: context.cancellationSignal });
  } catch (error) {
    throw toActivityFailure(error);
  } finally {
    clearTimeout(first);
    clearInterval(ticking);
  }
}
