import { onAbort } from './abort.js';

export interface WaitOptions {
  readonly priority: 'live' | 'history';
  readonly signal?: AbortSignal | undefined;
  /** When the work began that the call is part of; by default it begins now. */
  readonly begunAtMs?: number | undefined;
}

export interface WaitingCall {
  readonly priority: WaitOptions['priority'];
  readonly joinedAtMs: number;
}

/**
 * Calls that wait for their turn, live ones before history's; of each, those whose work began first. So a customer's last call does not go
 * behind the first calls of all others: customers are done one after another, and what comes next for them need not wait for all.
 */
export class WaitingLine<T> {
  readonly #queues: Record<WaitOptions['priority'], Waiting<T>[]> = { live: [], history: [] };
  #waitedMs = 0;

  constructor(private readonly now: () => number) {}

  /** Resolves with what `releaseNext` gives it, or with `aborted` when the signal ends the wait. */
  join({ priority, signal, begunAtMs }: WaitOptions): Promise<T | 'aborted'> {
    return new Promise((resolve) => {
      const queue = this.#queues[priority];
      const joinedAtMs = this.now();
      const leave = (outcome: T | 'aborted') => {
        const at = queue.indexOf(waiting);
        if (at >= 0) queue.splice(at, 1);
        stopListening();
        this.#waitedMs += this.now() - joinedAtMs;
        resolve(outcome);
      };
      const stopListening = onAbort(signal, () => leave('aborted'));
      const waiting: Waiting<T> = { priority, joinedAtMs, signal, begunAtMs: begunAtMs ?? joinedAtMs, leave };
      const before = queue.findLastIndex((other) => other.begunAtMs <= waiting.begunAtMs);
      queue.splice(before + 1, 0, waiting);
    });
  }

  /** Whose turn is next; null when nobody waits. */
  nextPriority(): 'live' | 'history' | null {
    if (this.#queues.live.length > 0) return 'live';
    return this.#queues.history.length > 0 ? 'history' : null;
  }

  releaseNext(turn: T): void {
    const { live, history } = this.#queues;
    (live[0] ?? history[0])?.leave(turn);
  }

  /** The first call that waits under a signal; null where none does. */
  waitingUnder(signal: AbortSignal): WaitingCall | null {
    const { live, history } = this.#queues;
    return [...live, ...history].find((waiting) => waiting.signal === signal) ?? null;
  }

  counts(): { readonly live: number; readonly history: number } {
    return { live: this.#queues.live.length, history: this.#queues.history.length };
  }

  /** Of all that have left, together. */
  get waitedMs(): number {
    return this.#waitedMs;
  }
}

interface Waiting<T> extends WaitingCall {
  readonly signal: AbortSignal | undefined;
  readonly begunAtMs: number;
  readonly leave: (outcome: T | 'aborted') => void;
}
