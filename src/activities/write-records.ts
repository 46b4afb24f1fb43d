import type { ContactState } from '../domain/contact-state.js';
import type { DeleteOrder, OrderWrite, PutOrder } from '../domain/drain-plan.js';
import { type LedgerEntry, type LedgerWritten, withoutLeftKey } from '../domain/ledger.js';
import { MAPPING_VERSION, mapOrderRecord } from '../domain/order-record.js';
import type { OrderSnapshot } from '../domain/order.js';
import { judgeOrder, type Judgement } from '../domain/reconcile.js';
import { acceptance } from '../domain/review/acceptance.js';
import { reconciledBy } from '../domain/review/actions.js';
import { snapshotText } from '../domain/canonical.js';
import type { CallOptions, RecordJson } from '../dotdigital/api.js';
import type { RecordResult } from './customer-write.js';
import type { ActivityDeps } from './deps.js';
import { notSetUp, orderChangedWhileWriting } from './failures.js';
import { hashOf, hashText } from './hashing.js';
import type { SettledContact } from './settle-contact.js';

export interface RecordsWritten {
  readonly results: readonly RecordResult[];
  readonly isContactGone: boolean;
  /** At least one PUT was taken: the contact is live. */
  readonly isProvenLive: boolean;
}

interface RecordsToWrite {
  readonly settled: SettledContact;
  readonly orders: readonly OrderWrite[];
  /** Earlier writes, of an attempt before or of another run, may still land. */
  readonly isUncertain: boolean;
}

type OneResult = RecordResult | 'contact-gone';

/**
 * Deletes and puts the records of one customer, all handed over at once: the client decides what goes out together. Each has its
 * own result: one that is refused stops no other.
 */
export async function writeRecords(
  deps: ActivityDeps,
  work: RecordsToWrite,
  call: CallOptions,
): Promise<RecordsWritten> {
  const results = await Promise.all(work.orders.map((order) => writeOne({ deps, work, call }, order)));
  if (results.includes('contact-gone')) return { results: [], isContactGone: true, isProvenLive: false };
  const written = results.filter((result) => result !== 'contact-gone');
  return { results: written, isContactGone: false, isProvenLive: written.some((result) => result.what === 'written') };
}

interface Step {
  readonly deps: ActivityDeps;
  readonly work: RecordsToWrite;
  readonly call: CallOptions;
}

async function writeOne(step: Step, order: OrderWrite): Promise<OneResult> {
  return order.kind === 'delete' ? await deleteOne(step, order) : await putOne(step, order);
}

/** Deleting twice is as good as once. */
async function deleteOne({ deps, work, call }: Step, order: DeleteOrder): Promise<RecordResult> {
  // A write of unknown fate may bring it back: then it is deleted once more, when that can no longer happen.
  const isUncertain = order.isUncertain === true || work.isUncertain;
  const left = isUncertain && order.readBack !== true ? { leftKey: order.recordKey } : {};
  const gone = order.entry === null ? null : { ...withoutLeftKey(order.entry), written: null, ...left };
  if (!deps.policy.writes) return { orderId: order.orderId, what: 'would-delete', entry: order.entry, code: null };
  const { contact } = work.settled;
  if (contact !== null) await deps.dotdigital.deleteRecord(placeOf(deps, contact, order.recordKey), call);
  return { orderId: order.orderId, what: 'deleted', entry: gone, code: null };
}

async function putOne(step: Step, order: PutOrder): Promise<OneResult> {
  const { deps, work } = step;
  const { contact } = work.settled;
  if (contact === null || !deps.policy.writes) return resultOf('would-write', order.entry);
  const snapshot = order.isTrimmed ? await readAgain(step, order) : order.snapshot;
  const judgement = order.isTrimmed ? judgeAgain(deps, order, snapshot) : order.judgement;
  const mapped = mapOrderRecord(snapshot, judgement, {
    orderKey: deps.policy.orderKey,
    ...(order.acceptedAs === undefined ? {} : { reconciledBy: reconciledBy(order.acceptedAs) }),
  });
  const isUncertain = order.isUncertain || work.isUncertain || (order.entry.written?.isUnconfirmed ?? false);
  const written: LedgerWritten = {
    hash: hashOf([mapped.record, contact.contactId, MAPPING_VERSION]),
    recordKey: mapped.key,
    grossMinor: judgement.grossMinor,
    refundedMinor: judgement.refundedMinor,
    toleratedMinor: judgement.toleratedMinor,
    isCounting: mapped.isCounting,
    status: mapped.status,
    despatchedAt: snapshot.despatchedAt,
    lastRefundAt: order.entry.lastRefundAt,
    at: new Date(deps.now()).toISOString(),
    isUnconfirmed: isUncertain && !order.readBack,
  };
  const standing = order.entry.written;
  if (standing?.hash === written.hash && !isUncertain) {
    // The contact's fields say when it was despatched, and no record does: a header that lagged behind its lines is caught up here.
    const { despatchedAt } = written;
    return resultOf('unchanged', { ...order.entry, written: { ...standing, despatchedAt } });
  }
  return await putMapped(step, { order, contact, record: mapped.record, written });
}

