import type { Logger } from 'pino';
import type { BackfillPageResult } from '../contract/backfill.js';
import type { AdmitLowering, LoweringAnswer, WakeCustomer } from '../contract/messages.js';
import type { ReviewNews, ReviewPolicy } from '../contract/review.js';
import type { VendorPace } from '../domain/backfill/pace.js';
import type { LedgerEntry } from '../domain/ledger.js';
import type { SyncPolicy } from '../domain/policy.js';
import type { DigestInput } from '../domain/review/digest.js';
import type { DotdigitalApi } from '../dotdigital/api.js';
import type { Notifier } from '../notify/notifier.js';
import type { StoklyApi } from '../stokly/api.js';

/** What activities tell of their work, to be counted. */
export interface ActivityMetrics {
  /** From the relay's receipt of an event to the confirmed write that answers it. May be below zero where clocks differ. */
  eventWritten(seconds: number): void;
}

/** All that activities need of the world. Wired in `src/worker.ts` alone. */
export interface ActivityDeps {
  readonly stokly: StoklyApi;
  readonly dotdigital: DotdigitalApi;
  readonly policy: SyncPolicy;
  /** `CONSENT_LOWER_MAX`, an hour. */
  readonly consentLowerMaxPerHour: number;
  /** Starts or signals the customer's workflow. */
  readonly wakeCustomer: (customerId: string, wake: WakeCustomer) => Promise<void>;
  /** The same at history's priority: workflows that it starts go behind live ones. */
  readonly loadHistory: (customerId: string, wake: WakeCustomer) => Promise<void>;
  /** The result of a page of a backfill that has ended; null where it can no longer be read. */
  readonly readBackfillPage: (workflowId: string) => Promise<BackfillPageResult | null>;
  /** A customer’s ledger, from its workflow: where it has none, and where nobody answers for it. */
  readonly readLedger: (customerId: string) => Promise<readonly LedgerEntry[] | 'none' | 'unanswered'>;
  /** What this worker's limiters have learned. */
  readonly pace: () => readonly VendorPace[];
  /** Opens the review of an order, or tells the open one. */
  readonly openReview: (news: Extract<ReviewNews, { kind: 'open' }>) => Promise<void>;
  /** All open reviews, from visibility. */
  readonly listOpenReviews: () => Promise<readonly DigestInput[]>;
  readonly notifier: Notifier;
  /** What reviews run under. */
  readonly reviewPolicy: ReviewPolicy;
  /** Asks the account's consent breaker; repeats with one `updateId` count once. */
  readonly admitLowering: (ask: AdmitLowering, updateId: string) => Promise<LoweringAnswer>;
  /** Absent: nothing is counted. */
  readonly metrics?: ActivityMetrics;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error' | 'debug'>;
  readonly now: () => number;
}
