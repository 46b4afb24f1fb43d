import { describe, expect, it } from 'vitest';
import { judgeRead } from '../../../src/activities/fetch-orders.js';
import { newState } from '../../../src/domain/contact-state.js';
import { planDrain } from '../../../src/domain/drain.js';
import type { DrainContext, DrainPlan } from '../../../src/domain/drain-plan.js';
import type { FetchedOrder, JudgedOrder } from '../../../src/domain/fetched-order.js';
import type { LedgerEntry } from '../../../src/domain/ledger.js';
import type { OrderSnapshot } from '../../../src/domain/order.js';
import type { SyncPolicy } from '../../../src/domain/policy.js';
import type { ReviewAction } from '../../../src/domain/review/actions.js';
import type { ReviewDecision } from '../../../src/domain/review/decision.js';
import { queueItem } from '../../../src/domain/wake-queue.js';
import { entryFor, writtenOf } from '../../support/ledger-factory.js';
import { TEST_POLICY } from '../../support/policy.js';
import { line, order, refund, refundLine } from '../factories.js';
import { BROKEN } from './broken-orders.js';

const NOW = Date.parse('2026-11-24T12:00:00Z');
const WANTED = { orderId: 'order-1', expectedVersion: null, acceptBehind: true };
const STATED_TOO_MUCH = BROKEN['lines-add-up'];

function judged(snapshot: OrderSnapshot, policy: Partial<SyncPolicy> = {}): JudgedOrder {
  const order = judgeRead({ kind: 'read', orderId: 'order-1', snapshot }, WANTED, { ...TEST_POLICY, ...policy });
  if (order.kind !== 'read') throw new Error(order.kind);
  return order;
}

function decision(order: JudgedOrder, action: ReviewAction, rest: Partial<ReviewDecision> = {}): ReviewDecision {
  const choice = action === 'acceptStated' || action === 'acceptComputed' ? order.choices?.[action] : undefined;
  return {
    decisionId: 'run/1',
    action,
    moneyHash: order.moneyHash,
    actors: ['jane'],
    reason: 'checked',
    at: '2026-11-24T11:00:00.000Z',
    amounts: choice?.isAllowed === true ? choice.amounts : null,
    trailHash: 'hash',
    ...rest,
  };
}

const heldEntry = (rest: Partial<LedgerEntry> = {}): LedgerEntry =>
  entryFor({ orderId: 'order-1', outcome: 'held', heldAt: '2026-11-24T10:00:00.000Z', written: null, ...rest });

function plan(fetched: FetchedOrder, context: Partial<DrainContext> = {}): DrainPlan {
  return planDrain(
    {
      customerId: 'customer-1',
      entries: [heldEntry()],
      contact: newState(7, 'granted'),
      customerSkip: null,
      isStopped: false,
      uncertainOrderIds: [],
      ...context,
    },
    {
      taken: [queueItem('order-1', 'event')],
      fetched: [fetched],
      policy: { holdAfterMs: 60_000, accountCurrency: 'GBP', mappingVersion: 1, writes: true },
      nowMs: NOW,
    },
  );
}

const pending = (one: ReviewDecision): Partial<DrainContext> => ({ decisions: { 'order-1': one } });

