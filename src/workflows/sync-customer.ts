import {
  condition,
  continueAsNew,
  setCurrentDetails,
  setHandler,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import {
  customerStateQuery,
  type SyncCustomerInput,
  type WakeCustomer,
  wakeCustomerSignal,
} from '../contract/messages.js';
import { LIMITS } from '../domain/limits.js';
import { countDue, nextDueAtMs } from '../domain/wake-queue.js';
import { answerHistory } from './answer-history.js';
import { closeReviewsOfStopped } from './customer-reviews.js';
import { applyCommands } from './customer-commands.js';
import { customerState, isRefreshDue } from './customer-state.js';
import { describe } from './describe.js';
import { drain } from './drain-customer.js';
import { isContactReadBackDue, noticeResetAtStart } from './late-writes.js';
import { searchAttributeChanges } from './search-attribute-changes.js';
import { acceptWake, newSyncState, type SyncState } from './sync-state.js';
import { areRecoveriesShown } from './versions.js';

/** What one run keeps beside the state that is carried over. */
interface Run {
  ordersDone: number;
  isBusy: boolean;
}

/**
 * The single writer of one customer (`customer/<customerId>`), woken by `wakeCustomer`. It never ends: it continues as new.
 *
 * Promises: events are only hints, and each drain reads Stokly's latest state, so nothing older is written after newer;
 * whatever fails is tried again without limit and said so; nothing is lost over a continue-as-new, because nothing is awaited
 * between the last look at the queue and the continue.
 * Bounded by: 40 orders a drain, 40 orders or 2,000 events a run, 2,000 orders a ledger (`domain/limits.ts`).
 */
export async function syncCustomerWorkflow(input: SyncCustomerInput): Promise<never> {
  const carried = carriedState(input);
  const state = carried ?? newSyncState(input.customerId);
  noticeResetAtStart(state, carried !== null);
  const run: Run = { ordersDone: 0, isBusy: false };
  const takeWake = (wake: WakeCustomer): void => {
    acceptWake(state, wake);
    // A drain in hand answers when it is done.
    if (!run.isBusy) answerHistory(state);
  };
  setHandler(wakeCustomerSignal, takeWake, {
    description:
      'Look at something of this customer again. Example: {"eventId":"by-hand-1","kind":"order","orderId":"<saleOrderId>"}; kinds: order, customer, customer-deleted, load-history, resync, release-contact, open-reviews',
  });
  setHandler(customerStateQuery, (detail) => customerState(state, { isBusy: run.isBusy, detail: detail ?? 'full' }), {
    description:
      'What is known of this customer: outcomes, ledger, queue, what needs a person. Argument: "summary" or "full".',
  });
  for (;;) {
    answerHistory(state);
    if (mustContinue(state, run))
      await continueAsNew<typeof syncCustomerWorkflow>({ customerId: state.customerId, carried: state });
    applyCommands(state);
    await closeReviewsOfStopped(state);
    if (!hasWork(state)) {
      publish(state);
      await untilWork(state);
      continue;
    }
    run.isBusy = true;
    const wasBlocked = state.problem !== null;
    const outcome = await drain(state);
    run.isBusy = false;
    run.ordersDone += outcome.orders;
    setCurrentDetails(describe(state));
    if (outcome.kind === 'failed') {
      publish(state);
      await sleep(outcome.pauseMs, { summary: 'pause before the next try' });
    } else if (wasBlocked && hasWork(state) && areRecoveriesShown()) {
      // With nothing more to do it is shown by the next turn; else it would be said to be blocked until it is idle.
      publish(state);
    }
  }
}

function carriedState(input: SyncCustomerInput): SyncState | null {
  return (input.carried as SyncState | undefined) ?? null;
}

function hasWork(state: SyncState): boolean {
  return (
    state.commands.length > 0 ||
    state.isListDue ||
    isRefreshDue(state) ||
    isContactReadBackDue(state) ||
    countDue(state.queue, Date.now()) > 0
  );
}

/** Waits for a message, or for the next moment at which something is due. */
async function untilWork(state: SyncState): Promise<void> {
  const dueAtMs = earliest(nextDueAtMs(state.queue), state.contactReadBackAtMs ?? null);
  if (dueAtMs === null) {
    await condition(() => hasWork(state));
    return;
  }
  await condition(() => hasWork(state), Math.max(1, dueAtMs - Date.now()));
}

function earliest(left: number | null, right: number | null): number | null {
  return left === null || right === null ? (left ?? right) : Math.min(left, right);
}

/** When idle after 40 orders; under fire from 2,000 events on; when the server suggests it; never in a very young run. */
function mustContinue(state: SyncState, run: Run): boolean {
  const { startTime, historyLength, continueAsNewSuggested } = workflowInfo();
  if (Date.now() - startTime.getTime() < LIMITS.runAgeMinMs) return false;
  if (historyLength >= LIMITS.eventsPerRun || continueAsNewSuggested) return true;
  return !hasWork(state) && run.ordersDone >= LIMITS.ordersPerRun;
}

/** Details cost no history; search attributes do, so only those that changed are sent. */
function publish(state: SyncState): void {
  setCurrentDetails(describe(state));
  const changes = searchAttributeChanges(state, workflowInfo().typedSearchAttributes);
  if (changes.length > 0) upsertSearchAttributes(changes);
}
