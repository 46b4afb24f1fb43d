import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toMinorUnits } from '../../src/domain/money.js';
import type { OrderSnapshot } from '../../src/domain/order.js';
import { mapOrderRecord, type OrderRecord, recordDifference } from '../../src/domain/order-record.js';
import { judgeOrder } from '../../src/domain/reconcile.js';
import { reconcilingOrder } from './arbitraries.js';
import { line, order, policy, refund, refundLine } from './factories.js';

function map(snapshot: OrderSnapshot, orderKey: 'niceId' | 'sourceReferenceId' = 'niceId') {
  return mapOrderRecord(snapshot, judgeOrder(snapshot, policy), { orderKey });
}

const record = (snapshot: OrderSnapshot): OrderRecord => map(snapshot).record;
const decimal = (text: string) => ({ decimal: text });

describe('the record of an order', () => {
  it('has every field, money with its decimals', () => {
    const lines = [line({ quantity: 2 }), line({ lineId: 'line-2', sku: 'CUP', name: 'Cup', unitGrossMinor: 600 })];
    const refunds = [refund({ createdAt: '2026-11-10T09:00:00Z' })];
    const totals = { deliveryMinor: 395, deliveryTaxMinor: 79, discountMinor: 100, discountTaxMinor: 20 };
    expect(map(order({ lines, refunds, totals }))).toEqual({
      key: '536365',
      status: 'despatched',
      isCounting: true,
      record: {
        id: '536365',
        stokly_order_id: 'order-1',
        source_order_id: 'WEB-1',
        store_name: 'Web shop',
        currency: 'GBP',
        purchase_date: '2026-11-02T10:00:00.000Z',
        order_status: 'despatched',
        refund_status: 'partial',
        order_total: decimal('21.54'),
        order_subtotal: decimal('25.00'),
        order_gross_total: decimal('33.54'),
        refunded_total: decimal('12.00'),
        tax_total: decimal('5.59'),
        delivery_total: decimal('4.74'),
        discount_amount: decimal('1.20'),
        refund_count: 1,
        last_refund_date: '2026-11-10T09:00:00.000Z',
        reconciled_by: 'rules',
        refunds_known: true,
        products: [
          {
            sku: 'MUG-RED',
            name: 'Red mug',
            qty: 1,
            price: decimal('10.00'),
            price_inc_tax: decimal('12.00'),
            line_total: decimal('12.00'),
          },
          {
            sku: 'CUP',
            name: 'Cup',
            qty: 1,
            price: decimal('5.00'),
            price_inc_tax: decimal('6.00'),
            line_total: decimal('6.00'),
          },
        ],
        returned_products: [
          {
            sku: 'MUG-RED',
            name: 'Red mug',
            qty: 1,
            price: decimal('10.00'),
            price_inc_tax: decimal('12.00'),
            line_total: decimal('12.00'),
          },
        ],
      },
    });
  });

  it('leaves out what is absent', () => {
    const bare = record(order({ lines: [line({ sku: null, name: ' ' })], sourceOrderId: null, storeName: '' }));
    for (const name of ['source_order_id', 'store_name', 'last_refund_date', 'returned_products']) {
      expect(bare).not.toHaveProperty(name);
    }
    expect(bare.products).toEqual([
      { qty: 1, price: decimal('10.00'), price_inc_tax: decimal('12.00'), line_total: decimal('12.00') },
    ]);
    expect(record(order({ lines: [] }))).not.toHaveProperty('products');
  });

  it('is stored under the reference of the channel where the setting says so, else the number', () => {
    expect(map(order(), 'sourceReferenceId')).toMatchObject({ key: 'WEB-1', record: { id: 'WEB-1' } });
    expect(map(order({ sourceOrderId: null }), 'sourceReferenceId').key).toBe('536365');
  });

  it('says how many refunds counted and when the last was, not those that do not count', () => {
    const refunds = [
      refund({ lines: [], adjustmentMinor: 1, createdAt: '2026-11-12T09:00:00.000Z' }),
      refund({ lines: [], adjustmentMinor: 1, createdAt: '2026-11-11T09:00:00.000Z' }),
      refund({ lines: [], adjustmentMinor: 1, status: 'pending', createdAt: '2026-11-13T09:00:00.000Z' }),
    ];
    expect(record(order({ refunds }))).toMatchObject({ refund_count: 2, last_refund_date: '2026-11-12T09:00:00.000Z' });
    expect(record(order())).toMatchObject({ refund_count: 0 });
  });

  it('claims nothing about refunds where the account cannot tell', () => {
    const unknown = record(order({ refundsKnown: false, totals: { refundedMinor: 200 } }));
    expect(unknown).toMatchObject({
      refunds_known: false,
      refunded_total: decimal('2.00'),
      order_total: decimal('10.00'),
    });
    expect(unknown).not.toHaveProperty('refund_count');
  });

  it('never has a total below zero, though goodwill may give back more', () => {
    const snapshot = order({ refunds: [refund({ adjustmentMinor: 500 })] });
    expect(record(snapshot)).toMatchObject({ order_total: decimal('0.00'), refunded_total: decimal('17.00') });
  });

  it('takes a cancelled line off every amount, and shows it nowhere', () => {
    const lines = [line(), line({ lineId: 'line-2', sku: 'GONE', unitGrossMinor: 600, status: 'cancelled' })];
    for (const totals of [{}, { totalMinor: 1200, taxMinor: 200, subtotalMinor: 1000 }]) {
      const mapped = record(order({ lines, totals }));
      expect(mapped).toMatchObject({
        order_gross_total: decimal('12.00'),
        order_subtotal: decimal('10.00'),
        tax_total: decimal('2.00'),
      });
      expect(JSON.stringify(mapped)).not.toContain('GONE');
    }
  });

  it('shows what was cancelled and refunded as given back', () => {
    const lines = [line(), line({ lineId: 'line-2', sku: 'LATE', unitGrossMinor: 600, status: 'cancelled' })];
    const refunds = [refund({ lines: [refundLine({ lineId: 'line-2', totalMinor: 600, taxMinor: 100 })] })];
    for (const totals of [{}, { totalMinor: 1200, taxMinor: 200, subtotalMinor: 1000 }]) {
      expect(record(order({ lines, refunds, totals }))).toMatchObject({
        order_gross_total: decimal('18.00'),
        refunded_total: decimal('6.00'),
        order_total: decimal('12.00'),
        tax_total: decimal('3.00'),
        order_subtotal: decimal('15.00'),
        returned_products: [{ sku: 'LATE', qty: 1, line_total: decimal('6.00') }],
      });
    }
  });

  it('has nothing left of an order cancelled as a whole', () => {
    const lines = [line({ status: 'cancelled' })];
    const mapped = record(order({ lines, totals: { deliveryMinor: 395, deliveryTaxMinor: 79 } }));
    expect(mapped).toMatchObject({
      order_status: 'cancelled',
      order_gross_total: decimal('0.00'),
      delivery_total: decimal('0.00'),
    });
    expect(mapped).not.toHaveProperty('products');
  });

  it('splits a line to the penny: kept by proportion, given back the rest', () => {
    const lines = [line({ quantity: 3, totalMinor: 1000 })];
    const refunds = [refund({ lines: [refundLine({ quantity: 1, totalMinor: 333 })] })];
    expect(record(order({ lines, refunds }))).toMatchObject({
      products: [{ qty: 2, line_total: decimal('6.67') }],
      returned_products: [{ qty: 1, line_total: decimal('3.33') }],
    });
  });

  it('keeps qty whole and puts other quantities under a key of their own', () => {
    const lines = [line({ quantity: 2.5, totalMinor: 3000 }), line({ lineId: 'line-2', quantity: 2 })];
    const products = record(order({ lines })).products as readonly Record<string, unknown>[];
    expect(products.map(({ qty, qty_decimal }) => ({ qty, qty_decimal }))).toEqual([
      { qty: undefined, qty_decimal: decimal('2.5') },
      { qty: 2, qty_decimal: undefined },
    ]);
  });

  it('writes yen with decimals too, so that a key keeps its type over currencies', () => {
    expect(record(order({ currency: 'JPY' })).order_total).toEqual(decimal('1200.00'));
    expect(record(order({ currency: 'KWD' })).order_total).toEqual(decimal('1.200'));
  });

  it('has no text that a database refuses', () => {
    const lines = [line({ name: 'half \ud83c and whole 🎁', sku: 'A\u0000B' })];
    expect(record(order({ lines })).products).toMatchObject([{ name: 'half  and whole 🎁', sku: 'AB' }]);
  });

  it('dates the purchase in UTC', () => {
    expect(record(order({ placedAt: '2026-07-01T00:30:00+01:00' })).purchase_date).toBe('2026-06-30T23:30:00.000Z');
  });
});

