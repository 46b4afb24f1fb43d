import { randomUUID } from 'node:crypto';
import type { EmulatorClock } from './clock.js';

export type JobKind = 'contact-import' | 'insight-import' | 'collection';

export interface Job {
  readonly id: string;
  readonly kind: JobKind;
  readonly dueAtMs: number;
  /** Never carried out. */
  readonly isStuck: boolean;
  /** What the status call answers; filled when the job is carried out. */
  report: Readonly<Record<string, unknown>>;
  /** Forgotten once it has run: it holds the whole import. */
  run: (() => Readonly<Record<string, unknown>>) | null;
}

export interface NewJob {
  readonly kind: JobKind;
  readonly delayMs: number;
  readonly isStuck?: boolean;
  readonly run: () => Readonly<Record<string, unknown>>;
}

/** Node's timers and the system's clock are not the same clock. */
const TIMER_SLACK_MS = 5;

/** Reports that are kept: a demo makes a few thousand at most, the oldest finished ones go first. */
const JOBS_KEPT_MAX = 20_000;

/**
 * Asynchronous work. A job takes effect when it is due by the emulator's clock: a timer sees to it, and so does every
 * request, so that a frozen clock decides alone. Jobs run in the order of their due time, not of their submission.
 */
export class Jobs {
  readonly #jobs = new Map<string, Job>();
  /** Those still to be carried out: looked at by every request, so kept apart from the finished ones. */
  readonly #active = new Set<Job>();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(readonly clock: EmulatorClock) {}

  submit(job: NewJob): Job {
    const submitted: Job = {
      id: randomUUID(),
      kind: job.kind,
      dueAtMs: this.clock.nowMs() + job.delayMs,
      isStuck: job.isStuck ?? false,
      report: {},
      run: job.run,
    };
    this.#jobs.set(submitted.id, submitted);
    this.#active.add(submitted);
    this.#forgetOldest();
    this.#runAfter(job.delayMs);
    return submitted;
  }

  /** A timer may go off a moment before the clock says so, and then nothing would be due: it waits a little longer. */
  #runAfter(delayMs: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.runDue();
    }, delayMs + TIMER_SLACK_MS);
    timer.unref();
    this.#timers.add(timer);
  }

  find(id: string, kind: JobKind): Job | undefined {
    const job = this.#jobs.get(id);
    return job?.kind === kind ? job : undefined;
  }

  activeCount(kind: JobKind): number {
    return [...this.#active].filter((job) => job.kind === kind).length;
  }

  runDue(): void {
    const now = this.clock.nowMs();
    const due = [...this.#active].filter((job) => !job.isStuck && job.dueAtMs <= now);
    for (const job of due.sort((a, b) => a.dueAtMs - b.dueAtMs)) {
      job.report = job.run?.() ?? {};
      job.run = null;
      this.#active.delete(job);
    }
  }

  clear(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#jobs.clear();
    this.#active.clear();
  }

  #forgetOldest(): void {
    if (this.#jobs.size <= JOBS_KEPT_MAX) return;
    for (const job of this.#jobs.values()) {
      if (!this.#active.has(job)) {
        this.#jobs.delete(job.id);
        return;
      }
    }
  }
}
