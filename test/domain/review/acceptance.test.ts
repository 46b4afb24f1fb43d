import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OrderSnapshot } from '../../../src/domain/order.js';
import { mapOrderRecord, recordDifference } from '../../../src/domain/order-record.js';
import { holdsOf, judgeOrder } from '../../../src/domain/reconcile.js';
import { acceptance, failedRules } from '../../../src/domain/review/acceptance.js';
import {
  type AcceptAction,
  HOLDING_RULES,
  type HoldingRule,
  reconciledBy,
} from '../../../src/domain/review/actions.js';
import { orderChoices, reviewChoices } from '../../../src/domain/review/choices.js';
import { DECISION_TABLE } from '../../../src/domain/review/decision-table.js';
import { reconcilingOrder } from '../arbitraries.js';
import { line, order, policy, refund, refundLine } from '../factories.js';
import { BROKEN } from './broken-orders.js';

const accept = (snapshot: OrderSnapshot, action: AcceptAction) =>
  acceptance(snapshot, judgeOrder(snapshot, policy), action);

/** The record as it is written under a decision; a refusal is its reason. */
function written(snapshot: OrderSnapshot, action: AcceptAction) {
  const accepted = accept(snapshot, action);
  if (!accepted.isAllowed) return accepted.why;
  const { record } = mapOrderRecord(snapshot, accepted.amounts, {
    orderKey: 'niceId',
    reconciledBy: reconciledBy(action),
  });
  const pieces = (list: unknown): number =>
    Array.isArray(list) ? list.reduce((sum: number, one: { qty: number }) => sum + one.qty, 0) : 0;
  const { order_total, order_gross_total, refunded_total, reconciled_by, products, returned_products } = record;
  const decimal = (value: unknown): string => (value as { decimal: string }).decimal;
  return [
    decimal(order_total),
    decimal(order_gross_total),
    decimal(refunded_total),
    `kept ${pieces(products)}`,
    `came back ${pieces(returned_products)}`,
    typeof reconciled_by === 'string' ? reconciled_by : 'nobody',
  ].join(', ');
}

describe('an order that fails one rule', () => {
  it.each(HOLDING_RULES)('%s fails that one alone', (rule) => {
    expect(failedRules(judgeOrder(BROKEN[rule], policy).differences)).toEqual([rule]);
  });
});

/** order_total, order_gross_total, refunded_total, quantities, reconciled_by; or why not. */
const CELLS: readonly [HoldingRule, AcceptAction, string][] = [
  ['readable', 'acceptStated', 'readable fails: what cannot be read cannot be accepted'],
  ['readable', 'acceptComputed', 'readable fails: what cannot be read cannot be added up'],
  ['lines-add-up', 'acceptStated', '13.00, 13.00, 0.00, kept 1, came back 0, review-stated'],
  ['lines-add-up', 'acceptComputed', '12.00, 12.00, 0.00, kept 1, came back 0, review-computed'],
  ['record-adds-up', 'acceptStated', '5.00, 5.00, 0.00, kept 0, came back 0, review-stated'],
  ['record-adds-up', 'acceptComputed', '0.00, 0.00, 0.00, kept 0, came back 0, review-computed'],
  ['refund-adds-up', 'acceptStated', '6.00, 12.00, 6.00, kept 0, came back 1, review-stated'],
  ['refund-adds-up', 'acceptComputed', '7.00, 12.00, 5.00, kept 0, came back 1, review-computed'],
  ['refunds-within-order', 'acceptStated', '0.00, 12.00, 25.00, kept 0, came back 1, review-stated'],
  ['refunds-within-order', 'acceptComputed', 'refunds of 25.00 GBP would still be 13.00 GBP more than was paid'],
  ['refunded-quantity-within-line', 'acceptStated', '2.00, 12.00, 10.00, kept 0, came back 1, review-stated'],
  ['refunded-quantity-within-line', 'acceptComputed', '2.00, 12.00, 10.00, kept 0, came back 1, review-computed'],
  ['refund-has-order', 'acceptStated', '7.00, 12.00, 5.00, kept 1, came back 0, review-stated'],
  ['refund-has-order', 'acceptComputed', '7.00, 12.00, 5.00, kept 1, came back 0, review-computed'],
  ['signs', 'acceptStated', '12.00, 12.00, 0.00, kept 2, came back 0, review-stated'],
  ['signs', 'acceptComputed', 'signs fails: a sum with negative parts in it proves nothing'],
];

describe('the table of decisions', () => {
  it.each(CELLS)('%s under %s: %s', (rule, action, expected) => {
    expect(written(BROKEN[rule], action)).toBe(expected);
  });

  it('has a test for each of its cells', () => {
    const cells = Object.entries(DECISION_TABLE).flatMap(([rule, row]) =>
      Object.keys(row).map((action) => [rule, action]),
    );
    expect(CELLS.map(([rule, action]) => [rule, action])).toEqual(expect.arrayContaining(cells));
    expect(CELLS).toHaveLength(cells.length);
  });

  it.each(HOLDING_RULES)('lets %s be read again and be excluded, always', (rule) => {
    const snapshot = BROKEN[rule];
    const choices = reviewChoices(
      orderChoices(snapshot, judgeOrder(snapshot, policy), () => []),
      'GBP',
    );
    expect([choices.recheck.isAllowed, choices.exclude.isAllowed]).toEqual([true, true]);
  });
});

