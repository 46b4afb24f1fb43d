import type { SearchAttributeUpdatePair, TypedSearchAttributes } from '@temporalio/common';
import type { ReviewResult, ReviewStage, ReviewState } from '../contract/review.js';
import { searchRules, searchText } from '../contract/review-start.js';
import {
  REVIEW_AMOUNT,
  REVIEW_ASSIGNEE,
  REVIEW_CHANNEL,
  REVIEW_RULE,
  REVIEW_STAGE,
} from '../contract/search-attributes.js';
import { lastHash, type ReviewCase, type Told } from './review-case.js';

/** Of several that apply the last in `REVIEW_STAGES`. */
export function stageOf(review: ReviewCase): ReviewStage {
  if (review.ending !== null) return review.ending.outcome;
  if (review.deciding !== null) return 'deciding';
  if (review.awaited !== null) return 'awaiting-second';
  if (review.escalatedAtMs !== null) return 'escalated';
  if (review.remindedAtMs !== null) return 'reminded';
  return review.assignee === null ? 'open' : 'assigned';
}

/** The answer to `reviewState`. */
export function reviewState(review: ReviewCase, told: Told): ReviewState {
  const { stake, policy } = told;
  return {
    orderId: review.orderId,
    number: told.number,
    customerId: told.customerId,
    stage: stageOf(review),
    openedAt: instant(review.openedAtMs),
    stake,
    policy,
    isQuiet: told.isQuiet,
    needsSecond: stake.amountMinor > policy.fourEyesAboveMinor,
    assignee: review.assignee,
    awaited: review.awaited,
    deciding: review.deciding?.decision ?? null,
    remindedAt: review.remindedAtMs === null ? null : instant(review.remindedAtMs),
    escalatedAt: review.escalatedAtMs === null ? null : instant(review.escalatedAtMs),
    trail: review.trail,
    trailDropped: review.trailDropped,
    trailHash: lastHash(review),
  };
}

export function reviewResult(
  review: ReviewCase,
  { told, ending }: { told: Told; ending: NonNullable<ReviewCase['ending']> },
): ReviewResult {
  return {
    orderId: review.orderId,
    number: told.number,
    customerId: told.customerId,
    ...ending,
    trail: review.trail,
    trailDropped: review.trailDropped,
    trailHash: lastHash(review),
  };
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}

/** Only what differs from what Temporal has: each upsert is an event. */
export function reviewAttributeChanges(
  review: ReviewCase,
  { stake }: Told,
  current: TypedSearchAttributes,
): SearchAttributeUpdatePair[] {
  const changes: SearchAttributeUpdatePair[] = [];
  const stage = stageOf(review);
  if (current.get(REVIEW_STAGE) !== stage) changes.push({ key: REVIEW_STAGE, value: stage });
  const rules = searchRules(stake.differences);
  if ((current.get(REVIEW_RULE) ?? []).join() !== rules.join()) {
    changes.push({ key: REVIEW_RULE, value: rules.length === 0 ? null : rules });
  }
  if (current.get(REVIEW_AMOUNT) !== stake.amountMinor) changes.push({ key: REVIEW_AMOUNT, value: stake.amountMinor });
  const channel = stake.channel === null ? null : searchText(stake.channel);
  if ((current.get(REVIEW_CHANNEL) ?? null) !== channel) changes.push({ key: REVIEW_CHANNEL, value: channel });
  if ((current.get(REVIEW_ASSIGNEE) ?? null) !== review.assignee) {
    changes.push({ key: REVIEW_ASSIGNEE, value: review.assignee });
  }
  return changes;
}
