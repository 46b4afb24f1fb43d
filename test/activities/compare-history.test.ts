import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { type CompareHistoryResult, createCompareHistory } from '../../src/activities/compare-history.js';
import { LIMITS } from '../../src/domain/limits.js';
import type { LedgerEntry } from '../../src/domain/ledger.js';

const order = (orderId: string, customerId: string) => ({
  orderId,
  number: orderId,
  customerId,
  createdAt: '2026-11-24T12:00:00.000Z',
});

/** What Stokly counts, against ledgers that are empty, or that nobody shows. */
async function compare(
  orders: readonly ReturnType<typeof order>[],
  readLedger: (customerId: string) => readonly LedgerEntry[] | 'none' | 'unanswered',
): Promise<CompareHistoryResult> {
  const compareHistory = createCompareHistory({
    stokly: {
      listOrdersInWindow: async function* () {
        yield { orders, unreadable: { count: 0, ids: [] } };
      },
    },
    readBackfillPage: async () => null,
    readLedger: async (customerId) => readLedger(customerId),
  });
  const input = {
    backfillWorkflowId: 'backfill/test',
    pages: 0,
    window: { from: null, to: '2026-11-25T00:00:00.000Z' },
  };
  return await new MockActivityEnvironment().run(() => compareHistory(input));
}

describe('orders that differ', () => {
  it('are named before those of who does not answer, however many these are', async () => {
    const ofSilent = Array.from({ length: LIMITS.backfillNamed + 10 }, (_none, n) => order(`${n}`, 'silent'));
    const orders = [...ofSilent, order('missing', 'known')];
    const { differences, customersDiffering } = await compare(orders, (id) => (id === 'silent' ? 'unanswered' : []));
    expect(customersDiffering).toBe(2);
    expect(differences).toHaveLength(LIMITS.backfillNamed);
    expect(differences[0]).toEqual({
      number: 'missing',
      orderId: 'missing',
      customerId: 'known',
      what: 'not-in-ledger',
    });
    expect(new Set(differences.slice(1).map(({ what }) => what))).toEqual(new Set(['unanswered']));
  });
});