describe('an order that is held', () => {
  it('has a review opened, with what each decision would write and the most that can move', () => {
    const [review] = plan(judged(STATED_TOO_MUCH)).reviews;
    expect(review).toMatchObject({
      orderId: 'order-1',
      number: '536365',
      stake: { amountMinor: 1300, currency: 'GBP', channel: 'Web shop', heldAt: '2026-11-24T10:00:00.000Z' },
    });
    expect(review?.stake.choices.acceptComputed).toEqual({
      isAllowed: true,
      text: 'writes what the parts make: order total 12.00 GBP, which is 12.00 GBP less 0.00 GBP refunded',
      amounts: { grossMinor: 1200, refundedMinor: 0 },
    });
  });

  it('counts at stake what may move against the record that stands', () => {
    const entries = [heldEntry({ written: writtenOf({ grossMinor: 1250, refundedMinor: 0 }) })];
    expect(plan(judged(STATED_TOO_MUCH), { entries }).reviews[0]?.stake.amountMinor).toBe(1250);
  });

  it('whose review knows of this money is not told again, and of other money is', () => {
    const order = judged(STATED_TOO_MUCH);
    const known = [heldEntry({ review: { moneyHash: order.moneyHash, at: '2026-11-24T10:00:00.000Z' } })];
    expect(plan(order, { entries: known }).reviews).toEqual([]);
    const other = judged({ ...STATED_TOO_MUCH, totals: { ...STATED_TOO_MUCH.totals, totalMinor: 1400 } });
    expect(plan(other, { entries: known }).reviews).toHaveLength(1);
  });

  it('of a result from before reviews opens none: it is read again', () => {
    const { choices: _, ...old } = judged(STATED_TOO_MUCH);
    expect(plan(old)).toMatchObject({ held: [{ outcome: 'held' }], reviews: [] });
  });
});

describe('a decision that has just been made', () => {
  it('to accept writes the order with the accepted amounts, and stays in the ledger', () => {
    const order = judged(STATED_TOO_MUCH);
    const made = decision(order, 'acceptComputed');
    expect(plan(order, pending(made)).writes).toMatchObject([
      {
        kind: 'put',
        acceptedAs: 'acceptComputed',
        entry: { outcome: 'synced', decision: made, read: { grossMinor: 1200 }, differences: [{ severity: 'note' }] },
        judgement: { grossMinor: 1200, roundingMinor: 0 },
      },
    ]);
  });

  it('about money that changed meanwhile decides nothing: the review is told', () => {
    const made = decision(judged(STATED_TOO_MUCH), 'acceptStated');
    const changed = judged({ ...STATED_TOO_MUCH, totals: { ...STATED_TOO_MUCH.totals, totalMinor: 1301 } });
    const planned = plan(changed, pending(made));
    expect(planned).toMatchObject({ writes: [], held: [{}], reviews: [{ stake: { moneyHash: changed.moneyHash } }] });
    expect([...planned.refusals]).toEqual([]);
  });

  it('is not needed any more when the order adds up by now: the rules write it', () => {
    const [write] = plan(judged(order()), pending(decision(judged(STATED_TOO_MUCH), 'acceptStated'))).writes;
    expect(write).toMatchObject({ kind: 'put', judgement: { grossMinor: 1200 } });
    expect(write).not.toHaveProperty('acceptedAs');
    expect(write?.entry).not.toHaveProperty('decision');
  });

  it('is refused when settings changed so that it would write other amounts than were shown', () => {
    const order = judged(STATED_TOO_MUCH);
    const shown = decision(order, 'acceptStated', { amounts: { grossMinor: 1250, refundedMinor: 0 } });
    const planned = plan(order, pending(shown));
    expect(planned.writes).toEqual([]);
    expect(planned.refusals.get('order-1')).toContain('other amounts than were shown');
    expect(planned.reviews).toHaveLength(1);
  });

  it('to recheck is refused while the same money still does not add up, and the review is told anew', () => {
    const order = judged(STATED_TOO_MUCH);
    const known = [heldEntry({ review: { moneyHash: order.moneyHash, at: '2026-11-24T10:00:00.000Z' } })];
    const planned = plan(order, { ...pending(decision(order, 'recheck')), entries: known });
    expect(planned.refusals.get('order-1')).toContain('still does not add up');
    expect(planned.reviews).toHaveLength(1);
  });

  it('to exclude leaves the order out and deletes its record', () => {
    const order = judged(STATED_TOO_MUCH);
    const entries = [heldEntry({ written: writtenOf() })];
    expect(plan(order, { ...pending(decision(order, 'exclude')), entries })).toMatchObject({
      skipped: [{ reason: 'excluded-by-review', decision: { action: 'exclude' } }],
      writes: [{ kind: 'delete', recordKey: '536365' }],
    });
  });

  it('to exclude deletes the record even where the ledger was lost and knows of none', () => {
    const order = judged(STATED_TOO_MUCH);
    expect(plan(order, { ...pending(decision(order, 'exclude')), entries: [] }).writes).toMatchObject([
      { kind: 'delete', recordKey: '536365' },
    ]);
  });

  it('about an order that waits for its second read is answered at once', () => {
    const made = decision(judged(order({ totals: { totalMinor: 1400 } })), 'acceptStated');
    const planned = plan(judged(STATED_TOO_MUCH), { ...pending(made), entries: [] });
    expect([planned.requeue, planned.held.length, planned.reviews.length]).toEqual([[], 1, 1]);
  });

  it('of an order that cannot be read can only exclude', () => {
    const unreadable: FetchedOrder = {
      kind: 'unreadable',
      orderId: 'order-1',
      number: '536365',
      customerId: 'customer-1',
      placedAt: '2026-11-02T10:00:00.000Z',
      version: null,
      currency: '',
      differences: [
        { rule: 'readable', severity: 'hold', subject: 'order', expected: '', observed: '', differenceMinor: null },
      ],
      skipReasons: [],
      hash: 'h',
    };
    expect(plan(unreadable).reviews[0]?.stake).toMatchObject({
      moneyHash: 'h',
      choices: { recheck: { isAllowed: true }, exclude: { isAllowed: true }, acceptStated: { isAllowed: false } },
    });
    const out = decision(judged(STATED_TOO_MUCH), 'exclude', { moneyHash: 'h' });
    expect(plan(unreadable, pending(out)).skipped).toMatchObject([{ reason: 'excluded-by-review' }]);
  });
});

