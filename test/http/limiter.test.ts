import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createRateLimiter, type Permit, type RateLimiter, resetInMs } from '../../src/http/limiter.js';
import type { RateReading } from '../../src/http/rate-headers.js';

const WINDOW_MS = 60_000;

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 24) });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a limiter that starts with a limit', () => {
  test('lets as many calls out as the limit says, and the next one when the window is over', async () => {
    const limiter = limiterOf(3);
    const out = watch(limiter, 4);
    await vi.advanceTimersByTimeAsync(0);
    expect(out).toHaveLength(3);
    for (const permit of out.slice(0, 3)) limiter.settle(permit, reading({}));
    await vi.advanceTimersByTimeAsync(WINDOW_MS - 1);
    expect(out).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(1);
    expect(out).toHaveLength(4);
  });

  test('follows a header that says less than it believed', async () => {
    const limiter = limiterOf(100);
    limiter.settle(await taken(limiter), reading({ remaining: 1 }));
    const out = answered(limiter, 3);
    await vi.advanceTimersByTimeAsync(WINDOW_MS - 1);
    expect(out).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(out.length).toBeGreaterThan(1);
  });

  test('follows a header that says more than it started with', async () => {
    const limiter = limiterOf(2);
    limiter.settle(await taken(limiter), reading({ remaining: 599 }));
    const out = watch(limiter, 50);
    await vi.advanceTimersByTimeAsync(0);
    expect(out).toHaveLength(50);
    expect(limiter.state()).toMatchObject({ limit: 600, remaining: 549 });
  });

  test('forgets a setting that was far too high with the first count, though an answer without one came before', async () => {
    const limiter = limiterOf(100_000);
    limiter.settle(await taken(limiter), reading({}));
    limiter.settle(await taken(limiter), reading({ remaining: 599 }));
    const out = answered(limiter, 600, { priority: 'history' });
    await vi.advanceTimersByTimeAsync(0);
    expect(limiter.state().limit).toBeLessThanOrEqual(601);
    expect(out.length).toBeGreaterThanOrEqual(470);
    expect(out.length).toBeLessThanOrEqual(480);
  });

  test('has at most a quarter of what is left on the way, and a tenth where others call too', async () => {
    const limiter = limiterOf(400);
    limiter.settle(await taken(limiter), reading({ remaining: 399 }));
    const out = watch(limiter, 200);
    await vi.advanceTimersByTimeAsync(0);
    expect(out).toHaveLength(99);
    for (const permit of out.slice(0, 99)) limiter.settle(permit, reading({ remaining: 200 }));
    await vi.advanceTimersByTimeAsync(0);
    expect(out).toHaveLength(99 + 20);
  });

  test('takes its window to begin with the first answer that has a count: a grant has none, and opens none', async () => {
    const limiter = limiterOf(600);
    limiter.settle(await taken(limiter), reading({}));
    await vi.advanceTimersByTimeAsync(5_000);
    limiter.settle(await taken(limiter), reading({ remaining: 599 }));
    expect(resetInMs(limiter.state(), Date.now())).toBe(WINDOW_MS);
  });

  test('leaves the last calls of a window alone once more are missing than it has sent, and not before', async () => {
    const limiter = limiterOf(100);
    let remaining = 100;
    const counted = (others: number) => () => reading({ remaining: (remaining -= 1 + others) });
    answered(limiter, 60, { answer: counted(0) });
    await vi.advanceTimersByTimeAsync(0);
    expect(remaining).toBe(40);
    answered(limiter, 5, { answer: counted(4) });
    await vi.advanceTimersByTimeAsync(0);
    expect(remaining).toBe(15);
    answered(limiter, 20, { answer: counted(0) });
    await vi.advanceTimersByTimeAsync(0);
    expect(remaining).toBe(3);
  });

  test('takes calls that have no answer yet as not yet counted by the vendor', async () => {
    const limiter = limiterOf(10);
    const out = watch(limiter, 4);
    await vi.advanceTimersByTimeAsync(0);
    settleFirst(limiter, out, reading({ remaining: 5 }));
    expect(limiter.state().remaining).toBe(2);
  });

  test('never counts upwards on the late answer of an earlier call', async () => {
    const limiter = limiterOf(10);
    const [first, second] = await Promise.all([taken(limiter), taken(limiter)]);
    limiter.settle(second, reading({ remaining: 4 }));
    limiter.settle(first, reading({ remaining: 9 }));
    expect(limiter.state().remaining).toBe(3);
  });

  test('starts a window anew when the vendor has more left than is possible', async () => {
    const limiter = limiterOf(10);
    limiter.settle(await taken(limiter), reading({ remaining: 9 }));
    limiter.settle(await taken(limiter), reading({ remaining: 1 }));
    await vi.advanceTimersByTimeAsync(50_000);
    limiter.settle(await taken(limiter), reading({ remaining: 9 }));
    expect(resetInMs(limiter.state(), Date.now())).toBe(WINDOW_MS);
  });
});

