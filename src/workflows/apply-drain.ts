import type { RecordResult, WriteCustomerResult } from '../activities/customer-write.js';
import type { DrainPlan } from '../domain/drain-plan.js';
import type { LedgerEntry } from '../domain/ledger.js';
import { LIMITS } from '../domain/limits.js';
import { firstReason, type SkipReason } from '../domain/reasons.js';
import { type Priority, type Queue, queueItem } from '../domain/wake-queue.js';
import { unconfirmedAfterMs } from './late-writes.js';
import { note, queueOrders, requeue, type SyncState } from './sync-state.js';

/** Enters what a drain decided: holds, skips, orders that left, orders to look at again. */
export function applyPlan(state: SyncState, plan: DrainPlan): void {
  setEntries(state, plan.entries);
  requeue(state, plan.requeue);
  state.unknownOrderIds = [...new Set([...state.unknownOrderIds, ...plan.unknownOrderIds])];
  for (const { number, what } of plan.notes) note(state, number, what);
  for (const entry of plan.held) note(state, entry.number, `held: ${holdWords(entry)}`);
  for (const entry of plan.skipped) note(state, entry.number, `skipped: ${entry.reason ?? ''}`);
  skipForCustomer(state);
}

function holdWords(entry: LedgerEntry): string {
  const difference = entry.differences.find((found) => found.severity === 'hold');
  return difference === undefined
    ? 'does not add up'
    : `${difference.rule}: expected ${difference.expected}, observed ${difference.observed}`;
}

/** New entries beyond the ledger's bound are not kept: their records are written, the money fields stand still. */
function setEntries(state: SyncState, entries: readonly LedgerEntry[]): void {
  state.isLedgerFull = state.isLedgerFull || entries.length > LIMITS.ledgerEntries;
  state.entries = entries.slice(0, LIMITS.ledgerEntries);
}

/** Enters what came of writing. */
export function applyResult(
  state: SyncState,
  done: { plan: DrainPlan; result: WriteCustomerResult; taken: Queue; priority: Priority },
): void {
  const { plan, result, taken, priority } = done;
  for (const what of result.notes) note(state, '–', what);
  if (result.isContactGone) {
    stopForGoneContact(state, plan);
    return;
  }
  for (const record of result.orders) applyRecord(state, record, priority);
  const skipBefore = state.customerSkip;
  const contactBefore = state.contact;
  state.contact = result.contact;
  state.customerSkip = result.customerSkip;
  if (result.customerSkip === null) {
    if (skipBefore !== null) queueReason(state, skipBefore);
    if (contactBefore !== null && result.contact !== null && contactBefore.contactId !== result.contact.contactId)
      queueWritten(state);
    return;
  }
  if (skipBefore !== result.customerSkip) note(state, '–', `customer left out: ${result.customerSkip}`);
  if (result.customerSkip === 'customer-deleted') state.isStopped = true;
  if (result.contact !== null) {
    // A known customer is left out from now on: everything is looked at again, and what stands there is deleted.
    queueOrders(state, [...taken.map((item) => item.orderId), ...state.entries.map((entry) => entry.orderId)], 'again');
    return;
  }
  addPuts(state, plan);
  skipForCustomer(state);
}

function applyRecord(state: SyncState, record: RecordResult, priority: Priority): void {
  state.uncertainOrderIds = state.uncertainOrderIds.filter((orderId) => orderId !== record.orderId);
  const { entry } = record;
  if (entry === null) return;
  setEntries(state, withEntry(state.entries, entry));
  note(state, entry.number, recordWords(record, entry));
  const isLeft = record.what === 'deleted' && entry.leftKey !== undefined;
  if (isLeft || (entry.written?.isUnconfirmed === true && record.what === 'written')) {
    const ofHistory = priority === 'history' ? { isReadBackOfHistory: true } : {};
    const dueAtMs = Date.now() + unconfirmedAfterMs(state);
    requeue(state, [queueItem(entry.orderId, 'unconfirmed', { dueAtMs, ...ofHistory })]);
  }
}

function recordWords(record: RecordResult, entry: LedgerEntry): string {
  switch (record.what) {
    case 'written':
      return `written: ${entry.read.status}`;
    case 'unchanged':
      return 'unchanged';
    case 'mended':
      return 'read back and mended: a late write had overtaken it';
    case 'deleted':
      return `record deleted: ${entry.reason ?? 'left'}`;
    case 'would-write':
      return 'would be written';
    case 'would-delete':
      return 'record would be deleted';
    case 'refused':
      return `refused by Dotdigital: ${record.code ?? 'no code'}`;
  }
}

function withEntry(entries: readonly LedgerEntry[], entry: LedgerEntry): LedgerEntry[] {
  const index = entries.findIndex((known) => known.orderId === entry.orderId);
  return index === -1 ? [...entries, entry] : entries.map((known, at) => (at === index ? entry : known));
}

/** Puts of a customer that turned out to be left out enter the ledger as they were read. */
function addPuts(state: SyncState, plan: DrainPlan): void {
  for (const order of plan.writes) if (order.kind === 'put') setEntries(state, withEntry(state.entries, order.entry));
}

/** While there is no contact, the customer's reason stands for all its orders, by the precedence of reasons. */
function skipForCustomer(state: SyncState): void {
  const reason = state.customerSkip;
  if (reason === null || state.contact !== null || state.isStopped) return;
  state.entries = state.entries.map((entry) => skipEntry(entry, reason));
}

function skipEntry(entry: LedgerEntry, reason: SkipReason): LedgerEntry {
  const first = firstReason(entry.reason === null ? [reason] : [entry.reason, reason]) ?? reason;
  return entry.reason === first ? entry : { ...entry, outcome: 'skipped', reason: first, heldAt: null };
}

/** Someone deleted the contact: it is never written, created or imported again until a person releases it. */
function stopForGoneContact(state: SyncState, plan: DrainPlan): void {
  addPuts(state, plan);
  state.isStopped = true;
  state.customerSkip = 'contact-deleted';
  state.entries = state.entries.map((entry) => ({ ...skipEntry(entry, 'contact-deleted'), written: null }));
  note(state, '–', 'the contact was deleted in Dotdigital: nothing is written for it any more');
}

/** The customer's reason is gone: every order that was skipped for it is looked at again. */
function queueReason(state: SyncState, reason: SkipReason): void {
  const skipped = state.entries.filter((entry) => entry.reason === reason).map((entry) => entry.orderId);
  queueOrders(state, skipped, 'again');
}

function queueWritten(state: SyncState): void {
  const written = state.entries.filter((entry) => entry.written !== null).map((entry) => entry.orderId);
  queueOrders(state, written, 'again');
}
