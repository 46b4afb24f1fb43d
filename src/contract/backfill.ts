import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { HistoryAnswer, HistoryWindow } from '../domain/backfill/answer.js';
import type { VendorPace } from '../domain/backfill/pace.js';
import type { OutcomeTally } from '../domain/backfill/tally.js';

/** Who is told what a customer's ledger says about a window. Part of a wake `load-history`. */
export interface AnswerTo {
  /** The workflow that waits for the answer. */
  readonly workflowId: string;
  /** One reading of the customer's whole history: asked again with the same id, the ledger answers and nothing is read. */
  readonly loadId: string;
  readonly window: HistoryWindow;
  /** ISO instant at which the backfill began. */
  readonly since: string;
}

/** Many answers at once, gathered by a worker. */
export const historyLoadedSignal = defineSignal<[readonly HistoryAnswer[]]>('historyLoaded');

/** Who let it start, and what was shown to them; kept in the result. */
export interface BackfillConfirmation {
  readonly actor: string;
  /** ISO instant. */
  readonly at: string;
  /** Programs that were active in Dotdigital when it was confirmed. */
  readonly programs: readonly { readonly id: number; readonly name: string }[];
}

/** How long a page waits. Defaults in `domain/limits.ts`; a test has no minutes. */
export interface BackfillPatience {
  /** Nobody answered for this long: who is missing is asked again. Doubles up to `askAgainMaxMs`. */
  readonly askAgainMs: number;
  readonly askAgainMaxMs: number;
  /** Nobody answered for this long, and few are missing: the page ends without them. */
  readonly giveUpMs: number;
}

/** Input of `backfillOrdersWorkflow`; `carried` is for its own continue-as-new only. */
export interface BackfillInput {
  /** Null on either side: no bound; without `to`, orders placed after it began are the live path's. */
  readonly window: HistoryWindow;
  /** In place of `window.from`: it begins so long before the run does. For a Schedule, which gives each run the same input. */
  readonly lastMs?: number;
  /** Null: a Schedule started it. */
  readonly confirmation: BackfillConfirmation | null;
  /** Pages open at once, at first. */
  readonly pagesAtOnce?: number;
  /** Customers a page, at most `LIMITS.backfillPageSizeMax`. */
  readonly pageSize?: number;
  readonly patience?: BackfillPatience;
  readonly carried?: unknown;
}

export const pauseBackfillSignal = defineSignal<[BackfillAsked?]>('pause');
export const resumeBackfillSignal = defineSignal<[BackfillAsked?]>('resume');
/** No further page; those that are open end with what was answered. Customers that were woken go on by themselves. */
export const cancelBackfillSignal = defineSignal<[BackfillAsked?]>('cancel');
export const setSpeedSignal = defineSignal<[{ readonly pagesAtOnce: number }]>('setSpeed');

export interface BackfillAsked {
  readonly actor?: string;
  readonly reason?: string;
}

const BACKFILL_PHASES = ['walking', 'waiting', 'checking', 'done'] as const;
/** `walking`: customers are listed and woken · `waiting`: for orders that are read a second time · `checking`: against Stokly’s count. */
export type BackfillPhase = (typeof BACKFILL_PHASES)[number];

/** The answer to the query `backfillProgress`. */
export interface BackfillProgress {
  readonly phase: BackfillPhase;
  /** Why it is paused; null: it goes on. */
  readonly paused: string | null;
  readonly isCancelled: boolean;
  readonly startedAt: string;
  readonly window: HistoryWindow;
  readonly pagesAtOnce: number;
  readonly pagesOpen: number;
  readonly pagesDone: number;
  readonly customersOpen: number;
  readonly customersDone: number;
  readonly customersLeftOut: number;
  /** Of the window, as Stokly counted when it began, all stages, without those that name no customer; null: not yet counted. */
  readonly ordersTotal: number | null;
  readonly ordersDone: number;
  readonly outcomes: readonly OutcomeTally[];
  /** What the limiters had learned when a worker was last asked, and when that was. */
  readonly pace: readonly VendorPace[];
  readonly paceAt: string | null;
  /** What holds it back, in words; null: nothing known. */
  readonly heldBackBy: string | null;
}
export const backfillProgressQuery = defineQuery<BackfillProgress>('backfillProgress');

/**
 * An order that Stokly counts in the window and no customer's answer has, or the other way round. `unanswered`: whether its customer's
 * ledger has it is not known, nobody answered for that.
 */
export interface BackfillDifference {
  readonly number: string;
  readonly orderId: string;
  readonly customerId: string | null;
  readonly what: 'not-in-ledger' | 'not-in-stokly' | 'unanswered';
}

/** The result of `backfillOrdersWorkflow`. */
export interface BackfillResult {
  readonly ending: 'done' | 'cancelled';
  readonly window: HistoryWindow;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly confirmation: BackfillConfirmation | null;
  readonly customers: {
    readonly woken: number;
    readonly answered: number;
    /** Without an order in the window, where it has a beginning. */
    readonly leftOut: number;
    /** No answer came; at most `LIMITS.backfillNamed` are named. */
    readonly unanswered: number;
    readonly unansweredIds: readonly string[];
    /** `WRITES=off` when they answered. */
    readonly rehearsed: number;
    /** Customers that Stokly lists and whose row cannot be read. */
    readonly unreadable: number;
  };
  readonly orders: {
    /** `metadata.count` of the window. */
    readonly inStokly: number | null;
    /** In exactly one outcome, those without customer too. */
    readonly withOutcome: number;
    /** Without an outcome at the end (second read, not shown by Stokly yet …). */
    readonly waiting: number;
  };
  /** The sum is Stokly's count. False where it was cancelled. */
  readonly isReconciled: boolean;
  readonly outcomes: readonly OutcomeTally[];
  /** At most `LIMITS.backfillNamed`. */
  readonly differences: readonly BackfillDifference[];
  readonly pauses: readonly BackfillPause[];
}

export interface BackfillPause {
  readonly at: string;
  readonly why: string;
  readonly resumedAt: string | null;
}

/** Input of `backfillPageWorkflow`. */
export interface BackfillPageInput {
  readonly customerIds: readonly string[];
  readonly loadId: string;
  readonly window: HistoryWindow;
  readonly since: string;
  /** `loaded`: done when all have answered · `final`: when no order of theirs waits for an outcome any more. */
  readonly until: 'loaded' | 'final';
  readonly patience: BackfillPatience;
  readonly carried?: unknown;
}

export interface BackfillPageResult {
  /** As it was asked for: of a page that waits for no final answers, those that are not final are asked for again. */
  readonly until: BackfillPageInput['until'];
  /** The last answer of each. */
  readonly answers: readonly HistoryAnswer[];
  readonly unanswered: readonly string[];
}

/** Name of a customer's page: `backfill/<name>/<page>`, below the workflow that opened it. */
export function backfillPageWorkflowId(backfillWorkflowId: string, page: number): string {
  return `${backfillWorkflowId}/${page}`;
}

const BACKFILL_PREFIX = 'backfill/';

/** Also the id of the Schedule of that name; to the runs that it starts, Temporal appends the time. */
export function backfillWorkflowId(name: string): string {
  return `${BACKFILL_PREFIX}${name}`;
}

/** The name in the id of a backfill, or of a Schedule for one; null for any other id. */
export function backfillNameOf(id: string): string | null {
  return id.startsWith(BACKFILL_PREFIX) ? id.slice(BACKFILL_PREFIX.length) : null;
}
