import type { Difference } from './judgement.js';
import type { SkipReason } from './reasons.js';
import type { OpenedReview, ReviewDecision } from './review/decision.js';

export const OUTCOMES = ['synced', 'held', 'skipped'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/**
 * One order in a customer's ledger: what was read of it and what was written. No personal data. Amounts in minor units of
 * `currency`; instants as ISO text.
 */
export interface LedgerEntry {
  readonly orderId: string;
  readonly number: string;
  readonly placedAt: string;
  readonly currency: string;
  /** The header's own `timeUpdated` when it was last read: every change up to it is in the entry. Null: always read again. */
  readonly version: string | null;
  readonly despatchedAt: string | null;
  readonly lastRefundAt: string | null;
  readonly outcome: Outcome;
  /** Set exactly when the outcome is `skipped`. */
  readonly reason: SkipReason | null;
  /** The differences that hold it, or the notes; at most `LIMITS.differencesKept`. */
  readonly differences: readonly Difference[];
  /** Since when it is held; null unless held. */
  readonly heldAt: string | null;
  readonly read: LedgerRead;
  /** What stands in Dotdigital as Dotdigital confirmed it; null where there is no record. */
  readonly written: LedgerWritten | null;
  /** Key of a record that was deleted while a write of unknown fate might bring it back: deleted once more when read back. */
  readonly leftKey?: string;
  /** The review that was opened for it and is not closed yet; absent where there is none. */
  readonly review?: OpenedReview;
  /** The last decision of a person that was carried out; stands while `read.moneyHash` is the decision's. */
  readonly decision?: ReviewDecision;
}

export interface LedgerRead {
  readonly snapshotHash: string;
  /** Over what the money rules read: a later despatch does not change it. */
  readonly moneyHash: string;
  readonly grossMinor: number;
  readonly refundedMinor: number;
  readonly status: string;
  readonly at: string;
}

export interface LedgerWritten {
  /** Hash over record body + contactId + mapping version. Only this makes a write superfluous. Null: written, but to be sent again. */
  readonly hash: string | null;
  /** The record's key in the collection. */
  readonly recordKey: string;
  readonly grossMinor: number;
  readonly refundedMinor: number;
  readonly toleratedMinor: number;
  /** Written, not cancelled, total > 0, not fully refunded. */
  readonly isCounting: boolean;
  readonly status: string;
  readonly despatchedAt: string | null;
  readonly lastRefundAt: string | null;
  readonly at: string;
  /** The fate of a write is unknown: read it back and mend it. */
  readonly isUnconfirmed: boolean;
}

/** The same where nothing is to be deleted once more. */
export function withoutLeftKey({ leftKey: _left, ...entry }: LedgerEntry): LedgerEntry {
  return entry;
}
