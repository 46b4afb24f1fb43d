import type { Difference } from './judgement.js';
import type { OrderSnapshot } from './order.js';
import type { RefundSnapshot } from './refund.js';
import { amountText, orderSubject, refundSubject } from './rule-words.js';

interface Signed {
  readonly subject: string;
  readonly what: string;
  readonly value: number;
  /** Null: an amount of money; else what the number counts. */
  readonly unit?: 'pieces';
}

/** No negative price, quantity or total; a refund's adjustment alone has a sign. */
export function signDifferences(snapshot: OrderSnapshot, refunds: readonly RefundSnapshot[]): Difference[] {
  const { currency } = snapshot;
  return [...orderNumbers(snapshot), ...lineNumbers(snapshot), ...refunds.flatMap(refundNumbers)]
    .filter(({ value }) => value < 0)
    .map(({ subject, what, value, unit }) => ({
      rule: 'signs',
      severity: 'hold',
      subject,
      expected: `${what} of 0 or more`,
      observed: `${what} ${unit === 'pieces' ? value : amountText(value, currency)}`,
      differenceMinor: null,
    }));
}

function orderNumbers(snapshot: OrderSnapshot): Signed[] {
  const subject = orderSubject(snapshot);
  const { totals } = snapshot;
  return [
    { subject, what: 'a total', value: totals.totalMinor },
    { subject, what: 'a subtotal', value: totals.subtotalMinor },
    { subject, what: 'a delivery price', value: totals.deliveryMinor },
    { subject, what: 'a discount', value: totals.discountMinor },
    { subject, what: 'a refunded total', value: totals.refundedMinor ?? 0 },
  ];
}

function lineNumbers(snapshot: OrderSnapshot): Signed[] {
  return snapshot.lines.flatMap((line) => {
    const subject = `line ${line.lineId}`;
    return [
      { subject, what: 'a unit price', value: Math.min(line.unitNetMinor, line.unitGrossMinor) },
      { subject, what: 'a quantity', value: line.quantity, unit: 'pieces' },
      { subject, what: 'a line total', value: line.totalMinor },
    ] as const;
  });
}

function refundNumbers(refund: RefundSnapshot): Signed[] {
  const subject = refundSubject(refund);
  return [
    { subject, what: 'a total', value: refund.totalMinor },
    { subject, what: 'a delivery price', value: refund.deliveryMinor },
    ...refund.lines.flatMap(
      (line) =>
        [
          { subject, what: 'a quantity', value: line.quantity, unit: 'pieces' },
          { subject, what: 'a line total', value: line.totalMinor },
        ] as const,
    ),
  ];
}
