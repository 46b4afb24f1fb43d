import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../src/domain/limits.js';
import { compareOpenOrders } from '../../../src/domain/poll/open-orders.js';
import { beginRound, failStream, memoryAfter, takeOpenOrders, takePage } from '../../../src/domain/poll/round.js';

const NOTICED_AT = '2026-11-24T12:00:00.000Z';
const open = (orderId: string, fingerprint: string, customerId: string | null = 'c-1') => ({
  orderId,
  customerId,
  fingerprint,
});

describe('open orders of an account without timeUpdated', () => {
  it('are all taken as they are the first time, and none counts as changed', () => {
    const compared = compareOpenOrders({ known: null, open: [open('o-1', 'a')], noticedAt: NOTICED_AT });
    expect(compared).toEqual({ changes: [], openOrders: { 'o-1': 'a' }, unwatched: 0 });
  });

  it('count as changed with another fingerprint, when they are open again, and when they are open no more', () => {
    const known = { same: 'a', other: 'a', closed: 'a' };
    const now = [open('same', 'a'), open('other', 'b'), open('again', 'a', null)];
    const { changes } = compareOpenOrders({ known, open: now, noticedAt: NOTICED_AT });
    expect(changes).toEqual([
      { stream: 'orders', id: 'other', orderId: 'other', customerId: 'c-1', at: NOTICED_AT },
      { stream: 'orders', id: 'again', orderId: 'again', customerId: null, at: NOTICED_AT },
      { stream: 'orders', id: 'closed', orderId: 'closed', at: NOTICED_AT },
    ]);
  });

  it('are watched up to a bound, the newest; an older one that is still open does not count as closed', () => {
    const many = Array.from({ length: LIMITS.pollOpenOrders + 1 }, (_, n) => open(`o-${n}`, 'a'));
    const before = compareOpenOrders({ known: {}, open: many.slice(0, -1), noticedAt: NOTICED_AT });
    expect(before.unwatched).toBe(0);
    const compared = compareOpenOrders({ known: before.openOrders, open: many, noticedAt: NOTICED_AT });
    expect(compared.unwatched).toBe(1);
    expect(Object.keys(compared.openOrders)).not.toContain('o-0');
    expect(compared.changes.map(({ id }) => id)).toEqual([`o-${LIMITS.pollOpenOrders}`]);
  });
});

describe('the fingerprints that a round leaves', () => {
  const NOON = Date.parse(NOTICED_AT);
  const withOpen = { ...memoryAfter(beginRound(null, NOON)), openOrders: { 'o-1': 'a' } };
  const ordersPage = (field: 'createdAt' | 'timeUpdated') => ({
    field,
    isOff: false,
    changes: [],
    unreadable: 0,
    lastAt: null,
    next: null,
  });
  const compared = { changes: [], openOrders: { 'o-2': 'b' }, unwatched: 0 };

  it('are those of this round, and the old ones where it could not compare', () => {
    const read = takePage(beginRound(withOpen, NOON), 'orders', ordersPage('createdAt'));
    expect(memoryAfter(takeOpenOrders(read, compared)).openOrders).toEqual({ 'o-2': 'b' });
    expect(memoryAfter(failStream(read, 'orders', 'no answer')).openOrders).toEqual({ 'o-1': 'a' });
  });

  it('go when the account has timeUpdated', () => {
    const read = takePage(beginRound(withOpen, NOON), 'orders', ordersPage('timeUpdated'));
    expect(memoryAfter(read).openOrders).toBeNull();
  });
});