describe('a counting order', () => {
  it.each([
    ['an ordinary one', order(), true],
    ['a partly refunded one', order({ lines: [line({ quantity: 2 })], refunds: [refund()] }), true],
    ['a fully refunded one', order({ refunds: [refund()] }), false],
    ['a free one', order({ lines: [line({ unitGrossMinor: 0 })] }), false],
    ['a cancelled one', order({ lines: [line({ status: 'cancelled' })] }), false],
  ])('%s: %s', (_, snapshot, isCounting) => {
    expect(map(snapshot).isCounting).toBe(isCounting);
  });
});

/** All keys of a record with their JSON types, as a store that locks types sees them. */
function* typesOf(value: unknown, path: string): Generator<[string, string]> {
  if (Array.isArray(value)) {
    yield [path, value.length === 0 ? 'EMPTY ARRAY' : 'array'];
    for (const one of value) yield* typesOf(one, `${path}[]`);
  } else if (typeof value === 'object' && value !== null) {
    if ('decimal' in value) yield [path, /^-?\d+\.\d+$/.test(String(value.decimal)) ? 'decimal' : 'BROKEN DECIMAL'];
    else for (const [key, member] of Object.entries(value)) yield* typesOf(member, `${path}.${key}`);
  } else if (typeof value === 'number') yield [path, Number.isInteger(value) ? 'integer' : 'FLOAT'];
  else yield [path, value === null ? 'NULL' : typeof value];
}

