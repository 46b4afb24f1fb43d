import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../src/domain/ledger.js';
import { addSpend, NO_SPEND, type SpendParts, spendOf } from '../../src/domain/spend.js';
import { entry, written } from './factories.js';

const instant = fc.integer({ min: 0, max: 4 }).chain((day) =>
  // Few days, so that ties come up, in texts of different precision.
  fc.constantFrom(
    `2026-11-0${day + 1}T10:00:00Z`,
    `2026-11-0${day + 1}T10:00:00.000Z`,
    `2026-11-0${day + 1}T11:00:00+01:00`,
  ),
);
const amount = fc.integer({ min: 0, max: 1e9 });

const ledgerWritten = fc
  .record({
    grossMinor: amount,
    refundedMinor: amount,
    isCounting: fc.boolean(),
    status: fc.constantFrom('despatched', 'refunded', 'processing', 'cancelled'),
    despatchedAt: fc.option(instant),
    lastRefundAt: fc.option(instant),
  })
  .map(written);

const ledgerEntry: fc.Arbitrary<LedgerEntry> = fc
  .record({
    orderId: fc.uuid(),
    number: fc.integer({ min: 1, max: 99 }).map(String),
    placedAt: instant,
    currency: fc.constantFrom('GBP', 'GBP', 'EUR'),
    outcome: fc.constantFrom('synced', 'held', 'skipped'),
    written: fc.option(ledgerWritten),
    grossMinor: amount,
  })
  .map(({ grossMinor, ...rest }) => entry({ ...rest, read: { ...entry().read, grossMinor } }));

const ledger = fc.uniqueArray(ledgerEntry, { selector: (one) => one.orderId, maxLength: 12 });
const shuffled = ledger.chain((entries) =>
  fc.tuple(
    fc.constant(entries),
    fc.shuffledSubarray(entries, { minLength: entries.length, maxLength: entries.length }),
    fc.integer({ min: 0, max: entries.length }),
  ),
);

describe('the spend of a ledger', () => {
  const isTheSameInAnyOrder = (sum: (entries: readonly LedgerEntry[]) => SpendParts) =>
    fc.property(shuffled, ([entries, other, cut]) => {
      expect(sum(other)).toEqual(sum(entries));
      expect(addSpend(sum(other.slice(0, cut)), sum(other.slice(cut)))).toEqual(sum(entries));
    });

  it('is the same in any order of its entries, and in any two parts', () => {
    fc.assert(isTheSameInAnyOrder((entries) => spendOf(entries, 'GBP')));
  });

  it('would be caught if it took the first of what ties', () => {
    const byPlace = (entries: readonly LedgerEntry[]) => ({
      ...spendOf(entries, 'GBP'),
      lastOrderAt: entries[0]?.placedAt ?? null,
    });
    expect(fc.check(isTheSameInAnyOrder(byPlace)).failed).toBe(true);
  });

  const isTheSumOfTheRecords = (sum: (entries: readonly LedgerEntry[]) => SpendParts) =>
    fc.property(ledger, (entries) => {
      let [gross, refunded, count] = [0n, 0n, 0];
      for (const one of entries) {
        if (one.written === null || one.currency !== 'GBP') continue;
        gross += BigInt(one.written.grossMinor);
        refunded += BigInt(one.written.refundedMinor);
        count += one.written.isCounting ? 1 : 0;
      }
      const spend = sum(entries);
      expect([BigInt(spend.grossMinor), BigInt(spend.refundedMinor), spend.countingOrders]).toEqual([
        gross,
        refunded,
        count,
      ]);
    });

  it('is the sum of what stands in Dotdigital, in the account currency', () => {
    fc.assert(isTheSumOfTheRecords((entries) => spendOf(entries, 'GBP')));
  });

  it('would be caught if it counted what was read, or left held orders out', () => {
    const asRead = (entries: readonly LedgerEntry[]) => ({
      ...spendOf(entries, 'GBP'),
      grossMinor: entries.reduce((sum, one) => sum + one.read.grossMinor, 0),
    });
    const withoutHeld = (entries: readonly LedgerEntry[]) =>
      spendOf(
        entries.filter((one) => one.outcome !== 'held'),
        'GBP',
      );
    expect(fc.check(isTheSumOfTheRecords(asRead)).failed).toBe(true);
    expect(fc.check(isTheSumOfTheRecords(withoutHeld)).failed).toBe(true);
  });

  it('of no orders is nothing, and adding nothing changes nothing', () => {
    expect(spendOf([], 'GBP')).toEqual(NO_SPEND);
    fc.assert(
      fc.property(ledger, (entries) => {
        expect(addSpend(NO_SPEND, spendOf(entries, 'GBP'))).toEqual(spendOf(entries, 'GBP'));
      }),
    );
  });
});