describe('a limiter that knows no limit', () => {
  test('lets four calls out until the first answer, then all where no limit is said', async () => {
    const limiter = limiterOf(null);
    const out = watch(limiter, 20);
    await vi.advanceTimersByTimeAsync(0);
    expect(out).toHaveLength(4);
    settleFirst(limiter, out, reading({}));
    await vi.advanceTimersByTimeAsync(0);
    expect(out).toHaveLength(20);
  });

  test('lets out what the answer says, and nothing before the stated reset', async () => {
    const limiter = limiterOf(null);
    limiter.settle(await taken(limiter), reading({ limit: 35, remaining: 2, waitMs: 40_000 }));
    const out = answered(limiter, 5);
    await vi.advanceTimersByTimeAsync(39_999);
    expect(out).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(out).toHaveLength(5);
  });
});

describe('a refused call', () => {
  test.each([
    ['that says when to come back', reading({ isRefusal: true, waitMs: 7_000 }), 7_000],
    ['that says a time in the past waits a second', reading({ isRefusal: true, waitMs: 0 }), 1_000],
    ['that says hours waits a minute and a half', reading({ isRefusal: true, waitMs: 3_600_000 }), 90_000],
    ['that says nothing waits a second', reading({ isRefusal: true }), 1_000],
    ['that says only that nothing remains waits for the window', reading({ isRefusal: true, remaining: 0 }), WINDOW_MS],
  ])('%s', async (_case, refusal, waitMs) => {
    const limiter = limiterOf(null);
    limiter.settle(await taken(limiter), refusal);
    const out = watch(limiter, 1);
    await vi.advanceTimersByTimeAsync(waitMs - 1);
    expect(out).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(out).toHaveLength(1);
  });

  test('waits twice as long each time in a row, up to the window, and starts over after a success', async () => {
    const limiter = limiterOf(null);
    const pauses: number[] = [];
    for (let refused = 0; refused < 8; refused += 1) {
      const since = Date.now();
      const permit = taken(limiter);
      await vi.advanceTimersByTimeAsync(WINDOW_MS);
      const got = await permit;
      pauses.push(limiter.state().waitedMs - pauses.reduce((sum, pause) => sum + pause, 0));
      vi.setSystemTime(since + (pauses.at(-1) ?? 0));
      limiter.settle(got, reading({ isRefusal: true }));
    }
    expect(pauses).toEqual([0, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, WINDOW_MS]);
  });

  test('counts many refusals of calls that were out together as one', async () => {
    const limiter = limiterOf(null);
    const together = await Promise.all([taken(limiter), taken(limiter), taken(limiter)]);
    for (const permit of together) limiter.settle(permit, reading({ isRefusal: true }));
    expect(resetInMs(limiter.state(), Date.now())).toBe(1_000);
  });

  test('is followed by one call alone, and by the others when that one was taken', async () => {
    const limiter = limiterOf(100);
    limiter.settle(await taken(limiter), reading({ isRefusal: true }));
    const out = watch(limiter, 10);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(out).toHaveLength(1);
    settleFirst(limiter, out, reading({ isRefusal: true }));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(out).toHaveLength(2);
    limiter.settle(out[1] ?? { sequence: 0 }, reading({}));
    await vi.advanceTimersByTimeAsync(0);
    expect(out).toHaveLength(10);
  });

  test('is not undone by the success of a call that was out before it', async () => {
    const limiter = limiterOf(null);
    const [refused, earlier] = await Promise.all([taken(limiter), taken(limiter)]);
    limiter.settle(refused, reading({ isRefusal: true, waitMs: 20_000 }));
    limiter.settle(earlier, reading({ limit: 100, remaining: 50, waitMs: 5_000 }));
    const out = watch(limiter, 1);
    await vi.advanceTimersByTimeAsync(19_999);
    expect(out).toHaveLength(0);
  });
});

