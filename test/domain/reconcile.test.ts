import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OrderSnapshot } from '../../src/domain/order.js';
import { holdsOf, judgeOrder, type Rule, unreadableDifferences } from '../../src/domain/reconcile.js';
import { reconcilingOrder } from './arbitraries.js';
import { line, order, policy, refund, refundLine } from './factories.js';

/** What a snapshot fails: `rule severity`, in the order of the rules. */
function failed(snapshot: OrderSnapshot, change: Partial<typeof policy> = {}): string[] {
  return judgeOrder(snapshot, { ...policy, ...change }).differences.map((one) => `${one.rule} ${one.severity}`);
}

function onlyDifference(snapshot: OrderSnapshot, rule: Rule) {
  const found = judgeOrder(snapshot, policy).differences.filter((one) => one.rule === rule);
  expect(found).toHaveLength(1);
  return found[0];
}

const twoLines = [line(), line({ lineId: 'line-2', unitGrossMinor: 600 })];

describe('an order that reconciles', () => {
  it('has no difference, and its totals are the stated ones', () => {
    const judged = judgeOrder(order({ lines: twoLines, totals: { deliveryMinor: 395, deliveryTaxMinor: 79 } }), policy);
    expect(judged).toEqual({
      differences: [],
      toleratedMinor: 0,
      roundingMinor: 0,
      headerCountsCancelled: true,
      grossMinor: 2274,
      refundedMinor: 0,
    });
  });

  it('is never held, whatever its lines, delivery, discount, currency and refund', () => {
    fc.assert(
      fc.property(reconcilingOrder, (snapshot) => {
        expect(holdsOf(judgeOrder(snapshot, policy))).toEqual([]);
      }),
    );
  });

  it('is held when its total is another than its parts (the same orders, broken)', () => {
    fc.assert(
      fc.property(reconcilingOrder, fc.constantFrom(-1, 1), (snapshot, sign) => {
        // More than all lines together: else a cancelled line of just that much could explain it (A18).
        const totalMinor = snapshot.totals.totalMinor + sign * 10_000_000_007;
        const broken = { ...snapshot, totals: { ...snapshot.totals, totalMinor } };
        expect(holdsOf(judgeOrder(broken, policy)).map((one) => one.rule)).toContain('lines-add-up');
      }),
    );
  });
});

describe('readable', () => {
  it.each([
    ['a currency that nobody pays with', order({ currency: 'XAU' }), 'the currency "XAU" is not known'],
    ['no currency', order({ currency: '' }), 'the currency is empty'],
    [
      'an unknown refund status',
      order({ refunds: [refund({ status: 'settled' })] }),
      'the status "settled" is not known',
    ],
    ['a refund in another currency', order({ refunds: [refund({ currency: 'EUR' })] }), 'in EUR, the order is in GBP'],
    [
      'amounts beyond reckoning',
      order({ totals: { totalMinor: 2 ** 60 } }),
      'the amounts are too large to reckon with',
    ],
    ['a broken amount', order({ lines: [line({ totalMinor: 0.5 })] }), 'the amounts are too large to reckon with'],
    [
      'a quantity that is none',
      order({ lines: [line({ quantity: Number.NaN, totalMinor: 0 })] }),
      'a quantity is no number',
    ],
    ['two lines with one id', order({ lines: [line(), line()] }), 'several lines have the same id'],
  ])('fails with %s', (_, snapshot, observed) => {
    expect(onlyDifference(snapshot, 'readable')).toMatchObject({ severity: 'hold', observed, differenceMinor: null });
  });

  it('is kept with pending and cancelled refunds', () => {
    const refunds = [refund({ status: 'pending' }), refund({ refundId: 'refund-2', status: 'cancelled' })];
    expect(failed(order({ refunds }))).toEqual([]);
  });

  it('never adds a refund in another currency to the refunded total', () => {
    const refunds = [
      refund(),
      refund({ refundId: 'refund-2', number: '13', currency: 'EUR', lines: [], adjustmentMinor: 7 }),
    ];
    expect(judgeOrder(order({ refunds }), policy).refundedMinor).toBe(1200);
  });

  it('says why an order could not be read at all', () => {
    expect(unreadableDifferences(['data.displayTotal is not a decimal'])).toEqual([
      {
        rule: 'readable',
        severity: 'hold',
        subject: 'order',
        expected: 'amounts, currency, dates, ids and refund statuses that can be read',
        observed: 'data.displayTotal is not a decimal',
        differenceMinor: null,
      },
    ]);
  });

  it('names the first few of many problems and counts the rest', () => {
    const named = unreadableDifferences(Array.from({ length: 40 }, (_, index) => `problem ${index}`));
    expect(named).toHaveLength(5);
    expect(named.at(-1)?.observed).toBe('problem 4 (and 35 more like this)');
  });
});

