import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import type { FailureType } from '../activities/failures.js';
import type { Problem } from './sync-state.js';
import { areLimitsShown } from './versions.js';

const LIMIT_FAILURES: ReadonlySet<string> = new Set<FailureType>(['StoklyRateLimited', 'DotdigitalRateLimited']);

/** What a drain failed of, after what the drains before it failed of. Throws on what is no activity's failure. */
export function problemAfter(before: Problem | null, error: unknown): Problem {
  const { type, message } = causeOf(error);
  const limit = LIMIT_FAILURES.has(type) && areLimitsShown() ? { isOfLimit: true } : {};
  const failures = (before?.failures ?? 0) + 1;
  return { type, ...limit, message, sinceMs: before?.sinceMs ?? Date.now(), failures };
}

/** An activity's failure: the innermost failure of ours says what happened, on which record, and what to do. */
function causeOf(error: unknown): { type: string; message: string } {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) return { type: cause.type ?? 'LockstepBug', message: cause.message };
  if (cause instanceof Error && cause.cause instanceof ApplicationFailure) {
    return { type: cause.cause.type ?? 'LockstepBug', message: cause.cause.message };
  }
  if (cause instanceof Error && error instanceof ActivityFailure)
    return { type: 'ActivityTimedOut', message: `${error.activityType}: ${cause.message}` };
  // Anything else is a defect in workflow code: let the workflow task fail, so that a fixed worker carries on.
  throw error;
}
