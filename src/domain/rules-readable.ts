import type { Difference } from './judgement.js';
import { currencyScale } from './money.js';
import type { OrderSnapshot } from './order.js';
import type { RefundSnapshot } from './refund.js';
import { capped, orderSubject, refundSubject } from './rule-words.js';

/** Refund statuses whose meaning is known; only the first counts. */
const REFUND_STATUSES: readonly string[] = ['completed', 'pending', 'cancelled'];

/** What could not be read of an order (key paths and what was wrong with them), as differences: it is held like the others. */
export function unreadableDifferences(problems: readonly string[]): Difference[] {
  return capped(problems.map((problem) => unreadable('order', problem)));
}

/** `readable`, as far as it shows in a snapshot. `isSound` false: its numbers cannot be reckoned with at all. */
export function readableDifferences(snapshot: OrderSnapshot): { isSound: boolean; differences: Difference[] } {
  const { refunds } = snapshot;
  const unsound = [...currencyProblems(snapshot), ...numberProblems(snapshot)];
  const order = orderSubject(snapshot);
  const differences = [
    ...[...unsound, ...lineIdProblems(snapshot)].map((problem) => unreadable(order, problem)),
    ...refunds
      .filter((refund) => !REFUND_STATUSES.includes(refund.status))
      .map((refund) => unreadable(refundSubject(refund), `the status "${refund.status}" is not known`)),
    ...refunds
      .filter((refund) => refund.currency !== snapshot.currency)
      .map((refund) =>
        unreadable(refundSubject(refund), `in ${refund.currency}, the order is in ${snapshot.currency}`),
      ),
  ];
  return { isSound: unsound.length === 0, differences: capped(differences) };
}

function unreadable(subject: string, observed: string): Difference {
  const expected = 'amounts, currency, dates, ids and refund statuses that can be read';
  return { rule: 'readable', severity: 'hold', subject, expected, observed, differenceMinor: null };
}

function currencyProblems({ currency }: OrderSnapshot): string[] {
  if (currencyScale(currency) !== null) return [];
  return [currency === '' ? 'the currency is empty' : `the currency "${currency}" is not known`];
}

/** All amounts together must be a safe integer: then no sum of them can go wrong. */
function numberProblems(snapshot: OrderSnapshot): string[] {
  const amounts = [
    ...Object.values(snapshot.totals).filter((amount) => amount !== null),
    ...snapshot.lines.flatMap((line) => [line.unitNetMinor, line.unitGrossMinor, line.totalMinor, line.taxMinor]),
    ...snapshot.refunds.flatMap(refundAmounts),
  ];
  const quantities = [...snapshot.lines, ...snapshot.refunds.flatMap((refund) => refund.lines)].map(
    (line) => line.quantity,
  );
  const sum = amounts.reduce((total, amount) => total + Math.abs(amount), 0);
  return [
    ...(amounts.every(Number.isInteger) && Number.isSafeInteger(sum)
      ? []
      : ['the amounts are too large to reckon with']),
    ...(quantities.every(Number.isFinite) ? [] : ['a quantity is no number']),
  ];
}

function refundAmounts(refund: RefundSnapshot): number[] {
  const { deliveryMinor, deliveryTaxMinor, adjustmentMinor, taxMinor, totalMinor, lines } = refund;
  const ofLines = lines.flatMap((line) => [line.totalMinor, line.taxMinor]);
  return [deliveryMinor, deliveryTaxMinor, adjustmentMinor, taxMinor, totalMinor, ...ofLines];
}

/** Refunds find their line by its id: two lines with one id would both be given back. */
function lineIdProblems({ lines }: OrderSnapshot): string[] {
  const distinct = new Set(lines.map((line) => line.lineId));
  return distinct.size === lines.length ? [] : ['several lines have the same id'];
}
