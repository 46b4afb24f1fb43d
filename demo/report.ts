import type { CustomerState } from '../src/contract/messages.js';
import type { Difference } from '../src/domain/judgement.js';
import type { LedgerEntry } from '../src/domain/ledger.js';
import { SKIP_REASONS, type SkipReason } from '../src/domain/reasons.js';
import type { MoneyTotals, WireRecord } from './amounts.js';
import {
  contactFacts,
  recordFacts,
  spendDifferences,
  type ContactFacts,
  type OrderRecordFacts,
} from './dotdigital-side.js';
import { compareMoney, type ComparedOrder, type CurrencySection, unexplainedOf } from './money-comparison.js';
import { orderFacts, type OrderFacts, type StoklyOrder } from './stokly-side.js';

/** Everything that the report is made of. Money is read only from the two emulators; the ledgers give outcomes and reasons. */
export interface ReportInput {
  readonly currency: string;
  readonly stoklyOrders: readonly StoklyOrder[];
  /** Contacts and records of the orders collection, as the emulator's state has them. */
  readonly contacts: readonly WireRecord[];
  readonly records: readonly WireRecord[];
  /** Contacts that were there before. */
  readonly seededContactIds: ReadonlySet<string>;
  readonly customerStates: readonly Pick<CustomerState, 'customerId' | 'contactId' | 'entries'>[];
  readonly links: ReportLinks;
}

export interface ReportLinks {
  readonly temporalUi: string;
  readonly dotdigital: string;
  /** The run of one customer worth a look; null where there is none. */
  readonly customer: string | null;
}

/** What `npm start -- --json` prints. Amounts are integers in minor units. */
export interface Report {
  readonly schemaVersion: 1;
  /** The account's; other currencies stand apart in `money.explained.otherCurrency` and are never added to it. */
  readonly currency: string;
  readonly orders: {
    readonly inStokly: number;
    readonly synced: number;
    readonly held: number;
    readonly skipped: { readonly total: number; readonly byReason: Readonly<Record<SkipReason, number>> };
  };
  readonly contacts: {
    readonly created: number;
    /** Found in Dotdigital and taken over. */
    readonly met: number;
    /** The second check: contacts whose spend fields are, or are not, the sum of their records. */
    readonly spendAgrees: number;
    readonly spendDiffers: number;
  };
  readonly money: CurrencySection & {
    readonly explained: {
      /**
       * Rounding let pass inside the records (Σ lines against the stated total), over all synced orders in the account's
       * currency. No part of the difference: a record's total is Stokly's stated one.
       */
      readonly tolerated: number;
      readonly otherCurrency: Readonly<Record<string, CurrencySection>>;
    };
  };
  readonly heldOrders: readonly HeldOrder[];
  readonly links: ReportLinks;
}

export interface HeldOrder {
  readonly orderId: string;
  readonly number: string;
  readonly customerId: string | null;
  readonly currency: string;
  readonly stokly: MoneyTotals;
  /** What its record says; null where it has none. */
  readonly dotdigital: MoneyTotals | null;
  readonly differences: readonly Difference[];
}

export interface ReportResult {
  readonly report: Report;
  /** What makes the run a failure, worst first; empty when all is well. */
  readonly problems: readonly string[];
}

export function buildReport(input: ReportInput): ReportResult {
  const contacts = input.contacts.map(contactFacts);
  const records = input.records.map(recordFacts);
  const orders = compareOrders(input, contacts, records);
  const { orphans, compared } = orders;
  const spend = checkSpend(contacts, records, input.currency);
  const { section, otherCurrency } = compareMoney(compared, orphans, input.currency);
  const report: Report = {
    schemaVersion: 1,
    currency: input.currency,
    orders: countOrders(compared),
    contacts: { ...countContacts(input), spendAgrees: spend.agrees, spendDiffers: spend.differences.length },
    money: {
      ...section,
      explained: { ...section.explained, tolerated: toleratedIn(compared, input.currency), otherCurrency },
    },
    heldOrders: compared.filter(({ outcome }) => outcome === 'held').map(heldOrder),
    links: input.links,
  };
  return { report, problems: problemsOf(report, { compared, orphans, spendDifferences: spend.differences }) };
}

function compareOrders(
  input: ReportInput,
  contacts: readonly ContactFacts[],
  records: readonly OrderRecordFacts[],
): { compared: ComparedOrder[]; orphans: OrderRecordFacts[] } {
  const owners = new Map(contacts.map((contact) => [contact.contactId, contact.customerId]));
  const entries = new Map<string, LedgerEntry>();
  for (const { customerId, entries: own } of input.customerStates) {
    for (const entry of own) entries.set(`${customerId} ${entry.orderId}`, entry);
  }
  const byOrder = grouped(records, (record) => record.orderId ?? '');
  const unclaimed = new Set(records);
  const compared = input.stoklyOrders.map((stokly): ComparedOrder => {
    const facts = orderFacts(stokly);
    const entry = entries.get(`${facts.customerId} ${facts.orderId}`) ?? null;
    // Under the right contact, or it is nobody's record.
    const record = byOrder.get(facts.orderId)?.find((one) => owners.get(one.contactId) === facts.customerId);
    if (record !== undefined) unclaimed.delete(record);
    return { ...facts, ...outcomeOf(facts, entry), record: record ?? null, differences: entry?.differences ?? [] };
  });
  return { compared, orphans: [...unclaimed] };
}

