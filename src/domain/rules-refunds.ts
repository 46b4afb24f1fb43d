import type { Difference, Judgement, RulesPolicy } from './judgement.js';
import { type OrderSnapshot, refundedQuantities } from './order.js';
import type { RefundSnapshot } from './refund.js';
import { amountText, orderSubject, refundSubject } from './rule-words.js';

export interface RefundedOrder {
  readonly snapshot: OrderSnapshot;
  readonly refunds: readonly RefundSnapshot[];
  readonly amounts: Pick<Judgement, 'grossMinor' | 'refundedMinor'>;
  readonly policy: RulesPolicy;
}

/** More given back than the order was: goodwill up to a limit, if the refunds state it as an adjustment; else a mistake. */
export function excessDifferences({ snapshot, refunds, amounts, policy }: RefundedOrder): Difference[] {
  const { currency } = snapshot;
  // The total may have lost cancelled lines whose refund is among the refunds: then what was paid is the gross.
  const paidMinor = Math.max(snapshot.totals.totalMinor, amounts.grossMinor);
  const excess = amounts.refundedMinor - paidMinor;
  if (excess <= 0) return [];
  const goodwill = refunds.reduce((sum, refund) => sum + Math.max(0, refund.adjustmentMinor), 0);
  const isGoodwill = excess <= policy.goodwillMaxMinor && goodwill >= excess;
  return [
    {
      rule: 'refunds-within-order',
      severity: isGoodwill ? 'note' : 'hold',
      subject: orderSubject(snapshot),
      expected: `refunds of at most the order's total of ${amountText(paidMinor, currency)}`,
      observed: `refunds make ${amountText(amounts.refundedMinor, currency)}${isGoodwill ? ', with goodwill stated as adjustment' : ''}`,
      differenceMinor: excess,
    },
  ];
}

export function quantityDifferences(snapshot: OrderSnapshot): Difference[] {
  const refunded = refundedQuantities(snapshot);
  return snapshot.lines.flatMap((line) => {
    const quantity = refunded.get(line.lineId) ?? 0;
    if (quantity <= Math.max(0, line.quantity)) return [];
    return [
      {
        rule: 'refunded-quantity-within-line' as const,
        severity: 'hold' as const,
        subject: `line ${line.lineId}`,
        expected: `at most ${line.quantity} refunded, as ordered`,
        observed: `${quantity} refunded`,
        differenceMinor: null,
      },
    ];
  });
}

/** A refund of delivery or adjustment alone has no lines and needs none. */
export function strangerDifferences(snapshot: OrderSnapshot, refunds: readonly RefundSnapshot[]): Difference[] {
  const known = new Set(snapshot.lines.map((line) => line.lineId));
  return refunds.flatMap((refund) => {
    const strangers = refund.lines.filter((line) => !known.has(line.lineId));
    if (strangers.length === 0) return [];
    return [
      {
        rule: 'refund-has-order' as const,
        severity: 'hold' as const,
        subject: refundSubject(refund),
        expected: `only lines of order ${snapshot.number}`,
        observed: `${strangers.length} of its ${refund.lines.length} lines are not on the order`,
        differenceMinor: null,
      },
    ];
  });
}

export function headerDifferences(snapshot: OrderSnapshot, sumMinor: number): Difference[] {
  const stated = snapshot.totals.refundedMinor;
  if (!snapshot.refundsKnown || stated === null || stated === sumMinor) return [];
  return [
    {
      rule: 'refund-matches-header',
      severity: 'note',
      subject: orderSubject(snapshot),
      expected: `the completed refunds make ${amountText(sumMinor, snapshot.currency)}`,
      observed: `the order states ${amountText(stated, snapshot.currency)} refunded`,
      differenceMinor: stated - sumMinor,
    },
  ];
}
