import {
  type AwaitedDecision,
  REVIEW_OUTCOMES,
  type ReviewNews,
  type ReviewOutcome,
  type ReviewPolicy,
} from '../contract/review.js';
import { growingPauseMs } from '../domain/growing-pause.js';
import { LIMITS } from '../domain/limits.js';
import type { ReviewDecision } from '../domain/review/decision.js';
import type { ReviewStake } from '../domain/review/stake.js';
import { type TrailEntry, trailEntry } from '../domain/review/trail.js';

/** All that a review knows, and all that it carries into its next run. Plain JSON. */
export interface ReviewCase {
  readonly orderId: string;
  /** What the customer's workflow told; null before its first news. */
  told: Told | null;
  openedAtMs: number;
  assignee: string | null;
  /** A first person's decision about the stake as it is. */
  awaited: AwaitedDecision | null;
  /** Made, and not answered yet. */
  deciding: Deciding | null;
  /** The last one made, answered or not. */
  lastDecision: ReviewDecision | null;
  decisionsMade: number;
  remindedAtMs: number | null;
  escalatedAtMs: number | null;
  ending: Ending | null;
  trail: readonly TrailEntry[];
  trailDropped: number;
}

export interface Told {
  readonly number: string;
  readonly customerId: string;
  readonly stake: ReviewStake;
  readonly policy: ReviewPolicy;
  readonly isQuiet: boolean;
}

interface Deciding {
  readonly decision: ReviewDecision;
  /** How often the customer's workflow was asked to carry it out. */
  readonly asks: number;
  /** Epoch ms. */
  readonly askAtMs: number;
}

interface Ending {
  readonly outcome: ReviewOutcome;
  readonly text: string;
  readonly decision: ReviewDecision | null;
}

export function newCase(orderId: string): ReviewCase {
  return {
    orderId,
    told: null,
    openedAtMs: 0,
    assignee: null,
    awaited: null,
    deciding: null,
    lastDecision: null,
    decisionsMade: 0,
    remindedAtMs: null,
    escalatedAtMs: null,
    ending: null,
    trail: [],
    trailDropped: 0,
  };
}

/** Who did what Lockstep itself did. */
export const LOCKSTEP = 'lockstep';

export function addToTrail(review: ReviewCase, entry: Pick<TrailEntry, 'actor' | 'action' | 'reason'>): TrailEntry {
  const at = new Date(Date.now()).toISOString();
  const added = trailEntry(lastHash(review), { ...entry, at, moneyHash: review.told?.stake.moneyHash ?? '' });
  const trail = [...review.trail, added];
  review.trail = trail.slice(-LIMITS.reviewTrail);
  review.trailDropped += trail.length - review.trail.length;
  return added;
}

export function lastHash(review: ReviewCase): string {
  return review.trail.at(-1)?.hash ?? '';
}

/** Takes what the customer's workflow tells. Each is taken once: the same again changes nothing. */
export function takeNews(review: ReviewCase, news: ReviewNews): void {
  if (!isNews(news)) {
    const reason = 'reviewNews is sent by the customer’s workflow alone; to decide send decideReview';
    addToTrail(review, { actor: 'somebody', action: 'refused-message', reason });
  } else if (news.kind === 'open') takeOpening(review, news);
  else takeClosing(review, news);
}

/** A signal may be typed by hand, and a handler that throws stops its workflow. */
function isNews(news: ReviewNews): boolean {
  if (typeof news !== 'object' || news === null) return false;
  if (news.kind === 'close') return REVIEW_OUTCOMES.includes(news.outcome) && typeof news.text === 'string';
  const stake = news.kind === 'open' ? news.opening?.stake : undefined;
  return Array.isArray(stake?.differences) && stake.choices !== undefined && news.policy !== undefined;
}

