import type { WakeCustomer } from '../contract/messages.js';
import type { LedgerEntry } from '../domain/ledger.js';
import { isMoveEvent } from '../domain/moves.js';
import { textOr } from './asked-text.js';
import { note, queueOrders, type SyncState } from './sync-state.js';
import { areMovesHeardAgain, areNoticesCleared } from './versions.js';

/** Carries out what a handler could only put aside. */
export function applyCommands(state: SyncState): void {
  const { commands } = state;
  state.commands = [];
  for (const command of commands) {
    if (command.kind === 'resync') resync(state, command.orderId);
    else if (command.kind === 'release-contact') release(state, command);
    else if (command.kind === 'open-reviews') forgetReviews(state, command.orderId);
    else if (command.kind === 'customer-deleted') stopForDeletedCustomer(state);
  }
}

function stopForDeletedCustomer(state: SyncState): void {
  state.isStopped = true;
  state.customerSkip = 'customer-deleted';
  note(state, '–', 'customer deleted in Stokly: nothing more is written');
}

/** Forgets what was written, so that it is written again (after someone emptied a collection). */
function resync(state: SyncState, orderId: string | undefined): void {
  const isMeant = (entry: LedgerEntry): boolean => orderId === undefined || entry.orderId === orderId;
  state.entries = state.entries.map((entry) => (isMeant(entry) ? voidWritten(entry) : entry));
  if (state.contact !== null) state.contact = { ...state.contact, fieldsHash: null, profileHash: null };
  state.isRefreshDue = state.isRefreshDue || orderId === undefined;
  if (orderId === undefined) {
    state.isListDue = true;
    clearNotices(state);
  }
  queueOrders(state, orderId === undefined ? state.entries.map((entry) => entry.orderId) : [orderId], 'again');
}

/** Held orders are read again, and their reviews told anew: opens what somebody terminated. One that is open takes no notice. */
function forgetReviews(state: SyncState, orderId: string | undefined): void {
  const isMeant = (entry: LedgerEntry): boolean =>
    entry.outcome === 'held' && (orderId === undefined || entry.orderId === orderId);
  const meant = state.entries.filter(isMeant).map((entry) => entry.orderId);
  state.entries = state.entries.map((entry) => {
    if (!isMeant(entry)) return entry;
    const { review: _, ...rest } = entry;
    return rest;
  });
  if (!state.isStopped) queueOrders(state, meant, 'again');
}

/**
 * Notices that nothing takes away by itself: a message that was dropped, an order that Stokly never showed, a contact that was
 * made anew. Whoever has a customer written again as a whole has looked at them.
 */
function clearNotices(state: SyncState): void {
  const isThere = state.hasMalformedMessage || state.unknownOrderIds.length > 0 || state.contact?.wasRecreated === true;
  if (!isThere || !areNoticesCleared()) return;
  state.hasMalformedMessage = false;
  state.unknownOrderIds = [];
  if (state.contact !== null) state.contact = { ...state.contact, wasRecreated: false };
}

/** A person decided that a contact which was deleted may be written again. */
function release(state: SyncState, { asked }: WakeCustomer): void {
  note(state, '–', `released by ${textOr(asked?.actor, 'a person')}: ${textOr(asked?.reason, 'no reason given')}`);
  state.isStopped = false;
  state.customerSkip = null;
  state.contact = null;
  state.isRefreshDue = true;
  state.entries = state.entries.map(voidWritten);
  hearMovesAgain(state);
  queueOrders(
    state,
    state.entries.map((entry) => entry.orderId),
    'again',
  );
}

/** A record that was not given up while nothing was written: whoever is refused it asks under the same id again. */
function hearMovesAgain(state: SyncState): void {
  if (state.seenEventIds.some(isMoveEvent) && areMovesHeardAgain())
    state.seenEventIds = state.seenEventIds.filter((eventId) => !isMoveEvent(eventId));
}

function voidWritten(entry: LedgerEntry): LedgerEntry {
  return entry.written === null ? entry : { ...entry, written: { ...entry.written, hash: null } };
}
