import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HistoryTurns } from '../../src/activities/history-turns.js';
import { LIMITS } from '../../src/domain/limits.js';

const TURN_MS = 1_000 / LIMITS.historyTurnsASecond;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** How many of so many turns, asked for at once, came within that time. */
async function turnsWithin(turns: HistoryTurns, { asked, ms }: { asked: number; ms: number }): Promise<number> {
  let came = 0;
  const { signal } = new AbortController();
  for (let n = 0; n < asked; n += 1) void turns.take(signal).then(() => (came += 1));
  await vi.advanceTimersByTimeAsync(ms);
  return came;
}

describe('history beside live work', () => {
  it('waits for nothing while no live work comes', async () => {
    expect(await turnsWithin(new HistoryTurns(), { asked: 1_000, ms: 0 })).toBe(1_000);
  });

  it('takes turns, one after the other, while live work comes', async () => {
    const turns = new HistoryTurns();
    turns.liveCame();
    expect(await turnsWithin(turns, { asked: 100, ms: 1_000 - TURN_MS / 2 })).toBe(LIMITS.historyTurnsASecond);
  });

  it('waits for a turn no longer than a live order of the same customer may', async () => {
    const turns = new HistoryTurns();
    turns.liveCame();
    expect(await turnsWithin(turns, { asked: 1_000, ms: LIMITS.historyTurnWaitMaxMs + 1 })).toBe(1_000);
  });

  it('goes on at full speed when live work has been quiet for a while', async () => {
    const turns = new HistoryTurns();
    turns.liveCame();
    await vi.advanceTimersByTimeAsync(LIMITS.liveQuietAfterMs + 1);
    expect(await turnsWithin(turns, { asked: 100, ms: 0 })).toBe(100);
  });

  it('keeps nobody whose attempt is over', async () => {
    const turns = new HistoryTurns();
    turns.liveCame();
    const attempt = new AbortController();
    await turns.take(attempt.signal);
    let isOver = false;
    const waiting = turns.take(attempt.signal).then(() => (isOver = true));
    attempt.abort();
    await waiting;
    expect(isOver).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });
});
