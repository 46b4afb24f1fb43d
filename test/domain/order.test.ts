import { describe, expect, it } from 'vitest';
import {
  cancelledQuantity,
  deriveDiscountTax,
  keptQuantity,
  orderStatus,
  refundedQuantities,
  refundStatus,
  returnedQuantity,
} from '../../src/domain/order.js';
import { line, order, refund, refundLine } from './factories.js';

const untouched = { grossMinor: 1200, refundedMinor: 0 };

describe('the status of an order', () => {
  it.each([
    [['unprocessed'], 'unprocessed'],
    [['processing'], 'processing'],
    [['unprocessed', 'processing'], 'unprocessed'],
    [['despatched', 'despatched'], 'despatched'],
    [['collected'], 'collected'],
    [['returned'], 'returned'],
    [['despatched', 'collected', 'returned'], 'despatched'],
    [['collected', 'returned'], 'collected'],
    [['despatched', 'unprocessed'], 'partially_despatched'],
    [['processing', 'returned'], 'partially_despatched'],
    [['cancelled', 'cancelled'], 'cancelled'],
    [['cancelled', 'despatched'], 'despatched'],
    [['cancelled', 'processing', 'despatched'], 'partially_despatched'],
    [['awaiting-stock'], 'processing'],
    [['awaiting-stock', 'unprocessed'], 'unprocessed'],
    [['awaiting-stock', 'despatched'], 'partially_despatched'],
    [[], 'unprocessed'],
  ])('with lines %j is %s', (statuses, expected) => {
    const lines = statuses.map((status, index) => line({ lineId: `line-${index}`, status }));
    expect(orderStatus(order({ lines }), untouched)).toBe(expected);
  });

  it('is refunded once nothing is left of the money, whatever its lines', () => {
    expect(orderStatus(order(), { grossMinor: 1200, refundedMinor: 1199 })).toBe('despatched');
    expect(orderStatus(order(), { grossMinor: 1200, refundedMinor: 1200 })).toBe('refunded');
  });

  it('is cancelled rather than refunded when all lines are cancelled', () => {
    const lines = [line({ status: 'cancelled' })];
    expect(orderStatus(order({ lines }), { grossMinor: 1200, refundedMinor: 1200 })).toBe('cancelled');
  });
});

describe('the refund status', () => {
  it.each([
    [1200, 0, 'none'],
    [1200, 1, 'partial'],
    [1200, 1199, 'partial'],
    [1200, 1200, 'full'],
    [1200, 1300, 'full'],
    [0, 0, 'none'],
    [0, 100, 'full'],
  ])('of %s with %s given back is %s', (grossMinor, refundedMinor, expected) => {
    expect(refundStatus({ grossMinor, refundedMinor })).toBe(expected);
  });
});

describe('what is left of a line', () => {
  const three = line({ quantity: 3 });

  it('is what was ordered, less what was refunded', () => {
    expect([0, 1, 3, 4].map((quantity) => keptQuantity(three, quantity))).toEqual([3, 2, 0, 0]);
    expect([0, 1, 3, 4].map((quantity) => returnedQuantity(three, quantity))).toEqual([0, 1, 3, 3]);
  });

  it('is nothing of a cancelled line, refunded or not', () => {
    const cancelled = line({ quantity: 3, status: 'cancelled' });
    expect(cancelledQuantity(cancelled)).toBe(3);
    expect(cancelledQuantity(three)).toBe(0);
    expect([0, 2, 3].map((quantity) => keptQuantity(cancelled, quantity))).toEqual([0, 0, 0]);
    expect([0, 2, 3].map((quantity) => returnedQuantity(cancelled, quantity))).toEqual([0, 2, 3]);
  });

  it('is nothing of a line that came back by its status, before any refund', () => {
    const returned = line({ quantity: 3, status: 'returned' });
    expect([0, 1].map((quantity) => keptQuantity(returned, quantity))).toEqual([0, 0]);
    expect([0, 1].map((quantity) => returnedQuantity(returned, quantity))).toEqual([3, 3]);
  });

  it('subtracts as decimals', () => {
    expect(keptQuantity(line({ quantity: 0.3 }), 0.1)).toBe(0.2);
  });

  it('counts completed refunds alone, summed over all of them', () => {
    const lines = [refundLine({ quantity: 0.1 }), refundLine({ lineId: 'line-2', quantity: 2 })];
    const refunds = [
      refund({ lines }),
      refund({ lines: [refundLine({ quantity: 0.2 })] }),
      refund({ lines, status: 'pending' }),
      refund({ lines, status: 'cancelled' }),
    ];
    expect([...refundedQuantities({ refunds })]).toEqual([
      ['line-1', 0.3],
      ['line-2', 2],
    ]);
  });
});

describe('the tax in a discount that Stokly does not state', () => {
  const lines = [
    { totalMinor: 12_000, taxMinor: 2000 },
    { totalMinor: 500, taxMinor: 0 },
  ];
  // 10 % off 100.00 net at 20 %: 10.00 net and 2.00 of tax.
  const basis = { discountMinor: 1000, taxMinor: 1800, deliveryTaxMinor: 0, lines };

  it('is what is missing from the tax of lines and delivery', () => {
    expect(deriveDiscountTax(basis)).toBe(200);
    expect(deriveDiscountTax({ ...basis, deliveryTaxMinor: 79, taxMinor: 1879 })).toBe(200);
  });

  it('is nothing when nothing is missing, or when there is too much', () => {
    expect(deriveDiscountTax({ ...basis, taxMinor: 2000 })).toBe(0);
    expect(deriveDiscountTax({ ...basis, taxMinor: 2001 })).toBe(0);
  });

  it('is at most the discount at the highest rate of a line', () => {
    expect(deriveDiscountTax({ ...basis, taxMinor: 1800 })).toBe(200);
    expect(deriveDiscountTax({ ...basis, taxMinor: 1799 })).toBe(0);
    expect(deriveDiscountTax({ ...basis, discountMinor: 0, taxMinor: 1999 })).toBe(0);
  });

  it('may be rounded up like the taxes that it comes from', () => {
    // A single line of 0.85 with 0.14 of tax is at 19.7 %; 0.07 off carry 0.01.
    const small = [{ totalMinor: 85, taxMinor: 14 }];
    expect(deriveDiscountTax({ discountMinor: 7, taxMinor: 12, deliveryTaxMinor: 0, lines: small })).toBe(2);
    expect(deriveDiscountTax({ discountMinor: 7, taxMinor: 11, deliveryTaxMinor: 0, lines: small })).toBe(0);
  });

  it('is nothing without taxed lines', () => {
    const untaxed = [{ totalMinor: 500, taxMinor: 0 }];
    expect(deriveDiscountTax({ discountMinor: 50, taxMinor: 0, deliveryTaxMinor: 5, lines: untaxed })).toBe(0);
    expect(deriveDiscountTax({ discountMinor: 50, taxMinor: 0, deliveryTaxMinor: 0, lines: [] })).toBe(0);
  });
});