interface MappedPut {
  readonly order: PutOrder;
  readonly contact: ContactState;
  readonly record: RecordJson;
  readonly written: LedgerWritten;
}

async function putMapped({ deps, call }: Step, { order, contact, record, written }: MappedPut): Promise<OneResult> {
  const place = placeOf(deps, contact, written.recordKey);
  const entry: LedgerEntry = { ...order.entry, written };
  if (order.readBack && (await standsThere(deps, { place, record }, call))) return resultOf('unchanged', entry);
  const before = order.entry.written;
  if (before !== null && before.recordKey !== written.recordKey) {
    await deps.dotdigital.deleteRecord(placeOf(deps, contact, before.recordKey), call);
  }
  const put = await deps.dotdigital.putRecord({ ...place, record }, call);
  switch (put.kind) {
    case 'written':
      if (put.isUncertain === true)
        return resultOf('written', { ...entry, written: { ...written, isUnconfirmed: true } });
      return resultOf(order.readBack ? 'mended' : 'written', entry);
    case 'contact-not-found':
      return 'contact-gone';
    case 'collection-not-found':
      throw notSetUp(`insight data collection ${deps.policy.ordersCollection}`);
    case 'refused': {
      const refused: LedgerEntry = { ...order.entry, outcome: 'skipped', reason: 'refused-by-dotdigital' };
      return { ...resultOf('refused', refused), code: [put.code, ...put.fields].join(' ') };
    }
  }
}

function resultOf(what: RecordResult['what'], entry: LedgerEntry): RecordResult {
  return { orderId: entry.orderId, what, entry, code: null };
}

interface RecordPlace {
  readonly contactId: number;
  readonly collection: string;
  readonly key: string;
}

function placeOf(deps: ActivityDeps, { contactId }: ContactState, key: string): RecordPlace {
  return { contactId, collection: deps.policy.ordersCollection, key };
}

/** An order that was too large to travel: read once more, and written only if it is the very one that was judged. */
async function readAgain({ deps, call }: Step, order: PutOrder) {
  const [read] = await deps.stokly.readOrders([order.entry.orderId], call);
  if (read?.kind !== 'read' || hashText(snapshotText(read.snapshot)) !== order.entry.read.snapshotHash) {
    throw orderChangedWhileWriting(order.entry.number);
  }
  return read.snapshot;
}

/** By the rules; or as a person accepted it, and then it is the very order that was judged when the decision was planned. */
function judgeAgain(deps: ActivityDeps, order: PutOrder, snapshot: OrderSnapshot): Judgement {
  const judgement = judgeOrder(snapshot, deps.policy);
  if (order.acceptedAs === undefined) return judgement;
  const accepted = acceptance(snapshot, judgement, order.acceptedAs);
  if (!accepted.isAllowed) throw orderChangedWhileWriting(order.entry.number);
  return { ...accepted.amounts, differences: order.judgement.differences };
}

async function standsThere(
  deps: ActivityDeps,
  { place, record }: { place: RecordPlace; record: RecordJson },
  call: CallOptions,
): Promise<boolean> {
  const found = await deps.dotdigital.getRecord(place, call);
  return found.kind === 'found' && hashOf(asNumbers(found.record)) === hashOf(asNumbers(record));
}

/** A record as plain JSON, decimals as the numbers that they are read back as. */
function asNumbers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asNumbers);
  if (typeof value !== 'object' || value === null) return value;
  if ('decimal' in value && typeof value.decimal === 'string') return Number(value.decimal);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, asNumbers(inner)]));
}