describe('lines-add-up', () => {
  const off = (minor: number, lines = [line()]) => {
    const snapshot = order({ lines });
    return { ...snapshot, totals: { ...snapshot.totals, totalMinor: snapshot.totals.totalMinor + minor } };
  };

  it.each([1, -1])('lets a penny a line pass as rounding: %s', (minor) => {
    expect(judgeOrder(off(minor), policy)).toMatchObject({ differences: [], roundingMinor: minor, toleratedMinor: 1 });
  });

  it.each([2, -2])('does not let two pennies on one line pass: %s', (minor) => {
    expect(failed(off(minor))).toEqual(['lines-add-up hold']);
    expect(judgeOrder(off(minor), policy)).toMatchObject({ roundingMinor: 0, toleratedMinor: 0 });
  });

  it('says what was expected and seen in words and money', () => {
    expect(onlyDifference(off(-250), 'lines-add-up')).toEqual({
      rule: 'lines-add-up',
      severity: 'hold',
      subject: 'order 536365',
      expected: 'lines and delivery less discount make 12.00 GBP',
      observed: 'Stokly states 9.50 GBP',
      differenceMinor: -250,
    });
  });

  const many = (count: number, unitGrossMinor: number) =>
    Array.from({ length: count }, (_, index) => line({ lineId: `line-${index}`, unitGrossMinor }));

  it('allows at most 1.00 however many lines a small order has', () => {
    expect(failed(off(100, many(150, 60)))).toEqual([]);
    expect(failed(off(101, many(150, 60)))).toEqual(['lines-add-up hold']);
  });

  it('allows at most half a percent of a large order', () => {
    expect(failed(off(452, many(500, 180)))).toEqual([]);
    expect(failed(off(453, many(500, 180)))).toEqual(['lines-add-up hold']);
  });

  it('takes 1.00 in the currency of the order: one yen, a thousand fils', () => {
    expect(failed({ ...off(1, many(100, 1)), currency: 'JPY' })).toEqual([]);
    expect(failed({ ...off(2, many(100, 1)), currency: 'JPY' })).toEqual(['lines-add-up hold']);
    expect(failed({ ...off(1000, many(1200, 6)), currency: 'KWD' })).toEqual([]);
    expect(failed({ ...off(1001, many(1200, 6)), currency: 'KWD' })).toEqual(['lines-add-up hold']);
  });

  it('allows nothing with a tolerance of 0, and nothing without lines', () => {
    expect(failed(off(1), { roundingToleranceMinor: 0 })).toEqual(['lines-add-up hold']);
    expect(failed(off(1, []))).toEqual(['lines-add-up hold']);
    expect(failed(off(0, []))).toEqual([]);
  });

  it('counts delivery with its tax, and a discount with the tax in it', () => {
    const totals = { deliveryMinor: 395, deliveryTaxMinor: 79, discountMinor: 100, discountTaxMinor: 20 };
    expect(failed(order({ totals }))).toEqual([]);
    expect(failed(order({ totals: { ...totals, totalMinor: 1200 + 395 + 79 - 100 } }))).toEqual(['lines-add-up hold']);
    expect(failed(order({ totals: { ...totals, totalMinor: 1200 + 395 - 100 - 20 } }))).toEqual(['lines-add-up hold']);
  });

  describe('with a cancelled line', () => {
    const lines = [line(), line({ lineId: 'line-2', unitGrossMinor: 600, status: 'cancelled' })];

    it('keeps a header that still counts it, and takes it off the total', () => {
      expect(judgeOrder(order({ lines }), policy)).toMatchObject({
        differences: [],
        headerCountsCancelled: true,
        grossMinor: 1200,
      });
    });

    it('keeps a header that no longer counts it', () => {
      const totals = { totalMinor: 1200, taxMinor: 200, subtotalMinor: 1000 };
      expect(judgeOrder(order({ lines, totals }), policy)).toMatchObject({
        differences: [],
        headerCountsCancelled: false,
        grossMinor: 1200,
      });
    });

    it('records the one that adds up within the tolerance, also when the other is nearer', () => {
      const close = [
        line({ totalMinor: 1200 }),
        line({ lineId: 'line-2', unitGrossMinor: 5, taxMinor: 1, status: 'cancelled' }),
        line({ lineId: 'line-3', unitGrossMinor: 0, status: 'cancelled' }),
        line({ lineId: 'line-4', unitGrossMinor: 0, status: 'cancelled' }),
      ];
      // With the cancelled line 3 off and within 4; without it 2 off and beyond 1.
      expect(judgeOrder(order({ lines: close, totals: { totalMinor: 1202 } }), policy)).toMatchObject({
        headerCountsCancelled: true,
        roundingMinor: -3,
        grossMinor: 1197,
      });
    });

    it('holds a header that neither makes, and tells the nearer one', () => {
      const difference = onlyDifference(order({ lines, totals: { totalMinor: 1210 } }), 'lines-add-up');
      expect(difference).toMatchObject({
        expected: 'lines that are not cancelled and delivery less discount make 12.00 GBP',
        differenceMinor: 10,
      });
    });

    it('does not take off twice what was cancelled and refunded', () => {
      const refunds = [refund({ lines: [refundLine({ lineId: 'line-2', totalMinor: 600, taxMinor: 100 })] })];
      const counted = judgeOrder(order({ lines, refunds }), policy);
      expect(counted).toMatchObject({ differences: [], grossMinor: 1800, refundedMinor: 600 });
      const totals = { totalMinor: 1200, taxMinor: 200, subtotalMinor: 1000 };
      const left = judgeOrder(order({ lines, refunds, totals }), policy);
      expect(left).toMatchObject({ differences: [], grossMinor: 1800, refundedMinor: 600 });
    });

    it('takes off the part of a cancelled line that was not refunded', () => {
      const three = [line(), line({ lineId: 'line-2', quantity: 3, unitGrossMinor: 600, status: 'cancelled' })];
      const refunds = [refund({ lines: [refundLine({ lineId: 'line-2', totalMinor: 600, taxMinor: 100 })] })];
      expect(judgeOrder(order({ lines: three, refunds }), policy)).toMatchObject({ differences: [], grossMinor: 1800 });
    });
  });

  it('leaves nothing of an order that was cancelled as a whole, its delivery and discount neither', () => {
    const lines = [line({ status: 'cancelled' })];
    const totals = { deliveryMinor: 395, deliveryTaxMinor: 79, discountMinor: 500 };
    expect(judgeOrder(order({ lines, totals }), policy)).toMatchObject({ differences: [], grossMinor: 0 });
  });
});

