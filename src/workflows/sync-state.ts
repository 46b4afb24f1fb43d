import type { AnswerTo } from '../contract/backfill.js';
import type { WakeCustomer } from '../contract/messages.js';
import type { ContactState } from '../domain/contact-state.js';
import type { LedgerEntry } from '../domain/ledger.js';
import { LIMITS } from '../domain/limits.js';
import { isMoveEvent } from '../domain/moves.js';
import { isPollEvent } from '../domain/poll/change.js';
import type { SkipReason } from '../domain/reasons.js';
import type { ReviewDecision } from '../domain/review/decision.js';
import {
  enqueue,
  enqueueAll,
  isNewer,
  type Queue,
  type QueueItem,
  queueItem,
  type WaitReason,
} from '../domain/wake-queue.js';
import { areRefusedMovesReadAgain, areUnwrittenMovesReadAgain } from './versions.js';

/** All that a customer workflow knows, and all that it carries into its next run. Plain JSON; no personal data. */
export interface SyncState {
  readonly customerId: string;
  queue: Queue;
  entries: readonly LedgerEntry[];
  contact: ContactState | null;
  customerSkip: SkipReason | null;
  /** Nothing is written, nothing is deleted, until a person releases the contact. */
  isStopped: boolean;
  isLedgerComplete: boolean;
  /** The customer's orders are to be listed in Stokly. */
  isListDue: boolean;
  /** The customer's record is to be looked at again. */
  isRefreshDue: boolean;
  /** The same, asked for by history: nobody waits for it. */
  isRefreshOfHistoryDue?: boolean;
  /** Messages that change the ledger: carried out between two drains, never while one is being written. */
  commands: readonly WakeCustomer[];
  /** Bounded by `LIMITS.eventIdsRemembered`, newest last. */
  seenEventIds: readonly string[];
  /** Orders whose last write may or may not have taken effect. */
  uncertainOrderIds: readonly string[];
  /** The contact's fields and address: when they are read back, as `uncertainOrderIds` are. Epoch ms. */
  contactReadBackAtMs?: number | null;
  /** Only history's writes are read back then. */
  isContactReadBackOfHistory?: boolean;
  /** Until then (epoch ms) writes of another run of this customer may still land. */
  inDoubtUntilMs?: number | null;
  /** The results that were read last are of another run: this one is a reset of it. */
  isResetSeen?: boolean;
  /** A write of the last drain failed, and its fate is not known. */
  isWriteUncertain?: boolean;
  /** As the last drain's settings said; absent before the first. */
  unconfirmedAfterMs?: number;
  unknownOrderIds: readonly string[];
  /** Decisions of reviews that are not carried out and answered yet, by order. Absent in states from before reviews. */
  decisions?: Readonly<Record<string, ReviewDecision>>;
  /** As the last drain's settings said; null before the first. */
  accountCurrency: string | null;
  mappingVersion: number | null;
  isRehearsal: boolean;
  problem: Problem | null;
  hasMalformedMessage: boolean;
  isLedgerFull: boolean;
  recent: readonly RecentOutcome[];
  /** Backfills that want to be told what the ledger comes to. Absent where none does. */
  asks?: readonly HistoryAsk[];
  /** Loads that are complete: asked again, the ledger answers. Bounded by `LIMITS.loadsRemembered`, newest last. */
  loadsDone?: readonly string[];
}

/** One who waits for an answer, and how many orders without an outcome the last answer named; null: none was given yet. */
export interface HistoryAsk extends AnswerTo {
  readonly toldWaiting: number | null;
}

/** Why the last drain could not be carried out. It is tried again without limit, at a growing pace. */
export interface Problem {
  /** Failure type of `activities/failures.ts`. */
  readonly type: string;
  /** A vendor’s limit, and not the vendor, is what it waits for. */
  readonly isOfLimit?: boolean;
  readonly message: string;
  readonly sinceMs: number;
  readonly failures: number;
}

export interface RecentOutcome {
  readonly at: string;
  readonly number: string;
  readonly what: string;
}

export function newSyncState(customerId: string): SyncState {
  return {
    customerId,
    queue: [],
    entries: [],
    contact: null,
    customerSkip: null,
    isStopped: false,
    isLedgerComplete: false,
    isListDue: true,
    isRefreshDue: false,
    commands: [],
    seenEventIds: [],
    uncertainOrderIds: [],
    unknownOrderIds: [],
    accountCurrency: null,
    mappingVersion: null,
    isRehearsal: false,
    problem: null,
    hasMalformedMessage: false,
    isLedgerFull: false,
    recent: [],
  };
}