describe('accepting what Stokly states', () => {
  it('takes the header’s refunded total where the refunds do not fit the order', () => {
    const stranger = { ...BROKEN['refund-has-order'].totals, refundedMinor: 0 };
    expect(written({ ...BROKEN['refund-has-order'], totals: stranger }, 'acceptStated')).toContain(
      '12.00, 12.00, 0.00',
    );
  });

  it('takes the refunds’ own totals where only they do not add up, whatever the header says', () => {
    const snapshot = BROKEN['refund-adds-up'];
    expect(written({ ...snapshot, totals: { ...snapshot.totals, refundedMinor: 0 } }, 'acceptStated')).toContain(
      '6.00',
    );
  });

  it('takes off what was cancelled, as the rules do', () => {
    const lines = [line(), line({ lineId: 'line-2', status: 'cancelled', unitGrossMinor: 600 })];
    expect(written(order({ lines, totals: { totalMinor: 1900 } }), 'acceptStated')).toContain(
      '13.00, 13.00, 0.00, kept 1',
    );
  });

  it('is refused where it would write a negative total', () => {
    const lines = [line({ unitGrossMinor: -1200, totalMinor: -1200, taxMinor: -200 })];
    expect(written(order({ lines }), 'acceptStated')).toBe('it would write a negative total of -12.00 GBP');
  });
});

describe('accepting what the parts make', () => {
  it('is refused where the refunds would then be more than was paid', () => {
    const refunds = [refund({ lines: [refundLine({ totalMinor: 1500 })] })];
    expect(written(order({ refunds, totals: { totalMinor: 2000 } }), 'acceptComputed')).toBe(
      'refunds of 15.00 GBP would still be 3.00 GBP more than was paid',
    );
  });

  it('is refused where any of several rules does not allow it, with that rule', () => {
    const snapshot = BROKEN.signs;
    const both = { ...snapshot, totals: { ...snapshot.totals, totalMinor: 1300 } };
    expect(written(both, 'acceptComputed')).toContain('signs fails');
  });

  it('is refused where the account shows no refunds to add up', () => {
    const snapshot = order({ refundsKnown: false, totals: { refundedMinor: 1300 } });
    expect(written(snapshot, 'acceptComputed')).toContain('shows no refunds');
    expect(written(snapshot, 'acceptStated')).toContain('0.00, 12.00, 13.00');
  });

  it('is refused where the record’s parts would make another total all the same', () => {
    const lines = [line(), line({ lineId: 'line-2', quantity: 0, totalMinor: 500 })];
    expect(written(order({ lines, totals: { totalMinor: 2000 } }), 'acceptComputed')).toBe(
      "the record's parts would still be 5.00 GBP away from its total",
    );
  });
});

/** Orders that reconcile, then broken: header, refund totals, strangers, too many pieces. */
const brokenOrder: fc.Arbitrary<OrderSnapshot> = fc
  .record({
    sound: reconcilingOrder,
    totalBy: fc.integer({ min: -5000, max: 5000 }),
    refundBy: fc.integer({ min: -300, max: 300 }),
    isStranger: fc.boolean(),
    piecesMore: fc.constantFrom(0, 0, 7),
  })
  .map(({ sound, totalBy, refundBy, isStranger, piecesMore }) => ({
    ...sound,
    totals: { ...sound.totals, totalMinor: sound.totals.totalMinor + totalBy },
    refunds: sound.refunds.map((one) => ({
      ...one,
      totalMinor: one.totalMinor + refundBy,
      lines: one.lines.map((part) => ({
        ...part,
        lineId: isStranger ? 'of-another-order' : part.lineId,
        quantity: part.quantity + piecesMore,
      })),
    })),
  }));

describe('whatever is accepted', () => {
  it('lets the record differ by exactly what was accepted, and by no other penny; nothing is negative', () => {
    let allowed = 0;
    fc.assert(
      fc.property(brokenOrder, fc.constantFrom<AcceptAction>('acceptStated', 'acceptComputed'), (snapshot, action) => {
        if (holdsOf(judgeOrder(snapshot, policy)).length === 0) return;
        const accepted = accept(snapshot, action);
        if (!accepted.isAllowed) return;
        allowed += 1;
        const { amounts } = accepted;
        const { record } = mapOrderRecord(snapshot, amounts, { orderKey: 'niceId' });
        expect(recordDifference(record, amounts)).toBeNull();
        expect(recordDifference(record, { roundingMinor: amounts.roundingMinor + 1 })).not.toBeNull();
        expect(Math.min(amounts.grossMinor, amounts.refundedMinor)).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 500 },
    );
    expect(allowed).toBeGreaterThan(20);
  });
});
