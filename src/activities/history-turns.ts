import { onAbort } from '../http/abort.js';
import { LIMITS } from '../domain/limits.js';

/**
 * Has history step aside while live work comes to this worker: each customer that is woken, each result that wakes its workflow, then takes
 * a turn, one after the other, instead of by the hundred when an import ends. A live order would wait behind all of them, for CPU time, here
 * and in Temporal. While no live work comes, nobody waits.
 */
export class HistoryTurns {
  #liveAtMs = Number.NEGATIVE_INFINITY;
  #nextAtMs = 0;

  constructor(private readonly now: () => number) {}

  liveCame(): void {
    this.#liveAtMs = this.now();
  }

  /** Resolves when it is history's turn, or when the signal is aborted. */
  async take(signal: AbortSignal): Promise<void> {
    const nowMs = this.now();
    if (nowMs - this.#liveAtMs > LIMITS.liveQuietAfterMs) return;
    const atMs = Math.max(nowMs, this.#nextAtMs);
    this.#nextAtMs = atMs + 1_000 / LIMITS.historyTurnsASecond;
    await untilMs(atMs - nowMs, signal);
  }
}

function untilMs(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const over = (): void => {
      clearTimeout(timer);
      stopListening();
      resolve();
    };
    const timer = setTimeout(over, ms);
    const stopListening = onAbort(signal, over);
  });
}
