import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, compareInstants, moneyText, snapshotText } from '../../src/domain/canonical.js';
import { instantMs, isoInstant } from '../../src/domain/instants.js';
import type { OrderSnapshot } from '../../src/domain/order.js';
import { line, order, refund, refundLine } from './factories.js';

/** The same value with the keys of every object put in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  );
}

describe('the canonical text of a value', () => {
  const isStable = (text: (value: unknown) => string) =>
    fc.property(fc.jsonValue(), (value) => {
      expect(text(reversed(value))).toBe(text(value));
      expect(JSON.parse(text(value))).toEqual(JSON.parse(JSON.stringify(value)));
    });

  it('does not depend on the order of keys, and loses nothing', () => {
    fc.assert(isStable(canonicalJson));
  });

  it('would be caught if it did not sort', () => {
    expect(
      fc.check(
        isStable((value) => JSON.stringify(value)),
        { numRuns: 1000 },
      ).failed,
    ).toBe(true);
  });

  it('keeps lists in order and leaves undefined out', () => {
    expect(canonicalJson({ b: [2, 1], a: undefined, c: null })).toBe('{"b":[2,1],"c":null}');
    expect(canonicalJson(undefined)).toBe('null');
  });

  it('treats __proto__ as a key like any other', () => {
    expect(canonicalJson(JSON.parse('{"__proto__":{"x":1},"a":2}'))).toBe('{"__proto__":{"x":1},"a":2}');
  });
});

const lines = [line({ quantity: 3 }), line({ lineId: 'line-2', status: 'processing' })];
const refunds = [
  refund({ lines: [refundLine(), refundLine({ lineId: 'line-2' })] }),
  refund({ refundId: 'refund-2', number: '13', status: 'pending' }),
];
const base = order({ lines, refunds });
const [first = line()] = lines;
const [given = refund()] = refunds;

describe('the text of a snapshot', () => {
  it('does not depend on how Stokly lists lines and refunds', () => {
    const shuffled = { ...base, lines: lines.toReversed(), refunds: refunds.toReversed() };
    expect(snapshotText(shuffled)).toBe(snapshotText(base));
    expect(moneyText(shuffled)).toBe(moneyText(base));
  });

  it.each([
    ['a despatch', { ...base, despatchedAt: '2026-11-09T16:00:00.000Z' }],
    ['a version', { ...base, version: null }],
    ['a name', { ...base, lines: [{ ...first, name: 'Blue mug' }, ...lines.slice(1)] }],
    ['progress of a line', { ...base, lines: [{ ...first, status: 'collected' }, ...lines.slice(1)] }],
    [
      'the date of a refund',
      { ...base, refunds: [{ ...given, createdAt: '2026-11-30T00:00:00.000Z' }, ...refunds.slice(1)] },
    ],
  ])('changes with %s, that of its money does not', (_, changed: OrderSnapshot) => {
    expect(snapshotText(changed)).not.toBe(snapshotText(base));
    expect(moneyText(changed)).toBe(moneyText(base));
  });

  it.each([
    ['the total', { ...base, totals: { ...base.totals, totalMinor: 1 } }],
    ['the refunded total', { ...base, totals: { ...base.totals, refundedMinor: 1 } }],
    ['the currency', { ...base, currency: 'EUR' }],
    ['whether refunds are known', { ...base, refundsKnown: false }],
    ['a quantity', { ...base, lines: [{ ...first, quantity: 4 }, ...lines.slice(1)] }],
    ['a cancelled line', { ...base, lines: [{ ...first, status: 'cancelled' }, ...lines.slice(1)] }],
    ['a returned line', { ...base, lines: [{ ...first, status: 'returned' }, ...lines.slice(1)] }],
    ['the status of a refund', { ...base, refunds: [{ ...given, status: 'pending' }, ...refunds.slice(1)] }],
    ['a refunded line', { ...base, refunds: [{ ...given, lines: given.lines.slice(1) }, ...refunds.slice(1)] }],
    ['one refund less', { ...base, refunds: refunds.slice(1) }],
  ])('changes with %s, and so does that of its money', (_, changed: OrderSnapshot) => {
    expect(snapshotText(changed)).not.toBe(snapshotText(base));
    expect(moneyText(changed)).not.toBe(moneyText(base));
  });
});

describe('two instants', () => {
  it.each([
    ['2026-11-23T10:00:00Z', '2026-11-23T10:00:00.000Z', 0],
    ['2026-11-23T10:00:00Z', '2026-11-23T10:00:00.001Z', -1],
    ['2026-11-23T10:00:00.5Z', '2026-11-23T10:00:00.50000Z', 0],
    ['2026-11-23T10:00:00.123456Z', '2026-11-23T10:00:00.123457Z', -1],
    ['2026-11-23T10:00:00.9Z', '2026-11-23T10:00:00.10Z', 1],
    ['2026-11-23T11:00:00+01:00', '2026-11-23T10:00:00Z', 0],
    ['2026-11-23T10:00:00', '2026-11-23T10:00:00Z', 0],
    ['2026-11-23T09:59:59Z', '2026-11-23T11:00:00+01:00', -1],
    ['', '2026-11-23T10:00:00Z', -1],
    ['yesterday', '1970-01-01T00:00:00Z', -1],
    ['a', 'b', -1],
    ['2026-13-45T10:00:00Z', '1970-01-01T00:00:00Z', -1],
  ])('%j and %j compare as %i', (a, b, expected) => {
    expect(compareInstants(a, b)).toBe(expected);
    expect(compareInstants(b, a)).toBe(expected === 0 ? 0 : -expected);
  });

  it('are sent with milliseconds in UTC', () => {
    expect(isoInstant('2026-07-01T00:30:00.1239+01:00')).toBe('2026-06-30T23:30:00.123Z');
    expect(isoInstant('soon')).toBe('soon');
    expect(instantMs('1970-01-01T00:00:01.5Z')).toBe(1500);
    expect(instantMs('soon')).toBeNull();
  });
});
