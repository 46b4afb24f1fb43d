import { type HistoryAndWorkflowId, WorkflowNotFoundError } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { inject } from 'vitest';
import type { Change } from '../../emulators/dotdigital/index.js';
import { toJson, type WireObject } from '../../emulators/stokly/wire.js';
import { customerWorkflowId } from '../../src/contract/ids.js';
import type { CustomerState } from '../../src/contract/messages.js';
import {
  canonicalText,
  type ExpectedOrder,
  expectedFields,
  expectedOrder,
  fieldInPence,
  parseDigits,
  type Row,
  readStokly,
} from './stokly-truth.js';
import { untilTrue, type World } from './world.js';

/** By order number: the record that each version of the order is worth, in the order in which Stokly showed them. */
export type Chronicle = ReadonlyMap<string, readonly string[]>;

/** Follows Stokly's stand-in from now on: made before the first order is. */
export function followStokly(world: World): Chronicle {
  const chronicle = new Map<string, string[]>();
  const { store } = world.stokly.account;
  const put = store.putOrder.bind(store);
  store.putOrder = (order) => {
    put(order);
    const row = asRow({ ...order.header, lines: order.lines });
    const { key, record } = expectedOrder(row, store.refunds.withOther(String(row['saleOrderId'])).map(asRow));
    chronicle.set(key, [...(chronicle.get(key) ?? []), canonicalText(record)]);
  };
  return chronicle;
}

function asRow(object: WireObject): Row {
  return parseDigits(toJson(object, 'numbers')) as Row;
}

export interface Bounds {
  readonly chronicle: Chronicle;
  /** Writes to Dotdigital that may have changed nothing. */
  readonly wastedWritesMax: number;
}

/**
 * Waits until everyone is settled, then says in words what is not as promised; empty when all is well. Dotdigital holds what
 * Stokly's state is worth, to the penny; no record went back in version; no subscription was raised; every order has exactly
 * one outcome; wasted writes are within their bound; every history replays and no workflow task failed.
 */
export async function violationsOf(world: World, { chronicle, wastedWritesMax }: Bounds): Promise<string[]> {
  const truth = await readStokly(world);
  const orders = truth.orders.map((order) => expectedOrder(order, truth.refunds));
  const customers = new Map(truth.customers.map((customer) => [String(customer['customerId']), customer]));
  const states = await statesOf(world, [...customers.keys()]);
  const changes = world.dotdigital.account.log.all;
  const wasted = wastedWrites(world, changes);
  return [
    ...outcomeViolations(orders, states),
    ...(await contentViolations(world, orders, customers)),
    ...versionViolations(changes, chronicle),
    ...changes.flatMap((change) =>
      change.kind === 'status' && change.isRaise && change.actor.by === 'api'
        ? [`contact ${change.contactId}: its subscription was raised by ${change.actor.call}`]
        : [],
    ),
    ...(wasted.length > wastedWritesMax
      ? [`${wasted.length} writes changed nothing, ${wastedWritesMax} may: ${wasted.join('; ')}`]
      : []),
    ...(await historyViolations(world, [...states.keys()])),
  ];
}

async function statesOf(world: World, customerIds: readonly string[]): Promise<Map<string, CustomerState>> {
  const states = new Map<string, CustomerState>();
  const read = async (customerId: string): Promise<void> => {
    try {
      await world.client.workflow.getHandle(customerWorkflowId(customerId)).describe();
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return;
      throw error;
    }
    // A write of unknown fate is read back two minutes later; what it says stands already.
    const isQuiet = (state: CustomerState): boolean => state.due.every(({ why }) => why === 'unconfirmed');
    states.set(customerId, await world.settled(customerId, isQuiet));
  };
  await Promise.all(customerIds.map(read));
  return states;
}

