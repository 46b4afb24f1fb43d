import { getExternalWorkflowHandle, isCancellation } from '@temporalio/workflow';
import type { WriteCustomerResult } from '../activities/customer-write.js';
import { reviewWorkflowId } from '../contract/ids.js';
import { type ReviewAnswer, type ReviewNews, reviewNewsSignal, type ReviewOutcome } from '../contract/review.js';
import type { DrainPlan, PlannedReview } from '../domain/drain-plan.js';
import type { LedgerEntry } from '../domain/ledger.js';
import type { ReviewDecision } from '../domain/review/decision.js';
import { live } from './activity-proxies.js';
import { note, queueOrders, type SyncState } from './sync-state.js';
import { areReviewsOpened } from './versions.js';

/** By order. */
export type Decisions = Readonly<Record<string, ReviewDecision>>;

/** What a drain made of one order that a person has a say in. */
export interface Drained {
  readonly plan: DrainPlan;
  /** Null where nothing had to be written. */
  readonly result: WriteCustomerResult | null;
  /** Orders that were read, or given up, in this drain. */
  readonly lookedAt: ReadonlySet<string>;
  /** The decisions that it was planned with. */
  readonly decisions: Decisions;
}

/**
 * Tells the reviews what came of a drain, in this order: orders that wait for a person have theirs opened, or told what is at stake by now;
 * decisions are answered; reviews whose order waits no longer are closed. All of it follows from the ledger as it stands, so that a drain
 * that is done over tells the same again, and a review takes the same news only once.
 */
export async function tellReviews(state: SyncState, drained: Drained): Promise<void> {
  const settled = settledDecisions(state, drained);
  await openReviews(state, drained.plan.reviews, settled);
  const closings = closingsOf(state, settled);
  state.decisions = Object.fromEntries(
    Object.entries(state.decisions ?? {}).filter(
      ([orderId, decision]) => settled.get(orderId)?.decision.decisionId !== decision.decisionId,
    ),
  );
  await closeReviews(state, closings);
}

/** Reviews of orders that left between two drains: the customer was deleted. */
export async function closeReviewsOfStopped(state: SyncState): Promise<void> {
  if (state.isStopped) await closeReviews(state, closingsOf(state, new Map()));
}

/** Orders that were held before reviews were, or whose review has to be told anew, are read again: that opens it. */
export function queueUnreviewed(state: SyncState): void {
  if (state.isStopped) return;
  const waiting = new Set(state.queue.map((item) => item.orderId));
  const unreviewed = state.entries.filter(
    (entry) => entry.outcome === 'held' && entry.review === undefined && !waiting.has(entry.orderId),
  );
  if (unreviewed.length === 0 || !areReviewsOpened()) return;
  queueOrders(
    state,
    unreviewed.map((entry) => entry.orderId),
    'again',
  );
}

interface Settled {
  readonly decision: ReviewDecision;
  readonly entry: LedgerEntry | undefined;
  /** Set where it could not be carried out: the review is open again. */
  readonly answer: ReviewAnswer | null;
}

function settledDecisions(state: SyncState, { plan, result, lookedAt, decisions }: Drained): Map<string, Settled> {
  const settled = new Map<string, Settled>();
  for (const [orderId, decision] of Object.entries(decisions)) {
    const entry = state.entries.find((known) => known.orderId === orderId);
    const isLeftToWrite =
      plan.writes.some((write) => write.kind === 'put' && write.entry.orderId === orderId) &&
      !(result?.orders.some((record) => record.orderId === orderId) ?? false);
    // Not written after all, because the customer is left out: it is looked at again, and settled then.
    if (!lookedAt.has(orderId) || (isLeftToWrite && entry?.outcome !== 'skipped')) continue;
    settled.set(orderId, { decision, entry, answer: answerOf(entry, { decision, plan }) });
  }
  return settled;
}

function answerOf(
  entry: LedgerEntry | undefined,
  { decision, plan }: { decision: ReviewDecision; plan: DrainPlan },
): ReviewAnswer | null {
  if (entry?.outcome !== 'held') return null;
  const { decisionId } = decision;
  if (entry.read.moneyHash !== decision.moneyHash) {
    return {
      decisionId,
      kind: 'changed',
      text: 'the order’s money is another by now than the one that was decided about',
    };
  }
  return { decisionId, kind: 'refused', text: plan.refusals.get(entry.orderId) ?? 'it still does not add up' };
}

