import { describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../src/domain/ledger.js';
import { settledBetween } from '../../src/domain/settled.js';
import { entryFor } from '../support/ledger-factory.js';

const readAt = (entry: LedgerEntry, at: string): LedgerEntry => ({ ...entry, read: { ...entry.read, at } });

const first = entryFor({ orderId: 'a', outcome: 'synced', reason: null });
const second = entryFor({ orderId: 'b', outcome: 'synced', reason: null });

describe('what a drain settled', () => {
  it('is every order that it read, new ones and known ones, gathered by outcome and reason', () => {
    const after = [
      readAt(first, '2026-11-24T13:00:00.000Z'),
      second,
      entryFor({ orderId: 'c', outcome: 'synced', reason: null }),
      entryFor({ orderId: 'd', outcome: 'held', reason: null }),
      entryFor({ orderId: 'e', outcome: 'skipped', reason: 'no-email' }),
      entryFor({ orderId: 'f', outcome: 'skipped', reason: 'no-email' }),
      entryFor({ orderId: 'g', outcome: 'skipped', reason: 'removed' }),
    ];
    expect(settledBetween([first, second], after)).toEqual([
      { outcome: 'synced', reason: null, orders: 2 },
      { outcome: 'held', reason: null, orders: 1 },
      { outcome: 'skipped', reason: 'no-email', orders: 2 },
      { outcome: 'skipped', reason: 'removed', orders: 1 },
    ]);
  });

  it('is also an order that was not read, and is left out for its customer from now on', () => {
    const after: LedgerEntry[] = [{ ...first, outcome: 'skipped', reason: 'no-email' }];
    expect(settledBetween([first], after)).toEqual([{ outcome: 'skipped', reason: 'no-email', orders: 1 }]);
  });

  it('is nothing where nothing but a note about an order changed', () => {
    expect(settledBetween([first], [{ ...first, differences: [] }])).toEqual([]);
  });
});
