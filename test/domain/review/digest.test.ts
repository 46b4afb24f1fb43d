import { describe, expect, it } from 'vitest';
import { type DigestInput, digestOf } from '../../../src/domain/review/digest.js';

const NOW = Date.parse('2026-03-10T12:00:00Z');

function review(number: string, rest: Partial<DigestInput> = {}): DigestInput {
  return {
    orderId: `order-${number}`,
    number,
    customerId: 'customer-1',
    heldAt: new Date(NOW - Number(number) * 3_600_000).toISOString(),
    stage: 'open',
    rules: ['lines-add-up'],
    amountMinor: Number(number) * 100,
    currency: 'GBP',
    channel: null,
    assignee: null,
    isQuiet: false,
    ...rest,
  };
}

const digest = (reviews: readonly DigestInput[], fromMs: number | null = null) =>
  digestOf(reviews, { fromMs, untilMs: NOW });

describe('a digest', () => {
  it('names five of each kind and counts the rest', () => {
    const { new: fresh, largest, waitingLongest } = digest(['1', '2', '3', '4', '5', '6', '7'].map((n) => review(n)));
    expect([fresh.count, fresh.first.length, largest.length]).toEqual([7, 5, 5]);
    expect(waitingLongest[0]?.number).toBe('7');
  });

  it('counts as new what was held since the last one', () => {
    expect(digest([review('1'), review('30')], NOW - 24 * 3_600_000).new).toMatchObject({
      count: 1,
      first: [{ number: '1' }],
    });
  });

  it('tells what escalated and what waits for a second person', () => {
    const { escalated, awaitingSecond } = digest([
      review('1', { stage: 'escalated' }),
      review('2', { stage: 'awaiting-second' }),
    ]);
    expect([escalated.count, awaitingSecond.count]).toEqual([1, 1]);
  });

  it('has an incident as one entry, and its orders nowhere else', () => {
    const crowd = Array.from({ length: 25 }, (_, index) =>
      review(String(index + 1), { heldAt: new Date(NOW - index * 60_000).toISOString() }),
    );
    const { incidents, new: fresh, largest, open } = digest([...crowd, review('99', { rules: ['signs'] })]);
    expect(incidents).toMatchObject([{ count: 25, rules: ['lines-add-up'] }]);
    expect([open, fresh.count, largest.map(({ number }) => number)]).toEqual([26, 1, ['99']]);
  });

  it('keeps history quiet until somebody has it', () => {
    const history = review('1', { isQuiet: true });
    expect(digest([history])).toMatchObject({ open: 0, quiet: 1, new: { count: 0 } });
    expect(digest([{ ...history, assignee: 'jane' }])).toMatchObject({ open: 1, quiet: 0 });
  });
});
