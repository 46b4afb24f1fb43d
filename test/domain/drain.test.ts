import { describe, expect, it } from 'vitest';
import { newState } from '../../src/domain/contact-state.js';
import { planDrain } from '../../src/domain/drain.js';
import type { DrainContext, DrainInput, DrainPlan } from '../../src/domain/drain-plan.js';
import type { FetchedOrder } from '../../src/domain/fetched-order.js';
import { LIMITS } from '../../src/domain/limits.js';
import { type QueueItem, queueItem } from '../../src/domain/wake-queue.js';
import { CUSTOMER_ID, entryFor, HOLDING, judgedOf, writtenOf } from '../support/ledger-factory.js';

const NOW = Date.parse('2026-11-24T12:00:00Z');
const ORDER = '00000000-0000-4000-8000-000000000001';
const POLICY: DrainInput['policy'] = { holdAfterMs: 60_000, accountCurrency: 'GBP', mappingVersion: 1, writes: true };

function plan(given: {
  context?: Partial<DrainContext>;
  item?: QueueItem;
  order: FetchedOrder;
  nowMs?: number;
}): DrainPlan {
  const context: DrainContext = {
    customerId: CUSTOMER_ID,
    entries: [],
    contact: newState(7, 'granted'),
    customerSkip: null,
    isStopped: false,
    uncertainOrderIds: [],
    ...given.context,
  };
  const taken = [given.item ?? queueItem(ORDER, 'event')];
  return planDrain(context, { taken, fetched: [given.order], policy: POLICY, nowMs: given.nowMs ?? NOW });
}

describe('an order that adds up', () => {
  it('is written, and stands in the ledger only when the write is confirmed', () => {
    const { writes, entries, requeue } = plan({ order: judgedOf() });
    expect(writes).toMatchObject([
      { kind: 'put', entry: { number: '536365', outcome: 'synced', written: null }, readBack: false },
    ]);
    expect(entries).toEqual([]);
    expect(requeue).toEqual([]);
  });

  it('is no longer held', () => {
    const before = entryFor({ outcome: 'held', heldAt: '2026-11-20T00:00:00.000Z', written: null });
    expect(plan({ context: { entries: [before] }, order: judgedOf() }).writes).toMatchObject([
      { entry: { outcome: 'synced', heldAt: null } },
    ]);
  });

  it('is read back when a former write of it may still land', () => {
    const item = queueItem(ORDER, 'unconfirmed');
    expect(plan({ item, order: judgedOf() }).writes).toMatchObject([{ readBack: true }]);
  });

  it('is marked when the fate of its last write is unknown', () => {
    expect(plan({ context: { uncertainOrderIds: [ORDER] }, order: judgedOf() }).writes).toMatchObject([
      { isUncertain: true },
    ]);
  });
});

describe('an order that does not add up', () => {
  const failing = judgedOf({ differences: [HOLDING] });

  it('is read again after HOLD_AFTER before it is held', () => {
    const { requeue, held, writes } = plan({ order: failing });
    expect(requeue).toEqual([queueItem(ORDER, 'second-read', { failingSinceMs: NOW, dueAtMs: NOW + 60_000 })]);
    expect([held, writes]).toEqual([[], []]);
  });

  it('is held when it still fails then, and its earlier record stays', () => {
    const item = queueItem(ORDER, 'second-read', { failingSinceMs: NOW - 60_000 });
    const { held, writes, entries } = plan({ context: { entries: [entryFor()] }, item, order: failing });
    expect(held).toMatchObject([
      {
        outcome: 'held',
        heldAt: '2026-11-24T12:00:00.000Z',
        differences: [HOLDING],
        written: { hash: 'written-hash' },
      },
    ]);
    expect(entries).toEqual(held);
    expect(writes).toEqual([]);
  });

  it('does not get more time by events that come meanwhile', () => {
    const item = queueItem(ORDER, 'event', { failingSinceMs: NOW - 59_999 });
    expect(plan({ item, order: failing }).requeue).toMatchObject([{ dueAtMs: NOW + 1 }]);
  });

  it('stays held, since when it was, while newer versions fail too', () => {
    const before = entryFor({ outcome: 'held', heldAt: '2026-11-20T00:00:00.000Z', written: null });
    expect(plan({ context: { entries: [before] }, order: failing }).held).toMatchObject([
      { heldAt: '2026-11-20T00:00:00.000Z' },
    ]);
  });

  it('is written all the same when a difference is only a note', () => {
    const noted = judgedOf({ differences: [{ ...HOLDING, rule: 'tax-adds-up', severity: 'note' }] });
    expect(plan({ order: noted }).writes).toHaveLength(1);
  });

  it('that cannot be read is held likewise, with what is known of it', () => {
    const unreadable: FetchedOrder = {
      kind: 'unreadable',
      orderId: ORDER,
      number: '536365',
      customerId: null,
      placedAt: '',
      version: null,
      currency: '',
      differences: [{ ...HOLDING, rule: 'readable' }],
      skipReasons: [],
      hash: 'h',
    };
    const item = queueItem(ORDER, 'second-read', { failingSinceMs: NOW - 60_000 });
    expect(plan({ item, order: unreadable }).held).toMatchObject([
      { number: '536365', placedAt: '', differences: [{ rule: 'readable' }] },
    ]);
  });
});

