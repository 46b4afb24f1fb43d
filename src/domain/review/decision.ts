import type { ReviewAction } from './actions.js';

/**
 * What a person (above the four-eyes limit: two) decided about one order's money. It stands for exactly this money: a later despatch is
 * written under it, other money opens a review. Kept in the customer's ledger.
 */
export interface ReviewDecision {
  /** `<first run of the review>/<number of the decision in it>`: repeats have one effect. */
  readonly decisionId: string;
  readonly action: ReviewAction;
  /** The fingerprint of the money that was decided about. */
  readonly moneyHash: string;
  /** Who decided, then who confirmed. Names as staff gave them, as trustworthy as access to Temporal. */
  readonly actors: readonly string[];
  readonly reason: string;
  /** ISO instant. */
  readonly at: string;
  /** What was accepted, in minor units of the order's currency; null for `recheck` and `exclude`. */
  readonly amounts: { readonly grossMinor: number; readonly refundedMinor: number } | null;
  /** Hash of the trail's entry with this decision: ties the ledger to the review's trail. */
  readonly trailHash: string;
}

/** What the ledger knows of an order's open review. */
export interface OpenedReview {
  /** The money that the review was told of. */
  readonly moneyHash: string;
  /** ISO instant at which it was told. */
  readonly at: string;
}
