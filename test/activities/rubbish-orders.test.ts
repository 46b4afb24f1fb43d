import fc from 'fast-check';
import { LosslessNumber } from 'lossless-json';
import { describe, expect, it } from 'vitest';
import { boundBytes, judgeRead } from '../../src/activities/fetch-orders.js';
import { mapOrderRecord } from '../../src/domain/order-record.js';
import { writeRecordJson } from '../../src/dotdigital/json.js';
import { mapOrder } from '../../src/stokly/order-mapping.js';
import { TEST_POLICY } from '../support/policy.js';

/**
 * Whatever Stokly says of an order, reading and judging it gives a word about that order and never an exception: an exception
 * in the activity would hold up all other orders of its customer (D1).
 */

const ORDER_ID = 'order-1';
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
process.stdout.write(`SEED=${seed} repeats the orders\n`);
const runs = { numRuns: 3_000, seed };

/** Numbers at and beyond the edges, as JSON numbers or as text. */
const digits = fc.oneof(
  fc.constantFrom(
    '0',
    '-0',
    '0.000001',
    '-0.01',
    '1',
    '-1',
    '12.00',
    '0.005',
    '999999999999999999',
    '-999999999999999999',
  ),
  fc.constantFrom(
    '9007199254740991',
    '-9007199254740991',
    '90071992547409.91',
    '1e5',
    '1.2345678',
    '',
    ' ',
    'NaN',
    'Infinity',
  ),
  fc.integer({ min: -1_000_000, max: 1_000_000 }).map((minor) => (minor / 100).toFixed(2)),
  fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }).map(String),
);
const number = digits.chain((text) =>
  /^-?\d+(\.\d+)?(e\d+)?$/.test(text) ? fc.constantFrom(text, new LosslessNumber(text)) : fc.constant(text),
);
/** Readable amounts and counts, small and far too large. */
const sound = fc.oneof(
  fc.constantFrom(
    '0',
    '-0',
    '-1',
    '1',
    '0.004',
    '12.00',
    '-12.00',
    '1000000000000',
    '-1000000000000',
    '20000000000000.00',
    '9007199254740991',
  ),
  fc.integer({ min: -3_000, max: 3_000 }).map((minor) => (minor / 100).toFixed(2)),
);
const count = fc.constantFrom(
  '0',
  '-1',
  '1',
  '2',
  '3',
  '1000000000000',
  '-1000000000000',
  '9007199254740991',
  '-9007199254740991',
);
const rubbish = fc.constantFrom(
  null,
  undefined,
  true,
  [],
  {},
  ['x'],
  { __proto__: null },
  '',
  'undefined',
  '\ud800',
  '\0',
  '__proto__',
);
const text = fc.oneof(
  rubbish,
  fc.constantFrom('constructor', 'name', '‮evil', '👩‍👩‍👧'),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
const at = fc.constantFrom(
  '2026-11-24T12:00:00.000Z',
  '2026-11-24T12:00:00+02:00',
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  'yesterday',
  null,
  undefined,
);
const currency = fc.constantFrom('GBP', 'gbp', 'JPY', 'KWD', 'XAU', 'ZZZ', '', null, undefined, '__proto__');
const lineId = fc.constantFrom('line-1', 'line-2', 'line-3', '__proto__', '', null, 5);

/** Sound in most of its fields, so that it gets as far as possible. */
function mostly<T>(good: T, bad: fc.Arbitrary<unknown>, goodness = 8): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: goodness * 20, arbitrary: fc.constant(good) }, { weight: 2, arbitrary: bad });
}

/** One in six is readable, and may be far from all others. */
function sometimes(usual: fc.Arbitrary<unknown>, odd: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 5, arbitrary: usual }, { weight: 1, arbitrary: odd });
}

