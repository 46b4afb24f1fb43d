import type { LedgerEntry } from '../domain/ledger.js';
import { formatMinor, toMinorUnits } from '../domain/money.js';
import type { OrderSnapshot } from '../domain/order.js';
import type { SyncPolicy } from '../domain/policy.js';
import { type Difference, judgeOrder, unreadableDifferences } from '../domain/reconcile.js';
import type { ReadOrder } from '../stokly/api.js';
import { unreachable } from './context.js';
import type { CustomerView } from './customer-workflow.js';
import { moneySides, partsText, sideDifferences } from './money-sides.js';
import type { OrderView } from './order-view.js';
import { amount } from './outcome-text.js';
import { attentionLine, fieldLines, labelled, reasonLines } from './show-customer.js';
import type { TrailStep } from './trail.js';

/** One order from all three sides, for a person. */
export function orderLines(view: OrderView, policy: SyncPolicy): string[] {
  const { stokly, entry } = view;
  const number = stokly.kind === 'read' ? stokly.snapshot.number : stokly.kind === 'unreadable' ? stokly.number : null;
  return [
    labelled('order', `${number ?? '?'} (${view.orderId})`),
    ...outcomeLines(view),
    ...differencesOf(view, policy).flatMap(differenceLines),
    ...stoklyLines(stokly),
    ...partsLines(view, policy),
    ...ledgerLines(entry),
    ...recordLines(view),
    ...sideLines(view, { number, policy }),
    ...customerOfOrderLines(view.customerId, view.customer),
    ...(view.customerId === null ? [] : fieldLines(view.contact, view.customerId)),
    ...trailLines(view.trail),
    ...(view.link === null ? [] : [labelled('Temporal', view.link)]),
  ];
}

function partsLines(view: OrderView, policy: SyncPolicy): string[] {
  if (view.stokly.kind !== 'read') return [];
  const text = partsText(moneySides(view, policy), view.stokly.snapshot.currency);
  return text === null ? [] : [labelled('parts', text)];
}

/** Where two sides differ that should not. */
function sideLines(
  view: OrderView,
  { number, policy }: { readonly number: string | null; readonly policy: SyncPolicy },
): string[] {
  const { entry, record, recordProblem } = view;
  if (entry === null) return [];
  const { currency } = entry;
  const isRecordThere = record !== null || recordProblem !== null;
  return sideDifferences(moneySides(view, policy), { number: number ?? entry.number, currency, isRecordThere }).map(
    ({ what, nextStep }) => labelled('differs', `${what} → ${nextStep}`),
  );
}

/** Steps shown; more are counted above them. */
const STEPS_SHOWN = 20;

function trailLines(trail: readonly TrailStep[]): string[] {
  const more = trail.length - STEPS_SHOWN;
  return [
    ...(more > 0 ? [labelled('trail', `${more} earlier reads and writes`)] : []),
    ...trail.slice(-STEPS_SHOWN).map(({ at, step, attempts, what }) => {
      const tried = attempts > 1 ? ` (${attempts} attempts)` : '';
      return labelled('trail', `${at.slice(0, 19).replace('T', ' ')} ${step.padEnd(5)} ${what}${tried}`);
    }),
  ];
}

function outcomeLines(view: OrderView): string[] {
  return [...outcomeOf(view), ...waitLines(view)];
}

/** An order that is looked at again later: a second read before it is held, a version that Stokly does not show yet. */
function waitLines({ orderId, customer }: OrderView): string[] {
  if (customer?.kind !== 'answers') return [];
  return customer.state.due
    .filter((due) => due.orderId === orderId)
    .map(({ why, dueAt }) => labelled('again at', `${dueAt} (${why})`));
}

function outcomeOf({ entry, customer, customerId }: OrderView): string[] {
  if (customerId === null) return [labelled('outcome', 'skipped'), ...reasonLines('no-customer')];
  if (entry !== null) {
    const since = entry.heldAt === null ? '' : ` since ${entry.heldAt}`;
    return [
      labelled('outcome', `${entry.outcome}${since}`),
      ...(entry.reason === null ? [] : reasonLines(entry.reason)),
    ];
  }
  return [labelled('outcome', `not known (${whyNotKnown(customer)})`)];
}

function whyNotKnown(customer: CustomerView | null): string {
  if (customer?.kind === 'no-worker') return 'no worker answers';
  return 'not in the ledger yet; if nothing waits for it: starter wake --order <number>';
}

