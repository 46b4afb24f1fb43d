import { onAbort } from './abort.js';

export interface WaitOptions {
  readonly priority: 'live' | 'history';
  readonly signal?: AbortSignal | undefined;
}

/** Calls that wait for their turn, live ones before history's, each first come first served. */
export class WaitingLine<T> {
  readonly #queues = { live: new Set<Waiting<T>>(), history: new Set<Waiting<T>>() };
  #waitedMs = 0;

  constructor(private readonly now: () => number) {}

  /** Resolves with what `releaseNext` gives it, or with `aborted` when the signal ends the wait. */
  join({ priority, signal }: WaitOptions): Promise<T | 'aborted'> {
    return new Promise((resolve) => {
      const queue = this.#queues[priority];
      const leave = (outcome: T | 'aborted') => {
        queue.delete(waiting);
        stopListening();
        this.#waitedMs += this.now() - waiting.since;
        resolve(outcome);
      };
      const stopListening = onAbort(signal, () => leave('aborted'));
      const waiting: Waiting<T> = { since: this.now(), leave };
      queue.add(waiting);
    });
  }

  /** Whose turn is next; null when nobody waits. */
  nextPriority(): 'live' | 'history' | null {
    if (this.#queues.live.size > 0) return 'live';
    return this.#queues.history.size > 0 ? 'history' : null;
  }

  releaseNext(turn: T): void {
    const [next] = this.#queues.live.size > 0 ? this.#queues.live : this.#queues.history;
    next?.leave(turn);
  }

  counts(): { readonly live: number; readonly history: number } {
    return { live: this.#queues.live.size, history: this.#queues.history.size };
  }

  /** Of all that have left, together. */
  get waitedMs(): number {
    return this.#waitedMs;
  }
}

interface Waiting<T> {
  readonly since: number;
  readonly leave: (outcome: T | 'aborted') => void;
}