function takeOpening(review: ReviewCase, { opening, policy, isQuiet }: Extract<ReviewNews, { kind: 'open' }>): void {
  const { number, customerId, stake, answer } = opening;
  const before = review.told;
  const isOver = review.ending !== null;
  review.told = { number, customerId, stake, policy, isQuiet };
  if (before === null || isOver) {
    // Told of new money between its ending and its last moment: it goes on.
    review.ending = null;
    voidDecisions(review);
    if (before === null) review.openedAtMs = Date.now();
    addToTrail(review, { actor: LOCKSTEP, action: 'opened', reason: differencesText(stake) });
    return;
  }
  const isAnswered = answer !== null && answer.decisionId === review.deciding?.decision.decisionId;
  const isOther = before.stake.moneyHash !== stake.moneyHash;
  if (isAnswered) addToTrail(review, { actor: LOCKSTEP, action: answer.kind, reason: answer.text });
  else if (isOther && review.deciding !== null)
    addToTrail(review, {
      actor: LOCKSTEP,
      action: 'changed',
      reason: 'the order’s money changed before it was written',
    });
  if (isOther) addToTrail(review, { actor: LOCKSTEP, action: 'replaced', reason: differencesText(stake) });
  if (isAnswered || isOther) review.deciding = null;
  if (isOther || !isStillOffered(review.awaited, stake, before.stake)) review.awaited = null;
}

function voidDecisions(review: ReviewCase): void {
  review.awaited = null;
  review.deciding = null;
}

/** The same money under other settings may be written otherwise: what a first person saw is then not what a second one sees. */
function isStillOffered(awaited: AwaitedDecision | null, stake: ReviewStake, before: ReviewStake): boolean {
  if (awaited === null) return true;
  const [now, then] = [stake.choices[awaited.action], before.choices[awaited.action]];
  return (
    now.isAllowed &&
    now.amounts?.grossMinor === then.amounts?.grossMinor &&
    now.amounts?.refundedMinor === then.amounts?.refundedMinor
  );
}

export function differencesText({ differences }: ReviewStake): string {
  return differences
    .map(({ rule, subject, expected, observed }) => `${rule} (${subject}): expected ${expected}; observed ${observed}`)
    .join(' · ');
}

function takeClosing(review: ReviewCase, { outcome, decisionId, text }: Extract<ReviewNews, { kind: 'close' }>): void {
  if (review.told === null || review.ending !== null) return;
  const { lastDecision } = review;
  const isDecided = outcome === 'applied' && lastDecision !== null && lastDecision.decisionId === decisionId;
  addToTrail(review, { actor: LOCKSTEP, action: outcome, reason: text });
  voidDecisions(review);
  review.ending = { outcome, text, decision: isDecided ? lastDecision : null };
}

/** The next moment at which it has to do something by itself; null when only a message can move it. */
export function nextMomentMs(review: ReviewCase): number | null {
  if (review.deciding !== null) return review.deciding.askAtMs;
  if (review.told === null) return null;
  const { remindAfterMs, escalateAfterMs } = review.told.policy;
  const moments = [
    ...(review.remindedAtMs === null ? [review.openedAtMs + remindAfterMs] : []),
    ...(review.escalatedAtMs === null ? [review.openedAtMs + escalateAfterMs] : []),
  ];
  return moments.length === 0 ? null : Math.min(...moments);
}

/** Reminds and escalates, each once. It never decides. */
export function remind(review: ReviewCase, nowMs: number): void {
  if (review.told === null || review.deciding !== null || review.ending !== null) return;
  const { remindAfterMs, escalateAfterMs } = review.told.policy;
  if (review.remindedAtMs === null && nowMs >= review.openedAtMs + remindAfterMs) {
    review.remindedAtMs = nowMs;
    addToTrail(review, { actor: LOCKSTEP, action: 'reminded', reason: 'nobody has decided yet' });
  }
  if (review.escalatedAtMs === null && nowMs >= review.openedAtMs + escalateAfterMs) {
    review.escalatedAtMs = nowMs;
    addToTrail(review, { actor: LOCKSTEP, action: 'escalated', reason: 'nobody has decided for long' });
  }
}

/** Until the answer comes it is asked again, at a growing pace. */
export function asked(deciding: Deciding, nowMs: number): Deciding {
  const pace = { firstMs: LIMITS.reviewAskAgainMs, maxMs: LIMITS.reviewAskAgainMaxMs };
  return { ...deciding, asks: deciding.asks + 1, askAtMs: nowMs + growingPauseMs(pace, deciding.asks) };
}