describe('an order that is left out', () => {
  it('is skipped with the first reason that applies', () => {
    const order = judgedOf({ skipReasons: ['status-not-synced', 'excluded-channel'] });
    expect(plan({ order }).skipped).toMatchObject([{ outcome: 'skipped', reason: 'excluded-channel' }]);
  });

  it('has its record deleted in the same drain', () => {
    const order = judgedOf({ skipReasons: ['removed'] });
    const { writes } = plan({ context: { entries: [entryFor()] }, order });
    expect(writes).toMatchObject([{ kind: 'delete', recordKey: '536365', entry: { reason: 'removed' } }]);
  });

  it('is never held, whatever its money', () => {
    const order = judgedOf({ skipReasons: ['removed'], differences: [HOLDING] });
    const item = queueItem(ORDER, 'second-read', { failingSinceMs: NOW - 60_000 });
    const planned = plan({ item, order });
    expect([planned.held, planned.requeue]).toEqual([[], []]);
  });

  it('keeps its record when the customer is stopped: nothing is deleted', () => {
    const context = { entries: [entryFor()], isStopped: true, customerSkip: 'customer-deleted' as const };
    const { writes, skipped } = plan({ context, order: judgedOf() });
    expect(writes).toEqual([]);
    expect(skipped).toMatchObject([{ reason: 'customer-deleted', written: writtenOf() }]);
  });

  it('because of its customer loses its record when the contact is known', () => {
    const context = { entries: [entryFor()], customerSkip: 'excluded-customer' as const };
    expect(plan({ context, order: judgedOf() }).writes).toMatchObject([{ kind: 'delete' }]);
  });

  it('because of its customer is tried anew while no contact is known: the reason may be gone', () => {
    const context = { contact: null, customerSkip: 'no-email' as const };
    expect(plan({ context, order: judgedOf() }).writes).toMatchObject([{ kind: 'put' }]);
  });
});

describe('an order that moved to another customer', () => {
  const other = '00000000-0000-4000-8000-00000000c002';

  it('leaves the ledger and loses its record, and the other customer is to be woken', () => {
    const { entries, writes, moved } = plan({
      context: { entries: [entryFor()] },
      order: judgedOf({ snapshot: { customerId: other } }),
    });
    expect(entries).toEqual([]);
    expect(writes).toEqual([{ kind: 'delete', orderId: ORDER, number: '536365', recordKey: '536365', entry: null }]);
    expect(moved).toMatchObject([{ orderId: ORDER, customerId: other }]);
  });

  it('loses a record that the ledger does not know, where its new customer was refused it', () => {
    const order = judgedOf({ snapshot: { customerId: other }, recordKey: '536365' });
    const here = queueItem(ORDER, 'event', { isRecordHere: true });
    expect(plan({ order, item: here })).toMatchObject({
      writes: [{ kind: 'delete', orderId: ORDER, recordKey: '536365', entry: null }],
      moved: [{ orderId: ORDER, customerId: other }],
    });
    expect(plan({ order }).writes).toEqual([]);
    expect(plan({ order, item: here, context: { isStopped: true } }).writes).toEqual([]);
    // Its own by now: nothing is deleted.
    expect(plan({ order: judgedOf(), item: here }).writes).toMatchObject([{ kind: 'put' }]);
  });

  it('wakes nobody when it has no customer any more', () => {
    const { moved, writes } = plan({
      context: { entries: [entryFor()] },
      order: judgedOf({ snapshot: { customerId: null } }),
    });
    expect(moved).toEqual([]);
    expect(writes).toHaveLength(1);
  });
});

describe('an order that Stokly does not show as the event said', () => {
  it('is asked for again while it is behind', () => {
    const order: FetchedOrder = { kind: 'behind', orderId: ORDER, seenVersion: null };
    expect(plan({ order }).requeue).toEqual([queueItem(ORDER, 'behind', { tries: 1, dueAtMs: NOW + 2_000 })]);
  });

  it('is asked for again while it is not there, with the first time remembered', () => {
    const order: FetchedOrder = { kind: 'not-found', orderId: ORDER };
    expect(plan({ order }).requeue).toMatchObject([
      { why: 'not-found', tries: 1, waitingSinceMs: NOW, dueAtMs: NOW + 1_000 },
    ]);
  });

  it('is unknown after a day', () => {
    const item = queueItem(ORDER, 'not-found', { tries: 99, waitingSinceMs: NOW - LIMITS.notFoundGiveUpMs });
    expect(plan({ item, order: { kind: 'not-found', orderId: ORDER } })).toMatchObject({
      unknownOrderIds: [ORDER],
      requeue: [],
    });
  });

  it('counts as removed after a day when it was there before', () => {
    const item = queueItem(ORDER, 'not-found', { tries: 99, waitingSinceMs: NOW - LIMITS.notFoundGiveUpMs });
    const planned = plan({ context: { entries: [entryFor()] }, item, order: { kind: 'not-found', orderId: ORDER } });
    expect(planned).toMatchObject({
      skipped: [{ reason: 'removed' }],
      writes: [{ kind: 'delete' }],
      unknownOrderIds: [],
    });
  });

  it('goes back untouched when the drain was full', () => {
    const item = queueItem(ORDER, 'event', { expectedVersion: '2026-11-24T10:00:00Z' });
    expect(plan({ item, order: { kind: 'deferred', orderId: ORDER } }).requeue).toEqual([item]);
  });
});
