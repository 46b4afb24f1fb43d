import type { JudgedOrder, UnreadableFetched } from './fetched-order.js';
import type { LedgerEntry } from './ledger.js';
import { LIMITS } from './limits.js';

/** The ledger's entry of an order as it was just read; what was written of it before stays. */
export function entryOf(order: JudgedOrder, before: LedgerEntry | null, nowMs: number): LedgerEntry {
  const { snapshot, judgement } = order;
  return {
    orderId: order.orderId,
    number: snapshot.number,
    placedAt: snapshot.placedAt,
    currency: snapshot.currency,
    version: snapshot.orderVersion,
    despatchedAt: snapshot.despatchedAt,
    lastRefundAt: order.lastRefundAt,
    outcome: 'synced',
    reason: null,
    differences: judgement.differences.slice(0, LIMITS.differencesKept),
    heldAt: before?.heldAt ?? null,
    read: {
      snapshotHash: order.snapshotHash,
      moneyHash: order.moneyHash,
      grossMinor: judgement.grossMinor,
      refundedMinor: judgement.refundedMinor,
      status: order.status,
      at: new Date(nowMs).toISOString(),
    },
    written: before?.written ?? null,
    ...leftKeyOf(before),
    ...carriedFrom(before),
  };
}

function leftKeyOf(before: LedgerEntry | null): Pick<LedgerEntry, 'leftKey'> {
  return before?.leftKey === undefined ? {} : { leftKey: before.leftKey };
}

/** The same of an order that could not be read: what is known from before stays, amounts are zero where nothing is known. */
export function unreadableEntry(order: UnreadableFetched, before: LedgerEntry | null, nowMs: number): LedgerEntry {
  return {
    orderId: order.orderId,
    // An unreadable number stands as the order's id: no contact is to be told that as its last order.
    number: order.number === order.orderId ? (before?.number ?? order.number) : order.number,
    placedAt: order.placedAt === '' ? (before?.placedAt ?? '') : order.placedAt,
    currency: order.currency === '' ? (before?.currency ?? '') : order.currency,
    // Whatever comes next is to be read.
    version: null,
    despatchedAt: before?.despatchedAt ?? null,
    lastRefundAt: before?.lastRefundAt ?? null,
    outcome: 'held',
    reason: null,
    differences: order.differences.slice(0, LIMITS.differencesKept),
    heldAt: before?.heldAt ?? null,
    read: {
      snapshotHash: order.hash,
      moneyHash: order.hash,
      grossMinor: before?.read.grossMinor ?? 0,
      refundedMinor: before?.read.refundedMinor ?? 0,
      status: before?.read.status ?? 'unreadable',
      at: new Date(nowMs).toISOString(),
    },
    written: before?.written ?? null,
    ...leftKeyOf(before),
    ...carriedFrom(before),
  };
}

/** What is known of its review, and what was decided, outlives every read. */
function carriedFrom(before: LedgerEntry | null): Pick<LedgerEntry, 'review' | 'decision'> {
  return {
    ...(before?.review === undefined ? {} : { review: before.review }),
    ...(before?.decision === undefined ? {} : { decision: before.decision }),
  };
}
