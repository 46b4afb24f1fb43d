import { LIMITS } from '../domain/limits.js';

/**
 * Has history step aside while live work comes to this worker: each customer that is woken, each write that ends, then takes a turn, one
 * after the other, instead of by the hundred when an import ends. A live order would wait behind all that they do next, for CPU time, here
 * and in Temporal. While no live work comes, nobody waits.
 * `now`: ms of a clock that is never set.
 */
export class HistoryTurns {
  #liveAtMs = Number.NEGATIVE_INFINITY;
  #nextAtMs = 0;

  constructor(private readonly now: () => number = () => performance.now()) {}

  liveCame(): void {
    this.#liveAtMs = this.now();
  }

  /** Resolves when it is history's turn, or when the signal is aborted. */
  async take(signal: AbortSignal): Promise<void> {
    const nowMs = this.now();
    if (nowMs - this.#liveAtMs > LIMITS.liveQuietAfterMs) return;
    const waitMs = Math.max(0, this.#nextAtMs - nowMs);
    if (waitMs > LIMITS.historyTurnWaitMaxMs) {
      await untilMs(LIMITS.historyTurnWaitMaxMs, signal);
      return;
    }
    this.#nextAtMs = nowMs + waitMs + 1_000 / LIMITS.historyTurnsASecond;
    await untilMs(waitMs, signal);
  }
}

function untilMs(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const over = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', over);
      resolve();
    };
    const timer = setTimeout(over, ms);
    signal.addEventListener('abort', over);
  });
}
