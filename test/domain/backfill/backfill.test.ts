import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HistoryAnswer, isCounted, isFinal, isInWindow, waitingOf } from '../../../src/domain/backfill/answer.js';
import { countsAnswered, customersThatDiffer } from '../../../src/domain/backfill/compare.js';
import { heldBackWords, minutesLeft, type VendorPace } from '../../../src/domain/backfill/pace.js';
import { isGivenUp, pauseBeforeAsk } from '../../../src/domain/backfill/page-patience.js';
import { addTallies, ordersIn, type OutcomeTally, subtractTallies } from '../../../src/domain/backfill/tally.js';
import { talliesWithoutCustomer } from '../../../src/domain/backfill/without-customer.js';
import { PAGES, pagesFor } from '../../../src/contract/backfill-start.js';
import { LIMITS } from '../../../src/domain/limits.js';
import { queueItem } from '../../../src/domain/wake-queue.js';
import { TEST_POLICY } from '../../support/policy.js';

const tally = (rest: Partial<OutcomeTally> = {}): OutcomeTally => ({
  outcome: 'synced',
  reason: null,
  currency: 'GBP',
  orders: 1,
  grossMinor: 1200,
  refundedMinor: 0,
  ...rest,
});

const someTallies = fc.array(
  fc.record({
    outcome: fc.constantFrom('synced' as const, 'held' as const),
    reason: fc.constant(null),
    currency: fc.constantFrom('GBP', 'EUR'),
    orders: fc.integer({ min: 1, max: 9 }),
    grossMinor: fc.integer({ min: 0, max: 100_000 }),
    refundedMinor: fc.integer({ min: 0, max: 100_000 }),
  }),
);

describe('tallies', () => {
  it('add up by outcome, reason and currency, and never two currencies', () => {
    const sum = addTallies([tally(), tally({ currency: 'EUR' })], [tally({ grossMinor: 5, refundedMinor: 3 })]);
    expect(sum).toEqual([tally({ currency: 'EUR' }), tally({ orders: 2, grossMinor: 1205, refundedMinor: 3 })]);
    expect(ordersIn(sum)).toBe(3);
  });

  it('are as before when an answer is taken out again', () => {
    fc.assert(
      fc.property(someTallies, someTallies, (known, more) => {
        expect(subtractTallies(addTallies(known, more), more)).toEqual(addTallies(known));
      }),
    );
  });
});

