import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../src/domain/limits.js';
import {
  again,
  enqueue,
  enqueueAll,
  isHistory,
  nextDueAtMs,
  pauseForBehind,
  pauseForNotFound,
  priorityOf,
  type QueueItem,
  queueItem,
  receivedAtMsOf,
  takeDue,
  WAIT_REASONS,
} from '../../src/domain/wake-queue.js';

const NOW = Date.parse('2026-11-24T12:00:00Z');

describe('the queue of a customer', () => {
  it('holds one item an order, with the newest version that an event named', () => {
    const queue = enqueueAll(
      [],
      [
        queueItem('a', 'event', { expectedVersion: '2026-11-24T10:00:00Z' }),
        queueItem('a', 'event', { expectedVersion: '2026-11-24T11:00:00.000Z' }),
        queueItem('a', 'event', { expectedVersion: '2026-11-24T09:00:00Z' }),
      ],
    );
    expect(queue).toEqual([queueItem('a', 'event', { expectedVersion: '2026-11-24T11:00:00.000Z' })]);
  });

  it('makes an order that waits for later due at once when an event comes, and keeps since when it fails', () => {
    const waiting = queueItem('a', 'second-read', { dueAtMs: NOW + 60_000, failingSinceMs: NOW });
    expect(enqueue([waiting], queueItem('a', 'event'))).toEqual([queueItem('a', 'event', { failingSinceMs: NOW })]);
  });

  it('remembers that a record of it stands here, whatever else comes for it', () => {
    const here = queueItem('a', 'event', { isRecordHere: true });
    expect(enqueueAll([], [here, queueItem('a', 'event')])).toEqual([here]);
    expect(enqueueAll([], [queueItem('a', 'again'), here])).toEqual([here]);
  });

  it('remembers when the oldest event that waits for an order was received', () => {
    const at = (receivedAtMs: number) => queueItem('a', 'event', { receivedAtMs });
    expect(enqueueAll([], [at(NOW + 5), at(NOW), at(NOW + 9)])).toEqual([at(NOW)]);
    expect(enqueueAll([], [queueItem('a', 'again'), at(NOW), queueItem('a', 'again')])).toEqual([at(NOW)]);
    const noEvent = [queueItem('a', 'again'), queueItem('b', 'history')];
    expect(enqueueAll([], noEvent)).toEqual(noEvent);
    expect(receivedAtMsOf([at(NOW), ...noEvent], new Set(['a', 'b']))).toEqual({ a: NOW });
    expect(receivedAtMsOf([at(NOW)], new Set(['b']))).toEqual({});
  });

  it('starts counting tries anew when an event comes, and keeps since when the order is missing', () => {
    const waiting = queueItem('a', 'not-found', { dueAtMs: NOW + 1, tries: 9, waitingSinceMs: NOW - 5 });
    expect(enqueue([waiting], queueItem('a', 'event'))).toEqual([
      queueItem('a', 'event', { tries: 0, waitingSinceMs: NOW - 5 }),
    ]);
  });

  it('takes live work before history, in the order it came, and never both at once', () => {
    const queue = [queueItem('h', 'history'), queueItem('l1', 'event'), queueItem('l2', 'second-read')];
    const { taken, rest } = takeDue(queue, NOW);
    expect(taken.map((item) => item.orderId)).toEqual(['l1', 'l2']);
    expect(rest.map((item) => item.orderId)).toEqual(['h']);
    expect(isHistory(taken)).toBe(false);
    expect(isHistory(takeDue(rest, NOW).taken)).toBe(true);
  });

  it('leaves what is not due yet, and says when it is', () => {
    const queue = [queueItem('later', 'behind', { dueAtMs: NOW + 1 })];
    expect(takeDue(queue, NOW)).toEqual({ taken: [], rest: queue });
    expect(nextDueAtMs(queue)).toBe(NOW + 1);
    expect(takeDue(queue, NOW + 1).taken).toHaveLength(1);
  });

  it('takes at most a drain', () => {
    const queue = Array.from({ length: LIMITS.ordersPerDrain + 1 }, (_, n) => queueItem(`o${n}`, 'event'));
    expect(takeDue(queue, NOW).taken).toHaveLength(LIMITS.ordersPerDrain);
    expect(takeDue(queue, NOW).rest).toHaveLength(1);
  });

  it('never loses an order, whatever comes in whatever order', () => {
    const anyItem = fc
      .record({
        orderId: fc.constantFrom('a', 'b', 'c', 'd'),
        why: fc.constantFrom(...WAIT_REASONS),
        dueAtMs: fc.nat(100),
      })
      .map(({ orderId, why, dueAtMs }): QueueItem => queueItem(orderId, why, { dueAtMs }));
    const lossy = (queue: readonly QueueItem[], item: QueueItem): readonly QueueItem[] =>
      queue.length > 2 ? queue : enqueue(queue, item);
    const keepsAll = (put: typeof lossy) =>
      fc.property(fc.array(anyItem), fc.nat(100), (items, now) => {
        const queue = items.reduce(put, []);
        const { taken, rest } = takeDue(queue, now);
        const ids = [...taken, ...rest].map((item) => item.orderId).sort();
        expect(ids).toEqual([...new Set(items.map((item) => item.orderId))].sort());
      });
    fc.assert(keepsAll(enqueue));
    // The deliberate break: a queue that drops what does not fit is caught.
    expect(fc.check(keepsAll(lossy)).failed).toBe(true);
  });
});