describe('an order cancelled as a whole whose header still asks for delivery', () => {
  it('keeps that delivery as its total', () => {
    const totals = { deliveryMinor: 395, deliveryTaxMinor: 79, totalMinor: 474, taxMinor: 79, subtotalMinor: 0 };
    const judged = judgeOrder(order({ lines: [line({ status: 'cancelled' })], totals }), policy);
    expect(judged).toMatchObject({ differences: [], headerCountsCancelled: false, grossMinor: 474 });
  });
});

describe('tax-adds-up', () => {
  it.each([199, 201])('notes a header tax that is a penny off, and holds nothing: %s', (taxMinor) => {
    expect(failed(order({ totals: { taxMinor } }))).toEqual(['tax-adds-up note']);
  });

  it('counts the tax of delivery and takes off that of a discount', () => {
    const totals = { deliveryMinor: 395, deliveryTaxMinor: 79, discountMinor: 100, discountTaxMinor: 20 };
    expect(failed(order({ totals }))).toEqual([]);
    expect(failed(order({ totals: { ...totals, taxMinor: 200 } }))).toEqual(['tax-adds-up note']);
  });
});

describe('refund-adds-up', () => {
  const lines = [line({ quantity: 5 })];

  it('counts lines, delivery with its tax, and a signed adjustment', () => {
    const whole = refund({ deliveryMinor: 100, deliveryTaxMinor: 20, adjustmentMinor: -50 });
    expect(whole.totalMinor).toBe(1270);
    expect(failed(order({ lines, refunds: [whole] }))).toEqual([]);
  });

  it('lets a penny a line pass, and adds it to what was tolerated', () => {
    const judged = judgeOrder(order({ lines, refunds: [refund({ totalMinor: 1199 })] }), policy);
    expect(judged).toMatchObject({ differences: [], toleratedMinor: 1, roundingMinor: 0, refundedMinor: 1199 });
  });

  it.each([1198, 1202])('holds a refund that is two pennies off on one line: %s', (totalMinor) => {
    const snapshot = order({ lines, refunds: [refund({ totalMinor })] });
    expect(failed(snapshot)).toEqual(['refund-adds-up hold']);
    expect(onlyDifference(snapshot, 'refund-adds-up')?.subject).toBe('refund 12');
  });

  it('allows a refund without lines nothing', () => {
    const refunds = [refund({ lines: [], adjustmentMinor: 500, totalMinor: 501 })];
    expect(failed(order({ lines, refunds }))).toEqual(['refund-adds-up hold']);
  });

  it('looks at each refund by itself', () => {
    const refunds = [refund({ totalMinor: 1300 }), refund({ refundId: 'refund-2', number: '13', totalMinor: 1100 })];
    expect(failed(order({ lines, refunds }))).toEqual(['refund-adds-up hold', 'refund-adds-up hold']);
  });

  it('does not ask pending and cancelled refunds', () => {
    const refunds = [refund({ status: 'pending', totalMinor: 9 }), refund({ status: 'cancelled', totalMinor: 9 })];
    expect(failed(order({ lines, refunds }))).toEqual([]);
  });
});

