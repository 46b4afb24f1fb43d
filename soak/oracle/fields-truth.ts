import { decimalsOf, digits, penceOf } from './amounts.js';
import { type ExpectedOrder, sum } from './stokly-truth.js';

/** An order as it is, and the version of it that stands in Dotdigital: of a held one an earlier version, or none. */
export interface StandingOrder {
  readonly now: ExpectedOrder;
  readonly standing: ExpectedOrder | null;
}

/** Contact fields about orders, amounts in pence. Only what stands in Dotdigital counts; held orders for recency alone. */
export function expectedFields(orders: readonly StandingOrder[]): Readonly<Record<string, string | number | null>> {
  const written = orders.flatMap(({ standing }) => standing ?? []);
  const isCounting = ({ grossPence, refundedPence }: ExpectedOrder): boolean =>
    grossPence > 0 && refundedPence < grossPence;
  // Other currencies are never converted: they have dates, and no money.
  const own = written.filter(({ currency }) => currency === ACCOUNT_CURRENCY);
  const gross = sum(own.map(({ grossPence }) => grossPence));
  const refunded = sum(own.map(({ refundedPence }) => refundedPence));
  const placed = orders.filter(({ now }) => now.outcome !== 'skipped').map(({ now }) => now.placedAt);
  const newest = [...written].sort(by(({ placedAt, orderId }) => `${placedAt} ${orderId}`)).at(-1);
  const despatched = written.filter(({ despatchedAt }) => despatchedAt !== null);
  const lastDespatched = despatched.sort(by(({ despatchedAt }) => despatchedAt ?? '')).at(-1);
  const count = own.filter(isCounting).length;
  return {
    TOTAL_SPEND: gross,
    TOTAL_REFUND: refunded,
    NET_SPEND: gross - refunded,
    NUMBER_OF_ORDERS: count,
    AVG_ORDER_VALUE: count === 0 ? null : Math.floor((2 * (gross - refunded) + count) / (2 * count)),
    FIRST_ORDER_DATE:
      written
        .filter(isCounting)
        .map(({ placedAt }) => placedAt)
        .sort()[0] ?? null,
    LAST_ORDER_DATE: placed.sort().at(-1) ?? null,
    LAST_ORDER_ID: newest?.key ?? null,
    LAST_ORDER_STATUS: newest?.status ?? null,
    LAST_DESPATCH_ID: lastDespatched?.key ?? null,
    LAST_DESPATCHED: lastDespatched?.despatchedAt ?? null,
    LAST_REFUND_DATE:
      written
        .flatMap(({ lastRefundAt }) => lastRefundAt ?? [])
        .sort()
        .at(-1) ?? null,
    OTHER_CURRENCY: String(own.length < written.length),
    ORDERS_IN_REVIEW: orders.filter(({ now }) => now.outcome === 'held').length,
  };
}

const ACCOUNT_CURRENCY = 'GBP';
const MONEY_FIELDS = ['TOTAL_SPEND', 'TOTAL_REFUND', 'NET_SPEND', 'AVG_ORDER_VALUE'];

/** A contact's field as it stands, in the form of `expectedFields`. */
export function fieldInPence(name: string, value: unknown): string | number | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'boolean') return String(value);
  if (MONEY_FIELDS.includes(name)) return penceOf(value, decimalsOf(ACCOUNT_CURRENCY));
  const shown = digits(value);
  return value === shown ? shown : Number(shown);
}

function by<T>(keyOf: (value: T) => string): (left: T, right: T) => number {
  return (left, right) => (keyOf(left) < keyOf(right) ? -1 : 1);
}
