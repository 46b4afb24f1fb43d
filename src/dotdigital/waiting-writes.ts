import type { WaitingWrites as Waiting } from './bulk-decision.js';
import type { CallOptions } from './api.js';

/** One write of one caller, from when it was handed in until its caller was told. */
export interface WaitingWrite<Write, Result> {
  readonly write: Write;
  readonly key: string;
  /** Its part of an import's body. */
  readonly item: string;
  readonly options: CallOptions;
  readonly sinceMs: number;
  /** It goes out alone: an import could not settle it. */
  isAlone: boolean;
  /** An earlier one of it may land after it. */
  isUncertain: boolean;
  /** Its caller was told, or has gone. */
  isOver: boolean;
  /** While the import that carries it is handed in: the signal of that call. */
  submittedUnder: AbortSignal | null;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: Error) => void;
}

type Priority = CallOptions['priority'];

/**
 * Writes that wait to go out, live ones before history's, each first come first served. No key is twice among those that wait
 * or are out: a second write of a key waits until the first one is done.
 */
export class WritesInLine<Item extends WaitingWrite<unknown, never>> {
  readonly #lines: Readonly<Record<Priority | 'alone', Set<Item>>> = {
    live: new Set(),
    history: new Set(),
    alone: new Set(),
  };
  /** By key: the one that waits or is out, and who comes after it. */
  readonly #holders = new Map<string, { item: Item; readonly followers: Item[] }>();
  #lastMs: Readonly<Record<Priority, number>> = { live: 0, history: 0 };

  join(item: Item): void {
    this.#lastMs = { ...this.#lastMs, [item.options.priority]: item.sinceMs };
    const holder = this.#holders.get(item.key);
    if (holder !== undefined) {
      holder.followers.push(item);
      return;
    }
    this.#holders.set(item.key, { item, followers: [] });
    this.#lineOf(item).add(item);
  }

  /** Not out, and not behind another write of its key. */
  isIn(item: Item): boolean {
    return this.#lineOf(item).has(item);
  }

  /** Its caller has gone. What is out already ends by itself. */
  leave(item: Item): void {
    if (this.#lineOf(item).delete(item)) this.done(item);
  }

  /** Back to the head of the line, in their order. */
  giveBack(items: readonly Item[]): void {
    for (const name of ['live', 'history', 'alone'] as const) {
      const line = this.#lines[name];
      const waited = [...line];
      line.clear();
      const back = items.filter((item) => !item.isOver && this.#lineOf(item) === line);
      for (const item of [...back, ...waited]) line.add(item);
    }
    for (const item of items) if (item.isOver) this.done(item);
  }

  /** Its key is free: whoever came after it waits now. */
  done(item: Item): void {
    const holder = this.#holders.get(item.key);
    if (holder?.item !== item) return;
    const next = holder.followers.find(({ isOver }) => !isOver);
    if (next === undefined) {
      this.#holders.delete(item.key);
      return;
    }
    holder.followers.splice(0, holder.followers.indexOf(next) + 1);
    holder.item = next;
    this.#lineOf(next).add(next);
  }

  take(line: Priority | 'alone', count: number): Item[] {
    const taken: Item[] = [];
    for (const item of this.#lines[line]) {
      if (taken.length >= count) break;
      this.#lines[line].delete(item);
      taken.push(item);
    }
    return taken;
  }

  /** For one import: live ones first, as far as one body may hold them. */
  takeTogether(countMax: number, charactersMax: number): Item[] {
    const taken: Item[] = [];
    let characters = 0;
    for (const line of [this.#lines.live, this.#lines.history]) {
      for (const item of line) {
        if (taken.length >= countMax || (taken.length > 0 && characters + item.item.length > charactersMax))
          return taken;
        line.delete(item);
        taken.push(item);
        characters += item.item.length;
      }
    }
    return taken;
  }

  waiting(priority: Priority, nowMs: number): Waiting {
    const line = this.#lines[priority];
    const [first] = line;
    return {
      count: line.size,
      oldestMs: first === undefined ? 0 : nowMs - first.sinceMs,
      quietMs: nowMs - this.#lastMs[priority],
    };
  }

  get aloneCount(): number {
    return this.#lines.alone.size;
  }

  get isEmpty(): boolean {
    return this.count === 0;
  }

  get count(): number {
    return this.#lines.live.size + this.#lines.history.size + this.#lines.alone.size;
  }

  #lineOf(item: Item): Set<Item> {
    return item.isAlone ? this.#lines.alone : this.#lines[item.options.priority];
  }
}