describe('refunds-within-order', () => {
  const goodwill = (adjustmentMinor: number) => order({ refunds: [refund({ adjustmentMinor })] });

  it('is kept by a full refund', () => {
    expect(failed(order({ refunds: [refund()] }))).toEqual([]);
  });

  it('notes goodwill up to its limit, stated as an adjustment', () => {
    expect(failed(goodwill(1))).toEqual(['refunds-within-order note']);
    expect(failed(goodwill(1000))).toEqual(['refunds-within-order note']);
  });

  it('holds what is above the limit', () => {
    expect(failed(goodwill(1001))).toEqual(['refunds-within-order hold']);
    expect(failed(goodwill(1), { goodwillMaxMinor: 0 })).toEqual(['refunds-within-order hold']);
  });

  it('holds an excess that no adjustment states', () => {
    const refunds = [refund({ deliveryMinor: 100, deliveryTaxMinor: 20 })];
    expect(failed(order({ refunds }))).toEqual(['refunds-within-order hold']);
    const partly = [refund({ deliveryMinor: 100, adjustmentMinor: 50 })];
    expect(failed(order({ refunds: partly }))).toEqual(['refunds-within-order hold']);
  });

  it('sums completed refunds and no others', () => {
    const second = refund({ refundId: 'refund-2', number: '13', lines: [], adjustmentMinor: 1 });
    expect(failed(order({ refunds: [refund(), second] }))).toEqual(['refunds-within-order note']);
    expect(failed(order({ refunds: [refund(), { ...second, status: 'pending' }] }))).toEqual([]);
  });

  it('takes the header at its word where refunds are not known', () => {
    const known = { refundsKnown: false, refunds: [] };
    expect(failed(order({ ...known, totals: { refundedMinor: 1200 } }))).toEqual([]);
    expect(failed(order({ ...known, totals: { refundedMinor: 1201 } }))).toEqual(['refunds-within-order hold']);
    expect(judgeOrder(order({ ...known, totals: { refundedMinor: 400 } }), policy).refundedMinor).toBe(400);
  });

  it('keeps an order that was cancelled and fully refunded after its header had gone to nothing', () => {
    const totals = { totalMinor: 0, taxMinor: 0, subtotalMinor: 0 };
    const judged = judgeOrder(order({ lines: [line({ status: 'cancelled' })], refunds: [refund()], totals }), policy);
    expect(judged).toMatchObject({ differences: [], grossMinor: 1200, refundedMinor: 1200 });
  });
});

