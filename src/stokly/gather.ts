import { onAbort } from '../http/abort.js';
import type { CallOptions } from './api.js';
import { StoklyCallError } from './errors.js';

/** What several callers want to know at once. Open to more of them until `close`. */
export interface Batch {
  /** The keys to ask for; whoever comes after this asks in another batch. Called when the call goes out, not before. */
  close(): readonly string[];
  readonly options: CallOptions;
}

export interface GatherSettings<Value> {
  /** Keys that one call can ask for. */
  readonly keysMax: number;
  /** One call, or several that follow from its answer. Keys that are not in the map had no answer. */
  readonly read: (batch: Batch) => Promise<ReadonlyMap<string, Value>>;
  readonly now: () => number;
  /** In words, where a call waits for the limit under that signal. */
  readonly heldBackBy?: (signal: AbortSignal) => string | null;
  /** While history is busy its callers wait for each other this long at most; default `LINGER_MS`. */
  readonly lingerMs?: number | undefined;
}

/** What is the same for all that one client gathers. */
export type Gathering = Pick<GatherSettings<unknown>, 'now' | 'lingerMs' | 'heldBackBy'>;

/** A batch of so many callers of history goes out: waiting for more would save little. */
const CALLERS_MAX = 16;
/** History is busy when so many callers came within that time; fewer are not worth waiting for. */
const BUSY = { callers: 4, withinMs: 1_000 } as const;
/** As many come sooner where anything is fast. */
const LINGER_MS = 2_000;
/** Nobody waits longer than this for the answer to somebody else's call: it may hang. */
const BEHIND_MS = 250;

/**
 * Gathers what all callers of this process ask of one resource into few calls. A lone caller waits for nothing. While a call
 * is out, later callers gather and go out together when it returns; history's also wait for each other while there are many of
 * them. A batch that waits for its turn in the limiter takes more callers until it is sent: the scarcer the budget, the fuller
 * the calls. Nobody joins a call that was sent, so no answer is older than its question; live and history never share one.
 */
export class Gatherer<Value> {
  readonly #lanes = { live: new Lane<Value>('live'), history: new Lane<Value>('history') };

  constructor(private readonly settings: GatherSettings<Value>) {}

  /** The values of those keys that have one. Rejects as the call does, or as `aborted` for this caller alone. */
  async ask(keys: readonly string[], options: CallOptions, label: string): Promise<Map<string, Value>> {
    const lane = this.#lanes[options.priority];
    lane.arrived(this.settings.now());
    const values = new Map<string, Value>();
    const wanted = [...new Set(keys)];
    const parts: Promise<void>[] = [];
    while (wanted.length > 0) {
      const batch = this.#openBatch(lane);
      const own = wanted.splice(0, this.settings.keysMax - batch.size);
      parts.push(this.#join({ lane, batch }, { own, values, label, options }));
      this.#consider(lane);
    }
    await Promise.all(parts);
    return values;
  }

  #openBatch(lane: Lane<Value>): GatheredBatch<Value> {
    const { open } = lane;
    if (open !== null && open.size < this.settings.keysMax) return open;
    const opened = new GatheredBatch<Value>(lane.priority, this.settings.now());
    lane.open = opened;
    return opened;
  }

