import { growingPauseMs } from './growing-pause.js';
import { LIMITS } from './limits.js';

/** Why an order waits to be looked at. `event` is live work; `history` and `again` go behind it. */
export const WAIT_REASONS = ['event', 'history', 'again', 'second-read', 'behind', 'not-found', 'unconfirmed'] as const;
export type WaitReason = (typeof WAIT_REASONS)[number];

/** One order that waits. There is never more than one item an order: later wakes are merged into it. */
export interface QueueItem {
  readonly orderId: string;
  readonly why: WaitReason;
  /** The newest version that an event named; null when none did. */
  readonly expectedVersion: string | null;
  /** Epoch ms from which on it is due; 0 means at once. */
  readonly dueAtMs: number;
  /** How often Stokly was asked in vain (`behind`, `not-found`). */
  readonly tries: number;
  /** Epoch ms of the first time it was asked for in vain; 0 when it was not. */
  readonly waitingSinceMs: number;
  /** Epoch ms since when its money does not add up; 0 when it does or was not looked at. */
  readonly failingSinceMs: number;
  /** It came behind live work, and stays so whatever it waits for by now. */
  readonly isOfHistory?: boolean;
  /** Read back because of a write that went behind live work: taken with live orders, and in no more hurry than that write was. */
  readonly isReadBackOfHistory?: boolean;
  /** A record of it stands under this customer's contact, and another customer is refused it. */
  readonly isRecordHere?: boolean;
  /** Epoch ms at which the relay had received the oldest event that waits for it; absent where none was. */
  readonly receivedAtMs?: number;
}

export type Queue = readonly QueueItem[];

export function queueItem(
  orderId: string,
  why: WaitReason,
  rest: Partial<Omit<QueueItem, 'orderId' | 'why'>> = {},
): QueueItem {
  return { orderId, why, expectedVersion: null, dueAtMs: 0, tries: 0, waitingSinceMs: 0, failingSinceMs: 0, ...rest };
}

/**
 * Puts an item in, merged with the one that waits for the same order: it is due at the earlier moment, wants the newer
 * version, and keeps since when the order fails or is missing. Live work keeps the place it had.
 */
export function enqueue(queue: Queue, item: QueueItem): Queue {
  const index = queue.findIndex((waiting) => waiting.orderId === item.orderId);
  const waiting = queue[index];
  if (waiting === undefined) return [...queue, item];
  const merged: QueueItem = {
    orderId: item.orderId,
    why: mergeWhy(waiting, item),
    expectedVersion: newerVersion(waiting.expectedVersion, item.expectedVersion),
    dueAtMs: Math.min(waiting.dueAtMs, item.dueAtMs),
    tries: item.why === 'event' ? 0 : Math.max(waiting.tries, item.tries),
    waitingSinceMs: earlierKnown(waiting.waitingSinceMs, item.waitingSinceMs),
    failingSinceMs: earlierKnown(waiting.failingSinceMs, item.failingSinceMs),
    ...receivedOf(earlierKnown(waiting.receivedAtMs ?? 0, item.receivedAtMs ?? 0)),
    ...(isStillOfHistory(waiting, item) ? { isOfHistory: true } : {}),
    ...(isStillReadBackOfHistory(waiting, item) ? { isReadBackOfHistory: true } : {}),
    ...(waiting.isRecordHere === true || item.isRecordHere === true ? { isRecordHere: true } : {}),
  };
  return queue.map((old, at) => (at === index ? merged : old));
}

function receivedOf(receivedAtMs: number): Pick<QueueItem, 'receivedAtMs'> {
  return receivedAtMs === 0 ? {} : { receivedAtMs };
}

export function enqueueAll(queue: Queue, items: readonly QueueItem[]): Queue {
  return items.reduce(enqueue, queue);
}

/**
 * An event is live work, whatever waited. Else who is due first says why, with its own priority: an order that live work is to look at later,
 * and that a backfill asks for meanwhile, goes in the backfill's line until its next event: minutes, of the few orders that a backfill meets
 * so. The reason of the later one must not be kept: a read-back would be made before a late write can have landed.
 */
function mergeWhy(waiting: QueueItem, item: QueueItem): WaitReason {
  if (waiting.why === 'event' || item.why === 'event') return 'event';
  return item.dueAtMs <= waiting.dueAtMs ? item.why : waiting.why;
}

