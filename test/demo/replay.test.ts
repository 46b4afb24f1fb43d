import { describe, expect, it } from 'vitest';
import { replayMonth } from '../../demo/replay.js';

const START = Date.parse('2010-12-01T08:00:00Z');
const HOUR_MS = 3_600_000;

/** A shop where one thing happens every hour, and a relay that takes webhooks only when it is looked at. */
function shop(hours: number) {
  let clockMs = START;
  let pending = 0;
  let pendingMax = 0;
  return {
    pendingMax: () => pendingMax,
    moves: [] as number[],
    async replayState() {
      pending = Math.max(0, pending - 100);
      const happened = Math.floor((clockMs - START) / HOUR_MS);
      return { clockMs, endsAtMs: START + hours * HOUR_MS, eventsLeft: hours - happened, webhooksPending: pending };
    },
    async moveClock(toMs: number) {
      this.moves.push(toMs - clockMs);
      clockMs = toMs;
      pending += 150;
      pendingMax = Math.max(pendingMax, pending);
      return null;
    },
  };
}

const progress = {
  updates: [] as number[],
  update: (done: number) => void progress.updates.push(done),
  stop: () => undefined,
};

describe('replaying the month', () => {
  it("moves the shop's clock in small steps to the end, and no further", async () => {
    const stokly = shop(10);
    await replayMonth(stokly, progress, new AbortController().signal);
    expect(stokly.moves.reduce((sum, ms) => sum + ms, 0)).toBe(10 * HOUR_MS);
    expect(Math.max(...stokly.moves)).toBeLessThanOrEqual(HOUR_MS);
    expect(progress.updates.at(-1)).toBe(10);
  });

  it('waits while the webhooks are not taken', async () => {
    const stokly = shop(10);
    await replayMonth(stokly, progress, new AbortController().signal);
    // 200 may wait; one more step is on top of that.
    expect(stokly.pendingMax()).toBeLessThanOrEqual(350);
  });

  it('ends at once when it is told to', async () => {
    const abort = new AbortController();
    abort.abort(new Error('Ctrl-C'));
    await expect(replayMonth(shop(10), progress, abort.signal)).rejects.toThrow('Ctrl-C');
  });
});
