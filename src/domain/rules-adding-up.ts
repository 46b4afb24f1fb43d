import type { Difference, RulesPolicy } from './judgement.js';
import { currencyScale } from './money.js';
import type { OrderLine, OrderSnapshot } from './order.js';
import type { RefundSnapshot } from './refund.js';
import { amountText, orderSubject, refundSubject } from './rule-words.js';

/** One sum against what Stokly states. */
export interface AddedUp {
  /** stated − Σ parts, however large. */
  readonly observedMinor: number;
  /** The same where it is within the tolerance and so let pass as rounding; else 0. */
  readonly toleratedMinor: number;
  /** Empty where the rule is kept. */
  readonly differences: readonly Difference[];
}

/** Tried with and without cancelled lines (A18): the one that adds up is recorded; of two, the nearer; of two alike, with them. */
export function addUpLines(snapshot: OrderSnapshot, policy: RulesPolicy): AddedUp & { headerCountsCancelled: boolean } {
  const tried = [addUpLinesOver(snapshot, true, policy)];
  if (snapshot.lines.some((line) => line.status === 'cancelled')) tried.push(addUpLinesOver(snapshot, false, policy));
  return tried.reduce((best, next) => (isBetter(next, best) ? next : best));
}

function isBetter(next: AddedUp, best: AddedUp): boolean {
  if (next.differences.length !== best.differences.length) return next.differences.length < best.differences.length;
  return Math.abs(next.observedMinor) < Math.abs(best.observedMinor);
}

function addUpLinesOver(snapshot: OrderSnapshot, headerCountsCancelled: boolean, policy: RulesPolicy) {
  const { totals, currency } = snapshot;
  const lines = countedLines(snapshot, headerCountsCancelled);
  const parts =
    lines.reduce((sum, line) => sum + line.totalMinor, 0) +
    totals.deliveryMinor +
    totals.deliveryTaxMinor -
    totals.discountMinor -
    totals.discountTaxMinor;
  const stated = { minor: totals.totalMinor, currency, tolerance: toleranceFor(policy, lines.length) };
  const sum = addUp(stated, parts, {
    rule: 'lines-add-up',
    subject: orderSubject(snapshot),
    parts: headerCountsCancelled
      ? 'lines and delivery less discount'
      : 'lines that are not cancelled and delivery less discount',
  });
  return { ...sum, headerCountsCancelled };
}

function countedLines(snapshot: OrderSnapshot, headerCountsCancelled: boolean): OrderLine[] {
  return snapshot.lines.filter((line) => headerCountsCancelled || line.status !== 'cancelled');
}

/** `refund-adds-up` for one completed refund. */
export function addUpRefund(refund: RefundSnapshot, policy: RulesPolicy): AddedUp {
  const parts =
    refund.lines.reduce((sum, line) => sum + line.totalMinor, 0) +
    refund.deliveryMinor +
    refund.deliveryTaxMinor +
    refund.adjustmentMinor;
  const tolerance = toleranceFor(policy, refund.lines.length);
  const stated = { minor: refund.totalMinor, currency: refund.currency, tolerance };
  return addUp(stated, parts, {
    rule: 'refund-adds-up',
    subject: refundSubject(refund),
    parts: 'its lines, delivery and adjustment',
  });
}

/** The allowance for rounding: so much a line, but no more than 1.00 or 0.5 % of the total, whichever is more. */
function toleranceFor(policy: RulesPolicy, lines: number) {
  return (totalMinor: number, currency: string): number => {
    const one = 10 ** (currencyScale(currency) ?? 0);
    const most = Math.max(one, Math.floor(Math.abs(totalMinor) / 200));
    return Math.min(policy.roundingToleranceMinor * lines, most);
  };
}

function addUp(
  stated: { minor: number; currency: string; tolerance: (minor: number, currency: string) => number },
  partsMinor: number,
  words: Pick<Difference, 'rule' | 'subject'> & { parts: string },
): AddedUp {
  const observedMinor = stated.minor - partsMinor;
  const isKept = Math.abs(observedMinor) <= stated.tolerance(stated.minor, stated.currency);
  const { parts, ...about } = words;
  const difference: Difference = {
    ...about,
    severity: 'hold',
    expected: `${parts} make ${amountText(partsMinor, stated.currency)}`,
    observed: `Stokly states ${amountText(stated.minor, stated.currency)}`,
    differenceMinor: observedMinor,
  };
  return isKept
    ? { observedMinor, toleratedMinor: observedMinor, differences: [] }
    : { observedMinor, toleratedMinor: 0, differences: [difference] };
}

/** `tax-adds-up`: a note, because margin schemes and tax rounded over the order miss it rightly. */
export function taxDifferences(snapshot: OrderSnapshot, headerCountsCancelled: boolean): Difference[] {
  const { totals, currency } = snapshot;
  const lineTax = countedLines(snapshot, headerCountsCancelled).reduce((sum, line) => sum + line.taxMinor, 0);
  const parts = lineTax + totals.deliveryTaxMinor - totals.discountTaxMinor;
  if (parts === totals.taxMinor) return [];
  return [
    {
      rule: 'tax-adds-up',
      severity: 'note',
      subject: orderSubject(snapshot),
      expected: `the tax of lines and delivery less that of the discount makes ${amountText(parts, currency)}`,
      observed: `Stokly states ${amountText(totals.taxMinor, currency)} of tax`,
      differenceMinor: totals.taxMinor - parts,
    },
  ];
}
