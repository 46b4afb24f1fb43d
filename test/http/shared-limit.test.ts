import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createRateLimiter, type RateLimiter } from '../../src/http/limiter.js';
import type { RateReading } from '../../src/http/rate-headers.js';
import { seededRandom } from '../../emulators/stokly/random.js';

/** Several workers on one account, each with a limiter of its own, and a vendor that counts them all in fixed windows. */
const WINDOW_MS = 1_000;

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 24) });
});
afterEach(() => {
  vi.useRealTimers();
});

interface Vendor {
  readonly limit: number;
  /** Stokly says what remains, Dotdigital also the limit and the seconds to the reset. */
  readonly headers: 'remaining' | 'all';
  /** How long the test goes on: a small limit needs more for half a percent to be a call. */
  readonly windows: number;
}

const STOKLY: Vendor = { limit: 600, headers: 'remaining', windows: 10 };
const LOW_TIER: Vendor = { limit: 35, headers: 'all', windows: 30 };
const MEDIUM_TIER: Vendor = { limit: 150, headers: 'all', windows: 30 };

describe.each([
  ['Stokly', STOKLY],
  ['the low tier of Dotdigital', LOW_TIER],
  ['the medium tier of Dotdigital', MEDIUM_TIER],
])('the limit of %s', (_name, vendor) => {
  test.each([
    [1, vendor.limit],
    [2, vendor.limit],
    [4, vendor.limit],
    [2, 100_000],
    [2, null],
  ])('is kept and used by %i workers that believed in %s', async (workers, startLimit) => {
    const run = await runFor(vendor, { workers, startLimit, callers: 40 });
    expect(run.refused / run.calls, JSON.stringify(run)).toBeLessThan(0.005);
    expect(run.taken / (vendor.limit * vendor.windows), JSON.stringify(run)).toBeGreaterThanOrEqual(0.9);
    expect(run.sentWhileSpent).toBe(0);
  });
});

interface Run {
  calls: number;
  taken: number;
  refused: number;
  windows: number;
  /** Calls of a worker that had been told, in this very window, that nothing remains. */
  sentWhileSpent: number;
}

/** Each worker has callers that ask again as soon as they have their answer, a quarter of them live. */
async function runFor(
  { limit, headers, windows }: Vendor,
  { workers, startLimit, callers }: { workers: number; startLimit: number | null; callers: number },
): Promise<Run> {
  const run: Run = { calls: 0, taken: 0, refused: 0, windows: 0, sentWhileSpent: 0 };
  const draw = seededRandom(7);
  const flight = () => pause(1 + Math.floor(draw() * 4));
  let openedAtMs = Number.NEGATIVE_INFINITY;
  let used = 0;
  const endsAtMs = Date.now() + windows * WINDOW_MS;
  const answer = (): RateReading => {
    if (Date.now() - openedAtMs >= WINDOW_MS) {
      openedAtMs = Date.now();
      used = 0;
      run.windows += 1;
    }
    run.calls += 1;
    const isRefusal = used >= limit;
    if (isRefusal) run.refused += 1;
    else {
      used += 1;
      run.taken += 1;
    }
    const resetMs = Math.ceil((openedAtMs + WINDOW_MS - Date.now()) / 1_000) * 1_000;
    const stated = headers === 'all' ? { limit, waitMs: resetMs } : { limit: null, waitMs: null };
    return { ...stated, remaining: limit - used, isRefusal };
  };
  const call = async (limiter: RateLimiter, priority: 'live' | 'history', told: { spentIn: number }) => {
    while (Date.now() < endsAtMs) {
      const permit = await limiter.take({ priority });
      if (typeof permit === 'string') return;
      if (told.spentIn === run.windows && Date.now() - openedAtMs < WINDOW_MS) run.sentWhileSpent += 1;
      await flight();
      const reading = answer();
      const window = run.windows;
      await flight();
      if (reading.remaining === 0) told.spentIn = window;
      limiter.settle(permit, reading);
    }
  };
  for (let worker = 0; worker < workers; worker += 1) {
    const limiter = createRateLimiter({ startLimit, windowMs: WINDOW_MS });
    const told = { spentIn: 0 };
    for (let caller = 0; caller < callers; caller += 1) void call(limiter, caller % 4 === 0 ? 'live' : 'history', told);
  }
  await vi.advanceTimersByTimeAsync(windows * WINDOW_MS);
  return run;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