describe('two priorities', () => {
  test('lets live calls out before history that has waited longer', async () => {
    const limiter = limiterOf(null);
    limiter.settle(await taken(limiter), reading({ limit: 2, remaining: 0, waitMs: 1_000 }));
    const order: string[] = [];
    for (const priority of ['history', 'live'] as const) {
      void limiter.take({ priority }).then((permit) => {
        order.push(priority);
        if (typeof permit === 'object') limiter.settle(permit, reading({}));
      });
    }
    await vi.advanceTimersByTimeAsync(1_000);
    expect(order).toEqual(['live', 'history']);
  });

  test('lets the calls of what began first out first, and of what began together those that came first', async () => {
    const limiter = limiterOf(null);
    limiter.settle(await taken(limiter), reading({ limit: 4, remaining: 0, waitMs: 1_000 }));
    const order: string[] = [];
    const ask = (name: string, begunAtMs?: number) =>
      void limiter.take({ priority: 'history', begunAtMs }).then((permit) => {
        order.push(name);
        if (typeof permit === 'object') limiter.settle(permit, reading({}));
      });
    const nowMs = Date.now();
    ask('began last', nowMs - 1);
    ask('began first', nowMs - 3);
    ask('began first, second call', nowMs - 3);
    ask('begins now');
    ask('began between', nowMs - 2);
    await vi.advanceTimersByTimeAsync(2 * WINDOW_MS);
    expect(order).toEqual(['began first', 'began first, second call', 'began between', 'began last', 'begins now']);
  });

  test('history leaves a fifth of a window to live calls, and less the nearer its end', async () => {
    const limiter = limiterOf(100);
    let remaining = 100;
    const counted = () => reading({ remaining: (remaining -= 1) });
    const out = answered(limiter, 100, { priority: 'history', answer: counted });
    await vi.advanceTimersByTimeAsync(0);
    expect(out).toHaveLength(80);
    limiter.settle(await taken(limiter), counted());
    await vi.advanceTimersByTimeAsync(WINDOW_MS / 2);
    expect(out.length).toBeGreaterThan(85);
    expect(out.length).toBeLessThan(95);
  });
});