const line = fc.record({
  lineId: mostly('line-1', lineId, 2),
  parentId: mostly(null, lineId),
  itemSku: text,
  itemName: text,
  quantity: sometimes(mostly('2', number), count),
  status: mostly('unprocessed', fc.constantFrom('cancelled', 'returned', 'lost', null), 2),
  displayPrice: sometimes(mostly('5.00', number), sound),
  displayTax: sometimes(mostly('1.00', number), sound),
  displayLineTotal: sometimes(mostly('12.00', number), sound),
  displayLineTax: sometimes(mostly('2.00', number), sound),
});
const refund = fc.record({
  refundId: mostly('refund-1', lineId),
  niceId: mostly('1', number),
  saleOrderId: mostly(ORDER_ID, text),
  createdAt: mostly('2026-11-24T12:00:00.000Z', at),
  status: mostly('completed', fc.constantFrom('pending', 'cancelled', 'lost', null), 5),
  currency: mostly('GBP', currency),
  displayShipping: sometimes(mostly(undefined, number), sound),
  displayAdjustment: sometimes(mostly(undefined, number), sound),
  displayTax: sometimes(mostly('1.00', number), sound),
  displayTotal: sometimes(mostly('6.00', number), sound),
  items: fc.array(
    fc.record({
      lineId: mostly('line-1', lineId, 3),
      quantity: sometimes(mostly('1', number), count),
      displayLineTotal: sometimes(mostly('6.00', number), sound),
      displayLineTax: sometimes(mostly('1.00', number), sound),
    }),
    { maxLength: 3 },
  ),
});
const header = fc.record({
  saleOrderId: mostly(ORDER_ID, text, 30),
  niceId: mostly('700001', number, 30),
  stage: mostly('order', text),
  createdAt: mostly('2026-11-24T12:00:00.000Z', at, 30),
  timeUpdated: at,
  sourceReferenceId: text,
  channelName: text,
  customerId: mostly('customer-1', text),
  despatchedAt: at,
  currency: mostly('GBP', currency),
  displaySubtotal: sometimes(mostly('10.00', number), sound),
  displayDiscount: sometimes(mostly(undefined, number), sound),
  displayDiscountTax: sometimes(mostly(undefined, number), sound),
  displayShipping: sometimes(mostly(undefined, number), sound),
  displayShippingTax: sometimes(mostly(undefined, number), sound),
  displayTax: sometimes(mostly('2.00', number), sound),
  displayTotal: sometimes(mostly('12.00', number), sound),
  displayRefunded: sometimes(mostly(undefined, number), sound),
});

describe('an order of any shape', () => {
  it('D1: is read, judged and mapped without an exception', () => {
    const kinds = new Map<string, number>();
    const policies = [TEST_POLICY, { ...TEST_POLICY, orderKey: 'sourceReferenceId' as const, refundsKnown: false }];
    fc.assert(
      fc.property(
        header,
        fc.array(line, { maxLength: 4 }),
        fc.array(refund, { maxLength: 3 }),
        (head, lines, refunds) => {
          for (const policy of policies) {
            const read = mapOrder(
              { orderId: ORDER_ID, header: head, lines, refunds: policy.refundsKnown ? refunds : [] },
              policy,
            );
            const wanted = { orderId: ORDER_ID, expectedVersion: null, acceptBehind: true };
            const [judged] = boundBytes([judgeRead(read, wanted, policy)]);
            const count = (kind: string) => kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
            count(judged?.kind ?? 'nothing');
            if (judged?.kind !== 'read' || judged.isTrimmed) continue;
            if (judged.judgement.differences.some(({ severity }) => severity === 'hold')) {
              count('held');
              continue;
            }
            count('mapped');
            const { record } = mapOrderRecord(judged.snapshot, judged.judgement, policy);
            const json = writeRecordJson(record);
            expect(json).not.toMatch(/:null|:\[\]|\\u0000|\\ud/);
          }
        },
      ),
      runs,
    );
    // Not all stopped at the door: some got to the rules, and some through them.
    process.stdout.write(JSON.stringify([...kinds]) + '\n');
    expect(kinds.get('held') ?? 0).toBeGreaterThan(100);
    expect(kinds.get('mapped') ?? 0).toBeGreaterThan(10);
  });
});