function addsUp(mapOne: (snapshot: OrderSnapshot) => OrderRecord) {
  return fc.property(reconcilingOrder, (snapshot) => {
    const judged = judgeOrder(snapshot, policy);
    const made = mapOne(snapshot);
    expect(recordDifference(made, judged)).toBeNull();
    // The same again without the function under test.
    const minor = (value: unknown) => toMinorUnits((value as { decimal: string }).decimal, made.currency) ?? Number.NaN;
    const lines = [made.products ?? [], made.returned_products ?? []].flat() as Record<string, unknown>[];
    const parts =
      lines.reduce((sum, one) => sum + minor(one.line_total), 0) +
      minor(made.delivery_total) -
      minor(made.discount_amount);
    expect(minor(made.order_gross_total)).toBe(parts + judged.roundingMinor);
    expect(minor(made.order_total)).toBe(Math.max(0, minor(made.order_gross_total) - minor(made.refunded_total)));
  });
}

describe('every record', () => {
  it('adds up, in the parts as they stand in it', () => {
    fc.assert(addsUp(record));
  });

  it('would be caught with kept and given back rounded apart', () => {
    const roundedApart = (snapshot: OrderSnapshot): OrderRecord => {
      const made = record(snapshot);
      if (made.products === undefined || made.returned_products === undefined) return made;
      const [first, ...rest] = made.returned_products as { line_total: { decimal: string } }[];
      const changed = first && { ...first, line_total: decimal((Number(first.line_total.decimal) + 0.01).toFixed(2)) };
      return { ...made, returned_products: [changed, ...rest] } as OrderRecord;
    };
    expect(fc.check(addsUp(roundedApart), { numRuns: 1000 }).failed).toBe(true);
  });

  it('has one JSON type a key for ever, no null, no empty array', () => {
    const seen = new Map<string, string>();
    fc.assert(
      fc.property(reconcilingOrder, (snapshot) => {
        for (const [path, type] of typesOf(record(snapshot), 'record')) {
          expect(type).toMatch(/^(array|decimal|integer|string|boolean)$/);
          expect(`${path} ${seen.get(path) ?? type}`).toBe(`${path} ${type}`);
          seen.set(path, type);
        }
      }),
      { numRuns: 500 },
    );
    expect(seen.get('record.products[].qty')).toBe('integer');
    expect(seen.get('record.products[].qty_decimal')).toBe('decimal');
    expect(seen.get('record.returned_products')).toBe('array');
  });

  it('has only well-formed text without NUL', () => {
    fc.assert(
      fc.property(reconcilingOrder, (snapshot) => {
        const json = JSON.stringify(record(snapshot));
        expect(json).not.toMatch(/\\ud[89a-f]|\\u0000/i);
      }),
    );
  });
});
