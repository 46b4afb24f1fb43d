import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Attention } from '../domain/attention.js';
import type { LedgerEntry, Outcome } from '../domain/ledger.js';
import type { SkipReason } from '../domain/reasons.js';
import type { ReviewDecision } from '../domain/review/decision.js';
import type { WaitReason } from '../domain/wake-queue.js';
import type { AnswerTo } from './backfill.js';

/** What a wake asks a customer workflow to look at. */
const WAKE_KINDS = [
  'order',
  'customer',
  'customer-deleted',
  'load-history',
  'resync',
  'release-contact',
  'decide-review',
  'open-reviews',
] as const;
type WakeKind = (typeof WAKE_KINDS)[number];

/**
 * The one signal of a customer workflow. ONE type with an envelope, because several signal types reorder what was buffered.
 * A hint, never the data: the workflow reads Stokly's latest state.
 */
export interface WakeCustomer {
  /** Repeats of one event carry one id and have one effect. */
  readonly eventId: string;
  readonly kind: WakeKind;
  /** Needed by `order` and `decide-review`; `resync` and `open-reviews` without one mean all orders. */
  readonly orderId?: string;
  /** The version that the sender saw (ISO instant): a ledger that has it already drops the wake unread. */
  readonly version?: string;
  /** When the relay had received the event (ISO instant, the relay's clock); absent for a wake that no event asked for. */
  readonly receivedAt?: string;
  /**
   * With `order`: another customer was refused its record, because one stands under this customer's contact. If the order is not this
   * customer's, that one is deleted, whatever the ledger knows of it. Sent by `writeCustomer` alone.
   */
  readonly isRecordHere?: boolean;
  /** Needed by `decide-review`: what a person decided about the order. Sent by its review alone. */
  readonly decision?: ReviewDecision;
  /** Who asks for `release-contact` and why; shown with the outcomes, names of staff. */
  readonly asked?: ReleaseLowerings;
  /** With `load-history`: all orders are read, and what they come to is told. */
  readonly answerTo?: AnswerTo;
}

export const wakeCustomerSignal = defineSignal<[WakeCustomer]>('wakeCustomer');

/** Input of `syncCustomerWorkflow`; `carried` is for its own continue-as-new only. */
export interface SyncCustomerInput {
  readonly customerId: string;
  readonly carried?: unknown;
}

export const CUSTOMER_STATUSES = ['loading', 'idle', 'syncing', 'waiting', 'blocked', 'stopped'] as const;
/**
 * `loading`: its ledger is not complete yet · `idle` · `syncing`: a drain is in hand · `waiting`: something is due later (a
 * second read, an order that Stokly does not show yet) · `blocked`: an activity fails again and again, see `lastProblem`, also
 * while it is tried again · `stopped`: nothing is written for this customer until a person releases it.
 */
export type CustomerStatus = (typeof CUSTOMER_STATUSES)[number];

/** The answer to the query `customerState`. No personal data. */
export interface CustomerState {
  readonly customerId: string;
  readonly status: CustomerStatus;
  readonly needsAttention: readonly Attention[];
  readonly ledgerComplete: boolean;
  /** Dotdigital's contactId; null while not known. */
  readonly contactId: number | null;
  readonly customerSkip: SkipReason | null;
  /** Wakes that wait and are due now. */
  readonly queued: number;
  /** When the contact is read back, after a write of unknown fate (ISO text); absent when it is not to be. */
  readonly contactReadBackAt?: string;
  /** Wakes that wait for a later moment, with that moment. */
  readonly due: readonly { readonly orderId: string; readonly why: WaitReason; readonly dueAt: string }[];
  /** A drain is being worked on. */
  readonly isBusy: boolean;
  readonly lastProblem: string | null;
  /** `WRITES=off` when it last looked: outcomes say what would be written. */
  readonly isRehearsal: boolean;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly skippedByReason: Readonly<Partial<Record<SkipReason, number>>>;
  readonly entries: readonly LedgerEntry[];
  /** Orders that Stokly never showed within a day; beside the sum. */
  readonly unknownOrders: readonly string[];
  /** The last outcomes, newest first. */
  readonly recent: readonly { readonly at: string; readonly number: string; readonly what: string }[];
}

/** Argument: `summary` leaves the entries out. */
export const customerStateQuery = defineQuery<CustomerState, [detail?: 'summary' | 'full']>('customerState');

/** Input of `routeOrderWorkflow`. */
export interface RouteOrderInput {
  readonly wake: WakeCustomer & { readonly orderId: string };
}

export interface RouteOrderResult {
  readonly outcome: 'woken' | 'no-customer' | 'unknown-order';
  readonly customerId: string | null;
  readonly tries: number;
}

/** Before each lowering of a subscription the writing activity asks the breaker. */
export interface AdmitLowering {
  readonly customerId: string;
  /** `CONSENT_LOWER_MAX` as the asking worker has it. */
  readonly maxPerHour: number;
}

export interface LoweringAnswer {
  readonly isAdmitted: boolean;
  /** Lowerings admitted within the last hour. */
  readonly admittedLastHour: number;
}

export const admitLoweringUpdate = defineUpdate<LoweringAnswer, [AdmitLowering]>('admitLowering');

/** A person lets lowerings go on after the breaker opened. */
export interface ReleaseLowerings {
  readonly actor: string;
  readonly reason: string;
}
export const releaseLoweringsSignal = defineSignal<[ReleaseLowerings]>('releaseLowerings');

export interface BreakerState {
  readonly isOpen: boolean;
  readonly admittedLastHour: number;
  readonly openedAt: string | null;
  readonly refusedSinceOpened: number;
  readonly waitingCustomers: readonly string[];
}
export const breakerStateQuery = defineQuery<BreakerState>('breakerState');
