import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, it, vi } from 'vitest';
import { runActivity } from '../../src/activities/run-activity.js';
import { DotdigitalCallError } from '../../src/dotdigital/errors.js';

const MINUTE_MS = 60_000;

/** A call that never gets an answer: it ends with its signal, as the clients' calls do. */
async function hangingCall(signal: AbortSignal): Promise<never> {
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  throw new DotdigitalCallError('aborted', 'PUT insightData record 17 of contact 4: was given up by its caller');
}

async function outcomeOf(
  info: Readonly<Record<string, number>>,
  wait: (run: MockActivityEnvironment) => Promise<void>,
) {
  vi.useFakeTimers();
  try {
    const environment = new MockActivityEnvironment(info);
    const ended = environment
      .run(() => runActivity(({ signal }) => hangingCall(signal)))
      .then(
        () => null,
        (error: unknown) => error,
      );
    let isOver = false;
    void ended.then(() => {
      isOver = true;
    });
    await wait(environment);
    await vi.advanceTimersByTimeAsync(0);
    return { isOver, error: isOver ? await ended : null };
  } finally {
    vi.useRealTimers();
  }
}

const LONG = { startToCloseTimeoutMs: 3 * MINUTE_MS, scheduleToCloseTimeoutMs: 10 * MINUTE_MS };

async function passes(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

it('an attempt in which a call hangs ends itself before the server does, and names the call', async () => {
  expect((await outcomeOf(LONG, () => passes(3 * MINUTE_MS - 2_001))).isOver).toBe(false);
  const { error } = await outcomeOf(LONG, () => passes(3 * MINUTE_MS - 2_000));
  if (!(error instanceof ApplicationFailure)) throw new Error(`no failure of ours: ${String(error)}`);
  expect(error).toMatchObject({ type: 'DotdigitalUnavailable', nonRetryable: false });
  expect(error.message).toMatch(/PUT insightData record 17 of contact 4: .* the time of its attempt was over/);
});

it('the last attempt ends itself before the whole activity does', async () => {
  const late = { ...LONG, scheduledTimestampMs: 0, currentAttemptScheduledTimestampMs: 9 * MINUTE_MS };
  expect((await outcomeOf(late, () => passes(MINUTE_MS - 2_001))).isOver).toBe(false);
  expect((await outcomeOf(late, () => passes(MINUTE_MS - 2_000))).error).toBeInstanceOf(ApplicationFailure);
});

it('an attempt that nobody waits for any more is cancelled, and is no failure', async () => {
  const { error } = await outcomeOf(LONG, async (environment) => environment.cancel());
  expect(error).toBeInstanceOf(CancelledFailure);
});

it('every attempt is as old as the activity: one that ran out of time in a line keeps its place there', async () => {
  const environment = new MockActivityEnvironment({ attempt: 2, scheduledTimestampMs: 1_000 });
  expect(await environment.run(() => runActivity(async ({ begunAtMs }) => begunAtMs))).toBe(1_000);
});
