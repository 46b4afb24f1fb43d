import Big from 'big.js';
import type { Judgement } from './judgement.js';
import { proportion } from './money.js';
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
  /**
   * The header's own `timeUpdated`. Everything up to it is surely in this snapshot, because lines and refunds are read after the
   * header; of what happened between the two reads only a part may be.
   */
  readonly orderVersion: string | null;
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

/**
 * Values of `order_status`. It says how far fulfilment is, and in the last two that nothing is left of the order.
 * The same list is what `ORDER_STATUSES_SYNCED` may name.
 */
export const ORDER_STATUSES = [
  'unprocessed',
  'processing',
  'partially_despatched',
  'despatched',
  'collected',
  'returned',
  'cancelled',
  'refunded',
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

export type RefundStatus = 'none' | 'partial' | 'full';

/** Line statuses after which nothing more is to be done for the line; they rank the same. */
const DONE: readonly string[] = ['despatched', 'collected', 'returned'];

/** What the tax in an order-level discount is derived from (A17). All in minor units. */
export interface DiscountTaxBasis {
  /** Order-level discount, net. */
  readonly discountMinor: number;
  /** The order's tax as the header states it, delivery's included. */
  readonly taxMinor: number;
  readonly deliveryTaxMinor: number;
  readonly lines: readonly Pick<OrderLine, 'totalMinor' | 'taxMinor'>[];
}

/**
 * A17: Stokly may not state the tax in an order-level discount. Then it is Σ line tax + delivery tax − order tax, if that lies
 * between 0 and discount × the highest rate of a line (rounded up: the taxes that it comes from are rounded), else 0.
 */
export function deriveDiscountTax(basis: DiscountTaxBasis): number {
  const { discountMinor, taxMinor, deliveryTaxMinor, lines } = basis;
  const derived = lines.reduce((sum, line) => sum + line.taxMinor, 0) + deliveryTaxMinor - taxMinor;
  const isCovered = lines.some(({ totalMinor, taxMinor: lineTax }) => {
    const net = totalMinor - lineTax;
    return net > 0 && new Big(derived).minus(1).times(net).lt(new Big(discountMinor).times(lineTax));
  });
  return derived > 0 && isCovered ? derived : 0;
}

/** Lines are cancelled as a whole: Stokly gives a line one status. */
export function cancelledQuantity(line: OrderLine): number {
  return line.status === 'cancelled' ? line.quantity : 0;
}

/** Σ refunded quantity by line id, over completed refunds; lines that are not on the order included. */
export function refundedQuantities(snapshot: Pick<OrderSnapshot, 'refunds'>): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const { lineId, quantity } of completedRefunds(snapshot).flatMap((refund) => refund.lines)) {
    sums.set(lineId, addQuantities(sums.get(lineId) ?? 0, quantity));
  }
  return sums;
}

/** Ordered − cancelled − refunded, or returned by status if that is more; never below 0. */
export function keptQuantity(line: OrderLine, refundedQuantity: number): number {
  const gone = addQuantities(cancelledQuantity(line), returnedQuantity(line, refundedQuantity));
  return Math.max(0, addQuantities(line.quantity, -gone));
}

/** As decimals: 0.1 + 0.2 kg are 0.3 kg. Whole pieces, nearly all there is, need no such care. */
function addQuantities(a: number, b: number): number {
  const sum = a + b;
  return Number.isSafeInteger(a) && Number.isSafeInteger(b) ? sum : new Big(a).plus(b).toNumber();
}

/**
 * How much of a line came back: refunded, or all of it by status. What was cancelled and refunded counts as come back (it was
 * paid for); never more than was ordered. On a cancelled line the two overlap, and nothing is kept.
 */
export function returnedQuantity(line: OrderLine, refundedQuantity: number): number {
  const returned = line.status === 'returned' ? line.quantity : refundedQuantity;
  return Math.max(0, Math.min(line.quantity, returned));
}

/** The part of a line's amount that is cancelled and was never paid for: what leaves the order's total. */
export function cancelledShare(amountMinor: number, line: OrderLine, refundedQuantity: number): number {
  if (line.status !== 'cancelled') return 0;
  if (line.quantity === 0) return amountMinor;
  return amountMinor - proportion(amountMinor, returnedQuantity(line, refundedQuantity), line.quantity);
}

/**
 * Cancelled as a whole before anything was given back, the header still showing what it would have come to: nothing is left of
 * it, its delivery and discount neither.
 */
export function isVoid(snapshot: Pick<OrderSnapshot, 'lines' | 'refunds'>, headerCountsCancelled: boolean): boolean {
  const { lines } = snapshot;
  const isCancelled = lines.length > 0 && lines.every((line) => line.status === 'cancelled');
  return isCancelled && headerCountsCancelled && completedRefunds(snapshot).length === 0;
}

/** The refunds that count. Pending and cancelled ones do not. */
export function completedRefunds(snapshot: Pick<OrderSnapshot, 'refunds'>): RefundSnapshot[] {
  return snapshot.refunds.filter((refund) => refund.status === 'completed');
}

/**
 * `order_status`: all lines cancelled, `cancelled`; all money given back, `refunded`; else the least advanced of the lines
 * that remain, `partially_despatched` for a mix. A line status that Stokly invents counts as `processing`: known to be
 * neither new nor done. An order without lines is `unprocessed`.
 */
export function orderStatus(
  snapshot: Pick<OrderSnapshot, 'lines'>,
  judgement: Pick<Judgement, 'grossMinor' | 'refundedMinor'>,
): OrderStatus {
  const remaining = snapshot.lines.filter((line) => line.status !== 'cancelled').map((line) => line.status);
  if (snapshot.lines.length > 0 && remaining.length === 0) return 'cancelled';
  if (refundStatus(judgement) === 'full') return 'refunded';
  if (remaining.length === 0) return 'unprocessed';
  const done = remaining.filter((status) => DONE.includes(status));
  if (done.length > 0 && done.length < remaining.length) return 'partially_despatched';
  if (done.length > 0) return leastDone(done);
  return remaining.includes('unprocessed') ? 'unprocessed' : 'processing';
}

function leastDone(statuses: readonly string[]): OrderStatus {
  if (statuses.includes('despatched')) return 'despatched';
  return statuses.includes('collected') ? 'collected' : 'returned';
}

/** By money alone: `full` when nothing is left of what was paid. */
export function refundStatus(judgement: Pick<Judgement, 'grossMinor' | 'refundedMinor'>): RefundStatus {
  const { grossMinor, refundedMinor } = judgement;
  if (refundedMinor === 0) return 'none';
  return refundedMinor >= grossMinor ? 'full' : 'partial';
}
