import { LIMITS } from '../domain/limits.js';

/**
 * Has history step aside while live work comes to this worker: each customer that is woken, each read and each write that ends, then takes a turn,
 * one after the other, instead of by the hundred when an import ends. A live order would wait behind all that they do next, for CPU time, here
 * and in Temporal. While no live work comes, nobody waits. Customers in hand go before those that are still to be woken, or each would wait for
 * them at every step.
 * `now`: ms of a clock that is never set.
 */
export class HistoryTurns {
  #liveAtMs = Number.NEGATIVE_INFINITY;
  #nextAtMs = 0;
  #timer: NodeJS.Timeout | null = null;
  readonly #inHand = new Set<Waiting>();
  readonly #toBegin = new Set<Waiting>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  liveCame(): void {
    this.#liveAtMs = this.now();
  }

  /** Resolves when a customer may be begun with, or when the signal is aborted. Nobody waits for it yet: it waits as long as it takes. */
  async begin(signal: AbortSignal): Promise<void> {
    if (this.#isLiveComing()) await this.#wait(this.#toBegin, signal, null);
  }

  /** Resolves when a customer in hand may go on, soon in any case: a live order of that very customer waits with it. Or when the signal is aborted. */
  async goOn(signal: AbortSignal): Promise<void> {
    if (this.#isLiveComing()) await this.#wait(this.#inHand, signal, LIMITS.historyTurnWaitMaxMs);
  }

  #isLiveComing(): boolean {
    return this.now() - this.#liveAtMs <= LIMITS.liveQuietAfterMs;
  }

  #wait(line: Set<Waiting>, signal: AbortSignal, atMostMs: number | null): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const go = (): void => {
        line.delete(go);
        if (this.#isNobodyWaiting()) this.#stopTimer();
        clearTimeout(patience);
        signal.removeEventListener('abort', go);
        resolve();
      };
      const patience = atMostMs === null ? undefined : setTimeout(go, atMostMs);
      signal.addEventListener('abort', go);
      line.add(go);
      this.#setTimer();
    });
  }

  #setTimer(): void {
    this.#timer ??= setTimeout(() => this.#giveTurns(), Math.max(0, this.#nextAtMs - this.now()));
  }

  #giveTurns(): void {
    this.#timer = null;
    const turns = this.#isLiveComing() ? 1 : Number.POSITIVE_INFINITY;
    for (const go of [...this.#inHand, ...this.#toBegin].slice(0, turns)) go();
    this.#nextAtMs = this.now() + 1_000 / LIMITS.historyTurnsASecond;
    if (!this.#isNobodyWaiting()) this.#setTimer();
  }

  #isNobodyWaiting(): boolean {
    return this.#inHand.size + this.#toBegin.size === 0;
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}

type Waiting = () => void;
