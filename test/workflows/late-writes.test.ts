import { describe, expect, it } from 'vitest';
import type { WriteCustomerResult } from '../../src/activities/customer-write.js';
import { noteDoubt, takeContactReadBack } from '../../src/workflows/late-writes.js';
import { newSyncState, type SyncState } from '../../src/workflows/sync-state.js';

/** What a write of unknown fate leaves to be read back, and with which priority. */

const UNCERTAIN: WriteCustomerResult = {
  contact: null,
  customerSkip: null,
  isContactGone: false,
  orders: [],
  isUncertain: true,
  notes: [],
};

/** So that it is due at once. */
const known = (): SyncState => ({ ...newSyncState('c-1'), unconfirmedAfterMs: 0 });

describe('a contact that was written with unknown fate', () => {
  it.each(['live', 'history'] as const)('is read back with the priority of the write: %s', (priority) => {
    const state = known();
    noteDoubt(state, UNCERTAIN, priority);
    expect(takeContactReadBack(state)).toBe(priority);
    expect(takeContactReadBack(state)).toBeNull();
  });

  it('is read back as live work where one of several writes was live, whichever came first', () => {
    for (const order of [
      ['live', 'history'],
      ['history', 'live'],
    ] as const) {
      const state = known();
      for (const priority of order) noteDoubt(state, UNCERTAIN, priority);
      expect(takeContactReadBack(state)).toBe('live');
    }
  });

  it('is read back for history again once live work’s was done', () => {
    const state = known();
    noteDoubt(state, UNCERTAIN, 'live');
    takeContactReadBack(state);
    noteDoubt(state, UNCERTAIN, 'history');
    expect(takeContactReadBack(state)).toBe('history');
  });
});