function outcomeViolations(orders: readonly ExpectedOrder[], states: ReadonlyMap<string, CustomerState>): string[] {
  const entries = [...states.values()].flatMap((state) => state.entries);
  const found: string[] = [];
  for (const { key, orderId, customerId, outcome } of orders) {
    const own = entries.filter((entry) => entry.orderId === orderId).map((entry) => entry.outcome);
    const isRight = customerId === null ? own.length === 0 : own.length === 1 && own[0] === outcome;
    if (!isRight) found.push(`order ${key}: should be ${outcome}, and its outcomes are [${own.join(', ')}]`);
  }
  const known = new Set(orders.map(({ orderId }) => orderId));
  const strange = entries.filter(({ orderId }) => !known.has(orderId));
  const attention = [...states.values()].filter(
    ({ needsAttention, outcomes }) => needsAttention.length > outcomes.held,
  );
  return [
    ...found,
    ...strange.map(({ number }) => `order ${number}: in a ledger, and Stokly has no such order`),
    ...attention.map(({ customerId, needsAttention }) => `customer ${customerId}: needs ${needsAttention.join(', ')}`),
  ];
}

interface Account {
  readonly contacts: readonly { contactId: string; email: string; emailStatus: string; dataFields: Row }[];
  readonly records: Readonly<Record<string, readonly { key: string; contactId: string; jsonText: string }[]>>;
}

async function contentViolations(
  world: World,
  orders: readonly ExpectedOrder[],
  customers: ReadonlyMap<string, Row>,
): Promise<string[]> {
  const response = await fetch(`${world.dotdigitalUrl}/__emulator/state`);
  const account = parseDigits(await response.text()) as Account;
  const contacts = new Map(account.contacts.map((contact) => [contact.email, contact]));
  const records = account.records['Orders'] ?? [];
  const found = records
    .filter(({ key }) => !orders.some((order) => order.key === key && order.outcome !== 'skipped'))
    .map(({ key }) => `record ${key}: no order that is to stand there`);
  for (const order of orders.filter(({ outcome }) => outcome === 'synced')) {
    const owner = contacts.get(String(customers.get(order.customerId ?? '')?.['email']));
    const own = records.filter(({ key }) => key === order.key);
    if (own.length !== 1 || own[0]?.contactId !== owner?.contactId)
      found.push(`record ${order.key}: should stand once under its customer’s contact, stands ${own.length} time(s)`);
    for (const { jsonText } of own) found.push(...differences(order, parseDigits(jsonText) as Row));
  }
  for (const [customerId, customer] of customers) {
    const own = orders.filter((order) => order.customerId === customerId);
    found.push(...contactViolations(customer, contacts.get(String(customer['email'])), own));
  }
  const emails = new Set([...customers.values()].map(({ email }) => email));
  const strangers = account.contacts.filter(({ email }) => !emails.has(email));
  return [...found, ...strangers.map(({ email }) => `contact ${email}: nobody’s`)];
}

function differences({ key, record }: ExpectedOrder, standing: Row): string[] {
  const names = new Set([...Object.keys(record), ...Object.keys(standing)]);
  return [...names].flatMap((name) => {
    const [wanted, is] = [canonicalText(record[name]), canonicalText(standing[name])];
    return wanted === is ? [] : [`record ${key}: ${name} should be ${wanted} and is ${is}`];
  });
}

function contactViolations(
  customer: Row,
  contact: Account['contacts'][number] | undefined,
  orders: readonly ExpectedOrder[],
): string[] {
  const name = `contact of customer ${String(customer['customerId'])}`;
  if (contact === undefined) return orders.length === 0 ? [] : [`${name}: is not there`];
  const status = customer['marketingConsent'] === true ? 'subscribed' : 'unsubscribed';
  const wanted = { STOKLY_ID: String(customer['customerId']), ...expectedFields(orders) };
  const wrong = Object.entries(wanted).flatMap(([field, value]) => {
    const is = fieldInPence(field, contact.dataFields[field]);
    return is === value ? [] : [`${name}: ${field} should be ${value} and is ${is} (money in pence)`];
  });
  return contact.emailStatus === status ? wrong : [...wrong, `${name}: is ${contact.emailStatus}, not ${status}`];
}

