import Big from 'big.js';
import { currencyScale, roundHalfAway } from '../src/domain/money.js';
import { type MoneyTotals, minorIn, textIn, totals, type WireRecord } from './amounts.js';

/** One order as the Stokly emulator holds it now: wire objects, amounts as text. */
export interface StoklyOrder {
  readonly header: WireRecord;
  readonly lines: readonly WireRecord[];
  readonly refunds: readonly WireRecord[];
}

export interface OrderFacts {
  readonly orderId: string;
  readonly number: string;
  readonly customerId: string | null;
  /** Stokly has removed it, or calls it something else than an order. */
  readonly isRemoved: boolean;
  readonly currency: string;
  /** What the order is worth in Stokly now, with tax. */
  readonly money: MoneyTotals;
}

/**
 * What Stokly says about one order, reckoned here and not by the code under test: its total less cancelled lines where the
 * header still counts them, and what completed refunds gave back.
 */
export function orderFacts(order: StoklyOrder): OrderFacts {
  const { header } = order;
  const currency = textIn(header, 'currency') ?? '';
  const refunded = completedRefunds(order).reduce(
    (sum, refund) => sum + (minorIn(refund, 'displayTotal', currency) ?? 0),
    0,
  );
  return {
    orderId: textIn(header, 'saleOrderId') ?? '',
    number: textIn(header, 'niceId') ?? '',
    customerId: textIn(header, 'customerId'),
    isRemoved: textIn(header, 'stage') !== 'order',
    currency,
    money: totals(grossOf(order, currency), refunded),
  };
}

function completedRefunds(order: StoklyOrder): WireRecord[] {
  return order.refunds.filter((refund) => textIn(refund, 'status') === 'completed');
}

interface Line {
  readonly isCancelled: boolean;
  readonly total: number;
  /** The part of a cancelled line that a refund gave back: it had been paid, so it stays in the gross. */
  readonly paidBack: number;
}

function grossOf(order: StoklyOrder, currency: string): number {
  const stated = minorIn(order.header, 'displayTotal', currency) ?? 0;
  const lines = order.lines
    .filter((line) => textIn(line, 'parentId') === null)
    .map((line) => readLine(line, order, currency));
  const cancelled = lines.filter((line) => line.isCancelled);
  if (cancelled.length === 0) return stated;
  const paidBack = cancelled.reduce((sum, line) => sum + line.paidBack, 0);
  if (!headerCountsCancelled(order, lines, currency)) return stated + paidBack;
  // Cancelled as a whole, nothing given back: nothing is left, delivery and discount neither.
  if (cancelled.length === lines.length && completedRefunds(order).length === 0) return 0;
  return stated - cancelled.reduce((sum, line) => sum + line.total, 0) + paidBack;
}

/** Open in Stokly's wire format: whichever of the two readings is nearer to the stated total. */
function headerCountsCancelled(order: StoklyOrder, lines: readonly Line[], currency: string): boolean {
  const { header } = order;
  const minor = (field: string): number => minorIn(header, field, currency) ?? 0;
  const rest =
    minor('displayShipping') + minor('displayShippingTax') - minor('displayDiscount') - minor('displayDiscountTax');
  const miss = (counted: readonly Line[]): number =>
    Math.abs(minor('displayTotal') - rest - counted.reduce((sum, line) => sum + line.total, 0));
  return miss(lines) <= miss(lines.filter((line) => !line.isCancelled));
}

function readLine(line: WireRecord, order: StoklyOrder, currency: string): Line {
  const total = lineTotal(line, currency);
  const quantity = new Big(textIn(line, 'quantity') ?? '0');
  const lineId = textIn(line, 'lineId');
  const refunded = completedRefunds(order)
    .flatMap((refund) => (Array.isArray(refund['items']) ? (refund['items'] as WireRecord[]) : []))
    .filter((item) => textIn(item, 'lineId') === lineId)
    .reduce((sum, item) => sum.plus(textIn(item, 'quantity') ?? '0'), new Big(0));
  const share = refunded.gt(quantity) ? quantity : refunded;
  const paidBack = quantity.eq(0) ? 0 : rounded(new Big(total).times(share).div(quantity));
  return { isCancelled: textIn(line, 'status') === 'cancelled', total, paidBack };
}

function lineTotal(line: WireRecord, currency: string): number {
  const stated = minorIn(line, 'displayLineTotal', currency);
  if (stated !== null) return stated;
  const unit = new Big(textIn(line, 'displayPrice') ?? '0').plus(textIn(line, 'displayTax') ?? '0');
  const scale = new Big(10).pow(currencyScale(currency) ?? 0);
  return rounded(unit.times(textIn(line, 'quantity') ?? '0').times(scale));
}

function rounded(value: Big): number {
  return roundHalfAway(value) ?? 0;
}