describe('a window', () => {
  it('has its beginning in it and its end not', () => {
    const window = { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00.000Z' };
    expect(isInWindow('2026-01-01T00:00:00.000Z', window)).toBe(true);
    expect(isInWindow('2025-12-31T23:59:59.999Z', window)).toBe(false);
    expect(isInWindow('2026-02-01T00:00:00Z', window)).toBe(false);
  });

  it('has an order whose time cannot be read only where it has no bound', () => {
    expect(isInWindow('', { from: null, to: null })).toBe(true);
    expect(isInWindow('', { from: null, to: '2026-02-01T00:00:00Z' })).toBe(false);
  });
});

describe('an answer', () => {
  const answer: HistoryAnswer = { customerId: 'a', kind: 'loaded', tallies: [tally()], waiting: {} };

  it('is final when no order waits for its outcome', () => {
    expect(isFinal(answer)).toBe(true);
    expect(isFinal({ ...answer, waiting: { 'second-read': 1 } })).toBe(false);
    expect(isFinal({ ...answer, kind: 'blocked' })).toBe(false);
  });

  it('that is not final is counted once it was waited for', () => {
    const waits: HistoryAnswer = { ...answer, waiting: { behind: 1 } };
    expect([isCounted(waits, 'loaded'), isCounted(waits, 'final')]).toEqual([false, true]);
    expect(isCounted({ ...answer, kind: 'blocked' }, 'final')).toBe(false);
  });

  it('names what waits, and not what has an outcome and is only looked at again', () => {
    const queue = [queueItem('new', 'second-read'), queueItem('known', 'unconfirmed')];
    expect(waitingOf(queue, [{ orderId: 'known' } as never])).toEqual({ 'second-read': 1 });
  });

  it('is compared by customer: missing, too many, not asked at all', () => {
    const counts = countsAnswered([
      answer,
      { ...answer, customerId: 'b' },
      { ...answer, customerId: 'c', tallies: [] },
    ]);
    const inStokly = new Map([
      ['a', 1],
      ['b', 2],
      ['d', 1],
    ]);
    expect(customersThatDiffer(inStokly, counts)).toEqual(['b', 'd']);
  });
});

describe('a page', () => {
  const patience = { askAgainMs: 1_000, askAgainMaxMs: 5_000, giveUpMs: 60_000 };

  it('asks again at a growing pace', () => {
    expect([1, 2, 3, 4, 9].map((asks) => pauseBeforeAsk(asks, patience))).toEqual([1_000, 2_000, 4_000, 5_000, 5_000]);
  });

  it.each([
    ['few are missing for long', { missing: 20, silentMs: 60_000 }, true],
    ['few are missing, and somebody has just answered', { missing: 20, silentMs: 59_999 }, false],
    ['many are missing: a vendor is down', { missing: 21, silentMs: 600_000 }, false],
  ])('ends without those who are missing where %s: %o', (_, state, isOver) => {
    expect(isGivenUp({ asked: 200, until: 'loaded', ...state }, patience)).toBe(isOver);
  });

  it('at the end waits so long and no longer, however many are missing', () => {
    expect(isGivenUp({ asked: 10, missing: 10, silentMs: 60_000, until: 'final' }, patience)).toBe(true);
  });
});

describe('open pages', () => {
  it('leave a quarter of a worker’s activity slots free for live work', () => {
    expect(LIMITS.historyActivities).toBeLessThanOrEqual((LIMITS.activitySlots * 3) / 4);
    expect(PAGES.pagesAtOnce * PAGES.pageSize).toBeLessThanOrEqual(LIMITS.historyActivities);
  });
});

describe('pages by what Stokly allows', () => {
  it.each([
    [1_000_000, 100],
    [1_200, 100],
    [600, 50],
    [120, 10],
    [10, 10],
  ])('%i calls a minute: %i customers a page', (calls, pageSize) => {
    expect(pagesFor(calls)).toEqual({ ...PAGES, pageSize });
  });
});

describe('pace', () => {
  const stokly: VendorPace = { vendor: 'Stokly', limit: 118, windowMs: 60_000, waiting: 40 };

  it('says what holds it back, in calls a minute whatever the window', () => {
    expect(heldBackWords([stokly])).toBe('Stokly allows 118 calls a minute');
    expect(heldBackWords([{ ...stokly, limit: 10, windowMs: 1_000 }])).toBe('Stokly allows 600 calls a minute');
    expect(heldBackWords([stokly, { ...stokly, vendor: 'Dotdigital (low)', limit: null, waiting: 41 }])).toBe(
      'Dotdigital (low) limits calls',
    );
    expect(heldBackWords([{ ...stokly, waiting: 0 }])).toBeNull();
  });

  it('tells the time left by what was done, and never less than the limit leaves', () => {
    expect(minutesLeft({ orders: 1_180, ordersAMinute: null, stokly })).toBeCloseTo(11);
    expect(minutesLeft({ orders: 1_180, ordersAMinute: 50, stokly })).toBeCloseTo(23.6);
    expect(minutesLeft({ orders: 1_180, ordersAMinute: 5_000, stokly })).toBeCloseTo(11);
    expect(minutesLeft({ orders: 1, ordersAMinute: 0, stokly: null })).toBeNull();
    expect(minutesLeft({ orders: 0, ordersAMinute: null, stokly: null })).toBe(0);
  });
});

describe('orders without customer', () => {
  it('are skipped, each for the first reason that applies; money that cannot be read is in no sum', () => {
    const sale = { stage: 'order', storeName: 'Till', currency: 'GBP', totalMinor: 500 };
    expect(
      talliesWithoutCustomer([sale, { ...sale, stage: 'removed' }, { ...sale, currency: null }], TEST_POLICY),
    ).toEqual([
      tally({ outcome: 'skipped', reason: 'no-customer', currency: '', grossMinor: 0 }),
      tally({ outcome: 'skipped', reason: 'no-customer', grossMinor: 500 }),
      tally({ outcome: 'skipped', reason: 'removed', grossMinor: 500 }),
    ]);
  });
});
