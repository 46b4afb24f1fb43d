import { compareTexts } from '../instants.js';
import type { Outcome } from '../ledger.js';
import type { SkipReason } from '../reasons.js';

/**
 * Orders with one outcome, for one reason, in one currency. Money with tax, in minor units of `currency` (empty: cannot be read, and
 * then the money is 0): of synced orders what stands in Dotdigital, of others what Stokly states. Two currencies never add up.
 */
export interface OutcomeTally {
  readonly outcome: Outcome;
  /** Set exactly when the outcome is `skipped`. */
  readonly reason: SkipReason | null;
  readonly currency: string;
  readonly orders: number;
  readonly grossMinor: number;
  readonly refundedMinor: number;
}

/** The sum, one tally a kind, in a fixed order. Associative and commutative. */
export function addTallies(...parts: readonly (readonly OutcomeTally[])[]): OutcomeTally[] {
  const sums = new Map<string, OutcomeTally>();
  for (const tally of parts.flat()) {
    const key = keyOf(tally);
    const known = sums.get(key);
    sums.set(key, known === undefined ? tally : plus(known, tally));
  }
  return [...sums]
    .filter(([, { orders, grossMinor, refundedMinor }]) => orders !== 0 || grossMinor !== 0 || refundedMinor !== 0)
    .sort(([a], [b]) => compareTexts(a, b))
    .map(([, tally]) => tally);
}

/** For an answer that takes the place of another. */
export function subtractTallies(from: readonly OutcomeTally[], less: readonly OutcomeTally[]): OutcomeTally[] {
  return addTallies(
    from,
    less.map((tally) => ({
      ...tally,
      orders: -tally.orders,
      grossMinor: -tally.grossMinor,
      refundedMinor: -tally.refundedMinor,
    })),
  );
}

export function ordersIn(tallies: readonly OutcomeTally[]): number {
  return tallies.reduce((sum, { orders }) => sum + orders, 0);
}

function plus(left: OutcomeTally, right: OutcomeTally): OutcomeTally {
  return {
    ...left,
    orders: left.orders + right.orders,
    grossMinor: left.grossMinor + right.grossMinor,
    refundedMinor: left.refundedMinor + right.refundedMinor,
  };
}

const ORDER_OF_OUTCOMES: Readonly<Record<Outcome, number>> = { synced: 0, held: 1, skipped: 2 };

function keyOf({ outcome, reason, currency }: OutcomeTally): string {
  return `${ORDER_OF_OUTCOMES[outcome]}/${reason ?? ''}/${currency}`;
}
