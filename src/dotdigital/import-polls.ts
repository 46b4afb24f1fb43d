import { hasCode, isOk, unexpected } from './answers.js';
import type { DotdigitalCalls } from './calls.js';
import { DotdigitalCallError } from './errors.js';
import type { ImportKind, ImportState } from './import-kind.js';

/** How an import ended. `lost`: Dotdigital does not know it; `overdue`: not at its end when all patience was. */
export type ImportEnd<Report> = Exclude<ImportState<Report>, { state: 'pending' }> | { readonly state: 'lost' };

interface Poll<Report> {
  /** Resolves once; rejects where the credentials are refused. */
  readonly ended: Promise<ImportEnd<Report>>;
  isOver: boolean;
}

/** An import's status costs nothing (polling is unlimited); Dotdigital recommends 5 to 30 s for long ones. */
const PAUSE_MS = { first: 100, factor: 1.5, max: 5_000 } as const;
/** One question may take this part of the time that callers wait: an answer that drips must not cost each of an import's writes a single call. */
const ASK_SHARE = 1 / 4;
/** After this nobody waits any more, and an import that never ends must not be asked about for ever. */
const FORGOTTEN_AFTER_MS = 15 * 60_000;
/** Reports that are kept for those who ask later: activities that were started again after a crash. */
const ENDED_KEPT = 40;

/** One poller an import, shared by all who wait for it. */
export class ImportPolls<Report> {
  readonly #polls = new Map<string, Poll<Report>>();
  #isClosed = false;

  constructor(
    private readonly calls: DotdigitalCalls,
    private readonly kind: Pick<ImportKind<never, never, Report>, 'name' | 'path' | 'poll' | 'readState'>,
    private readonly times: { readonly now: () => number; readonly importWaitMs: number },
  ) {}

  /** How the import ended, or `overdue` when it has not by `untilMs` (epoch ms). */
  async endOf(importId: string, untilMs: number): Promise<ImportEnd<Report> | { readonly state: 'overdue' }> {
    const { ended } = this.#pollOf(importId);
    let timer: NodeJS.Timeout | undefined;
    const overdue = new Promise<{ state: 'overdue' }>((resolve) => {
      timer = setTimeout(() => resolve({ state: 'overdue' }), Math.max(0, untilMs - this.times.now()));
    });
    try {
      return await Promise.race([ended, overdue]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Whether an import that somebody asked about has not ended yet. */
  isPending(importId: string): boolean {
    return this.#polls.get(importId)?.isOver === false;
  }

  close(): void {
    this.#isClosed = true;
  }

  #pollOf(importId: string): Poll<Report> {
    const known = this.#polls.get(importId);
    if (known !== undefined) return known;
    const ended = this.#poll(importId);
    const poll: Poll<Report> = { ended, isOver: false };
    this.#polls.set(importId, poll);
    ended.then(
      () => this.#over(poll),
      () => {
        // Not remembered: who asks next asks anew.
        poll.isOver = true;
        this.#polls.delete(importId);
      },
    );
    return poll;
  }

  #over(poll: Poll<Report>): void {
    poll.isOver = true;
    for (const [importId, { isOver }] of this.#polls) {
      if (this.#polls.size <= ENDED_KEPT) return;
      if (isOver) this.#polls.delete(importId);
    }
  }

  async #poll(importId: string): Promise<ImportEnd<Report>> {
    const giveUpAtMs = this.times.now() + FORGOTTEN_AFTER_MS;
    for (let pauseMs: number = PAUSE_MS.first; !this.#isClosed && this.times.now() < giveUpAtMs; ) {
      await pause(pauseMs);
      pauseMs = Math.min(PAUSE_MS.max, pauseMs * PAUSE_MS.factor);
      const seen = await this.#ask(importId);
      if (seen.state !== 'pending') return seen;
    }
    return { state: 'lost' };
  }

  /** What cannot be told now is asked again: an import goes on whatever becomes of a question about it. */
  async #ask(importId: string): Promise<ImportState<Report> | { readonly state: 'lost' }> {
    const label = `GET import of ${this.kind.name} ${importId}`;
    const path = `${this.kind.path}/${encodeURIComponent(importId)}`;
    try {
      const signal = AbortSignal.timeout(this.times.importWaitMs * ASK_SHARE);
      const options = { priority: 'live', signal } as const;
      const answer = await this.calls.send({ endpoint: this.kind.poll, method: 'GET', path, label, options });
      if (isOk(answer)) return this.kind.readState(answer, label);
      if (hasCode(answer, 'insightData:importNotFound', 'contacts:importNotFound')) return { state: 'lost' };
      throw unexpected(answer, label);
    } catch (error) {
      if (!(error instanceof DotdigitalCallError) || error.failure === 'credentials-refused') throw error;
      return { state: 'pending' };
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
