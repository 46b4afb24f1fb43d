import type { HttpAnswer } from './transport.js';

/** What one answer says about the budget that its call was counted against. */
export interface RateReading {
  readonly limit: number | null;
  readonly remaining: number | null;
  /** Until the window's reset, or until a next call is welcome; null where the answer does not say. */
  readonly waitMs: number | null;
  /** The call was refused because the budget is spent. */
  readonly isRefusal: boolean;
}

/** Above this a reset is an epoch in seconds, below it a number of seconds: Dotdigital's page and its own SDK differ. */
const EPOCH_FROM = 1e9;

/** Reads `x-ratelimit-*` and `Retry-After`. Stokly sends `x-ratelimit-remaining` alone, Dotdigital all four. */
export function readRate(answer: HttpAnswer, nowMs: number, isRefusal: boolean): RateReading {
  const resetMs = readResetMs(answer.headers.get('x-ratelimit-reset'), nowMs);
  const retryAfterMs = readRetryAfterMs(answer.headers.get('retry-after'), nowMs);
  return {
    limit: readCount(answer.headers.get('x-ratelimit-limit')),
    remaining: readCount(answer.headers.get('x-ratelimit-remaining')),
    waitMs: isRefusal ? (retryAfterMs ?? resetMs) : resetMs,
    isRefusal,
  };
}

/** `Retry-After` as seconds or as an HTTP date, in ms from now; null where it is missing or unreadable. */
export function readRetryAfterMs(text: string | undefined, nowMs: number): number | null {
  if (text === undefined) return null;
  const seconds = readCount(text);
  if (seconds !== null) return seconds * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs);
}

function readResetMs(text: string | undefined, nowMs: number): number | null {
  const seconds = text === undefined ? null : readSeconds(text);
  if (seconds === null) return null;
  return seconds > EPOCH_FROM ? Math.max(0, seconds * 1000 - nowMs) : seconds * 1000;
}

function readSeconds(text: string): number | null {
  return /^\d{1,12}(\.\d{1,6})?$/.test(text.trim()) ? Number(text) : null;
}

function readCount(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,9}$/.test(text.trim()) ? Number(text) : null;
}
