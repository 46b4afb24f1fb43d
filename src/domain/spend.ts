/**
 * What the contact's fields about orders are computed from. Additive, so that the workflow can hand the writing activity
 * the part of all other orders and the activity adds those it writes. Money in minor units of the account's currency.
 */
export interface SpendParts {
  readonly grossMinor: number;
  readonly refundedMinor: number;
  /** Counting orders in the account's currency. */
  readonly countingOrders: number;
  readonly firstOrderAt: string | null;
  /** The newest order placed, held ones too. */
  readonly lastOrderAt: string | null;
  /** The newest WRITTEN order, by placed at, then order id. */
  readonly lastWritten: {
    readonly orderId: string;
    readonly number: string;
    readonly placedAt: string;
    readonly status: string;
  } | null;
  /** The written order that was despatched last. */
  readonly lastDespatched: { readonly number: string; readonly despatchedAt: string } | null;
  readonly lastRefundAt: string | null;
  readonly hasOtherCurrency: boolean;
  readonly ordersInReview: number;
  /** Σ |read net − written net| over held orders in the account's currency. */
  readonly spendInReviewMinor: number;
}