  #join(
    { lane, batch }: { lane: Lane<Value>; batch: GatheredBatch<Value> },
    { own, values, label, options: { signal, begunAtMs } }: Asked<Value>,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const caller: Caller<Value> = {
        keys: own,
        begunAtMs: begunAtMs ?? this.settings.now(),
        answer: (found) => {
          stopListening();
          for (const key of own) {
            const value = found.get(key);
            if (value !== undefined) values.set(key, value);
          }
          resolve();
        },
        fail: (error) => {
          stopListening();
          reject(error instanceof StoklyCallError ? error.about(label) : error);
        },
      };
      batch.join(caller);
      const giveUp = () => {
        const heldBackBy = this.settings.heldBackBy?.(batch.signal) ?? null;
        batch.leave(caller);
        if (batch.isEmpty && lane.open === batch) lane.forget();
        const what = heldBackBy ?? 'was given up by its caller';
        reject(new StoklyCallError('aborted', `${label}: ${what}`, heldBackBy === null ? {} : { isHeldBack: true }));
      };
      const stopListening = onAbort(signal, giveUp);
      if (signal?.aborted === true) giveUp();
    });
  }

  /** Sends the open batch, or sets when to look again. `behindMs`: how long it may wait for a call that is out. */
  #consider(lane: Lane<Value>, behindMs = BEHIND_MS): void {
    const batch = lane.open;
    if (batch === null || batch.isSubmitted) return;
    const nowMs = this.settings.now();
    const isBusy = lane.isBusy(nowMs);
    const isEnough = batch.size >= this.settings.keysMax || (isBusy && batch.callers >= CALLERS_MAX);
    const waitMs = isBusy ? (this.settings.lingerMs ?? LINGER_MS) : lane.unanswered > 0 ? behindMs : 0;
    const leftMs = batch.openedAtMs + waitMs - nowMs;
    if (isEnough || leftMs <= 0) void this.#submit(lane, batch);
    else lane.lookAgain(() => this.#consider(lane), leftMs);
  }

  async #submit(lane: Lane<Value>, batch: GatheredBatch<Value>): Promise<void> {
    batch.isSubmitted = true;
    lane.unanswered += 1;
    lane.stopTimer();
    const close = () => {
      if (lane.open === batch) lane.open = null;
      return batch.keys();
    };
    try {
      batch.answer(await this.settings.read({ close, options: batch.options }));
    } catch (error) {
      batch.fail(error);
    } finally {
      if (lane.open === batch) lane.open = null;
      lane.unanswered -= 1;
      this.#consider(lane, 0);
    }
  }
}

interface Asked<Value> {
  readonly own: readonly string[];
  readonly values: Map<string, Value>;
  readonly label: string;
  readonly options: CallOptions;
}

interface Caller<Value> {
  readonly keys: readonly string[];
  readonly begunAtMs: number;
  readonly answer: (found: ReadonlyMap<string, Value>) => void;
  readonly fail: (error: unknown) => void;
}

/** Those who ask with one priority. */
class Lane<Value> {
  /** Takes more callers: it is not sent. */
  open: GatheredBatch<Value> | null = null;
  /** Calls that were handed on, with or without their turn yet. */
  unanswered = 0;
  #timer: NodeJS.Timeout | null = null;
  /** When the last `BUSY.callers` callers came. */
  readonly #arrivals: number[] = [];

  constructor(readonly priority: CallOptions['priority']) {}

  arrived(nowMs: number): void {
    this.#arrivals.push(nowMs);
    if (this.#arrivals.length > BUSY.callers) this.#arrivals.shift();
  }

  isBusy(nowMs: number): boolean {
    const [first] = this.#arrivals;
    if (this.priority === 'live') return false;
    return this.#arrivals.length >= BUSY.callers && first !== undefined && nowMs - first < BUSY.withinMs;
  }

  lookAgain(look: () => void, afterMs: number): void {
    this.stopTimer();
    this.#timer = setTimeout(look, afterMs);
  }

  stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** The batch has nobody left. */
  forget(): void {
    this.open = null;
    this.stopTimer();
  }
}

class GatheredBatch<Value> {
  isSubmitted = false;
  readonly #callers = new Set<Caller<Value>>();
  readonly #ending = new AbortController();

  constructor(
    private readonly priority: CallOptions['priority'],
    readonly openedAtMs: number,
  ) {}

  /** The call goes as early as the one of its callers' whose work began first. */
  get options(): CallOptions {
    const begunAtMs = Math.min(...[...this.#callers].map((caller) => caller.begunAtMs));
    return { priority: this.priority, signal: this.signal, begunAtMs };
  }

  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  get callers(): number {
    return this.#callers.size;
  }

  get isEmpty(): boolean {
    return this.#callers.size === 0;
  }

  /** Keys that are asked for. */
  get size(): number {
    return this.keys().length;
  }

  join(caller: Caller<Value>): void {
    this.#callers.add(caller);
  }

  /** The call ends with the last of its callers, and with none before. */
  leave(caller: Caller<Value>): void {
    this.#callers.delete(caller);
    if (this.isEmpty) this.#ending.abort();
  }

  keys(): readonly string[] {
    return [...new Set([...this.#callers].flatMap(({ keys }) => keys))];
  }

  answer(found: ReadonlyMap<string, Value>): void {
    for (const caller of this.#callers) caller.answer(found);
  }

  fail(error: unknown): void {
    for (const caller of this.#callers) caller.fail(error);
  }
}
