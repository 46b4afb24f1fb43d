import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../src/domain/limits.js';
import { type Change, changeKey, type ChangesPage, POLL_STREAMS } from '../../../src/domain/poll/change.js';
import { memoryOf, type PollMemory, sinceOf } from '../../../src/domain/poll/memory.js';
import {
  beginRound,
  failStream,
  freshOf,
  memoryAfter,
  type PollRound,
  streamsToRead,
  takePage,
  takeWakes,
} from '../../../src/domain/poll/round.js';
import { resultOf } from '../../../src/domain/poll/result.js';

const NOON = Date.UTC(2026, 10, 24, 12);
const MINUTE_MS = 60_000;
const at = (minutes: number): string => new Date(NOON + minutes * MINUTE_MS).toISOString();
const ALL_WOKEN = { withoutCustomer: [], unknown: [], failed: [] };

function order(id: string, minutes: number): Change {
  return { stream: 'orders', id, orderId: id, customerId: 'c-1', at: at(minutes), version: at(minutes) };
}

function page(changes: readonly Change[], rest: Partial<ChangesPage> = {}): ChangesPage {
  const lastAt = changes.at(-1)?.at ?? null;
  return { field: 'timeUpdated', isOff: false, changes, unreadable: 0, lastAt, next: null, ...rest };
}

/** A round in which the other streams were read and had nothing. */
function readToItsEnd(round: PollRound): PollRound {
  return streamsToRead(round).reduce((next, stream) => takePage(next, stream, page([])), round);
}

function afterRound(left: PollMemory | null, minutes: number, changes: readonly Change[] = []): PollMemory {
  const read = takePage(beginRound(left, NOON + minutes * MINUTE_MS), 'orders', page(changes));
  return memoryAfter(readToItsEnd(takeWakes(read, changes, ALL_WOKEN)));
}

describe('the first round ever', () => {
  it('begins a look-back ago: what was before is the backfill’s', () => {
    for (const stream of POLL_STREAMS) expect(beginRound(null, NOON).streams[stream].since).toBe(at(-10));
  });

  it('is what a run without a usable result is', () => {
    expect(memoryOf(undefined)).toBeNull();
    expect(memoryOf({ memory: { streams: { orders: {} } } })).toBeNull();
    const left = afterRound(null, 0);
    expect(memoryOf({ memory: left })).toEqual(left);
  });
});

describe('the watermark', () => {
  it('moves to the time at which the round began, and the next reads from a look-back before', () => {
    const left = afterRound(afterRound(null, 0), 2, [order('o-1', 1)]);
    expect(left.streams.orders.watermark).toBe(at(2));
    expect(beginRound(left, NOON + 4 * MINUTE_MS).streams.orders.since).toBe(at(-8));
  });

  it('stays when a page fails, for that stream alone', () => {
    const begun = beginRound(afterRound(null, 0), NOON + 2 * MINUTE_MS);
    const first = page([order('o-1', 1)], { next: { field: 'timeUpdated', at: at(1), id: 'o-1' } });
    const failed = failStream(takePage(begun, 'orders', first), 'orders', 'Stokly: no answer');
    const left = memoryAfter(readToItsEnd(failed));
    expect(left.streams.orders.watermark).toBe(at(0));
    expect(left.streams.customers.watermark).toBe(at(2));
    expect(resultOf(failed, NOON).problems).toEqual({ orders: 'Stokly: no answer' });
  });

  it('stays for a stream that is off, so that nothing is missed when it comes on', () => {
    const begun = beginRound(afterRound(null, 0), NOON + 2 * MINUTE_MS);
    const left = memoryAfter(readToItsEnd(takePage(begun, 'refunds', page([], { isOff: true }))));
    expect(left.streams.refunds.watermark).toBe(at(0));
  });

  it('has not moved while pages are still to be read', () => {
    const begun = beginRound(afterRound(null, 0), NOON + 2 * MINUTE_MS);
    const read = takePage(begun, 'orders', page([], { next: { field: 'timeUpdated', at: at(1), id: 'o-1' } }));
    expect(memoryAfter(read).streams.orders.watermark).toBe(at(0));
    expect(streamsToRead(read)).toEqual(['orders', 'refunds', 'customers']);
  });

  it('asks from no later than the newest stamp seen, where Stokly’s clock is behind ours', () => {
    expect(sinceOf({ watermark: at(0), newestAt: at(-60) })).toBe(at(-60));
    expect(sinceOf({ watermark: at(0), newestAt: at(5) })).toBe(at(-10));
    const left = afterRound(afterRound(null, 0), 30, [order('o-1', -20)]);
    expect(beginRound(left, NOON + 32 * MINUTE_MS).streams.orders.since).toBe(at(-10));
  });

  it('loses nothing over a day without rounds: the next reads from where the last stood', () => {
    const left = afterRound(null, 0);
    expect(beginRound(left, NOON + 24 * 60 * MINUTE_MS).streams.orders.since).toBe(at(-10));
  });
});

