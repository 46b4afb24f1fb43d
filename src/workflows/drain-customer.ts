import { isCancellation } from '@temporalio/workflow';
import type { WriteCustomerResult } from '../activities/customer-write.js';
import type { FetchOrdersResult } from '../activities/fetch-orders.js';
import type { DrainContext, DrainPlan } from '../domain/drain-plan.js';
import { planDrain } from '../domain/drain.js';
import { LIMITS } from '../domain/limits.js';
import { spendOf } from '../domain/spend.js';
import { settledBetween } from '../domain/settled.js';
import { isHistory, type Priority, priorityOf, type Queue, receivedAtMsOf, takeDue } from '../domain/wake-queue.js';
import { history, live, whileShown } from './activity-proxies.js';
import { applyPlan, applyResult } from './apply-drain.js';
import { closeReviewsOfMoved, type Decisions, queueUnreviewed, tellReviews } from './customer-reviews.js';
import { handOver } from './hand-over.js';
import { problemAfter } from './drain-problem.js';
import { tellSettled } from './outcome-sink.js';
import { isInDoubt, noteDoubt, noticeReset, takeContactReadBack } from './late-writes.js';
import { pauseAfter } from './refused-access.js';
import { rememberPolicy } from './remember-policy.js';
import { note, queueOrders, requeue, type SyncState } from './sync-state.js';
import { areLostPutsDeleted } from './versions.js';

export type DrainOutcome =
  | { readonly kind: 'done'; readonly orders: number }
  | { readonly kind: 'failed'; readonly orders: number; readonly pauseMs: number };

/** What one drain took out of the state; put back whole when it fails. */
interface Taken {
  readonly items: Queue;
  readonly isList: boolean;
  /** The customer's record is looked at again, and for whom; null: it is not. */
  readonly refresh: Priority | null;
}

const PROXIES: Readonly<Record<Priority, typeof live>> = { live, history };

/**
 * One pass over what waits: read and judge, decide, write, remember. Two activities at most, a third only where an order turned
 * out to be another customer's. A failure changes nothing in the ledger: all that was taken is put back.
 */
export async function drain(state: SyncState): Promise<DrainOutcome> {
  const taken = take(state);
  const entriesBefore = state.entries;
  let plan: DrainPlan | null = null;
  try {
    const fetched = await fetchTaken(state, taken);
    if (fetched !== null) rememberPolicy(state, fetched.policy, priorityOf(taken.items));
    noticeReset(state, fetched?.runId);
    // One that comes in while this drain writes was not planned with: it is the next drain's.
    const decisions = state.decisions ?? {};
    plan = planDrain(contextOf(state), {
      taken: taken.items,
      fetched: fetched?.orders ?? [],
      policy: fetched?.policy ?? { holdAfterMs: 0, accountCurrency: '', mappingVersion: 0, writes: true },
      nowMs: Date.now(),
    });
    await carryOut(state, { taken, plan, fetched, decisions });
    state.problem = null;
    tellSettled(settledBetween(entriesBefore, state.entries));
    return { kind: 'done', orders: taken.items.length };
  } catch (error) {
    if (isCancellation(error)) throw error;
    return putBack(state, { taken, plan, error });
  }
}

/** Asked only where a put was lost, so that other histories replay without. */
function contextOf(state: SyncState): DrainContext {
  return state.uncertainOrderIds.length === 0 ? state : { ...state, areLostPutsDeleted: areLostPutsDeleted() };
}

function take(state: SyncState): Taken {
  queueUnreviewed(state);
  const { taken, rest } = takeDue(state.queue, Date.now());
  state.queue = rest;
  // The order at hand goes first; the rest of the customer's orders are loaded when no live work waits.
  const isList = state.isListDue && (taken.length === 0 || isHistory(taken));
  if (isList) state.isListDue = false;
  return { items: taken, isList, refresh: takeRefresh(state) };
}

function takeRefresh(state: SyncState): Priority | null {
  const readBack = takeContactReadBack(state);
  const asked = state.isRefreshDue ? 'live' : state.isRefreshOfHistoryDue === true ? 'history' : null;
  state.isRefreshDue = false;
  state.isRefreshOfHistoryDue = false;
  return asked === 'live' ? asked : (readBack ?? asked);
}

async function fetchTaken(state: SyncState, { items, isList }: Taken): Promise<FetchOrdersResult | null> {
  if (items.length === 0 && !isList) return null;
  const priority = priorityOf(items);
  return await PROXIES[priority].fetchOrders.executeWithOptions(
    { summary: summaryOf(state, { items, isList }), ...whileShown(state.problem?.type ?? null) },
    [
      {
        customerId: state.customerId,
        orders: items.map((item) => ({
          orderId: item.orderId,
          expectedVersion: item.expectedVersion,
          acceptBehind: item.why !== 'not-found' && item.tries >= LIMITS.behindTries,
        })),
        list: isList ? { knownOrderIds: state.entries.map((entry) => entry.orderId) } : null,
        priority,
      },
    ],
  );
}

/** Order numbers named in a summary; Temporal allows 400 bytes. */
const NUMBERS_SHOWN = 8;

function summaryOf(state: SyncState, { items, isList }: Pick<Taken, 'items' | 'isList'>): string {
  const numbers = new Map(state.entries.map((entry) => [entry.orderId, entry.number]));
  const named = items.map((item) => numbers.get(item.orderId) ?? `new ${item.orderId.slice(0, 8)}`);
  return [isList ? 'all orders of the customer' : null, numbersText(named)]
    .filter((part) => part !== null && part !== '')
    .join(' and ');
}