describe('refunded-quantity-within-line', () => {
  const lines = [line({ quantity: 3 }), line({ lineId: 'line-2' })];
  const ofQuantity = (quantity: number) => refund({ lines: [refundLine({ quantity })] });

  it('is kept when all of a line is given back', () => {
    expect(failed(order({ lines, refunds: [ofQuantity(3)] }))).toEqual([]);
  });

  it('fails with one more than was ordered, also over several refunds', () => {
    const snapshot = order({ lines, refunds: [ofQuantity(2), { ...ofQuantity(2), refundId: 'refund-2' }] });
    expect(failed(snapshot)).toEqual(['refunded-quantity-within-line hold']);
    expect(onlyDifference(snapshot, 'refunded-quantity-within-line')).toMatchObject({
      subject: 'line line-1',
      expected: 'at most 3 refunded, as ordered',
      observed: '4 refunded',
    });
  });

  it('adds up quantities that are not whole as decimals', () => {
    const weighed = [line({ quantity: 0.3, totalMinor: 1200 })];
    const refunds = [0.1, 0.2].map((quantity, index) =>
      refund({ refundId: `refund-${index}`, lines: [refundLine({ quantity, totalMinor: 300 })] }),
    );
    expect(failed(order({ lines: weighed, refunds }))).toEqual([]);
  });
});

describe('refund-has-order', () => {
  it('fails with a line that the order does not have', () => {
    const lines = [refundLine({ lineId: 'stranger', totalMinor: 100 })];
    const snapshot = order({ refunds: [refund({ lines })] });
    expect(failed(snapshot)).toEqual(['refund-has-order hold']);
    expect(onlyDifference(snapshot, 'refund-has-order')?.observed).toBe('1 of its 1 lines are not on the order');
  });

  it('needs no line for a refund of delivery or adjustment alone', () => {
    expect(failed(order({ refunds: [refund({ lines: [], deliveryMinor: 100, adjustmentMinor: 50 })] }))).toEqual([]);
  });
});

describe('refund-matches-header', () => {
  it.each([1199, 1201, 0])('notes a header that says something else: %s', (refundedMinor) => {
    expect(failed(order({ refunds: [refund()], totals: { refundedMinor } }))).toEqual(['refund-matches-header note']);
  });

  it('is kept by the same amount, and by a header that says nothing', () => {
    expect(failed(order({ refunds: [refund()], totals: { refundedMinor: 1200 } }))).toEqual([]);
    expect(failed(order({ refunds: [refund()] }))).toEqual([]);
  });
});

