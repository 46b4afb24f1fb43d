import type { Logger } from 'pino';
import type { AdmitLowering, LoweringAnswer, WakeCustomer } from '../contract/messages.js';
import type { ReviewNews, ReviewPolicy } from '../contract/review.js';
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
