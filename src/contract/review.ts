import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ReviewAction } from '../domain/review/actions.js';
import type { ReviewDecision } from '../domain/review/decision.js';
import type { ReviewStake } from '../domain/review/stake.js';
import type { TrailEntry } from '../domain/review/trail.js';

/**
 * Where a review stands, as the search attribute `ReviewStage` says it; of several that apply the LAST in this list.
 * `open` · `assigned`: someone has it · `reminded`, `escalated`: it waited so long, each said once · `awaiting-second`: a second
 * person is to confirm · `deciding`: decided, and the customer's workflow has not answered yet.
 * Closed ones: `applied`: a decision stands · `superseded`: a newer state adds up, or an older decision covers it · `withdrawn`: nothing is left to
 * decide (removed, moved, left out, the customer deleted).
 */
export const REVIEW_STAGES = [
  'open',
  'assigned',
  'reminded',
  'escalated',
  'awaiting-second',
  'deciding',
  'applied',
  'superseded',
  'withdrawn',
] as const;
export type ReviewStage = (typeof REVIEW_STAGES)[number];
export const REVIEW_OUTCOMES = ['applied', 'superseded', 'withdrawn'] as const satisfies readonly ReviewStage[];
export type ReviewOutcome = (typeof REVIEW_OUTCOMES)[number];

/** The settings that a review runs under, as the activity that opened it had them: workflow code reads none. */
export interface ReviewPolicy {
  /** `FOUR_EYES_ABOVE_MINOR`, in minor units of the order's own currency. */
  readonly fourEyesAboveMinor: number;
  /** `REVIEW_REMIND_AFTER`, `REVIEW_ESCALATE_AFTER`: counted from the opening. */
  readonly remindAfterMs: number;
  readonly escalateAfterMs: number;
}

/** What the customer's workflow has the activity `openReview` tell a review: opens it, or replaces what is at stake. */
export interface ReviewOpening {
  readonly orderId: string;
  /** The order's number as people know it. */
  readonly number: string;
  readonly customerId: string;
  readonly stake: ReviewStake;
  /** Set when it answers a decision: that one was not carried out, and the review is open again. */
  readonly answer: ReviewAnswer | null;
}

export interface ReviewAnswer {
  readonly decisionId: string;
  /** `changed`: the money is another by now · `refused`: the decision would leave a difference. */
  readonly kind: 'changed' | 'refused';
  /** Why, in plain words. */
  readonly text: string;
}

/**
 * The one signal from the customer's side; `open` also starts the review. ONE type, so that what was buffered keeps its order.
 */
export type ReviewNews =
  | {
      readonly kind: 'open';
      readonly opening: ReviewOpening;
      readonly policy: ReviewPolicy;
      /** It comes from history by the age of its newest fact: nobody is told of it at once. */
      readonly isQuiet: boolean;
    }
  | {
      readonly kind: 'close';
      readonly outcome: ReviewOutcome;
      /** The decision that was carried out; null for what closes without one. */
      readonly decisionId: string | null;
      readonly text: string;
    };
export const reviewNewsSignal = defineSignal<[ReviewNews]>('reviewNews');

/** A decision of a person. All are needed; `actor` and `reason` say who and why, for the trail. */
export interface DecideReview {
  readonly action: ReviewAction;
  readonly actor: string;
  readonly reason: string;
  /** As the review shows it: a decision about other money is refused. */
  readonly moneyHash: string;
}

/** `assignee` null or empty: nobody has it any more. */
export interface AssignReview {
  readonly assignee: string | null;
  readonly actor: string;
}

export interface CommentReview {
  readonly actor: string;
  readonly text: string;
}

/** What the sender of an update is told. */
export interface ReviewReply {
  readonly stage: ReviewStage;
  /** In plain words: what happens next. */
  readonly text: string;
}

/**
 * As an Update a person is answered at once: a refusal says why and leaves nothing behind. The Signal of the same name is for when no worker
 * runs: what would have been refused changes nothing and is noted in the trail.
 */
export const decideReviewUpdate = defineUpdate<ReviewReply, [DecideReview]>('decideReview');
export const decideReviewSignal = defineSignal<[DecideReview]>('decideReview');
export const assignReviewUpdate = defineUpdate<ReviewReply, [AssignReview]>('assignReview');
export const assignReviewSignal = defineSignal<[AssignReview]>('assignReview');
export const commentReviewUpdate = defineUpdate<ReviewReply, [CommentReview]>('commentReview');
export const commentReviewSignal = defineSignal<[CommentReview]>('commentReview');

/** A first person's decision that waits for a second one. */
export interface AwaitedDecision extends DecideReview {
  readonly at: string;
}

/** The answer to the query `reviewState`. No personal data but the names and words that staff typed. */
export interface ReviewState {
  readonly orderId: string;
  readonly number: string;
  readonly customerId: string;
  readonly stage: ReviewStage;
  /** ISO instant at which the review was opened. */
  readonly openedAt: string;
  readonly stake: ReviewStake;
  readonly policy: ReviewPolicy;
  readonly isQuiet: boolean;
  /** Whether a second person has to confirm what is decided about this stake. */
  readonly needsSecond: boolean;
  readonly assignee: string | null;
  readonly awaited: AwaitedDecision | null;
  /** Made, and not answered yet by the customer's workflow. */
  readonly deciding: ReviewDecision | null;
  readonly remindedAt: string | null;
  readonly escalatedAt: string | null;
  /** Oldest first. */
  readonly trail: readonly TrailEntry[];
  /** Entries that the trail's bound pushed out. */
  readonly trailDropped: number;
  readonly trailHash: string;
}
export const reviewStateQuery = defineQuery<ReviewState>('reviewState');

/** What a closed review leaves. */
export interface ReviewResult {
  readonly orderId: string;
  readonly number: string;
  readonly customerId: string;
  readonly outcome: ReviewOutcome;
  readonly text: string;
  /** The decision that stands; null for `superseded` and `withdrawn`. */
  readonly decision: ReviewDecision | null;
  readonly trail: readonly TrailEntry[];
  readonly trailDropped: number;
  readonly trailHash: string;
}

/** Input of `reviewOrderWorkflow`; `carried` is for its own continue-as-new only. What is at stake comes by signal. */
export interface ReviewOrderInput {
  readonly orderId: string;
  readonly carried?: unknown;
}
