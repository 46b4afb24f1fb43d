import { type RateLimiterState, resetInMs } from '../http/limiter.js';
import type { BulkSituation } from './bulk-decision.js';

/** History leaves this part of a window's single calls to live ones (as the limiter does). */
const LIVE_SHARE = 0.2;
/** Records and fields share the tier of imports. */
const KINDS = 2;
/** A window of imports that is used up is worth waiting for when it ends sooner. */
const LONG_WAIT_MS = 5_000;

/** What a tier lets out now. A budget that is used up without an end known lets one through: its answer says more. */
export function budgetRoom(state: RateLimiterState, nowMs: number): Pick<BulkSituation['singles'], 'room' | 'resetMs'> {
  const resetMs = resetInMs(state, nowMs) ?? 0;
  if (state.remaining === null)
    return { room: { live: Number.POSITIVE_INFINITY, history: Number.POSITIVE_INFINITY }, resetMs };
  const inLine = state.waiting.live + state.waiting.history;
  if (state.remaining <= 0) {
    const one = state.resetAtMs === null && inLine === 0 ? 1 : 0;
    return { room: { live: one, history: one }, resetMs };
  }
  const live = Math.max(0, state.remaining - inLine);
  return { room: { live, history: Math.max(0, live - Math.ceil((state.limit ?? 0) * LIVE_SHARE)) }, resetMs };
}

/** Until the next import may go out, so that what is left of the tier lasts to the end of its window. */
export function importPauseMs(
  state: RateLimiterState,
  now: { readonly nowMs: number; readonly lastMs: number },
): number {
  const resetMs = resetInMs(state, now.nowMs);
  if (state.remaining === null || resetMs === null) return 0;
  if (state.remaining <= 0) return resetMs;
  return now.lastMs + resetMs / Math.max(1, state.remaining / KINDS) - now.nowMs;
}

export function isUsedUpForLong(state: RateLimiterState, nowMs: number): boolean {
  return state.remaining !== null && state.remaining <= 0 && (resetInMs(state, nowMs) ?? 0) > LONG_WAIT_MS;
}
