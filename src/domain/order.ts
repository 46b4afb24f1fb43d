import type { RefundSnapshot } from './refund.js';

/**
 * What one read of an order gave, in our terms: amounts in minor units of `currency`, no personal data.
 * It is the only form in which an order travels between activities and the workflow.
 */
export interface OrderSnapshot {
  /** Stokly's `saleOrderId` (a UUID). */
  readonly orderId: string;
  /** Stokly's `niceId` as text: the number people know. */
  readonly number: string;
  /** Null for till sales. */
  readonly customerId: string | null;
  /** `sourceReferenceId`: the channel's own reference. */
  readonly sourceOrderId: string | null;
  /** `channelName`. */
  readonly storeName: string | null;
  /** `order`, `removed`, or what else Stokly says. */
  readonly stage: string;
  /** ISO instant, `createdAt`. */
  readonly placedAt: string;
  /** The newest `timeUpdated` among order and refunds; null where the account has none. */
  readonly version: string | null;
  /** The last despatch, or null. */
  readonly despatchedAt: string | null;
  readonly currency: string;
  readonly totals: OrderTotals;
  /** Top-level lines only: children of bundles carry no money of their own. */
  readonly lines: readonly OrderLine[];
  readonly refunds: readonly RefundSnapshot[];
  /** False where the account has no refunds resource: then the header's refunded total is all there is. */
  readonly refundsKnown: boolean;
}

/** The header's amounts, as Stokly states them. All in minor units. */
export interface OrderTotals {
  /** Goods, net of tax and of line discounts. */
  readonly subtotalMinor: number;
  /** Order-level discount, net, positive. */
  readonly discountMinor: number;
  /** The tax in that discount (A17: derived by `deriveDiscountTax` where Stokly does not state it). */
  readonly discountTaxMinor: number;
  readonly deliveryMinor: number;
  readonly deliveryTaxMinor: number;
  /** All tax, delivery's too. */
  readonly taxMinor: number;
  /** What the buyer owed, with tax. */
  readonly totalMinor: number;
  /** The header's refunded total, or null where it is not stated. */
  readonly refundedMinor: number | null;
}

/** A top-level line. Amounts in minor units of the order's currency. */
export interface OrderLine {
  readonly lineId: string;
  readonly sku: string | null;
  readonly name: string | null;
  readonly quantity: number;
  /** `unprocessed`, `processing`, `despatched`, `collected`, `cancelled`, `returned`, or what else Stokly says. */
  readonly status: string;
  /** Unit price net of tax, rounded to the currency. */
  readonly unitNetMinor: number;
  /** Unit price with tax, rounded to the currency. */
  readonly unitGrossMinor: number;
  /** With tax, after line discount: stated, else (unit net + unit tax) × quantity, rounded once. */
  readonly totalMinor: number;
  readonly taxMinor: number;
}