describe('waiting', () => {
  test('ends when the caller gives up, and takes no room from others', async () => {
    const limiter = limiterOf(null);
    limiter.settle(await taken(limiter), reading({ limit: 1, remaining: 0, waitMs: 10_000 }));
    const givenUp = new AbortController();
    const first = limiter.take({ priority: 'live', signal: givenUp.signal });
    const out = watch(limiter, 1);
    await vi.advanceTimersByTimeAsync(4_000);
    givenUp.abort();
    expect(await first).toBe('held-back');
    expect(limiter.state().waiting).toEqual({ live: 1, history: 0 });
    await vi.advanceTimersByTimeAsync(6_000);
    expect(out).toHaveLength(1);
    expect(limiter.state().waitedMs).toBe(14_000);
  });

  describe('that was in vain', () => {
    /** All four calls that are allowed are out; one more waits for half a window, with what happens meanwhile, and is given up. */
    async function givenUp(meanwhile: (limiter: RateLimiter, out: readonly Permit[]) => void | Promise<unknown>) {
      const limiter = limiterOf(4);
      const out = watch(limiter, 4);
      const caller = new AbortController();
      const ended = limiter.take({ priority: 'history', signal: caller.signal });
      await vi.advanceTimersByTimeAsync(WINDOW_MS / 2);
      await meanwhile(limiter, out);
      const isHeldBack = limiter.isHeldBack(caller.signal);
      caller.abort();
      return { ended: await ended, isHeldBack };
    }

    test('was for the limit where others were answered', async () => {
      const ended = await givenUp((limiter, out) => settleFirst(limiter, out, reading({ remaining: 0 })));
      expect(ended).toEqual({ ended: 'held-back', isHeldBack: true });
    });

    test.each([
      { silentMs: 60_000, ended: 'held-back', isHeldBack: true },
      { silentMs: 60_001, ended: 'aborted', isHeldBack: false },
    ])(
      'was for answers where none came for a minute at its end, whatever came before: $silentMs ms',
      async ({ silentMs, ...expected }) => {
        const ended = await givenUp(async (limiter, out) => {
          settleFirst(limiter, out, reading({ remaining: 0 }));
          await vi.advanceTimersByTimeAsync(silentMs);
        });
        expect(ended).toEqual(expected);
      },
    );

    test('was for the limit where its reset was waited for, and one call is just out again', async () => {
      const limiter = limiterOf(4);
      const caller = new AbortController();
      const first = await taken(limiter);
      const out = watch(limiter, 3);
      const ended = limiter.take({ priority: 'history', signal: caller.signal });
      await vi.advanceTimersByTimeAsync(1);
      for (const permit of [first, ...out]) limiter.settle(permit, reading({ isRefusal: true, waitMs: 90_000 }));
      const again = watch(limiter, 1);
      await vi.advanceTimersByTimeAsync(90_000);
      expect(again).toHaveLength(1);
      caller.abort();
      expect(await ended).toBe('held-back');
    });

    test('was for answers where those that are out get none: the vendor hangs, whatever it allows', async () => {
      expect(await givenUp(() => undefined)).toEqual({ ended: 'aborted', isHeldBack: false });
    });

    test('is nobody’s who waits for nothing', () => {
      expect(limiterOf(null).isHeldBack(new AbortController().signal)).toBe(false);
    });
  });

  test('does not begin for a caller that has given up already', async () => {
    const limiter = limiterOf(5);
    expect(await limiter.take({ priority: 'live', signal: AbortSignal.abort() })).toBe('aborted');
    expect(limiter.state().remaining).toBe(5);
  });

  test('keeps no timer when nobody waits', async () => {
    const limiter = limiterOf(1);
    limiter.settle(await taken(limiter), reading({ remaining: 0 }));
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a call that does not go out after all', () => {
  test('costs nothing of the budget', async () => {
    const limiter = limiterOf(3);
    for (let call = 0; call < 10; call += 1) limiter.giveBack(await taken(limiter));
    const out = watch(limiter, 4);
    await vi.advanceTimersByTimeAsync(0);
    expect(out).toHaveLength(3);
  });

  test('is not taken for one that was sent: others that call too are noticed all the same', async () => {
    const limiter = limiterOf(100);
    for (let call = 0; call < 50; call += 1) limiter.giveBack(await taken(limiter));
    let remaining = 100;
    const counted = (others: number) => () => reading({ remaining: (remaining -= 1 + others) });
    answered(limiter, 60, { answer: counted(0) });
    answered(limiter, 5, { answer: counted(4) });
    answered(limiter, 20, { answer: counted(0) });
    await vi.advanceTimersByTimeAsync(0);
    expect(remaining).toBe(3);
    // The next window counts anew.
    remaining = 100;
    await vi.advanceTimersByTimeAsync(4 * WINDOW_MS);
    limiter.settle(await taken(limiter), counted(0)());
    answered(limiter, 100, { answer: counted(0) });
    await vi.advanceTimersByTimeAsync(0);
    expect(remaining).toBe(0);
  });

  test('opens no budget that was refused meanwhile', async () => {
    const limiter = limiterOf(100);
    const [refused, unsent] = [await taken(limiter), await taken(limiter)];
    limiter.settle(refused, reading({ isRefusal: true, waitMs: 5_000 }));
    limiter.giveBack(unsent);
    const out = watch(limiter, 1);
    await vi.advanceTimersByTimeAsync(4_999);
    expect(out).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(out).toHaveLength(1);
  });
});

function limiterOf(startLimit: number | null): RateLimiter {
  return createRateLimiter({ startLimit, windowMs: WINDOW_MS });
}

function reading(given: Partial<RateReading>): RateReading {
  return { limit: null, remaining: null, waitMs: null, isRefusal: false, ...given };
}

async function taken(limiter: RateLimiter): Promise<Permit> {
  const permit = await limiter.take({ priority: 'live' });
  if (typeof permit === 'string') throw new Error(permit);
  return permit;
}

/** Asks for many; the list grows as they are let out. */
function watch(limiter: RateLimiter, calls: number, priority: 'live' | 'history' = 'live'): Permit[] {
  const out: Permit[] = [];
  for (let call = 0; call < calls; call += 1) {
    void limiter.take({ priority }).then((permit) => typeof permit === 'object' && out.push(permit));
  }
  return out;
}

/** The same, each answered as soon as it is out. */
function answered(
  limiter: RateLimiter,
  calls: number,
  { priority = 'live', answer = () => reading({}) }: { priority?: 'live' | 'history'; answer?: () => RateReading } = {},
): Permit[] {
  const out: Permit[] = [];
  for (let call = 0; call < calls; call += 1) {
    void limiter.take({ priority }).then((permit) => {
      if (typeof permit === 'string') return;
      out.push(permit);
      limiter.settle(permit, answer());
    });
  }
  return out;
}

function settleFirst(limiter: RateLimiter, out: readonly Permit[], answer: RateReading): void {
  const first = out[0];
  if (first !== undefined) limiter.settle(first, answer);
}