/** Remembers, enqueues, returns: the whole of the signal handler. Never throws: what cannot be understood is noted. */
export function acceptWake(state: SyncState, wake: WakeCustomer): void {
  if (typeof wake !== 'object' || wake === null || typeof wake.eventId !== 'string' || typeof wake.kind !== 'string') {
    noteMalformed(state);
    return;
  }
  if (state.seenEventIds.includes(wake.eventId)) return;
  state.seenEventIds = [...state.seenEventIds, wake.eventId].slice(-LIMITS.eventIdsRemembered);
  switch (wake.kind) {
    case 'order':
      acceptOrder(state, wake);
      return;
    case 'customer':
      state.isRefreshDue = true;
      return;
    case 'load-history':
      acceptLoad(state, wake);
      return;
    case 'customer-deleted':
    case 'resync':
    case 'release-contact':
    case 'open-reviews':
      state.commands = [...state.commands, wake];
      return;
    case 'decide-review':
      acceptDecision(state, wake);
      return;
    default:
      noteMalformed(state);
  }
}

/** Without anyone to answer to, what is not known yet is loaded; a backfill has everything read, once a load. */
function acceptLoad(state: SyncState, { answerTo }: WakeCustomer): void {
  if (answerTo === undefined) {
    state.isListDue = true;
    return;
  }
  const { workflowId, loadId, since, window } = answerTo;
  if (![workflowId, loadId, since].every((text) => typeof text === 'string') || typeof window !== 'object') {
    noteMalformed(state);
    return;
  }
  const asks = state.asks ?? [];
  const isAsked = asks.some((ask) => ask.loadId === loadId);
  if (!isAsked && !(state.loadsDone ?? []).includes(loadId)) {
    state.isListDue = true;
    queueOrders(
      state,
      state.entries.map((entry) => entry.orderId),
      'again',
    );
  }
  const others = asks.filter((ask) => ask.loadId !== loadId).slice(1 - LIMITS.loadsRemembered);
  state.asks = [...others, { ...answerTo, toldWaiting: null }];
}

/** Whatever version is known: the order is read again, and the decision is carried out if its money is still the same. */
function acceptDecision(state: SyncState, { orderId, decision }: WakeCustomer): void {
  if (typeof orderId !== 'string' || typeof decision?.decisionId !== 'string') {
    noteMalformed(state);
    return;
  }
  state.decisions = { ...state.decisions, [orderId]: decision };
  state.queue = enqueue(state.queue, queueItem(orderId, 'event'));
}

function noteMalformed(state: SyncState): void {
  state.hasMalformedMessage = true;
  note(state, '–', 'a message that could not be understood was dropped');
}

/**
 * A wake whose version the ledger surely has is dropped unread; one without a version is always read. Compared is the header's
 * own version: a refund that was read later says nothing about a header that changed in between.
 */
function acceptOrder(state: SyncState, wake: WakeCustomer): void {
  if (typeof wake.orderId !== 'string') {
    noteMalformed(state);
    return;
  }
  const version = typeof wake.version === 'string' && !Number.isNaN(Date.parse(wake.version)) ? wake.version : null;
  const entry = state.entries.find((known) => known.orderId === wake.orderId);
  const isWaiting = state.queue.some((item) => item.orderId === wake.orderId);
  const known = entry?.version ?? null;
  const isKnown = version !== null && known !== null && !isNewer(version, known);
  if (isKnown && !isWaiting && !isFreedByMove(wake, entry)) {
    if (!isPollEvent(wake.eventId)) {
      note(state, entry?.number ?? wake.orderId, 'event dropped: this version was already read');
    }
    return;
  }
  const received = receivedAtMsOf(wake);
  const here = wake.isRecordHere === true ? { isRecordHere: true } : {};
  state.queue = enqueue(
    state.queue,
    queueItem(wake.orderId, 'event', { expectedVersion: version, ...received, ...here }),
  );
}

/**
 * Its record stood with the customer that had it before, and so Dotdigital refused it here, or is about to in a drain that is in hand;
 * that customer has deleted it now.
 */
function isFreedByMove({ eventId }: WakeCustomer, entry: LedgerEntry | undefined): boolean {
  if (entry === undefined || !isMoveEvent(eventId)) return false;
  if (entry.reason === 'refused-by-dotdigital') return areRefusedMovesReadAgain();
  return entry.written === null && areUnwrittenMovesReadAgain();
}

function receivedAtMsOf({ receivedAt }: WakeCustomer): Pick<QueueItem, 'receivedAtMs'> {
  const receivedAtMs = typeof receivedAt === 'string' ? Date.parse(receivedAt) : Number.NaN;
  return Number.isNaN(receivedAtMs) ? {} : { receivedAtMs };
}

export function queueOrders(state: SyncState, orderIds: readonly string[], why: WaitReason): void {
  state.queue = enqueueAll(
    state.queue,
    orderIds.map((orderId) => queueItem(orderId, why)),
  );
}

export function requeue(state: SyncState, items: readonly QueueItem[]): void {
  state.queue = enqueueAll(state.queue, items);
}

export function note(state: SyncState, number: string, what: string): void {
  const at = new Date(Date.now()).toISOString();
  state.recent = [{ at, number, what }, ...state.recent].slice(0, LIMITS.recentOutcomes);
}