describe('an order in another currency', () => {
  const euro = entry({ currency: 'EUR', placedAt: '2026-10-01T10:00:00.000Z' });

  it('stays out of the money and is told of', () => {
    expect(spendOf([euro], 'GBP')).toMatchObject({ grossMinor: 0, countingOrders: 0, hasOtherCurrency: true });
    expect(spendOf([entry()], 'GBP').hasOtherCurrency).toBe(false);
  });

  it('counts for dates', () => {
    const { placedAt } = euro;
    expect(spendOf([euro], 'GBP')).toMatchObject({
      firstOrderAt: placedAt,
      lastOrderAt: placedAt,
      lastWritten: { placedAt },
    });
  });

  it('is not told of while it has no record', () => {
    expect(spendOf([{ ...euro, outcome: 'held', written: null }], 'GBP').hasOtherCurrency).toBe(false);
  });
});

describe('a held order', () => {
  const held = entry({ outcome: 'held', placedAt: '2026-11-20T10:00:00.000Z', written: null });

  it('without a record counts for recency and review alone', () => {
    expect(spendOf([held], 'GBP')).toEqual({
      ...NO_SPEND,
      lastOrderAt: '2026-11-20T10:00:00.000Z',
      ordersInReview: 1,
      spendInReviewMinor: 1200,
    });
  });

  it('with a record counts with what the record says; only the difference is in review', () => {
    const read = { ...held.read, grossMinor: 1200, refundedMinor: 500 };
    const spend = spendOf([{ ...held, read, written: written({ grossMinor: 1100 }) }], 'GBP');
    expect(spend).toMatchObject({ grossMinor: 1100, refundedMinor: 0, countingOrders: 1, spendInReviewMinor: 400 });
  });

  it('in another currency is counted, its money is not', () => {
    expect(spendOf([{ ...held, currency: 'EUR' }], 'GBP')).toMatchObject({ ordersInReview: 1, spendInReviewMinor: 0 });
  });

  it('that could not be read has no date', () => {
    expect(spendOf([{ ...held, placedAt: '', currency: '' }], 'GBP').lastOrderAt).toBeNull();
  });
});

describe('a skipped order', () => {
  it('counts for nothing', () => {
    expect(spendOf([entry({ outcome: 'skipped', reason: 'removed', written: null })], 'GBP')).toEqual(NO_SPEND);
  });
});

describe('the newest order with a record', () => {
  const older = entry({ orderId: 'a', number: '1', placedAt: '2026-11-01T10:00:00Z' });
  const newer = entry({ orderId: 'b', number: '2', placedAt: '2026-11-01T10:00:00.500Z' });

  it('is told by the moment it was placed, not by the text of it', () => {
    expect(spendOf([newer, older], 'GBP').lastWritten?.number).toBe('2');
  });

  it('is told by its id where two were placed at once', () => {
    expect(spendOf([{ ...newer, placedAt: older.placedAt }, older], 'GBP').lastWritten?.number).toBe('2');
  });

  it('passes over one that has no record', () => {
    const spend = spendOf([older, { ...newer, outcome: 'held', written: null }], 'GBP');
    expect(spend).toMatchObject({ lastWritten: { number: '1' }, lastOrderAt: newer.placedAt });
  });

  it.each([
    ['processing', null, null, '2026-11-01T10:00:00Z'],
    ['despatched', '2026-11-03T16:00:00Z', null, '2026-11-03T16:00:00Z'],
    ['despatched', '2026-11-03T16:00:00Z', '2026-11-20T10:00:00Z', '2026-11-03T16:00:00Z'],
    ['refunded', '2026-11-03T16:00:00Z', '2026-11-20T10:00:00Z', '2026-11-20T10:00:00Z'],
  ])(
    'became %s when that happened (despatched %s, refunded %s): %s',
    (...[status, despatchedAt, lastRefundAt, statusAt]) => {
      const change = written({ status, despatchedAt, lastRefundAt });
      expect(spendOf([{ ...older, written: change }], 'GBP').lastWritten?.statusAt).toBe(statusAt);
    },
  );
});

describe('the order despatched last', () => {
  it('need not be the newest', () => {
    const late = entry({
      number: '1',
      placedAt: '2026-10-01T10:00:00Z',
      written: written({ despatchedAt: '2026-11-20T16:00:00Z' }),
    });
    const newest = entry({ orderId: 'b', number: '2', written: written({ despatchedAt: '2026-11-03T16:00:00Z' }) });
    expect(spendOf([late, newest], 'GBP').lastDespatched).toEqual({
      number: '1',
      despatchedAt: '2026-11-20T16:00:00Z',
    });
  });
});