describe('what the look-back shows again', () => {
  it('is not woken for again, unless it changed once more', () => {
    const left = afterRound(null, 0, [order('o-1', -1)]);
    const again = page([order('o-1', -1), order('o-1', 1), order('o-2', 1)]);
    expect(freshOf(beginRound(left, NOON + 2 * MINUTE_MS), 'orders', again)).toEqual([
      order('o-1', 1),
      order('o-2', 1),
    ]);
  });

  it('is forgotten when the look-back has passed it', () => {
    const left = afterRound(afterRound(null, 0, [order('o-1', -1)]), 20, [order('o-2', 19)]);
    expect(left.streams.orders.recent).toEqual([changeKey(order('o-2', 19))]);
  });

  it('is remembered up to a bound, the newest', () => {
    const many = Array.from({ length: LIMITS.pollRecent + 1 }, (_, n) => order(`o-${n}`, 0));
    const stamped = many.map((change, n) => ({ ...change, at: new Date(NOON + n).toISOString() }));
    const left = afterRound(null, 1, stamped);
    expect(left.streams.orders.recent).toHaveLength(LIMITS.pollRecent);
    // The next round is shown all of it again: what it meets anew is the oldest, and is forgotten again.
    const again = freshOf(beginRound(left, NOON + 2 * MINUTE_MS), 'orders', page(stamped));
    expect(again).toEqual([stamped[0]]);
    expect(afterRound(left, 2, again).streams.orders.recent).toEqual(left.streams.orders.recent);
  });
});

describe('what could not be woken', () => {
  const waits = (count: number): { round: PollRound; changes: Change[] } => {
    const changes = Array.from({ length: count }, (_, n) => order(`o-${n}`, 0));
    const read = takePage(beginRound(afterRound(null, -5), NOON), 'orders', page(changes));
    return { changes, round: takeWakes(read, changes, { ...ALL_WOKEN, failed: changes.map((_, n) => n) }) };
  };

  it('goes into the next round, and the watermark moves', () => {
    const { round } = waits(2);
    expect(round.woken).toBe(0);
    const left = memoryAfter(readToItsEnd(round));
    expect(left.waiting.map(({ id, since }) => [id, since])).toEqual([
      ['o-0', at(0)],
      ['o-1', at(0)],
    ]);
    expect(left.streams.orders.watermark).toBe(at(0));
    const next = beginRound(left, NOON + 2 * MINUTE_MS);
    const done = takeWakes(next, next.waiting, { ...ALL_WOKEN, failed: [1] });
    expect(done.woken).toBe(1);
    expect(done.waiting.map(({ id, since }) => [id, since])).toEqual([['o-1', at(0)]]);
  });

  it('leaves the watermark where it is when there is no room to remember it, and is found again', () => {
    const { round, changes } = waits(LIMITS.pollWaiting + 1);
    const left = memoryAfter(readToItsEnd(round));
    expect(left.waiting).toHaveLength(LIMITS.pollWaiting);
    expect(left.streams.orders.watermark).toBe(at(-5));
    expect(left.streams.customers.watermark).toBe(round.startedAt);
    const next = beginRound(left, NOON + 2 * MINUTE_MS);
    expect(freshOf(next, 'orders', page(changes))).toEqual([changes.at(-1)]);
  });

  it('is given up when Stokly did not show its order for a day, and never when Temporal refused it', () => {
    const changes = [order('unknown', 0), order('refused', 0)];
    const outcome = { withoutCustomer: [], unknown: [0], failed: [1] };
    let left = memoryAfter(takeWakes(beginRound(null, NOON), changes, outcome));
    expect(left.waiting).toHaveLength(2);
    const round = beginRound(left, NOON + 24 * 60 * MINUTE_MS);
    const later = takeWakes(round, round.waiting, outcome);
    left = memoryAfter(later);
    expect(later.givenUp).toBe(1);
    expect(left.waiting.map(({ id }) => id)).toEqual(['refused']);
  });
});

it('counts each change once: woken, without customer, waiting', () => {
  const changes = [order('o-1', 0), order('till', 0), order('o-2', 0)];
  const read = takePage(beginRound(null, NOON), 'orders', page(changes, { unreadable: 1 }));
  const done = takeWakes(read, changes, { withoutCustomer: [1], unknown: [], failed: [2] });
  expect(resultOf(done, NOON)).toMatchObject({
    found: { orders: 3, refunds: 0, customers: 0 },
    woken: 1,
    withoutCustomer: 1,
    waiting: 1,
    unreadable: 1,
    problems: {},
    openOrders: null,
  });
});
