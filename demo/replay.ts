import { setTimeout as pause } from 'node:timers/promises';
import type { StoklyControls } from './emulator-calls.js';
import type { Progress } from './progress.js';

/** The month in about two minutes, draining included; faster would only make a heap of it and nothing to watch. */
const EVENTS_PER_SECOND_MAX = 90;
/** So much may wait for the relay before the clock moves on. */
const BACKLOG_MAX = 200;
/** A step of the shop's clock: short against a working day, so that a day's despatches do not come with its orders. */
const STEP_MS = 30 * 60_000;
const LOOK_AGAIN_MS = 50;

/** Lets the month happen: the shop's clock moves on as long as the webhooks are taken. Ends when nothing is left to happen. */
export async function replayMonth(
  stokly: Pick<StoklyControls, 'replayState' | 'moveClock'>,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const startedAt = Date.now();
  const first = await stokly.replayState();
  let state = first;
  while (state.eventsLeft > 0) {
    signal.throwIfAborted();
    const done = first.eventsLeft - state.eventsLeft;
    progress.update(done, `the shop's day ${new Date(state.clockMs).toISOString().slice(0, 10)}`);
    const allowed = ((Date.now() - startedAt) / 1000) * EVENTS_PER_SECOND_MAX;
    if (state.webhooksPending > BACKLOG_MAX || done > allowed) await pause(LOOK_AGAIN_MS, undefined, { signal });
    else await stokly.moveClock(Math.min(state.clockMs + STEP_MS, state.endsAtMs));
    state = await stokly.replayState();
  }
  progress.update(first.eventsLeft, 'all has happened');
}
