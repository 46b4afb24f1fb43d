import { workflowInfo } from '@temporalio/workflow';
import type { CustomerPlace } from '../activities/list-customers.js';
import type {
  BackfillConfirmation,
  BackfillDifference,
  BackfillInput,
  BackfillPageResult,
  BackfillPatience,
  BackfillPause,
  BackfillPhase,
} from '../contract/backfill.js';
import { type HistoryAnswer, type HistoryWindow, isCounted, waitingOrders } from '../domain/backfill/answer.js';
import type { VendorPace } from '../domain/backfill/pace.js';
import { addTallies, type OutcomeTally, subtractTallies } from '../domain/backfill/tally.js';
import { LIMITS } from '../domain/limits.js';

/** All that a backfill knows, and all that it carries into its next run. Plain JSON; ids of customers, no personal data. */
export interface BackfillState {
  /** One reading of all histories; a customer reads once a load. */
  readonly loadId: string;
  readonly window: HistoryWindow;
  readonly startedAt: string;
  readonly confirmation: BackfillConfirmation | null;
  readonly patience: BackfillPatience;
  readonly pageSize: number;
  pagesAtOnce: number;
  phase: BackfillPhase;
  /** Up to here customers were listed. */
  place: CustomerPlace | null;
  isListed: boolean;
  pagesOpened: number;
  pagesDone: number;
  woken: number;
  answered: number;
  leftOut: number;
  unreadable: number;
  rehearsed: number;
  tallies: readonly OutcomeTally[];
  withoutCustomer: readonly OutcomeTally[];
  /** `metadata.count`; null: not yet asked. */
  inStokly: number | null;
  /** Customers without a final answer, to be asked once more. */
  revisit: readonly string[];
  unanswered: readonly string[];
  /** Orders without an outcome of customers that were counted as they are. */
  waiting: Readonly<Record<string, number>>;
  differences: readonly BackfillDifference[];
  isReconciled: boolean;
  paused: string | null;
  pauses: readonly BackfillPause[];
  /** Somebody let it go on although Dotdigital asks new contacts to confirm. */
  isOptInAccepted: boolean;
  isCancelled: boolean;
  pace: readonly VendorPace[];
  paceAt: string | null;
}

/** What an input means that does not say: so it was before each start said. */
const UNSAID = { pageSize: 200, pagesAtOnce: 4 } as const;

/** Pauses that a result keeps. */
const PAUSES_KEPT = 20;

function windowOf({ window, lastMs }: BackfillInput, startedAt: string): HistoryWindow {
  const from = lastMs === undefined ? window.from : new Date(Date.parse(startedAt) - lastMs).toISOString();
  return { from, to: window.to ?? startedAt };
}

export function newBackfillState(input: BackfillInput): BackfillState {
  const startedAt = new Date(Date.now()).toISOString();
  return {
    loadId: workflowInfo().firstExecutionRunId,
    window: windowOf(input, startedAt),
    startedAt,
    confirmation: input.confirmation,
    patience: input.patience ?? {
      askAgainMs: LIMITS.backfillAskAgainMs,
      askAgainMaxMs: LIMITS.backfillAskAgainMaxMs,
      giveUpMs: LIMITS.backfillGiveUpMs,
    },
    pageSize: Math.min(Math.max(1, input.pageSize ?? UNSAID.pageSize), LIMITS.backfillPageSizeMax),
    pagesAtOnce: input.pagesAtOnce ?? UNSAID.pagesAtOnce,
    phase: 'walking',
    place: null,
    isListed: false,
    pagesOpened: 0,
    pagesDone: 0,
    woken: 0,
    answered: 0,
    leftOut: 0,
    unreadable: 0,
    rehearsed: 0,
    tallies: [],
    withoutCustomer: [],
    inStokly: null,
    revisit: [],
    unanswered: [],
    waiting: {},
    differences: [],
    isReconciled: false,
    paused: null,
    pauses: [],
    isOptInAccepted: false,
    isCancelled: false,
    pace: [],
    paceAt: null,
  };
}

/** Enters what a page came to. `before`: answers that are in the sums already and are replaced by these. */
export function countPage(
  state: BackfillState,
  result: BackfillPageResult,
  before: ReadonlyMap<string, HistoryAnswer> = new Map(),
): void {
  state.pagesDone += 1;
  for (const answer of result.answers) {
    if (answer.isOptInAsked === true) pauseForOptIn(state);
    if (isCounted(answer, result.until)) countAnswer(state, answer, before.get(answer.customerId) ?? null);
  }
  const uncounted = [
    ...result.answers.filter((answer) => !isCounted(answer, result.until)).map(({ customerId }) => customerId),
    ...result.unanswered,
  ];
  const customerIds = [...new Set(uncounted)];
  if (result.until === 'loaded') state.revisit = [...state.revisit, ...customerIds];
  else state.unanswered = [...new Set([...state.unanswered, ...customerIds])];
}

function countAnswer(state: BackfillState, answer: HistoryAnswer, before: HistoryAnswer | null): void {
  const { customerId } = answer;
  state.tallies = addTallies(subtractTallies(state.tallies, before?.tallies ?? []), answer.tallies);
  if (before === null) state.answered += 1;
  state.rehearsed += Number(answer.isRehearsal === true) - Number(before?.isRehearsal === true);
  state.unanswered = state.unanswered.filter((id) => id !== customerId);
  const { [customerId]: _, ...others } = state.waiting;
  const waiting = waitingOrders(answer);
  state.waiting = waiting === 0 ? others : { ...others, [customerId]: waiting };
}

const OPT_IN =
  'Dotdigital answered pendingOptIn to a new contact: it asks people to confirm before they are subscribed. Look at the account’s opt-in settings; resume lets it go on';

/** Once: who resumes has been told. */
function pauseForOptIn(state: BackfillState): void {
  if (state.isOptInAccepted) return;
  state.isOptInAccepted = true;
  pause(state, OPT_IN);
}

/** The first reason stands until somebody resumes. */
export function pause(state: BackfillState, why: string): void {
  if (state.paused !== null) return;
  state.paused = why;
  state.pauses = [...state.pauses, { at: new Date(Date.now()).toISOString(), why, resumedAt: null }].slice(
    -PAUSES_KEPT,
  );
}

export function resume(state: BackfillState): void {
  state.paused = null;
  const resumedAt = new Date(Date.now()).toISOString();
  state.pauses = state.pauses.map((one) => (one.resumedAt === null ? { ...one, resumedAt } : one));
}

export function setSpeed(state: BackfillState, pagesAtOnce: unknown): void {
  if (typeof pagesAtOnce !== 'number' || !Number.isSafeInteger(pagesAtOnce) || pagesAtOnce < 1) return;
  state.pagesAtOnce = Math.min(pagesAtOnce, pagesAtOnceMax(state));
}

/** However fast: a quarter of a worker's activity slots stays free for live work. */
export function pagesAtOnceMax({ pageSize }: BackfillState): number {
  return Math.max(1, Math.floor(LIMITS.historyActivities / pageSize));
}
