import { parseDigits } from './amounts.js';
import type { Chronicle, Version } from './chronicle.js';
import { expectedFields, fieldInPence, type StandingOrder } from './fields-truth.js';
import type { Scene } from './scene.js';
import { canonicalText, type ExpectedOrder, type Row } from './stokly-truth.js';

interface Account {
  readonly contacts: readonly StoredContact[];
  readonly records: Readonly<Record<string, readonly StoredRecord[]>>;
}

interface StoredContact {
  readonly contactId: string;
  readonly email: string;
  readonly emailStatus: string;
  readonly dataFields: Row;
}

interface StoredRecord {
  readonly key: string;
  readonly contactId: string;
  readonly jsonText: string;
}

interface Shop {
  readonly orders: readonly ExpectedOrder[];
  readonly customers: ReadonlyMap<string, Row>;
  readonly chronicle: Chronicle;
}

/** What Dotdigital holds against what Stokly's state is worth: records, whose they are, contacts, their fields, who is there. */
export async function contentViolations(scene: Scene, shop: Shop): Promise<string[]> {
  const response = await fetch(`${scene.dotdigitalUrl}/__emulator/state`);
  const account = parseDigits(await response.text()) as Account;
  const { orders, customers } = shop;
  const contacts = new Map(account.contacts.map((contact) => [contact.email, contact]));
  const records = account.records['Orders'] ?? [];
  const found = records
    .filter(({ key }) => !orders.some((order) => order.key === key && order.outcome !== 'skipped'))
    .map(({ key }) => `record ${key}: no order that is to stand there`);
  const standing = orders.map((order): StandingOrder => {
    const own = records.filter(({ key }) => key === order.key);
    const owner = contacts.get(String(customers.get(order.customerId ?? '')?.['email']));
    found.push(...recordViolations(order, own, owner));
    const versions = shop.chronicle.orders.get(order.key) ?? [];
    return { now: order, standing: standingVersion(order, { versions, json: own[0]?.jsonText }) };
  });
  for (const [customerId, customer] of customers) {
    const contact = contacts.get(String(customer['email']));
    const own = standing.filter(({ now }) => now.customerId === customerId);
    found.push(...contactViolations(customer, { contact, orders: own, chronicle: shop.chronicle }));
  }
  const emails = new Set([...customers.values()].map(({ email }) => email));
  const strangers = account.contacts.filter(({ email }) => !emails.has(email));
  return [...found, ...strangers.map(({ email }) => `contact ${email}: nobody’s`)];
}

/** A held order's record, if there is one, is of an earlier version: `versionViolations` looks at it. */
function recordViolations(order: ExpectedOrder, own: readonly StoredRecord[], owner: StoredContact | undefined) {
  if (order.outcome === 'skipped' || (order.outcome === 'held' && own.length === 0)) return [];
  const isRight = own.length === 1 && own[0]?.contactId === owner?.contactId;
  const where = isRight
    ? []
    : [`record ${order.key}: should stand once under its customer’s contact, stands ${own.length} time(s)`];
  if (order.outcome === 'held') return where;
  return [...where, ...own.flatMap(({ jsonText }) => differences(order, parseDigits(jsonText) as Row))];
}

function standingVersion(
  order: ExpectedOrder,
  { versions, json }: { versions: readonly Version[]; json: string | undefined },
): ExpectedOrder | null {
  if (order.outcome === 'skipped') return null;
  if (order.outcome === 'synced') return order;
  if (json === undefined) return null;
  const content = canonicalText(parseDigits(json));
  const last = versions.findLast((version) => version.order.outcome === 'synced' && version.content === content);
  return last?.order ?? null;
}

function differences({ key, record }: ExpectedOrder, standing: Row): string[] {
  const names = new Set([...Object.keys(record), ...Object.keys(standing)]);
  return [...names].flatMap((name) => {
    const [wanted, is] = [canonicalText(record[name]), canonicalText(standing[name])];
    return wanted === is ? [] : [`record ${key}: ${name} should be ${wanted} and is ${is}`];
  });
}

interface Contacted {
  readonly contact: StoredContact | undefined;
  readonly orders: readonly StandingOrder[];
  readonly chronicle: Chronicle;
}

function contactViolations(customer: Row, { contact, orders, chronicle }: Contacted): string[] {
  const customerId = String(customer['customerId']);
  const name = `contact of customer ${customerId}`;
  if (contact === undefined) return orders.length === 0 ? [] : [`${name}: is not there`];
  const wanted = { STOKLY_ID: customerId, ...expectedFields(orders) };
  const wrong = Object.entries(wanted).flatMap(([field, value]) => {
    const is = fieldInPence(field, contact.dataFields[field]);
    return is === value ? [] : [`${name}: ${field} should be ${value} and is ${is} (money in pence)`];
  });
  const allowed = allowedStatuses(chronicle.consents.get(customerId) ?? []);
  if (allowed.includes(contact.emailStatus)) return wrong;
  return [...wrong, `${name}: is ${contact.emailStatus}, not ${allowed.join(' or ')}`];
}

/**
 * The e-mail status after all that Stokly said about consent. A subscription is lowered only for a refusal, and never raised:
 * where consent came back, or was withdrawn without a word of refusal, it depends on what was read in time.
 */
function allowedStatuses(consents: readonly unknown[]): readonly string[] {
  if (!consents.includes(true) || consents.at(-1) === false) return ['unsubscribed'];
  return consents.every((consent) => consent === true) ? ['subscribed'] : ['subscribed', 'unsubscribed'];
}
