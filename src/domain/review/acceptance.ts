import type { Judgement, Rule } from '../judgement.js';
import { completedRefunds, isVoid, orderStatus, type OrderSnapshot, type OrderStatus } from '../order.js';
import { mapOrderRecord, recordDifference } from '../order-record.js';
import type { RefundSnapshot } from '../refund.js';
import { amountText } from '../rule-words.js';
import { type AcceptAction, HOLDING_RULES, type HoldingRule } from './actions.js';
import { DECISION_TABLE, type GrossSource, type RefundedSource } from './decision-table.js';

/** The amounts under which an order would be written after a decision; or why it cannot be. */
export type Acceptance =
  | {
      readonly isAllowed: true;
      /** In place of the judgement's own; `roundingMinor` is the very difference that is accepted. */
      readonly amounts: Omit<Judgement, 'differences'>;
      readonly status: OrderStatus;
    }
  | { readonly isAllowed: false; readonly why: string };

/** The rules that hold it, each once, in the order of their list. */
export function failedRules(differences: Judgement['differences']): HoldingRule[] {
  const failed = new Set<Rule>(differences.filter(({ severity }) => severity === 'hold').map(({ rule }) => rule));
  return HOLDING_RULES.filter((rule) => failed.has(rule));
}

/**
 * What accepting would write, by `DECISION_TABLE`. Refused where a failed rule does not allow it, and where a difference would be left: then
 * the reason says which. Pure; takes a judgement with at least one difference that holds.
 */
export function acceptance(snapshot: OrderSnapshot, judgement: Judgement, action: AcceptAction): Acceptance {
  const failed = failedRules(judgement.differences);
  for (const rule of failed) {
    const cell = DECISION_TABLE[rule][action];
    if (!cell.isAllowed) return refused(`${rule} fails: ${cell.why}`);
  }
  const order: FailedOrder = { snapshot, judgement, failed, action };
  const refunded = refundedUnder(order);
  if (refunded === null) return refused('Stokly shows no refunds of this account: there is nothing to add up');
  const grossMinor = grossUnder(order);
  const amounts = { ...judgement, grossMinor, refundedMinor: refunded };
  const left = leftDifference(order, amounts);
  if (left !== null) return refused(left);
  const { differences: _, ...accepted } = { ...amounts, roundingMinor: acceptedDifference(order, amounts) };
  return { isAllowed: true, amounts: accepted, status: orderStatus(snapshot, amounts) };
}

function refused(why: string): Acceptance {
  return { isAllowed: false, why };
}

interface FailedOrder {
  readonly snapshot: OrderSnapshot;
  readonly judgement: Judgement;
  readonly failed: readonly HoldingRule[];
  readonly action: AcceptAction;
}

function sourcesOf<Kind extends 'gross' | 'refunded'>({ failed, action }: FailedOrder, kind: Kind) {
  const cells = failed.map((rule) => DECISION_TABLE[rule][action]);
  return new Set(cells.flatMap((cell) => (cell.isAllowed && cell[kind] !== null ? [cell[kind]] : [])));
}

function grossUnder(order: FailedOrder): number {
  const { snapshot, judgement } = order;
  const sources: ReadonlySet<GrossSource> = sourcesOf(order, 'gross');
  // Nothing is left of it, whatever its lines make.
  if (isVoid(snapshot, judgement.headerCountsCancelled)) return 0;
  if (sources.has('lines')) return judgement.grossMinor - differenceOf(judgement, 'lines-add-up');
  if (sources.has('record')) return judgement.grossMinor - differenceOf(judgement, 'record-adds-up');
  return judgement.grossMinor;
}

function differenceOf({ differences }: Judgement, rule: Rule): number {
  return differences.find((difference) => difference.rule === rule)?.differenceMinor ?? 0;
}

/** Null: it is to be added up, and there are no refunds to add up. */
function refundedUnder(order: FailedOrder): number | null {
  const { snapshot, judgement } = order;
  const sources: ReadonlySet<RefundedSource> = sourcesOf(order, 'refunded');
  if (sources.has('parts')) {
    return snapshot.refundsKnown ? sum(completedRefunds(snapshot).map(partsOf)) : null;
  }
  if (sources.has('header')) return snapshot.totals.refundedMinor ?? judgement.refundedMinor;
  return judgement.refundedMinor;
}

function partsOf({ lines, deliveryMinor, deliveryTaxMinor, adjustmentMinor }: RefundSnapshot): number {
  return sum(lines.map((line) => line.totalMinor)) + deliveryMinor + deliveryTaxMinor + adjustmentMinor;
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}

type Amounts = Omit<Judgement, 'differences'>;

/** Why these amounts do not stand either; null when they do. */
function leftDifference(order: FailedOrder, amounts: Amounts): string | null {
  const { snapshot, action } = order;
  const text = (minor: number): string => amountText(minor, snapshot.currency);
  if (amounts.grossMinor < 0) return `it would write a negative total of ${text(amounts.grossMinor)}`;
  if (amounts.refundedMinor < 0) return `it would write a negative refunded total of ${text(amounts.refundedMinor)}`;
  const excess = amounts.refundedMinor - paidUnder(order, amounts);
  if (excess > 0 && excess > excessAllowed(order))
    return `refunds of ${text(amounts.refundedMinor)} would still be ${text(excess)} more than was paid`;
  if (action === 'acceptStated') return null;
  const unexplained = acceptedDifference(order, amounts) - explainedDifference(order);
  if (unexplained === 0) return null;
  return `the record's parts would still be ${text(Math.abs(unexplained))} away from its total`;
}

/** What was paid, as `refunds-within-order` has it: the total may have lost cancelled lines whose refund is among the refunds. */
function paidUnder({ snapshot, judgement }: FailedOrder, amounts: Amounts): number {
  const moved = judgement.grossMinor - amounts.grossMinor;
  return Math.max(snapshot.totals.totalMinor - moved, amounts.grossMinor);
}

/** More given back than paid: where that is what is accepted as stated, any; else the goodwill that the rules only note. */
function excessAllowed({ judgement, failed, action }: FailedOrder): number {
  if (action === 'acceptStated' && failed.includes('refunds-within-order')) return Infinity;
  const noted = judgement.differences.find(
    ({ rule, severity }) => rule === 'refunds-within-order' && severity === 'note',
  );
  return noted?.differenceMinor ?? 0;
}

/** gross − what the record's parts make: exactly what `record-adds-up` then allows, to the penny. */
function acceptedDifference({ snapshot }: FailedOrder, amounts: Amounts): number {
  const { record } = mapOrderRecord(snapshot, amounts, { orderKey: 'niceId' });
  return recordDifference(record, { roundingMinor: 0 })?.differenceMinor ?? 0;
}

/** Rounding that the rules let pass where nothing about the gross fails; what is added up anew leaves none. */
function explainedDifference({ failed, judgement }: FailedOrder): number {
  return failed.includes('lines-add-up') ? 0 : judgement.roundingMinor;
}
