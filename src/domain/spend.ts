import { compareInstants, compareTexts, earlierInstant, laterInstant } from './instants.js';
import type { LedgerEntry, LedgerWritten } from './ledger.js';

/**
 * What the contact's fields about orders are computed from. Additive, so that the workflow can hand the writing activity
 * the part of all other orders and the activity adds those it writes. Money in minor units of the account's currency.
 */
export interface SpendParts {
  readonly grossMinor: number;
  readonly refundedMinor: number;
  /** Counting orders in the account's currency. */
  readonly countingOrders: number;
  /** Of counting orders in any currency: a date is no money. */
  readonly firstOrderAt: string | null;
  /** The newest order placed, held ones too. */
  readonly lastOrderAt: string | null;
  /** The newest WRITTEN order, by placed at, then order id. */
  readonly lastWritten: LastWritten | null;
  /** The written order that was despatched last. */
  readonly lastDespatched: { readonly number: string; readonly despatchedAt: string } | null;
  readonly lastRefundAt: string | null;
  readonly hasOtherCurrency: boolean;
  readonly ordersInReview: number;
  /** Σ |read net − written net| over held orders in the account's currency. */
  readonly spendInReviewMinor: number;
}

export interface LastWritten {
  readonly orderId: string;
  readonly number: string;
  readonly placedAt: string;
  readonly status: string;
  /** When its status came about, as far as is known: placed, despatched, given back. */
  readonly statusAt: string;
}

/** Of a customer without orders; adding it changes nothing. */
export const NO_SPEND: SpendParts = {
  grossMinor: 0,
  refundedMinor: 0,
  countingOrders: 0,
  firstOrderAt: null,
  lastOrderAt: null,
  lastWritten: null,
  lastDespatched: null,
  lastRefundAt: null,
  hasOtherCurrency: false,
  ordersInReview: 0,
  spendInReviewMinor: 0,
};

/** Associative and commutative: the parts of disjoint sets of orders give the same in any order. */
export function addSpend(a: SpendParts, b: SpendParts): SpendParts {
  return {
    grossMinor: a.grossMinor + b.grossMinor,
    refundedMinor: a.refundedMinor + b.refundedMinor,
    countingOrders: a.countingOrders + b.countingOrders,
    firstOrderAt: earlierInstant(a.firstOrderAt, b.firstOrderAt),
    lastOrderAt: laterInstant(a.lastOrderAt, b.lastOrderAt),
    lastWritten: greater(a.lastWritten, b.lastWritten, compareWritten),
    lastDespatched: greater(a.lastDespatched, b.lastDespatched, compareDespatched),
    lastRefundAt: laterInstant(a.lastRefundAt, b.lastRefundAt),
    hasOtherCurrency: a.hasOtherCurrency || b.hasOtherCurrency,
    ordersInReview: a.ordersInReview + b.ordersInReview,
    spendInReviewMinor: a.spendInReviewMinor + b.spendInReviewMinor,
  };
}

/**
 * What a set of ledger entries comes to. Sums are over what was WRITTEN, so the contact always says the sum of its records; a held
 * order counts with what its record says, or not at all. Orders in another currency are never converted.
 */
export function spendOf(entries: readonly LedgerEntry[], accountCurrency: string): SpendParts {
  return entries.map((entry) => spendOfOne(entry, accountCurrency)).reduce(addSpend, NO_SPEND);
}

function spendOfOne(entry: LedgerEntry, accountCurrency: string): SpendParts {
  const isOwnCurrency = entry.currency === accountCurrency;
  const isHeld = entry.outcome === 'held';
  const isSkipped = entry.outcome === 'skipped';
  return {
    ...NO_SPEND,
    // An order that could not be read may have no date.
    lastOrderAt: isSkipped || entry.placedAt === '' ? null : entry.placedAt,
    ordersInReview: isHeld ? 1 : 0,
    spendInReviewMinor: isHeld && isOwnCurrency ? Math.abs(netMinor(entry.read) - netMinor(entry.written)) : 0,
    ...(entry.written === null ? {} : spendOfWritten(entry, entry.written, isOwnCurrency)),
  };
}

function spendOfWritten(entry: LedgerEntry, written: LedgerWritten, isOwnCurrency: boolean): Partial<SpendParts> {
  const { orderId, number, placedAt } = entry;
  const { despatchedAt, status } = written;
  return {
    grossMinor: isOwnCurrency ? written.grossMinor : 0,
    refundedMinor: isOwnCurrency ? written.refundedMinor : 0,
    countingOrders: isOwnCurrency && written.isCounting ? 1 : 0,
    firstOrderAt: written.isCounting ? placedAt : null,
    lastWritten: { orderId, number, placedAt, status, statusAt: statusAt(placedAt, written) },
    lastDespatched: despatchedAt === null ? null : { number, despatchedAt },
    lastRefundAt: written.lastRefundAt,
    hasOtherCurrency: !isOwnCurrency,
  };
}

function netMinor(amounts: { readonly grossMinor: number; readonly refundedMinor: number } | null): number {
  return amounts === null ? 0 : amounts.grossMinor - amounts.refundedMinor;
}

/** Statuses that a refund brings about; of all others it says nothing. */
const GIVEN_BACK: readonly string[] = ['refunded', 'returned', 'cancelled'];

function statusAt(placedAt: string, written: LedgerWritten): string {
  const refundedAt = GIVEN_BACK.includes(written.status) ? written.lastRefundAt : null;
  return laterInstant(laterInstant(placedAt, written.despatchedAt), refundedAt) ?? placedAt;
}

function greater<T>(a: T | null, b: T | null, compare: (a: T, b: T) => number): T | null {
  if (a === null || b === null) return a ?? b;
  return compare(a, b) >= 0 ? a : b;
}

function compareWritten(a: LastWritten, b: LastWritten): number {
  return compareInstants(a.placedAt, b.placedAt) || compareTexts(a.orderId, b.orderId);
}

type LastDespatched = NonNullable<SpendParts['lastDespatched']>;

function compareDespatched(a: LastDespatched, b: LastDespatched): number {
  return (
    compareInstants(a.despatchedAt, b.despatchedAt) ||
    a.number.length - b.number.length ||
    compareTexts(a.number, b.number) ||
    compareTexts(a.despatchedAt, b.despatchedAt)
  );
}
