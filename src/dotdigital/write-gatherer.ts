import { growingPauseMs } from '../domain/growing-pause.js';
import { onAbort } from '../http/abort.js';
import type { CallOptions } from './api.js';
import { type BulkSituation, bulkStep } from './bulk-decision.js';
import { budgetRoom, importPauseMs, isUsedUpForLong } from './bulk-rates.js';
import type { DotdigitalCalls } from './calls.js';
import { DotdigitalCallError } from './errors.js';
import type { FloodWatch } from './flood-watch.js';
import type { ImportKind } from './import-kind.js';
import { ImportPolls } from './import-polls.js';
import { type ImportSeen, runImport } from './import-run.js';
import { type WaitingWrite, WritesInLine } from './waiting-writes.js';
import { writeHash } from './write-hash.js';
import type { WritesToCome } from './writes-to-come.js';

export interface GathererDeps {
  readonly calls: DotdigitalCalls;
  readonly flood: FloodWatch;
  readonly toCome: WritesToCome;
  readonly now: () => number;
  /** How long callers wait for an import before their writes go out as single calls. */
  readonly importWaitMs: number;
  readonly onImport: ((seen: ImportSeen) => void) | undefined;
}

/** Between two looks at what waits. */
const LOOK_MS = 25;
/** The official connectors send 2,000 contacts and 4,000 orders at once. */
const WRITES_MAX = 2_000;
/** A body may have 50 MB; a character may take three bytes. */
const CHARACTERS_MAX = 12_000_000;
/** A record of this size holds up no others. */
const LARGE_CHARACTERS = 1_000_000;
/** Refused for too many: Dotdigital's own jobs must end first; the pause doubles with each refusal in a row. */
const TOO_MANY_PAUSE = { firstMs: 2_000, maxMs: 30_000 } as const;

/**
 * Takes writes of one kind, each from its own caller, and sends them one by one or gathered in imports, as `bulkStep` decides.
 * Each caller gets its own write's result, or the error that its write ended with.
 */
