import type { CustomerState } from '../contract/messages.js';
import type { LedgerEntry, Outcome } from '../domain/ledger.js';
import type { SkipReason } from '../domain/reasons.js';
import { amount } from './outcome-text.js';

/** One thing that happened, as `tail` prints it. Amounts with tax, in minor units of `currency`. */
export interface TailLine {
  /** ISO instant, Temporal's clock. */
  readonly at: string;
  readonly customerId: string;
  /** The order's number; null for what concerns the customer as a whole. */
  readonly number: string | null;
  /** What was done, in words: `written: despatched`. */
  readonly what: string;
  /** Where the order stands by now; null where nothing is known of one. */
  readonly outcome: Outcome | null;
  readonly reason: SkipReason | null;
  /** What stands in Dotdigital; null where there is no record. */
  readonly written: {
    readonly grossMinor: number;
    readonly refundedMinor: number;
    readonly currency: string;
    readonly text: string;
  } | null;
}

type Seen = Pick<CustomerState, 'customerId' | 'recent' | 'entries'>;

/**
 * What is new in a customer since the last look, oldest first; before the first look, since `fromAt`. A customer keeps only its last few
 * outcomes: of a drain with more orders than that, the others are told by their ledger entries.
 */
export function changesSince(now: Seen, before: Seen | null, fromAt: string): TailLine[] {
  const fresh = before === null ? now.recent.filter(({ at }) => at >= fromAt) : newOutcomes(now.recent, before.recent);
  const told = new Set(fresh.map(({ number }) => number));
  const isOverflown = fresh.length === now.recent.length;
  const untold = isOverflown
    ? now.entries.filter((entry) => !told.has(entry.number) && isNew(entry, before, fromAt))
    : [];
  const lines = [
    ...untold.map((entry) => lineOf(now, { at: changedAt(entry), number: entry.number, what: entry.outcome })),
    ...fresh.map((outcome) => lineOf(now, outcome)),
  ];
  return lines.sort((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)));
}

type Outcomes = CustomerState['recent'];

/** Newest first: what stands before the longest part that was there before. */
function newOutcomes(now: Outcomes, before: Outcomes): Outcomes {
  const same = (at: number): boolean =>
    now.slice(at).every(({ at: when, number, what }, index) => {
      const known = before[index];
      return known?.at === when && known.number === number && known.what === what;
    });
  const start = now.findIndex((_, at) => same(at));
  return start === -1 ? now : now.slice(0, start);
}

function isNew(entry: LedgerEntry, before: Seen | null, fromAt: string): boolean {
  if (before === null) return changedAt(entry) >= fromAt;
  const known = before.entries.find(({ orderId }) => orderId === entry.orderId);
  return known === undefined || changedAt(known) !== changedAt(entry);
}

function changedAt({ read, written }: LedgerEntry): string {
  return written !== null && written.at > read.at ? written.at : read.at;
}

/** The workflow's mark for what concerns the customer as a whole. */
const NO_ORDER = '–';

function lineOf(now: Seen, { at, number, what }: Outcomes[number]): TailLine {
  const entry = now.entries.find((known) => known.number === number);
  return {
    at,
    customerId: now.customerId,
    number: number === NO_ORDER ? null : number,
    what,
    outcome: entry?.outcome ?? null,
    reason: entry?.reason ?? null,
    written: entry === undefined ? null : writtenOf(entry),
  };
}

function writtenOf({ written, currency }: LedgerEntry): TailLine['written'] {
  if (written === null) return null;
  const { grossMinor, refundedMinor } = written;
  const text = `${amount(grossMinor, currency)}, refunded ${amount(refundedMinor, currency)}`;
  return { grossMinor, refundedMinor, currency, text };
}

/** `16:35:40  order 536365  synced  written: despatched  [12.00 GBP, refunded 0.00 GBP]`, times in UTC. */
export function tailText({ at, customerId, number, what, outcome, reason, written }: TailLine): string {
  const time = at.slice(11, 19);
  if (number === null) return `${time}  customer ${customerId}  ${what}`;
  const state = reason === null ? (outcome ?? 'not known yet') : `skipped (${reason})`;
  return `${time}  order ${number}  ${state}  ${what}${written === null ? '' : `  [${written.text}]`}`;
}