/** The ledger's, as the order was last read; without an entry, what the rules make of it now. */
function differencesOf({ entry, stokly }: OrderView, policy: SyncPolicy): readonly Difference[] {
  if (entry !== null) return entry.differences;
  switch (stokly.kind) {
    case 'read':
      return judgeOrder(stokly.snapshot, policy).differences;
    case 'unreadable':
      return unreadableDifferences(stokly.problems);
    case 'not-found':
      return [];
    default:
      return unreachable(stokly);
  }
}

function differenceLines({ rule, severity, subject, expected, observed }: Difference): string[] {
  return [
    labelled(severity === 'hold' ? 'holds it' : 'note', `${rule} (${subject})`),
    labelled('', `expected ${expected}`),
    labelled('', `observed ${observed}`),
  ];
}

function stoklyLines(read: ReadOrder): string[] {
  if (read.kind === 'not-found') return [labelled('Stokly', 'shows no such order')];
  if (read.kind === 'unreadable') return [labelled('Stokly', `cannot be read: ${read.problems.join('; ')}`)];
  return [labelled('Stokly', snapshotText(read.snapshot))];
}

function snapshotText({ totals, currency, refunds, lines, ...order }: OrderSnapshot): string {
  const refunded = totals.refundedMinor === null ? 'not stated' : amount(totals.refundedMinor, currency);
  return [
    `${amount(totals.totalMinor, currency)}, refunded ${refunded}`,
    `${lines.length} lines, ${refunds.length} refunds`,
    `placed ${order.placedAt}`,
    order.despatchedAt === null ? 'not despatched' : `despatched ${order.despatchedAt}`,
    `stage ${order.stage}`,
    ...(order.version === null ? [] : [`version ${order.version}`]),
  ].join(', ');
}

function ledgerLines(entry: LedgerEntry | null): string[] {
  if (entry === null) return [];
  const { read, written, currency } = entry;
  const wrote =
    written === null
      ? 'no record written'
      : `wrote ${amount(written.grossMinor, currency)}, refunded ${amount(written.refundedMinor, currency)}, ${written.at}${written.isUnconfirmed ? ' (fate unknown, is looked at again)' : ''}`;
  const was = `read ${amount(read.grossMinor, currency)}, refunded ${amount(read.refundedMinor, currency)}, ${read.status}, ${read.at}`;
  return [labelled('ledger', was), labelled('', wrote)];
}

function recordLines({ entry, record, recordProblem }: OrderView): string[] {
  if (recordProblem !== null) return [labelled('Dotdigital', `record not read: ${recordProblem}`)];
  if (record === null) return [labelled('Dotdigital', 'no record')];
  const currency = typeof record['currency'] === 'string' ? record['currency'] : '';
  const says = ['order_gross_total', 'refunded_total', 'order_total'].map(
    (key) => `${key} ${stated(record[key], currency)}`,
  );
  const status = `order_status ${stated(record['order_status'], currency)}`;
  return [labelled('Dotdigital', `record ${entry?.written?.recordKey ?? '?'}: ${[...says, status].join(', ')}`)];
}

/** A number of a record with the decimals of its currency: Dotdigital answers 10.00 as 10. */
function stated(value: unknown, currency: string): string {
  if (typeof value === 'string') return value;
  const minorUnits = typeof value === 'number' ? toMinorUnits(String(value), currency) : null;
  if (minorUnits !== null) return formatMinor(minorUnits, currency);
  return value === undefined ? 'not stated' : JSON.stringify(value);
}

function customerOfOrderLines(customerId: string | null, customer: CustomerView | null): string[] {
  if (customerId === null || customer === null) return [];
  switch (customer.kind) {
    case 'none':
      return [labelled('customer', `${customerId}: never told of`)];
    case 'no-worker':
      return [
        labelled('customer', `${customerId}: ${customer.status ?? 'unknown'} (no worker answers)`),
        attentionLine(customer.needsAttention),
      ];
    case 'answers': {
      const { status, contactId, needsAttention, lastProblem } = customer.state;
      const contact = contactId === null ? 'contact not known yet' : `contact ${contactId}`;
      return [
        labelled('customer', `${customerId}: ${status}, ${contact}`),
        attentionLine(needsAttention),
        ...(lastProblem === null ? [] : [labelled('problem', lastProblem)]),
      ];
    }
    default:
      return unreachable(customer);
  }
}
