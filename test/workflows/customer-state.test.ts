import { describe, expect, it } from 'vitest';
import { customerState } from '../../src/workflows/customer-state.js';
import { newSyncState, type Problem, type SyncState } from '../../src/workflows/sync-state.js';

const PROBLEM: Problem = { type: 'StoklyCredentialsRefused', message: 'refused', sinceMs: 1, failures: 1 };

function statusOf(rest: Partial<SyncState>, isBusy: boolean) {
  return customerState({ ...newSyncState('c-1'), isListDue: false, ...rest }, { isBusy, detail: 'summary' }).status;
}

describe('a customer whose drain is in hand', () => {
  it('is syncing, whatever else it waits for', () => {
    expect(statusOf({}, true)).toBe('syncing');
    expect(statusOf({ isLedgerComplete: true }, true)).toBe('syncing');
    expect(statusOf({ isLedgerComplete: true }, false)).toBe('idle');
  });

  it('is blocked if the last one failed: the next may be in hand for ten minutes, and is no work until it is done', () => {
    expect(statusOf({ problem: PROBLEM }, true)).toBe('blocked');
    expect(statusOf({ problem: PROBLEM }, false)).toBe('blocked');
    expect(statusOf({ problem: PROBLEM, isStopped: true }, true)).toBe('stopped');
  });
});