describe('the pauses', () => {
  it('gives up on a version that Stokly never shows after five tries, within about two minutes', () => {
    const pauses = [0, 1, 2, 3, 4].map((tries) => pauseForBehind(tries) ?? Number.NaN);
    expect(pauses.reduce((sum, pause) => sum + pause)).toBe(120_000);
    expect(pauseForBehind(5)).toBeNull();
  });

  it('asks for an order that Stokly does not show for a day, at most ten minutes apart', () => {
    const item = queueItem('a', 'not-found', { tries: 40, waitingSinceMs: NOW });
    expect(pauseForNotFound(item, NOW + 24 * 3_600_000 - 1)).toBe(600_000);
    expect(pauseForNotFound(item, NOW + 24 * 3_600_000)).toBeNull();
    expect(pauseForNotFound(queueItem('a', 'not-found'), NOW)).toBe(1_000);
  });
});

describe('an order of history that is looked at again', () => {
  const waiting = again(queueItem('a', 'history'), { why: 'second-read', dueAtMs: 5 });

  it('stays behind live work', () => {
    const { taken } = takeDue([waiting, queueItem('b', 'event')], 10);
    expect(taken.map(({ orderId }) => orderId)).toEqual(['b']);
    expect(isHistory(takeDue([waiting], 10).taken)).toBe(true);
    expect(isHistory([again(waiting, { why: 'behind' })])).toBe(true);
    expect(isHistory(enqueue([waiting], queueItem('a', 'again')))).toBe(true);
  });

  it('is live work once an event asks for it, and what an event asked for stays live', () => {
    expect(isHistory(enqueue([waiting], queueItem('a', 'event')))).toBe(false);
    expect(isHistory([again(queueItem('a', 'event'), { why: 'second-read' })])).toBe(false);
  });
});

describe('a read-back of what history wrote', () => {
  const readBack = queueItem('a', 'unconfirmed', { dueAtMs: 5, isReadBackOfHistory: true });
  const ofLive = queueItem('b', 'unconfirmed', { dueAtMs: 5 });

  it('goes with history’s priority, alone and beside history, and with live work’s beside live work', () => {
    expect(priorityOf([readBack])).toBe('history');
    expect(priorityOf([readBack, queueItem('b', 'again')])).toBe('history');
    expect(priorityOf([readBack, ofLive])).toBe('live');
    expect(priorityOf([ofLive])).toBe('live');
    expect(priorityOf([])).toBe('history');
  });

  it('is taken as every read-back is, before history’s orders: runs that began earlier have it so', () => {
    const { taken } = takeDue([queueItem('b', 'history'), readBack], 10);
    expect(taken).toEqual([readBack]);
    expect(isHistory(taken)).toBe(false);
  });

  it('stays so whatever it waits for later, until live work asks for its order', () => {
    expect(priorityOf([again(readBack, { why: 'behind' })])).toBe('history');
    expect(priorityOf(enqueue([readBack], readBack))).toBe('history');
    expect(priorityOf(enqueue([readBack], queueItem('a', 'event')))).toBe('live');
    expect(priorityOf(enqueue([queueItem('a', 'event')], readBack))).toBe('live');
    expect(priorityOf(enqueue([queueItem('a', 'unconfirmed')], readBack))).toBe('live');
  });
});