describe('a decision that stands', () => {
  const held = judged(STATED_TOO_MUCH);
  const synced = (made: ReviewDecision, rest: Partial<LedgerEntry> = {}): LedgerEntry =>
    entryFor({ orderId: 'order-1', decision: made, ...rest });

  it('covers a later despatch: it is written under it, and nobody is asked', () => {
    const entries = [synced(decision(held, 'acceptStated'))];
    const lines = STATED_TOO_MUCH.lines.map((one) => ({ ...one, status: 'processing' }));
    const later = judged({ ...STATED_TOO_MUCH, lines, version: '2026-11-24T11:59:00.000Z' });
    const planned = plan(later, { entries });
    expect(planned.writes).toMatchObject([{ acceptedAs: 'acceptStated', judgement: { grossMinor: 1300 } }]);
    expect(planned.reviews).toEqual([]);
  });

  it('does not cover other money: it is read a second time, then held', () => {
    const entries = [synced(decision(held, 'acceptStated'))];
    const refunds = [refund({ lines: [refundLine({ totalMinor: 100 })] })];
    const planned = plan(judged({ ...STATED_TOO_MUCH, refunds }), { entries });
    expect(planned).toMatchObject({ writes: [], requeue: [{ why: 'second-read' }] });
  });

  it('to exclude keeps the order out, whatever else of it changes but its money', () => {
    const entries = [
      synced(decision(held, 'exclude'), { outcome: 'skipped', reason: 'excluded-by-review', written: null }),
    ];
    expect(plan(judged({ ...STATED_TOO_MUCH, despatchedAt: null }), { entries })).toMatchObject({
      writes: [],
      skipped: [{ reason: 'excluded-by-review' }],
    });
  });

  it('comes back into force when the money is the very same again', () => {
    const entries = [heldEntry({ decision: decision(held, 'acceptStated') })];
    expect(plan(held, { entries }).writes).toMatchObject([{ acceptedAs: 'acceptStated' }]);
  });
});

describe('an order whose accepted amounts change its status', () => {
  it('is left out where that status is not synced', () => {
    const lines = [line({ quantity: 2, unitGrossMinor: 600 })];
    const refunds = [refund({ lines: [refundLine({ totalMinor: 1100 })], totalMinor: 1200 })];
    const policy = { orderStatusesSynced: ['despatched'] };
    const full = judged(order({ lines, refunds }), policy);
    expect(full.choices?.acceptComputed).toMatchObject({ isAllowed: true, status: 'despatched', skipReasons: [] });
    expect(full.choices?.acceptStated).toMatchObject({ status: 'refunded', skipReasons: ['status-not-synced'] });
  });
});
