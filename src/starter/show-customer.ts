import Table from 'cli-table3';
import type { CustomerState } from '../contract/messages.js';
import type { LedgerEntry } from '../domain/ledger.js';
import { type SkipReason, REASONS } from '../domain/reasons.js';
import { unreachable } from './context.js';
import { type ContactView, contactLines } from './contact-view.js';
import type { CustomerView } from './customer-workflow.js';
import { amount } from './outcome-text.js';

/** Orders in the table; more are counted below it. */
const ORDERS_SHOWN = 30;

/** A label and what it says, aligned with the others. */
export function labelled(label: string, text: string): string {
  return `${label.padEnd(12)} ${text}`;
}

/** The reason in words, whose move it is and what to do. */
export function reasonLines(reason: SkipReason): string[] {
  const { owner, text, nextStep } = REASONS[reason];
  return [labelled('why', `${reason}: ${text}`), labelled('whose move', owner), labelled('next step', nextStep)];
}

export function attentionLine(needsAttention: readonly string[]): string {
  return labelled('attention', needsAttention.length === 0 ? 'none needed' : needsAttention.join(', '));
}

export interface ShownCustomer {
  readonly customerId: string;
  readonly customer: CustomerView;
  readonly contact: ContactView;
  readonly link: string;
}

export function customerLines({ customerId, customer, contact, link }: ShownCustomer): string[] {
  const head = labelled('customer', customerId);
  switch (customer.kind) {
    case 'none':
      return [head, labelled('state', 'Lockstep has never been told of this customer: starter wake --customer <id>')];
    case 'no-worker':
      return [
        head,
        labelled('state', `${customer.status ?? 'unknown'} (no worker answers: start one to see more)`),
        attentionLine(customer.needsAttention),
        labelled('Temporal', link),
      ];
    case 'answers':
      return [
        head,
        ...stateLines(customer.state),
        ...fieldLines(contact, customerId),
        labelled('Temporal', link),
        ...entryLines(customer.state.entries),
      ];
    default:
      return unreachable(customer);
  }
}

/** What the contact's fields say, and each that says something else than the ledger's records come to. */
export function fieldLines(contact: ContactView, customerId: string | null): string[] {
  const { says, differs } = contactLines(contact, customerId);
  return [...says.map((text) => labelled('fields', text)), ...differs.map((text) => labelled('differs', text))];
}

function stateLines(state: CustomerState): string[] {
  const { synced, held, skipped } = state.outcomes;
  return [
    labelled('state', `${state.status}${state.isRehearsal ? ' (WRITES=off: nothing is written)' : ''}`),
    attentionLine(state.needsAttention),
    ...(state.lastProblem === null ? [] : [labelled('problem', state.lastProblem)]),
    labelled('contact', state.contactId === null ? 'not known yet' : String(state.contactId)),
    ...(state.customerSkip === null ? [] : reasonLines(state.customerSkip)),
    labelled(
      'orders',
      `${synced} synced, ${held} held, ${skipped} skipped${state.ledgerComplete ? '' : ' (still loading)'}`,
    ),
    labelled('waiting', `${state.queued} now, ${state.due.length} later`),
    ...(state.contactReadBackAt === undefined
      ? []
      : [labelled('read back', `the contact at ${state.contactReadBackAt}: the fate of a write is unknown`)]),
    ...state.unknownOrders.map((orderId) => labelled('unknown', `order ${orderId}: Stokly never showed it`)),
  ];
}

function entryLines(entries: readonly LedgerEntry[]): string[] {
  if (entries.length === 0) return [];
  const table = new Table({
    head: ['order', 'outcome', 'Stokly states', 'refunded', 'record says', 'refunded'],
    style: { head: [], border: [], compact: true },
  });
  for (const entry of entries.slice(-ORDERS_SHOWN)) {
    const { read, written, currency } = entry;
    table.push([
      entry.number,
      entry.reason === null ? entry.outcome : `${entry.outcome}: ${entry.reason}`,
      amount(read.grossMinor, currency),
      amount(read.refundedMinor, currency),
      written === null ? 'no record' : amount(written.grossMinor, currency),
      written === null ? '' : amount(written.refundedMinor, currency),
    ]);
  }
  const more = entries.length - ORDERS_SHOWN;
  return [...table.toString().split('\n'), ...(more > 0 ? [`and ${more} older`] : [])];
}
