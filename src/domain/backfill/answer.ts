import { compareInstants } from '../instants.js';
import type { LedgerEntry } from '../ledger.js';
import type { Queue, WaitReason } from '../wake-queue.js';
import { addTallies, type OutcomeTally } from './tally.js';

/** Orders placed from `from` (in it) to `to` (not in it), ISO instants; null: no bound on that side. */
export interface HistoryWindow {
  readonly from: string | null;
  readonly to: string | null;
}

/** What a customer's ledger says about a window, told to a backfill. A later answer of the same customer replaces it. No personal data. */
export interface HistoryAnswer {
  readonly customerId: string;
  /** `loaded`: all of its orders were listed and looked at · `blocked`: an activity fails, and it is tried again by itself. */
  readonly kind: 'loaded' | 'blocked';
  /** Orders of the window by outcome. */
  readonly tallies: readonly OutcomeTally[];
  /** Orders that have no outcome yet, of whatever time, by what they wait for. Empty: the answer is final. */
  readonly waiting: Readonly<Partial<Record<WaitReason, number>>>;
  /** Failure type; set exactly when `blocked`. */
  readonly problem?: string;
  /** Its contact was made since the backfill began, and Dotdigital asks the person to confirm. */
  readonly isOptInAsked?: true;
  /** `WRITES=off`: outcomes say what would be. */
  readonly isRehearsal?: true;
}

/** Whether an order belongs to a window; one whose time cannot be read only where there is no bound. */
export function isInWindow(placedAt: string, { from, to }: HistoryWindow): boolean {
  if (placedAt === '') return from === null && to === null;
  return (from === null || compareInstants(placedAt, from) >= 0) && (to === null || compareInstants(placedAt, to) < 0);
}

export function talliesOf(entries: readonly LedgerEntry[], window: HistoryWindow): OutcomeTally[] {
  return addTallies(entries.filter(({ placedAt }) => isInWindow(placedAt, window)).map(tallyOf));
}

function tallyOf({ outcome, reason, currency, read, written }: LedgerEntry): OutcomeTally {
  const { grossMinor, refundedMinor } = outcome === 'synced' && written !== null ? written : read;
  return { outcome, reason, currency, orders: 1, grossMinor, refundedMinor };
}

/** Orders that wait and have no outcome yet. Those that have one keep it until they were looked at. */
export function waitingOf(queue: Queue, entries: readonly LedgerEntry[]): HistoryAnswer['waiting'] {
  const known = new Set(entries.map(({ orderId }) => orderId));
  const waiting: Partial<Record<WaitReason, number>> = {};
  for (const { orderId, why } of queue) if (!known.has(orderId)) waiting[why] = (waiting[why] ?? 0) + 1;
  return waiting;
}

export function isFinal({ kind, waiting }: HistoryAnswer): boolean {
  return kind === 'loaded' && Object.keys(waiting).length === 0;
}

/** Whether an answer goes into the sum: one that is not final is asked for again, once, and then taken as it is. */
export function isCounted(answer: HistoryAnswer, until: 'loaded' | 'final'): boolean {
  return until === 'loaded' ? isFinal(answer) : answer.kind === 'loaded';
}

export function waitingOrders({ waiting }: HistoryAnswer): number {
  return Object.values(waiting).reduce((sum, orders) => sum + orders, 0);
}
