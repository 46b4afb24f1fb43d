import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  amountsByCurrency,
  incidentsIn,
  isListed,
  type ListedReview,
  NO_FILTER,
  reviewLines,
} from '../../../src/domain/review/listing.js';
import { csvLine } from '../../../src/starter/csv.js';

const NOW = Date.parse('2026-03-10T12:00:00Z');

function review(number: string, rest: Partial<ListedReview> = {}): ListedReview {
  return {
    orderId: `order-${number}`,
    number,
    customerId: 'customer-1',
    heldAt: new Date(NOW - 3_600_000).toISOString(),
    stage: 'open',
    rules: ['lines-add-up'],
    amountMinor: 100,
    currency: 'GBP',
    channel: 'Online shop',
    assignee: null,
    ...rest,
  };
}

function hoursAgo(hours: number): string {
  return new Date(NOW - hours * 3_600_000).toISOString();
}

const orders = (reviews: readonly ListedReview[], isFolded = true): string[] =>
  reviewLines(reviews, { nowMs: NOW, isFolded }).map((line) =>
    line.kind === 'review' ? line.review.number : `incident of ${line.incident.members.length}`,
  );

describe('the list of reviews', () => {
  it('has first what is large or old: amount at stake × age', () => {
    const small = review('1', { amountMinor: 100, heldAt: hoursAgo(1) });
    const large = review('2', { amountMinor: 5_000, heldAt: hoursAgo(1) });
    const old = review('3', { amountMinor: 100, heldAt: hoursAgo(100) });
    expect(orders([small, large, old])).toEqual(['3', '2', '1']);
  });

  it('does not let what cannot be read sink for ever', () => {
    const unreadable = review('1', { amountMinor: 0, heldAt: hoursAgo(500) });
    expect(orders([review('2', { amountMinor: 1, heldAt: hoursAgo(1) }), unreadable])).toEqual(['1', '2']);
  });

  it('lets through what a filter asks for, and channels as people type them', () => {
    const one = review('1', { stage: 'escalated', channel: 'Amazon', assignee: 'jane', amountMinor: 5_000 });
    for (const filter of [
      { stage: 'escalated' },
      { rule: 'lines-add-up' },
      { channel: ' amazon ' },
      { assignee: 'jane' },
      { amountMinMinor: 5_000 },
    ]) {
      expect(isListed(one, { ...NO_FILTER, ...filter })).toBe(true);
    }
    for (const filter of [
      { stage: 'open' },
      { rule: 'signs' },
      { channel: 'eBay' },
      { assignee: 'tom' },
      { amountMinMinor: 5_001 },
    ]) {
      expect(isListed(one, { ...NO_FILTER, ...filter })).toBe(false);
    }
  });
});

describe('incidents', () => {
  const crowd = (count: number, rest: Partial<ListedReview> = {}, minutesApart = 1): ListedReview[] =>
    Array.from({ length: count }, (_, index) =>
      review(`${1000 + index}`, { heldAt: new Date(NOW - index * minutesApart * 60_000).toISOString(), ...rest }),
    );

  it('are more than twenty an hour with the same rules and channel', () => {
    expect(incidentsIn(crowd(20))).toEqual([]);
    expect(incidentsIn(crowd(21)).map(({ members }) => members.length)).toEqual([21]);
  });

  it('are none when they are spread, or differ in rule or channel', () => {
    expect(incidentsIn(crowd(60, {}, 3))).toEqual([]);
    const mixed = crowd(30).map((one, index) => ({ ...one, channel: index % 2 === 0 ? 'Amazon' : 'eBay' }));
    expect(incidentsIn(mixed)).toEqual([]);
  });

  it('go on while the hours overlap, and have every member once', () => {
    const long = crowd(90, {}, 2);
    const [incident, ...others] = incidentsIn(long);
    expect(others).toEqual([]);
    expect(new Set(incident?.members.map(({ number }) => number)).size).toBe(90);
  });

  it('are one line each, the rest of the list beside them', () => {
    const apart = review('7', { rules: ['signs'], amountMinor: 1 });
    expect(orders([...crowd(25), apart])).toEqual(['incident of 25', '7']);
    expect(orders([...crowd(25), apart], false)).toHaveLength(26);
  });

  it('never lose or double an order, whatever the times', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 120 }), (minutes) => {
        const reviews = minutes.map((minute, index) =>
          review(String(index), { heldAt: new Date(NOW - minute * 60_000).toISOString() }),
        );
        const listed = reviewLines(reviews, { nowMs: NOW, isFolded: true }).flatMap((line) =>
          line.kind === 'review' ? [line.review] : line.incident.members,
        );
        expect(listed.map(({ number }) => Number(number)).toSorted((a, b) => a - b)).toEqual(minutes.map((_, i) => i));
      }),
    );
  });

  it('add up by currency, never across', () => {
    const mixed = [review('1'), review('2', { currency: 'EUR', amountMinor: 7 }), review('3')];
    expect(amountsByCurrency(mixed)).toEqual([
      { currency: 'EUR', minorUnits: 7 },
      { currency: 'GBP', minorUnits: 200 },
    ]);
  });
});

describe('a line of CSV', () => {
  it('lets no cell be taken for a formula, and numbers be numbers', () => {
    expect(csvLine(['=1+1', '+49', '-cmd', '@SUM(A1)', '\t=1', ' =1', '-12.50', '12.50'])).toBe(
      "'=1+1,'+49,'-cmd,'@SUM(A1),'\t=1,' =1,-12.50,12.50",
    );
  });

  it('quotes what would break it', () => {
    expect(csvLine(['a,b', 'say "x"', 'two\nlines', '=A1,"x"'])).toBe('"a,b","say ""x""","two\nlines","\'=A1,""x"""');
  });
});
