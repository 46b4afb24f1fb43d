import type { ActivityOptions } from '@temporalio/workflow';
import { type GrowingPause, growingPauseMs, RETRY_PAUSE } from '../domain/growing-pause.js';

type RetryPolicy = NonNullable<ActivityOptions['retry']>;

/** Failures of everyone until a person has put credentials right. */
const REFUSED_ACCESS: readonly string[] = ['StoklyCredentialsRefused', 'DotdigitalCredentialsRefused'];

/** Between tries of which each lasts for minutes, in Temporal: it is what somebody waits at most when the credentials work again. */
const ACCESS_PAUSE: GrowingPause = { firstMs: 5_000, maxMs: 30_000 };

/**
 * Refused credentials end an activity, so that its workflow says so. One that has (`shown`: the type of the failure that is shown) leaves
 * the next tries to Temporal, which makes them when the worker looks next whether the credentials work: that costs no event and no read
 * anew, and nobody's pause grows meanwhile.
 */
export function retryAfterSaying(policy: RetryPolicy, shown: string | null = null): RetryPolicy {
  return { ...policy, nonRetryableErrorTypes: REFUSED_ACCESS.filter((type) => type !== shown) };
}

/** Before what failed so often, the last time with that failure, is tried again. `failures`: 1 for the first. */
export function pauseAfter(type: string | null, failures: number): number {
  return growingPauseMs(REFUSED_ACCESS.includes(type ?? '') ? ACCESS_PAUSE : RETRY_PAUSE, failures - 1);
}
