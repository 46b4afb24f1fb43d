import type { PollStream } from '../domain/poll/change.js';
import type { PollMemory } from '../domain/poll/memory.js';
import type { PollRound } from '../domain/poll/round.js';

/** Id of the Schedule that polls, and of the workflows that it starts (Temporal appends the time). */
export const POLL_SCHEDULE_ID = 'poll-changes';

/** Input of `pollChangesWorkflow`; `carried` is for its own continue-as-new only. */
export interface PollChangesInput {
  readonly carried?: PollRound;
}

/** What a round came to. The next run finds it and goes on from there. No personal data. */
export interface PollChangesResult {
  /** ISO instants. */
  readonly startedAt: string;
  readonly endedAt: string;
  /** New and changed rows that no round before had seen. */
  readonly found: Readonly<Record<PollStream, number>>;
  /** Wakes that were sent: one a change. */
  readonly woken: number;
  /** Till sales. */
  readonly withoutCustomer: number;
  /** Wakes that could not be sent and go into the next round. */
  readonly waiting: number;
  /** Orders that Stokly did not show within a day. */
  readonly givenUp: number;
  readonly unreadable: number;
  /** Streams that could not be read to their end, with the failure in words: their watermark stays. */
  readonly problems: Readonly<Partial<Record<PollStream, string>>>;
  /** Open orders compared by fingerprint; null where there is `timeUpdated`. */
  readonly openOrders: { readonly watched: number; readonly unwatched: number } | null;
  readonly memory: PollMemory;
}
