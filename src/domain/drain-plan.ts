import type { ContactState } from './contact-state.js';
import type { DrainPolicy, FetchedOrder } from './fetched-order.js';
import type { Judgement } from './judgement.js';
import type { LedgerEntry } from './ledger.js';
import type { OrderSnapshot } from './order.js';
import type { SkipReason } from './reasons.js';
import type { AcceptAction } from './review/actions.js';
import type { ReviewDecision } from './review/decision.js';
import type { ReviewStake } from './review/stake.js';
import type { Queue, QueueItem } from './wake-queue.js';

/** One thing that `writeCustomer` is asked to do about one order. */
export type OrderWrite = PutOrder | DeleteOrder;

export interface PutOrder {
  readonly kind: 'put';
  /** The entry as read; `written` says what stands in Dotdigital by now. */
  readonly entry: LedgerEntry;
  readonly snapshot: OrderSnapshot;
  readonly isTrimmed: boolean;
  readonly judgement: Judgement;
  /** A former write of it may still land: read the record back and mend it. */
  readonly readBack: boolean;
  /** An earlier attempt's fate is unknown: the result is to be read back later. */
  readonly isUncertain: boolean;
  /** Set where a person accepted amounts that the rules do not let pass: `judgement` has them already. */
  readonly acceptedAs?: AcceptAction;
}

export interface DeleteOrder {
  readonly kind: 'delete';
  readonly orderId: string;
  readonly number: string;
  readonly recordKey: string;
  /** Null when the order leaves the ledger too (it moved to another customer). */
  readonly entry: LedgerEntry | null;
  /** A put of unknown fate may still land: the deletion is to be repeated. Absent: none is on its way. */
  readonly isUncertain?: boolean;
  /** It is the repetition. */
  readonly readBack?: boolean;
}

/** An order that turned out to be another customer's. */
export interface MovedOrder {
  readonly orderId: string;
  readonly customerId: string;
  readonly version: string | null;
}

/** A review that is to be opened, or told what is at stake by now. */
export interface PlannedReview {
  readonly orderId: string;
  readonly number: string;
  readonly stake: ReviewStake;
}

/** What a drain decides to do, before anything is written. */
export interface DrainPlan {
  /** The ledger with holds and skips entered; puts stand in it as they were. */
  readonly entries: readonly LedgerEntry[];
  readonly writes: readonly OrderWrite[];
  readonly requeue: readonly QueueItem[];
  readonly moved: readonly MovedOrder[];
  /** Orders that wait for a person whose review does not know of this money yet. */
  readonly reviews: readonly PlannedReview[];
  /** Decisions about the very money that was read which cannot be carried out, by order, with the reason. */
  readonly refusals: ReadonlyMap<string, string>;
  /** Orders newly held, in this drain. */
  readonly held: readonly LedgerEntry[];
  readonly skipped: readonly LedgerEntry[];
  readonly unknownOrderIds: readonly string[];
  readonly notes: readonly { readonly number: string; readonly what: string }[];
}

/** What planning needs to know of the customer. */
export interface DrainContext {
  readonly customerId: string;
  readonly entries: readonly LedgerEntry[];
  readonly contact: ContactState | null;
  readonly customerSkip: SkipReason | null;
  /** Nothing is written for this customer (deleted in Stokly, or its contact was deleted), and nothing is deleted. */
  readonly isStopped: boolean;
  readonly uncertainOrderIds: readonly string[];
  /** Whether a record is deleted that the ledger does not know, where a put of unknown fate may have made it. */
  readonly areLostPutsDeleted?: boolean;
  /** Decisions of reviews that are not carried out yet, by order. Absent where there are none. */
  readonly decisions?: Readonly<Record<string, ReviewDecision>>;
}

export interface DrainInput {
  readonly taken: Queue;
  readonly fetched: readonly FetchedOrder[];
  readonly policy: DrainPolicy;
  /** Epoch ms. */
  readonly nowMs: number;
}
