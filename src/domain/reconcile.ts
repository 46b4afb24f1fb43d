import type { Difference, Judgement, RulesPolicy } from './judgement.js';
import { completedRefunds, isVoid, type OrderSnapshot } from './order.js';
import { cancelledAmounts, mapOrderRecord, recordDifference } from './order-record.js';
import type { RefundSnapshot } from './refund.js';
import { capped } from './rule-words.js';
import { addUpLines, addUpRefund, taxDifferences } from './rules-adding-up.js';
import { readableDifferences } from './rules-readable.js';
import { excessDifferences, headerDifferences, quantityDifferences, strangerDifferences } from './rules-refunds.js';
import { signDifferences } from './rules-signs.js';

export type { Difference, Judgement, Rule, RulesPolicy } from './judgement.js';
export { unreadableDifferences } from './rules-readable.js';

export type JudgeOrder = (snapshot: OrderSnapshot, policy: RulesPolicy) => Judgement;

/**
 * Every rule about one order's money (docs/architecture.md, section "Money"). Pure: the same snapshot and policy give the same
 * judgement. The differences stand in the order of their rules, at most `LIMITS.differencesKept` a rule.
 */
export const judgeOrder: JudgeOrder = (snapshot, policy) => {
  const readable = readableDifferences(snapshot);
  if (!readable.isSound) return unsoundJudgement(snapshot, readable.differences);
  const refunds = completedRefunds(snapshot).filter((refund) => refund.currency === snapshot.currency);
  const lines = addUpLines(snapshot, policy);
  const nothingLeft = isVoid(snapshot, lines.headerCountsCancelled);
  const cancelled = cancelledAmounts(snapshot, lines.headerCountsCancelled);
  const refundSums = refunds.map((refund) => addUpRefund(refund, policy));
  const amounts = {
    toleratedMinor: [lines, ...refundSums].reduce((sum, one) => sum + Math.abs(one.toleratedMinor), 0),
    roundingMinor: nothingLeft ? 0 : lines.toleratedMinor,
    headerCountsCancelled: lines.headerCountsCancelled,
    grossMinor: nothingLeft ? 0 : snapshot.totals.totalMinor - cancelled.totalMinor,
    refundedMinor: refundedMinor(snapshot, refunds),
  };
  const differences = [
    ...readable.differences,
    ...lines.differences,
    ...taxDifferences(snapshot, lines.headerCountsCancelled),
    ...capped(refundSums.flatMap((sum) => sum.differences)),
    ...excessDifferences({ snapshot, refunds, amounts, policy }),
    ...capped(quantityDifferences(snapshot)),
    ...capped(strangerDifferences(snapshot, refunds)),
    ...headerDifferences(snapshot, amounts.refundedMinor),
    ...capped(signDifferences(snapshot, refunds)),
    // Where the lines do not make the total, the record cannot either: said once.
    ...(lines.differences.length > 0 ? [] : recordDifferences(snapshot, amounts)),
  ];
  return { differences, ...amounts };
};

/** The differences that hold an order. */
export function holdsOf(judged: Pick<Judgement, 'differences'> | readonly Difference[]): Difference[] {
  const differences = 'differences' in judged ? judged.differences : judged;
  return differences.filter((difference) => difference.severity === 'hold');
}

/** Numbers that cannot be reckoned with: no other rule is tried, and nothing is added up. */
function unsoundJudgement(snapshot: OrderSnapshot, differences: readonly Difference[]): Judgement {
  const isSafe = Number.isSafeInteger(snapshot.totals.totalMinor);
  return {
    differences,
    toleratedMinor: 0,
    roundingMinor: 0,
    headerCountsCancelled: true,
    grossMinor: isSafe ? snapshot.totals.totalMinor : 0,
    refundedMinor: 0,
  };
}

/** Pending and cancelled refunds do not count; with refunds unknown the header's word is all there is. */
function refundedMinor(snapshot: OrderSnapshot, refunds: readonly RefundSnapshot[]): number {
  if (!snapshot.refundsKnown) return snapshot.totals.refundedMinor ?? 0;
  return refunds.reduce((sum, refund) => sum + refund.totalMinor, 0);
}

/** The key is of no account here: what is asked is whether the parts in the record make its total. */
function recordDifferences(snapshot: OrderSnapshot, amounts: Omit<Judgement, 'differences'>): Difference[] {
  const difference = recordDifference(mapOrderRecord(snapshot, amounts, { orderKey: 'niceId' }).record, amounts);
  return difference === null ? [] : [difference];
}
