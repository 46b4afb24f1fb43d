import { setTimeout as pause } from 'node:timers/promises';
import type { DotdigitalControls, RecordChange } from './controls.js';
import { type BenchEvent, stageRank } from './shop.js';

const LOOK_AGAIN_MS = 250;
/** Without anything arriving for this long, what is missing is lost. */
const LOST_AFTER_MS = 30_000;

/** What Dotdigital's stand-in has shown of the bench's orders, in the order of its change log. */
export class Arrivals {
  /** By record key: when its order was first seen at each stage or a later one. */
  readonly #firstAtMs = new Map<string, number[]>();
  readonly #rank = new Map<string, number>();
  #after = 0;
  #violations = 0;

  constructor(private readonly dotdigital: Pick<DotdigitalControls, 'recordChanges'>) {}

  /** How often a record went back to an earlier state, or was deleted: no order of the bench ever leaves. */
  get violations(): number {
    return this.#violations;
  }

  /** When Dotdigital first had what this event is about, or something later. Epoch ms; null: not yet. */
  arrivedAtMs({ order, stage }: BenchEvent): number | null {
    return this.#firstAtMs.get(String(order.number))?.[stageRank(stage)] ?? null;
  }

  /**
   * Reads on until all events have arrived, or nothing has come for 30 s. Gives those that are missing: in the change log, or
   * because the record stands at an earlier state again.
   */
  async waitFor(events: readonly BenchEvent[], progress: (missing: number) => void = () => undefined) {
    let missing = events;
    let lastAtMs = Date.now();
    for (;;) {
      if ((await this.readOn()) > 0) lastAtMs = Date.now();
      missing = missing.filter((event) => this.arrivedAtMs(event) === null);
      progress(missing.length);
      if (missing.length === 0 || Date.now() - lastAtMs > LOST_AFTER_MS)
        return events.filter((one) => !this.#stands(one));
      await pause(LOOK_AGAIN_MS);
    }
  }

  /** Takes in what is new; gives how many changes that were. */
  async readOn(): Promise<number> {
    const changes = await this.dotdigital.recordChanges(this.#after);
    for (const change of changes) this.#take(change);
    return changes.length;
  }

  #take({ n, at, key, json }: RecordChange): void {
    this.#after = n;
    const rank = json === null ? -1 : stageRank(statusOf(json));
    if (rank < (this.#rank.get(key) ?? 0)) this.#violations += 1;
    this.#rank.set(key, rank);
    const firstAtMs = this.#firstAtMs.get(key) ?? [];
    for (let stage = 0; stage <= rank; stage += 1) firstAtMs[stage] ??= Date.parse(at);
    this.#firstAtMs.set(key, firstAtMs);
  }

  #stands({ order, stage }: BenchEvent): boolean {
    return (this.#rank.get(String(order.number)) ?? -1) >= stageRank(stage);
  }
}

function statusOf(json: string): string {
  const record = JSON.parse(json) as { order_status?: unknown };
  return typeof record.order_status === 'string' ? record.order_status : '';
}