/** Each content of a record must be of the version of the one before, or of a later one. */
function versionViolations(changes: readonly Change[], chronicle: Chronicle): string[] {
  const reached = new Map<string, number>();
  const found: string[] = [];
  for (const change of changes) {
    if (change.kind !== 'record' || change.json === null) continue;
    const versions = chronicle.get(change.key) ?? [];
    const content = canonicalText(parseDigits(change.json));
    const from = reached.get(change.key) ?? 0;
    const version = versions.indexOf(content, from);
    if (version >= 0) reached.set(change.key, version);
    else if (versions.includes(content))
      found.push(`record ${change.key}: went back from version ${from + 1} to ${versions.indexOf(content) + 1}`);
    else found.push(`record ${change.key}: got a content that Stokly never showed: ${content}`);
  }
  return found;
}

const WRITES = /^(POST|PUT|PATCH|DELETE) (\/contacts\/v3|\/insightData\/v3\/contacts)/;

/**
 * Writes to contacts and records that changed nothing: a record put with the content that stood there, a call refused or lost,
 * and updates of a contact's fields beyond one for each change of its records and one for its complete history.
 */
function wastedWrites(world: World, changes: readonly Change[]): string[] {
  const useful = new Set<number>();
  const standing = new Map<string, string | null>();
  const fieldUpdates = new Map<number, number>();
  for (const change of changes) {
    const { contactId } = change;
    if (change.kind === 'record') {
      if (standing.get(change.key) === change.json) continue;
      standing.set(change.key, change.json);
      fieldUpdates.set(contactId, (fieldUpdates.get(contactId) ?? 1) + 1);
    }
    if (change.actor.by === 'api') useful.add(change.actor.request);
  }
  const { all } = world.dotdigital.account.requests;
  return all.flatMap(({ n, method, path, carried }) => {
    if (!WRITES.test(`${method} ${path}`)) return [];
    const contactId = carried[0]?.contactId;
    if (!useful.has(n)) return [`${method} ${path}`];
    if (method !== 'PATCH' || contactId === undefined) return [];
    const left = fieldUpdates.get(contactId) ?? 1;
    fieldUpdates.set(contactId, left - 1);
    return left > 0 ? [] : [`${method} ${path} beyond its changes`];
  });
}

/** Values of Temporal's enum `WorkflowTaskFailedCause`: a signal came in meanwhile, the task is made anew. No failure. */
const UNHANDLED_COMMAND = 1;

async function historyViolations(world: World, customerIds: readonly string[]): Promise<string[]> {
  const histories: HistoryAndWorkflowId[] = [];
  await untilTrue('Temporal lists every customer', async () => {
    histories.length = 0;
    for await (const history of world.client.workflow.list().intoHistories()) histories.push(history);
    const ids = new Set(histories.map(({ workflowId }) => workflowId));
    return customerIds.every((customerId) => ids.has(customerWorkflowId(customerId)));
  });
  const found = histories.flatMap(({ workflowId, history }) =>
    failedTasks(history as ReadHistory).map((cause) => `${workflowId}: a workflow task failed: ${cause}`),
  );
  const options = { workflowBundle: { codePath: inject('workflowBundlePath') } };
  for await (const { workflowId, error } of Worker.runReplayHistories(options, histories)) {
    if (error !== undefined) found.push(`${workflowId}: its history does not replay: ${error.message}`);
  }
  return found;
}

type ReadHistory = temporal.api.history.v1.IHistory;

function failedTasks({ events }: ReadHistory): string[] {
  const failures = (events ?? []).flatMap((event) => event.workflowTaskFailedEventAttributes ?? []);
  return failures
    .filter(({ cause }) => cause !== UNHANDLED_COMMAND)
    .map(({ cause, failure }) => failure?.message ?? String(cause));
}

/** Puts a record behind everyone’s back, digits as they are, as another connector might: what shows that the oracle looks. */
export async function tamper(world: World, email: string, json: string): Promise<void> {
  const { id } = JSON.parse(json) as { id: string };
  const body = `{"records":[{"collection":"Orders","key":"${id}","email":"${email}","json":${json}}]}`;
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${world.dotdigitalUrl}/__emulator/seed`, { method: 'POST', headers, body });
  if (!answer.ok) throw new Error(`could not put record ${id}: ${await answer.text()}`);
}
