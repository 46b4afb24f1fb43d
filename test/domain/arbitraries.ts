import fc from 'fast-check';
import { lineAmounts } from '../../src/domain/money.js';
import type { OrderLine, OrderSnapshot } from '../../src/domain/order.js';
import type { RefundSnapshot } from '../../src/domain/refund.js';
import { line, order, refund } from './factories.js';

const lineStatus = fc.constantFrom(
  'unprocessed',
  'processing',
  'despatched',
  'collected',
  'cancelled',
  'returned',
  'backordered',
);
/** As a shop's data has it: nothing, blanks, emoji, half an emoji, NUL. */
const text = fc.oneof(
  fc.constantFrom(null, '', ' ', 'undefined', 'Mug ☕ 🎁', 'half \ud83c', '\u0000nul', 'Größe “XL”'),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const quantity = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 500 }) },
  fc.constantFrom(0.5, 2.25, 0.333),
);
const price = fc.integer({ min: 0, max: 500_000 });

function decimal(minor: number, currency: string): string {
  const digits = currency === 'JPY' ? 0 : currency === 'KWD' ? 3 : 2;
  return digits === 0 ? String(minor) : (minor / 10 ** digits).toFixed(digits);
}

function lineOf(currency: string): fc.Arbitrary<OrderLine> {
  return fc
    .record({
      net: price,
      tax: fc.integer({ min: 0, max: 60_000 }),
      quantity,
      status: lineStatus,
      sku: text,
      name: text,
    })
    .map(({ net, tax, ...rest }) => {
      const texts = {
        unitNetText: decimal(net, currency),
        unitTaxText: decimal(tax, currency),
        quantity: rest.quantity,
        currency,
      };
      return line({ ...rest, ...lineAmounts(texts) });
    });
}

/** A refund of some of the lines, each in part or whole: it adds up and fits. */
function refundOf(lines: readonly OrderLine[], currency: string): fc.Arbitrary<RefundSnapshot> {
  return fc
    .record({
      parts: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: lines.length, maxLength: lines.length }),
      at: fc.integer({ min: 0, max: 1e10 }),
    })
    .map(({ parts, at }) =>
      refund({
        currency,
        createdAt: new Date(1_790_000_000_000 + at).toISOString(),
        lines: lines.flatMap((one, index) => {
          const share = Math.floor((one.quantity * (parts[index] ?? 0)) / 4);
          if (share === 0) return [];
          const totalMinor = Math.floor((one.totalMinor * share) / one.quantity);
          return [{ lineId: one.lineId, quantity: share, totalMinor, taxMinor: Math.floor(totalMinor / 6) }];
        }),
      }),
    );
}

/** Orders that reconcile: with cancelled lines that the header counts or not, delivery, a discount, at most one refund. */
export const reconcilingOrder: fc.Arbitrary<OrderSnapshot> = fc
  .record({
    currency: fc.constantFrom('GBP', 'EUR', 'JPY', 'KWD'),
    deliveryMinor: fc.integer({ min: 0, max: 2000 }),
    deliveryTaxMinor: fc.integer({ min: 0, max: 400 }),
    discountPercent: fc.integer({ min: 0, max: 40 }),
    roundingMinor: fc.integer({ min: -1, max: 1 }),
    headerCountsCancelled: fc.boolean(),
    hasRefund: fc.boolean(),
    refundsKnown: fc.boolean(),
    number: fc.integer({ min: 1, max: 999_999 }).map(String),
    storeName: text,
    sourceOrderId: text,
  })
  .chain((made) =>
    fc.array(lineOf(made.currency), { maxLength: 8 }).chain((bare) => {
      const lines = bare.map((one, index) => ({ ...one, lineId: `line-${index}` }));
      const refunds = made.hasRefund ? fc.array(refundOf(lines, made.currency), { maxLength: 1 }) : fc.constant([]);
      return refunds.map((given) => assembled(made, lines, given));
    }),
  );

interface Made {
  readonly currency: string;
  readonly deliveryMinor: number;
  readonly deliveryTaxMinor: number;
  readonly discountPercent: number;
  readonly roundingMinor: number;
  readonly headerCountsCancelled: boolean;
  readonly refundsKnown: boolean;
  readonly number: string;
  readonly storeName: string | null;
  readonly sourceOrderId: string | null;
}

function assembled(made: Made, lines: readonly OrderLine[], refunds: readonly RefundSnapshot[]): OrderSnapshot {
  const counted = lines.filter((one) => made.headerCountsCancelled || one.status !== 'cancelled');
  const gross = counted.reduce((sum, one) => sum + one.totalMinor, 0);
  const tax = counted.reduce((sum, one) => sum + one.taxMinor, 0);
  const discountMinor = Math.floor(((gross - tax) * made.discountPercent) / 100);
  const { deliveryMinor, deliveryTaxMinor, refundsKnown, number, storeName, sourceOrderId, currency } = made;
  const rounding = counted.length > 0 && gross > 100 ? made.roundingMinor : 0;
  return order({
    number,
    storeName,
    sourceOrderId,
    currency,
    lines,
    refunds: refunds.map((one) => lessDiscount(one, discountMinor + Math.max(0, -rounding))),
    refundsKnown,
    totals: {
      subtotalMinor: gross - tax,
      deliveryMinor,
      deliveryTaxMinor,
      discountMinor,
      taxMinor: tax + deliveryTaxMinor,
      totalMinor: gross + deliveryMinor + deliveryTaxMinor - discountMinor + rounding,
      refundedMinor: refundsKnown ? null : 0,
    },
  });
}

/** Lines are given back at their price; what they were cheaper by as a whole comes off as an adjustment. */
function lessDiscount(given: RefundSnapshot, minor: number): RefundSnapshot {
  const adjustmentMinor = 0 - Math.min(given.totalMinor, minor);
  return { ...given, adjustmentMinor, totalMinor: given.totalMinor + adjustmentMinor };
}
