import type { OrderSnapshot } from './order.js';
import type { SkipReason } from './reasons.js';
import type { Difference, Judgement } from './reconcile.js';
import type { OrderChoices } from './review/choices.js';

/** One order as `fetchOrders` read and judged it. No personal data. */
export type FetchedOrder =
  | JudgedOrder
  | UnreadableFetched
  /** Stokly shows an older version than the event named. */
  | { readonly kind: 'behind'; readonly orderId: string; readonly seenVersion: string | null }
  | { readonly kind: 'not-found'; readonly orderId: string }
  /** Not read this time: the drain was full by bytes. */
  | { readonly kind: 'deferred'; readonly orderId: string };

export interface JudgedOrder {
  readonly kind: 'read';
  readonly orderId: string;
  /** Without lines and refunds where `isTrimmed`: too large to travel, `writeCustomer` reads it again and compares the hash. */
  readonly snapshot: OrderSnapshot;
  readonly isTrimmed: boolean;
  /** Taken as it is although Stokly never showed the version that the event named. */
  readonly isBehind: boolean;
  readonly judgement: Judgement;
  /** `order_status` of the record. */
  readonly status: string;
  readonly lastRefundAt: string | null;
  /** What the order itself says about being left out; the customer's reasons come later. */
  readonly skipReasons: readonly SkipReason[];
  readonly snapshotHash: string;
  readonly moneyHash: string;
  /** The record's key in the collection. Absent in results from before reviews. */
  readonly recordKey?: string;
  /** What a person could decide; only where the money does not add up. */
  readonly choices?: OrderChoices;
}

export interface UnreadableFetched {
  readonly kind: 'unreadable';
  readonly orderId: string;
  readonly number: string;
  readonly customerId: string | null;
  /** Empty when it cannot be read. */
  readonly placedAt: string;
  readonly version: string | null;
  readonly currency: string;
  readonly differences: readonly Difference[];
  readonly skipReasons: readonly SkipReason[];
  readonly hash: string;
}

/** The settings that a drain ran under, as the activity read them: workflow code reads none. */
export interface DrainPolicy {
  readonly holdAfterMs: number;
  readonly accountCurrency: string;
  readonly mappingVersion: number;
  /** False: `WRITES=off`. */
  readonly writes: boolean;
  /** `SyncPolicy.unconfirmedAfterMs`; absent in results from before it could be set. */
  readonly unconfirmedAfterMs?: number;
}
