import type { Difference } from '../judgement.js';
import type { ReviewAction } from './actions.js';

/** What one decision would do, told before it is made. */
export interface ReviewChoice {
  readonly isAllowed: boolean;
  /** What it writes; or why it is not allowed, and what to do instead. Plain words. */
  readonly text: string;
  /** What would stand in Dotdigital; null where no amounts are written or it is not allowed. Minor units. */
  readonly amounts: { readonly grossMinor: number; readonly refundedMinor: number } | null;
}

export type ReviewChoices = Readonly<Record<ReviewAction, ReviewChoice>>;

/** What is at stake in a review: the order's money as it was last read. No personal data. */
export interface ReviewStake {
  /** Decisions name it: it is the fingerprint of the money that they are about. */
  readonly moneyHash: string;
  /** The rules that it fails; at most `LIMITS.differencesKept` in full. */
  readonly differences: readonly Difference[];
  /**
   * The most that a decision can move the customer's spend by, against what stands in Dotdigital now. Minor units of `currency`.
   */
  readonly amountMinor: number;
  /** ISO 4217; empty where it cannot be read. */
  readonly currency: string;
  /** `channelName`. */
  readonly channel: string | null;
  /** Since when the order is held, ISO instant. */
  readonly heldAt: string;
  /** The newest thing that happened to the order (placed, despatched, refunded): its age says whether it is history. */
  readonly factAt: string;
  readonly choices: ReviewChoices;
}