export class WriteGatherer<Write, Result extends { readonly kind: string }, Report> {
  readonly #line = new WritesInLine<WaitingWrite<Write, Result>>();
  readonly #polls: ImportPolls<Report>;
  #singlesOut = 0;
  #importsOut = 0;
  /** Imports that did not end in time: they still count against what Dotdigital allows. */
  readonly #overdue = new Set<string>();
  #lastImportMs = Number.NEGATIVE_INFINITY;
  #closedUntilMs = 0;
  #tooManyInRow = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly kind: ImportKind<Write, Result, Report>,
    private readonly deps: GathererDeps,
  ) {
    this.#polls = new ImportPolls(deps.calls, kind, deps);
  }

  async send(write: Write, options: CallOptions): Promise<Result> {
    options.announced?.handedIn(this.kind.name);
    const item = this.kind.itemOf(write);
    const known = options.imports?.find(this.kind.name, writeHash(item)) ?? null;
    const before = known === null ? null : await this.#askAgain(write, known);
    if (before !== null && before !== 'uncertain') return before;
    return await new Promise<Result>((resolve, reject) => {
      const stopListening = onAbort(options.signal, () => {
        const error = this.#givenUp(waiting);
        this.#line.leave(waiting);
        waiting.reject(error);
      });
      const settle = (tell: () => void) => {
        if (waiting.isOver) return;
        waiting.isOver = true;
        stopListening();
        tell();
      };
      const waiting: WaitingWrite<Write, Result> = {
        write,
        key: this.kind.keyOf(write),
        item,
        options,
        sinceMs: this.deps.now(),
        isAlone: item.length > LARGE_CHARACTERS,
        isUncertain: before === 'uncertain',
        isOver: false,
        submittedUnder: null,
        resolve: (result) => settle(() => resolve(waiting.isUncertain ? { ...result, isUncertain: true } : result)),
        reject: (error) => settle(() => reject(error)),
      };
      if (options.signal?.aborted === true) {
        waiting.reject(
          new DotdigitalCallError('aborted', `${this.kind.labelOf(write)}: was given up before it was sent`),
        );
        return;
      }
      this.#line.join(waiting);
      if (options.priority === 'history') this.deps.flood.came(this.deps.now());
      this.#lookSoon(0);
    });
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#polls.close();
  }

  /** An earlier attempt handed this very write to an import: what its report says counts, and nothing is written twice. */
  async #askAgain(write: Write, known: { importId: string; sentAtMs: number }): Promise<Result | 'uncertain' | null> {
    const end = await this.#polls.endOf(known.importId, known.sentAtMs + this.deps.importWaitMs);
    switch (end.state) {
      case 'done':
        return this.kind.resultOf(end.report, write);
      case 'failed':
        return null;
      case 'lost':
      case 'overdue':
        return 'uncertain';
    }
  }

  /** Never at once: writes that are handed in together, such as all records of a drain, are to be seen together. */
  #lookSoon(afterMs: number): void {
    if (this.#timer !== null && afterMs > 0) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#look();
    }, afterMs);
  }

  #look(): void {
    const step = bulkStep(this.#situation());
    for (const line of ['live', 'history'] as const) {
      for (const item of this.#line.take(line, step.singles[line])) void this.#sendSingle(item);
    }
    const alone = this.#line.take('alone', Math.max(0, ALONE_MAX - this.#singlesOut));
    for (const item of alone) void this.#sendSingle(item);
    if (step.isImportDue) {
      const together = this.#line.takeTogether(WRITES_MAX, CHARACTERS_MAX);
      if (together.length > 0) void this.#sendTogether(together);
    }
    if (!this.#line.isEmpty) this.#lookSoon(LOOK_MS);
  }

  #situation(): BulkSituation {
    const nowMs = this.deps.now();
    const single = this.deps.calls.rateOf(this.kind.single);
    const imports = this.deps.calls.rateOf(this.kind.submit);
    const pauseMs = importPauseMs(imports, { nowMs, lastMs: this.#lastImportMs });
    for (const importId of this.#overdue) if (!this.#polls.isPending(importId)) this.#overdue.delete(importId);
    return {
      live: this.#line.waiting('live', nowMs),
      history: this.#line.waiting('history', nowMs),
      floodMs: this.deps.flood.forMs(nowMs),
      toCome: this.deps.toCome.count(this.kind.name),
      singles: { inFlight: this.#singlesOut, ...budgetRoom(single, nowMs) },
      imports: {
        underWay: this.#importsOut,
        max: this.kind.importsMax - this.#overdue.size,
        isClosed:
          nowMs < this.#closedUntilMs || isUsedUpForLong(imports, nowMs) || this.#overdue.size >= this.kind.importsMax,
        pauseMs,
      },
    };
  }

  async #sendSingle(item: WaitingWrite<Write, Result>): Promise<void> {
    this.#singlesOut += 1;
    try {
      item.resolve(await this.kind.sendSingle(item.write, item.options));
    } catch (error) {
      item.reject(asError(error));
    } finally {
      this.#singlesOut -= 1;
      this.#done([item]);
    }
  }

  async #sendTogether(items: WaitingWrite<Write, Result>[]): Promise<void> {
    this.#importsOut += 1;
    this.#lastImportMs = this.deps.now();
    try {
      const { isTooMany, overdue } = await runImport(this.kind, items, { ...this.deps, polls: this.#polls });
      for (const importId of overdue) this.#overdue.add(importId);
      if (isTooMany) this.#close();
      else this.#tooManyInRow = 0;
      this.#line.giveBack(items);
    } catch (error) {
      for (const item of items) item.reject(this.#about(item, asError(error)));
    } finally {
      this.#importsOut -= 1;
      this.#done(items);
    }
  }

  #done(items: readonly WaitingWrite<Write, Result>[]): void {
    for (const item of items) if (item.isOver) this.#line.done(item);
    this.#lookSoon(0);
  }

  #about(item: WaitingWrite<Write, Result>, error: Error): Error {
    if (!(error instanceof DotdigitalCallError)) return error;
    const said = error.message.replace(/^Dotdigital: /, '');
    return new DotdigitalCallError(
      error.failure,
      `${this.kind.labelOf(item.write)}, with others: ${said}`,
      error.detail,
    );
  }

  /** Its caller waits no longer: says so where it never left, and it was a limit that kept it here. */
  #givenUp(waiting: WaitingWrite<Write, Result>): DotdigitalCallError {
    const label = this.kind.labelOf(waiting.write);
    const words = this.#heldBackBy(waiting);
    if (words === null) return new DotdigitalCallError('aborted', `${label}: was given up while it waited`);
    const more = this.#line.isIn(waiting) ? this.#line.count - 1 : 0;
    const among = more > 0 ? `, with ${more} more` : '';
    return new DotdigitalCallError('aborted', `${label}${among}: ${words}`, { isHeldBack: true });
  }

  #heldBackBy(waiting: WaitingWrite<Write, Result>): string | null {
    const { calls, now } = this.deps;
    const { single, submit } = this.kind;
    const { submittedUnder, options } = waiting;
    const { priority, signal } = options;
    if (submittedUnder !== null) return calls.heldBackBy(submit, submittedUnder);
    if (!this.#line.isIn(waiting)) return signal === undefined ? null : calls.heldBackBy(single, signal);
    const { room } = budgetRoom(calls.rateOf(single), now());
    return room[priority] > 0 ? null : calls.limitWords(single);
  }

  /** Until some of what is under way at Dotdigital has ended. */
  #close(): void {
    this.#closedUntilMs = this.deps.now() + growingPauseMs(TOO_MANY_PAUSE, this.#tooManyInRow);
    this.#tooManyInRow += 1;
  }
}

/** Single writes at the same time of those that imports could not settle. */
const ALONE_MAX = 48;

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('what was thrown is no error');
}
