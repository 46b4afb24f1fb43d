import type { RateLimiterState } from './limiter.js';

/**
 * Of a call that never left, for a message behind its label: `was not sent: 600 calls in 60 s are allowed, and 612 wait (12 of live work)`. Those
 * are counted that wait still.
 */
export function limitWords({ limit, waiting }: RateLimiterState, windowMs: number): string {
  const allowed =
    limit === null
      ? 'how many calls are allowed is not known yet'
      : `${limit} calls in ${windowMs / 1_000} s are allowed`;
  return `was not sent: ${allowed}, and ${waitingWords(waiting)}`;
}

function waitingWords({ live, history }: RateLimiterState['waiting']): string {
  const calls = live + history;
  if (calls === 0) return 'no other call waits';
  return `${calls} ${calls === 1 ? 'waits' : 'wait'} (${live} of live work)`;
}