function earlierKnown(left: number, right: number): number {
  if (left === 0) return right;
  if (right === 0) return left;
  return Math.min(left, right);
}

export function newerVersion(left: string | null, right: string | null): string | null {
  if (left === null) return right;
  if (right === null) return left;
  return isNewer(right, left) ? right : left;
}

/** Whether one instant (ISO text of any precision) is later than another. */
export function isNewer(left: string, right: string): boolean {
  return Date.parse(left) > Date.parse(right);
}

const isBehindLiveWork = ({ why, isOfHistory }: QueueItem): boolean =>
  why === 'history' || why === 'again' || isOfHistory === true;

/** Until somebody asks for the order who does not stand behind live work. */
function isStillOfHistory(waiting: QueueItem, item: QueueItem): boolean {
  const isMarked = waiting.isOfHistory === true || item.isOfHistory === true;
  return isMarked && isBehindLiveWork(waiting) && isBehindLiveWork(item);
}

function isStillReadBackOfHistory(waiting: QueueItem, item: QueueItem): boolean {
  const isMarked = waiting.isReadBackOfHistory === true || item.isReadBackOfHistory === true;
  return isMarked && priorityOf([waiting, item]) === 'history';
}

/** Looked at again later, for another reason: what came behind live work stays behind it. */
export function again(item: QueueItem, changes: Pick<QueueItem, 'why'> & Partial<QueueItem>): QueueItem {
  return { ...item, ...changes, ...(isBehindLiveWork(item) ? { isOfHistory: true } : {}) };
}

/** Takes what is due, in the order it came, live work before history, at most `LIMITS.ordersPerDrain`. */
export function takeDue(queue: Queue, nowMs: number): { readonly taken: Queue; readonly rest: Queue } {
  const due = queue.filter((item) => item.dueAtMs <= nowMs);
  const live = due.filter((item) => !isBehindLiveWork(item));
  const taken = (live.length > 0 ? live : due).slice(0, LIMITS.ordersPerDrain);
  const ids = new Set(taken.map((item) => item.orderId));
  return { taken, rest: queue.filter((item) => !ids.has(item.orderId)) };
}

/** Whether these are history's orders: the rest of a customer's may then be listed with them. */
export function isHistory(taken: Queue): boolean {
  return taken.length > 0 && taken.every(isBehindLiveWork);
}

export type Priority = 'live' | 'history';

/** With which priority a drain of these goes, in Temporal and in the limiters: history's, where nobody waits for any of them. */
export function priorityOf(taken: Queue): Priority {
  const isLive = (item: QueueItem): boolean => !isBehindLiveWork(item) && item.isReadBackOfHistory !== true;
  return taken.some(isLive) ? 'live' : 'history';
}

export function countDue(queue: Queue, nowMs: number): number {
  return queue.filter((item) => item.dueAtMs <= nowMs).length;
}

/** Epoch ms of the next moment at which something is due, or null when nothing waits. */
export function nextDueAtMs(queue: Queue): number | null {
  return queue.length === 0 ? null : Math.min(...queue.map((item) => item.dueAtMs));
}

/** A version that Stokly does not show yet: when to look again; null when it is to be taken as it is. */
export function pauseForBehind(tries: number): number | null {
  return tries >= LIMITS.behindTries ? null : (LIMITS.behindPausesMs[tries] ?? LIMITS.notFoundPauseMaxMs);
}

/** An order that Stokly does not show at all: when to look again; null when a day is over. */
export function pauseForNotFound(item: QueueItem, nowMs: number): number | null {
  const since = item.waitingSinceMs === 0 ? nowMs : item.waitingSinceMs;
  if (nowMs - since >= LIMITS.notFoundGiveUpMs) return null;
  return growingPauseMs({ firstMs: 1000, maxMs: LIMITS.notFoundPauseMaxMs }, item.tries);
}

/** When the events that these orders answer had been received, for measuring how long it took; what none asked for is left out. */
export function receivedAtMsOf(queue: Queue, orderIds: ReadonlySet<string>): Record<string, number> {
  const known = queue.flatMap(({ orderId, receivedAtMs }): [string, number][] =>
    receivedAtMs !== undefined && orderIds.has(orderId) ? [[orderId, receivedAtMs]] : [],
  );
  return Object.fromEntries(known);
}