async function openReviews(
  state: SyncState,
  planned: readonly PlannedReview[],
  settled: ReadonlyMap<string, Settled>,
): Promise<void> {
  const held = new Set(state.entries.filter(({ outcome }) => outcome === 'held').map(({ orderId }) => orderId));
  const openings = planned.filter(({ orderId }) => held.has(orderId));
  if (openings.length === 0 || !areReviewsOpened()) return;
  const { customerId } = state;
  await Promise.all(
    openings.map((review) =>
      live.openReview.executeWithOptions({ summary: `review of order ${review.number}` }, [
        { ...review, customerId, answer: settled.get(review.orderId)?.answer ?? null },
      ]),
    ),
  );
  const opened = new Map(openings.map(({ orderId, stake }) => [orderId, stake.moneyHash]));
  const at = new Date(Date.now()).toISOString();
  state.entries = state.entries.map((entry) => {
    const moneyHash = opened.get(entry.orderId);
    return moneyHash === undefined ? entry : { ...entry, review: { moneyHash, at } };
  });
}

type Closing = Extract<ReviewNews, { kind: 'close' }>;

function closingsOf(state: SyncState, settled: ReadonlyMap<string, Settled>): Map<string, Closing> {
  const closings = new Map<string, Closing>();
  for (const entry of state.entries) {
    if (entry.review !== undefined && (entry.outcome !== 'held' || state.isStopped)) {
      closings.set(entry.orderId, { kind: 'close', decisionId: null, ...leaving(state, entry) });
    }
  }
  for (const [orderId, { decision, entry, answer }] of settled) {
    if (answer === null) {
      closings.set(orderId, {
        kind: 'close',
        decisionId: decision.decisionId,
        ...settling(state, { decision, entry }),
      });
    }
  }
  return closings;
}

interface Ending {
  readonly outcome: ReviewOutcome;
  readonly text: string;
}

/** What ends a review without a decision. */
function leaving(state: SyncState, entry: LedgerEntry | undefined): Ending {
  if (entry === undefined)
    return { outcome: 'withdrawn', text: 'the order is not this customer’s, or Stokly does not show it' };
  if (state.isStopped) {
    return {
      outcome: 'withdrawn',
      text: `nothing is written for this customer any more: ${state.customerSkip ?? 'stopped'}`,
    };
  }
  if (entry.outcome === 'synced') return { outcome: 'superseded', text: 'the order adds up by now' };
  return { outcome: 'withdrawn', text: `the order is left out: ${entry.reason ?? 'no reason'}` };
}

/** What ends a review after a decision: that one, where it was carried out; else what came first. */
function settling(
  state: SyncState,
  { decision, entry }: { decision: ReviewDecision; entry: LedgerEntry | undefined },
): Ending {
  const isCarriedOut = entry?.decision?.decisionId === decision.decisionId;
  if (entry?.outcome === 'synced') {
    if (decision.action === 'recheck') return { outcome: 'applied', text: 'read again: the order adds up' };
    if (isCarriedOut)
      return {
        outcome: 'applied',
        text: state.isRehearsal ? 'accepted; WRITES=off, so nothing is written yet' : 'written as accepted',
      };
  }
  if (isCarriedOut && entry.reason === 'excluded-by-review') {
    return {
      outcome: 'applied',
      text: state.isRehearsal ? 'excluded; WRITES=off, so nothing is deleted yet' : 'kept out of Dotdigital',
    };
  }
  return leaving(state, entry);
}

/** The ledger forgets them only when they were told. */
async function closeReviews(state: SyncState, closings: ReadonlyMap<string, Closing>): Promise<void> {
  if (closings.size === 0) return;
  await Promise.all([...closings].map(([orderId, news]) => tell(state, orderId, news)));
  state.entries = state.entries.map((entry) => {
    if (!closings.has(entry.orderId)) return entry;
    const { review: _, ...rest } = entry;
    return rest;
  });
}

/** A review that is not there any more needs to be told nothing. */
async function tell(state: SyncState, orderId: string, news: Closing): Promise<void> {
  try {
    await getExternalWorkflowHandle(reviewWorkflowId(orderId)).signal(reviewNewsSignal, news);
  } catch (error) {
    if (isCancellation(error)) throw error;
    note(state, orderId, 'its review is not there any more');
  }
}

/** Orders with a review that are about to leave the ledger: theirs are closed before another customer may open one. */
export async function closeReviewsOfMoved(state: SyncState, before: readonly LedgerEntry[]): Promise<void> {
  const known = new Set(state.entries.map((entry) => entry.orderId));
  const gone = before.filter((entry) => entry.review !== undefined && !known.has(entry.orderId));
  const closing: Closing = {
    kind: 'close',
    decisionId: null,
    outcome: 'withdrawn',
    text: 'the order is another customer’s now',
  };
  await Promise.all(gone.map((entry) => tell(state, entry.orderId, closing)));
}
