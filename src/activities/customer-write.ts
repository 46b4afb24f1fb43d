import type { ContactState } from '../domain/contact-state.js';
import type { OrderWrite } from '../domain/drain-plan.js';
import type { LedgerEntry } from '../domain/ledger.js';
import type { SkipReason } from '../domain/reasons.js';
import type { SpendParts } from '../domain/spend.js';

export interface WriteCustomerInput {
  readonly customerId: string;
  /** What is known of the contact; null: find or create it. */
  readonly contact: ContactState | null;
  /** A customer event asks to look at the customer again. */
  readonly isRefreshAsked: boolean;
  readonly orders: readonly OrderWrite[];
  /** Totals, count, first and last over all OTHER orders of the ledger. */
  readonly others: SpendParts;
  /** Before that, no money, count or first-order field is written. */
  readonly isLedgerComplete: boolean;
  /**
   * Writes of another run, or of a drain that failed, may still land: whatever is written now is read back, and nothing that
   * the ledger has of former writes makes a write superfluous.
   */
  readonly isInDoubt?: boolean;
  /** By order id: when the relay had received the oldest event that this answers (epoch ms); what no event asked for is not in it. */
  readonly receivedAtMs?: Readonly<Record<string, number>>;
  readonly priority: 'live' | 'history';
}

export interface WriteCustomerResult {
  readonly contact: ContactState | null;
  /** Why nothing can be written for this customer; null when it can. */
  readonly customerSkip: SkipReason | null;
  /** The contact that we knew is deleted, in the bin or gone: nothing is ever written for it again until a person says so. */
  readonly isContactGone: boolean;
  /** One for each order asked, in that order, unless the customer is skipped. */
  readonly orders: readonly RecordResult[];
  /** An earlier write may still land after this one: contact and records are to be read back. Absent in older results. */
  readonly isUncertain?: boolean;
  /** The contact was found, and it was ours already: an earlier run of this customer, now gone, had written. */
  readonly isFoundAgain?: boolean;
  /** What happened to the contact, in plain words without personal data: `contact created`, `fields updated`. */
  readonly notes: readonly string[];
}

/** What became of one order's record. */
export interface RecordResult {
  readonly orderId: string;
  readonly what: 'written' | 'unchanged' | 'mended' | 'deleted' | 'would-write' | 'would-delete' | 'refused';
  /** The entry as it stands now, with `leftKey` where a deletion is to be repeated; null when the order left the ledger. */
  readonly entry: LedgerEntry | null;
  /** Dotdigital's code where it refused the record. */
  readonly code: string | null;
}
