import type { ImportedSample } from './import-sample.js';
import type { LifeEvent } from './life.js';

/** Everything that will happen in the sample, in the order of time; of two at one time, the one laid out first. */
export class SampleTimeline {
  readonly #events: readonly LifeEvent[];
  #next = 0;

  constructor(readonly sample: ImportedSample) {
    this.#events = sample.events.toSorted((left, right) => left.atMs - right.atMs);
  }

  get startsAtMs(): number {
    return this.#events[0]?.atMs ?? 0;
  }

  get endsAtMs(): number {
    return this.#events.at(-1)?.atMs ?? 0;
  }

  get eventsLeft(): number {
    return this.#events.length - this.#next;
  }

  /** Gives each event once, up to and with that moment. */
  *takeUpTo(atMs: number): Generator<LifeEvent> {
    for (let event = this.#events[this.#next]; event !== undefined && event.atMs <= atMs; ) {
      this.#next += 1;
      yield event;
      event = this.#events[this.#next];
    }
  }
}