function numbersText(numbers: readonly string[]): string {
  if (numbers.length === 0) return '';
  const shown = numbers.slice(0, NUMBERS_SHOWN).join(', ');
  return `${numbers.length} order${numbers.length === 1 ? '' : 's'}: ${shown}${numbers.length > NUMBERS_SHOWN ? ', …' : ''}`;
}

interface Work {
  readonly taken: Taken;
  readonly plan: DrainPlan;
  readonly fetched: FetchOrdersResult | null;
  readonly decisions: Decisions;
}

async function carryOut(state: SyncState, { taken, plan, fetched, decisions }: Work): Promise<void> {
  const remaining = fetched?.remainingOrderIds ?? [];
  const isComplete = isLedgerCompleteAfter(state, { plan, remaining });
  const spendBefore = spendText(state);
  const wasComplete = state.isLedgerComplete;
  const entriesBefore = state.entries;
  let result: WriteCustomerResult | null = null;
  if (
    needsWrite(state, {
      taken,
      plan,
      isSpendChanged: spendText({ ...state, entries: plan.entries }) !== spendBefore || isComplete !== wasComplete,
    })
  ) {
    result = await write(state, { taken, plan, isComplete });
  } else {
    applyPlan(state, plan);
  }
  state.isLedgerComplete = isComplete;
  queueOrders(state, remaining, 'history');
  await closeReviewsOfMoved(state, entriesBefore);
  await tellReviews(state, { plan, result, decisions, lookedAt: lookedAtIn({ plan, fetched }) });
  await handOver(state, plan);
}

function lookedAtIn({ plan, fetched }: Pick<Work, 'plan' | 'fetched'>): Set<string> {
  const waiting = new Set(plan.requeue.map((item) => item.orderId));
  return new Set((fetched?.orders ?? []).map(({ orderId }) => orderId).filter((orderId) => !waiting.has(orderId)));
}

/** Complete once all orders that Stokly listed were looked at. An order that waits for its second read does not delay it. */
function isLedgerCompleteAfter(
  state: SyncState,
  { plan, remaining }: { plan: DrainPlan; remaining: readonly string[] },
): boolean {
  if (state.isLedgerComplete) return true;
  if (state.isListDue || remaining.length > 0) return false;
  return ![...state.queue, ...plan.requeue].some((item) => item.why === 'history');
}

function spendText(state: Pick<SyncState, 'entries' | 'accountCurrency'>): string {
  return JSON.stringify(spendOf(state.entries, state.accountCurrency ?? ''));
}

function needsWrite(state: SyncState, drained: { taken: Taken; plan: DrainPlan; isSpendChanged: boolean }): boolean {
  if (state.isStopped) return false;
  if (drained.plan.writes.length > 0 || drained.taken.refresh !== null) return true;
  if (state.contact === null) return state.customerSkip === null;
  return drained.isSpendChanged;
}

async function write(
  state: SyncState,
  work: { taken: Taken; plan: DrainPlan; isComplete: boolean },
): Promise<WriteCustomerResult> {
  const { taken, plan, isComplete } = work;
  const ids = new Set(plan.writes.map(orderIdOf));
  const others = plan.entries.filter((entry) => !ids.has(entry.orderId));
  const priority = taken.refresh === 'live' ? 'live' : priorityOf(taken.items);
  const numbers = plan.writes.map((order) => (order.kind === 'put' ? order.entry.number : `${order.number} (delete)`));
  const summary = [taken.refresh === null ? null : 'customer', numbersText(numbers)]
    .filter((part) => part !== null && part !== '')
    .join(' and ');
  const result = await PROXIES[priority].writeCustomer.executeWithOptions(
    { summary: summary === '' ? 'contact’s fields' : summary, ...whileShown(state.problem?.type ?? null) },
    [
      {
        customerId: state.customerId,
        contact: state.contact,
        isRefreshAsked: taken.refresh !== null,
        orders: plan.writes,
        others: spendOf(others, state.accountCurrency ?? ''),
        isLedgerComplete: isComplete && !state.isLedgerFull,
        ...(isInDoubt(state) ? { isInDoubt: true } : {}),
        receivedAtMs: receivedAtMsOf(taken.items, ids),
        priority,
      },
    ],
  );
  applyPlan(state, plan);
  applyResult(state, { plan, result, taken: taken.items, priority });
  noteDoubt(state, result, priority);
  return result;
}

export function orderIdOf(write: DrainPlan['writes'][number]): string {
  return write.kind === 'put' ? write.entry.orderId : write.orderId;
}

function putBack(state: SyncState, failed: { taken: Taken; plan: DrainPlan | null; error: unknown }): DrainOutcome {
  const { taken, plan, error } = failed;
  requeue(state, taken.items);
  state.isListDue = state.isListDue || taken.isList;
  if (taken.refresh === 'live') state.isRefreshDue = true;
  if (taken.refresh === 'history') state.isRefreshOfHistoryDue = true;
  if (plan !== null) {
    state.isWriteUncertain = true;
    state.uncertainOrderIds = [...new Set([...state.uncertainOrderIds, ...plan.writes.map(orderIdOf)])];
  }
  state.problem = problemAfter(state.problem, error);
  const { type, message, failures } = state.problem;
  if (failures === 1) note(state, '–', message);
  // An order that changed between reading and writing is no trouble: read it again at once.
  if (type === 'OrderChangedWhileWriting') return { kind: 'failed', orders: 0, pauseMs: 1 };
  return { kind: 'failed', orders: 0, pauseMs: pauseAfter(type, failures) };
}