describe('signs', () => {
  it.each([
    ['a line quantity', order({ lines: [line({ quantity: -1, totalMinor: 0, taxMinor: 0 })] })],
    ['a unit price', order({ lines: [line({ unitNetMinor: -1 })] })],
    ['a line total', order({ lines: [line(), line({ lineId: 'line-2', totalMinor: -100 })] })],
    ['an order total', order({ totals: { discountMinor: 1300 } })],
    ['a subtotal', order({ totals: { subtotalMinor: -1 } })],
    ['a delivery price', order({ totals: { deliveryMinor: -1 } })],
    ['a discount', order({ totals: { discountMinor: -1 } })],
    ['a refunded total', order({ totals: { refundedMinor: -1 }, refundsKnown: false })],
    ['a refund total', order({ refunds: [refund({ lines: [], adjustmentMinor: -1 })] })],
    ['a refunded quantity', order({ refunds: [refund({ lines: [refundLine({ quantity: -1 })] })] })],
    [
      'a refunded line total',
      order({ refunds: [refund({ lines: [refundLine({ totalMinor: -1 })], adjustmentMinor: 1 })] }),
    ],
  ])('holds %s below 0', (_, snapshot) => {
    expect(failed(snapshot)).toContain('signs hold');
  });

  it('lets an adjustment be negative, and everything be 0', () => {
    expect(failed(order({ refunds: [refund({ adjustmentMinor: -100 })] }))).toEqual([]);
    expect(failed(order({ lines: [line({ unitGrossMinor: 0 })] }))).toEqual([]);
  });
});

describe('record-adds-up', () => {
  it('holds money on a line of no pieces, which no part of the record would carry', () => {
    const lines = [line(), line({ lineId: 'line-2', quantity: 0, totalMinor: 500 })];
    const snapshot = order({ lines });
    expect(failed(snapshot)).toEqual(['record-adds-up hold']);
    expect(onlyDifference(snapshot, 'record-adds-up')).toMatchObject({
      subject: 'order 536365',
      expected: 'products, returned products and delivery less discount make 12.00 GBP',
      observed: "the record's total is 17.00 GBP",
      differenceMinor: 500,
    });
  });

  it('is kept with a line of no pieces and no money', () => {
    expect(failed(order({ lines: [line(), line({ lineId: 'line-2', quantity: 0 })] }))).toEqual([]);
  });

  it('is not said again where the lines do not add up already', () => {
    expect(failed(order({ totals: { totalMinor: 1 } }))).toEqual(['lines-add-up hold']);
  });
});

describe('judging', () => {
  it('tells all rules that an order fails, in their order', () => {
    const lines = [
      refundLine({ lineId: 'stranger', quantity: 1, totalMinor: 5000 }),
      refundLine({ quantity: 9, totalMinor: -1 }),
    ];
    const refunds = [refund({ lines, totalMinor: 6000 })];
    expect(failed(order({ refunds, totals: { totalMinor: 900, taxMinor: 1, refundedMinor: 5 } }))).toEqual([
      'lines-add-up hold',
      'tax-adds-up note',
      'refund-adds-up hold',
      'refunds-within-order hold',
      'refunded-quantity-within-line hold',
      'refund-has-order hold',
      'refund-matches-header note',
      'signs hold',
    ]);
  });

  it('keeps the list short when thousands of lines have one fault', () => {
    const lines = Array.from({ length: 3000 }, (_, index) => line({ lineId: `line-${index}`, unitNetMinor: -1 }));
    const { differences } = judgeOrder(order({ lines }), policy);
    expect(differences).toHaveLength(5);
    expect(differences.at(-1)?.observed).toBe('a unit price -0.01 GBP (and 2995 more like this)');
  });

  it('separates what holds from what is only told', () => {
    const judged = judgeOrder(order({ totals: { totalMinor: 900, taxMinor: 1 } }), policy);
    expect(holdsOf(judged).map((one) => one.rule)).toEqual(['lines-add-up']);
    expect(holdsOf(judged.differences)).toEqual(holdsOf(judged));
  });
});