/** Precedence as in domain/reasons.ts: a removed order is skipped as that, whatever its ledger says. */
function outcomeOf(facts: OrderFacts, entry: LedgerEntry | null): Pick<ComparedOrder, 'outcome' | 'reason'> {
  if (facts.isRemoved) return { outcome: 'skipped', reason: 'removed' };
  if (facts.customerId === null) return { outcome: 'skipped', reason: 'no-customer' };
  return { outcome: entry?.outcome ?? null, reason: entry?.reason ?? null };
}

function countOrders(compared: readonly ComparedOrder[]): Report['orders'] {
  const count = (outcome: ComparedOrder['outcome']): number =>
    compared.filter((order) => order.outcome === outcome).length;
  const byReason = Object.fromEntries(
    SKIP_REASONS.map((reason) => [reason, compared.filter((order) => order.reason === reason).length]),
  ) as Record<SkipReason, number>;
  return {
    inStokly: compared.length,
    synced: count('synced'),
    held: count('held'),
    skipped: { total: count('skipped'), byReason },
  };
}

function countContacts(input: ReportInput): Pick<Report['contacts'], 'created' | 'met'> {
  const known = new Set(
    input.customerStates.flatMap(({ contactId }) => (contactId === null ? [] : [String(contactId)])),
  );
  const there = input.contacts.map((contact) => contactFacts(contact).contactId).filter((id) => known.has(id));
  const met = there.filter((id) => input.seededContactIds.has(id)).length;
  return { created: there.length - met, met };
}

function checkSpend(contacts: readonly ContactFacts[], records: readonly OrderRecordFacts[], currency: string) {
  const byContact = grouped(records, (record) => record.contactId);
  const checked = contacts.filter((contact) => byContact.has(contact.contactId) || 'TOTAL_SPEND' in contact.fields);
  const differences = checked.flatMap((contact) => {
    const found = spendDifferences(contact, byContact.get(contact.contactId) ?? [], currency);
    return found.length === 0 ? [] : [`contact ${contact.contactId}: ${found.join('; ')}`];
  });
  return { agrees: checked.length - differences.length, differences };
}

function grouped<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return groups;
}

function toleratedIn(compared: readonly ComparedOrder[], currency: string): number {
  return compared
    .filter((order) => order.outcome === 'synced' && order.record?.currency === currency)
    .reduce((sum, { record }) => sum + (record?.roundingMinor ?? 0), 0);
}

function heldOrder(order: ComparedOrder): HeldOrder {
  const { orderId, number, customerId, currency, money, record, differences } = order;
  const holding = differences.filter(({ severity }) => severity === 'hold');
  return {
    orderId,
    number,
    customerId,
    currency,
    stokly: money,
    dotdigital: record?.money ?? null,
    differences: holding,
  };
}

const NAMED_MAX = 5;

function named(all: readonly string[]): string {
  const more = all.length - NAMED_MAX;
  return all.slice(0, NAMED_MAX).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function problemsOf(
  report: Report,
  found: {
    readonly compared: readonly ComparedOrder[];
    readonly orphans: readonly OrderRecordFacts[];
    readonly spendDifferences: readonly string[];
  },
): string[] {
  const { orders, money } = report;
  const problems: string[] = [];
  const most = SKIP_REASONS.toSorted((a, b) => orders.skipped.byReason[b] - orders.skipped.byReason[a])[0];
  if (most !== undefined && orders.skipped.byReason[most] * 2 > orders.inStokly) {
    problems.push(`More than half of all orders are skipped for one reason: ${most}.`);
  }
  const none = found.compared.filter(({ outcome }) => outcome === null).map(({ number }) => number);
  if (none.length > 0) problems.push(`${none.length} orders are in no outcome: ${named(none)}.`);
  const sections = { [report.currency]: money as CurrencySection, ...money.explained.otherCurrency };
  for (const [currency, { unexplained }] of Object.entries(sections)) {
    if (unexplained !== 0) problems.push(`${unexplained} minor units of ${currency} are unexplained.`);
  }
  const wrong = found.compared.filter((order) => unexplainedOf(order) !== 0).map(({ number }) => number);
  if (wrong.length > 0) problems.push(`Orders with unexplained money: ${named(wrong)}.`);
  if (found.orphans.length > 0) {
    problems.push(`Records of no order, or under the wrong contact: ${named(found.orphans.map(({ key }) => key))}.`);
  }
  if (found.spendDifferences.length > 0) {
    problems.push(`Spend fields that are not the sum of their records: ${named([...found.spendDifferences])}.`);
  }
  return problems;
}
