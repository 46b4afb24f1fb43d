import { workflowInfo } from '@temporalio/workflow';
import type { WriteCustomerResult } from '../activities/customer-write.js';
import { LIMITS } from '../domain/limits.js';
import type { Priority } from '../domain/wake-queue.js';
import type { SyncState } from './sync-state.js';

/**
 * Writes that land after the ones that came later. One attempt after another is seen by the activity itself; what a run cannot
 * see is another run of the same customer: one that was terminated, or that a person reset while it wrote. For as long as a
 * write may take, everything that is written after such a break is read back.
 */

/** When a write of unknown fate has landed or never will. */
export function unconfirmedAfterMs(state: SyncState): number {
  return state.unconfirmedAfterMs ?? LIMITS.unconfirmedAfterMs;
}

/** At the start of a run: one that was reset before anything was read in it cannot see it in its results. */
export function noticeResetAtStart(state: SyncState, isCarried: boolean): void {
  const { runId, firstExecutionRunId, startTime } = workflowInfo();
  const isResetOfFirst = !isCarried && runId !== firstExecutionRunId;
  const isLate = isCarried && Date.now() - startTime.getTime() > LATE_START_MS;
  if (isResetOfFirst || isLate) startDoubt(state);
}

/** A run that continues another starts at once; one that starts later was reset, or its worker was away. */
const LATE_START_MS = 5_000;

/** Results of a run that is not this one stand in a history that was reset: whatever that run did after them is not in it. */
export function noticeReset(state: SyncState, resultOf: string | undefined): void {
  if (resultOf === undefined) return;
  if (resultOf !== workflowInfo().runId) {
    state.isResetSeen = true;
  } else if (state.isResetSeen === true) {
    state.isResetSeen = false;
    startDoubt(state);
  }
}

function startDoubt(state: SyncState): void {
  state.inDoubtUntilMs = Date.now() + unconfirmedAfterMs(state);
}

export function isInDoubt(state: SyncState): boolean {
  return state.isWriteUncertain === true || (state.inDoubtUntilMs ?? 0) > Date.now();
}

/** What came of a write: when contact and records are read back, and whether more writes are in doubt. */
export function noteDoubt(state: SyncState, result: WriteCustomerResult, priority: Priority): void {
  state.isWriteUncertain = false;
  if (result.isFoundAgain === true) startDoubt(state);
  if (result.isUncertain !== true) return;
  const isLiveDueToo = (state.contactReadBackAtMs ?? null) !== null && state.isContactReadBackOfHistory !== true;
  state.isContactReadBackOfHistory = priority === 'history' && !isLiveDueToo;
  state.contactReadBackAtMs = Date.now() + unconfirmedAfterMs(state);
}

export function isContactReadBackDue(state: SyncState): boolean {
  const atMs = state.contactReadBackAtMs ?? null;
  return atMs !== null && atMs <= Date.now();
}

/**
 * Looks at the contact again as if the customer had changed, and sends all of its fields. With the priority of the write that is read
 * back: a backfill whose writes are tried again must not be taken for live work two minutes later. Null: it is not due.
 */
export function takeContactReadBack(state: SyncState): Priority | null {
  if (!isContactReadBackDue(state)) return null;
  state.contactReadBackAtMs = null;
  if (state.contact !== null) state.contact = { ...state.contact, fieldsHash: null, profileHash: null };
  return state.isContactReadBackOfHistory === true ? 'history' : 'live';
}
