import type { DeleteOrder, OrderWrite, PutOrder } from '../domain/drain-plan.js';
import type { LedgerEntry, LedgerWritten } from '../domain/ledger.js';
import { MAPPING_VERSION, mapOrderRecord } from '../domain/order-record.js';
import { judgeOrder } from '../domain/reconcile.js';
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
  /** An earlier attempt of this activity may have sent some of them. */
  readonly isRepeat: boolean;
}

/** Records written at the same time; the limiter decides how fast they go. */
const PARALLEL_MAX = 8;

type OneResult = RecordResult | 'contact-gone';

/** Deletes and puts the records of one customer. Each has its own result: one that is refused stops no other. */
export async function writeRecords(
  deps: ActivityDeps,
  work: RecordsToWrite,
  call: CallOptions,
): Promise<RecordsWritten> {
  const results: OneResult[] = [];
  for (let at = 0; at < work.orders.length; at += PARALLEL_MAX) {
    const some = work.orders.slice(at, at + PARALLEL_MAX);
    results.push(...(await Promise.all(some.map((order) => writeOne({ deps, work, call }, order)))));
    if (results.includes('contact-gone')) return { results: [], isContactGone: true, isProvenLive: false };
  }
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
  const gone = order.entry === null ? null : { ...order.entry, written: null };
  if (!deps.policy.writes) return { orderId: order.orderId, what: 'would-delete', entry: order.entry, code: null };
  if (work.settled.contact !== null)
    await deps.dotdigital.deleteRecord(whereOf(recordOwner(deps, work), order.recordKey), call);
  return { orderId: order.orderId, what: 'deleted', entry: gone, code: null };
}

async function putOne(step: Step, order: PutOrder): Promise<OneResult> {
  const { deps, work, call } = step;
  const { contact } = work.settled;
  const snapshot = order.isTrimmed ? await readAgain(step, order) : order.snapshot;
  const judgement = order.isTrimmed ? judgeOrder(snapshot, deps.policy) : order.judgement;
  const mapped = mapOrderRecord(snapshot, judgement, deps.policy);
  if (contact === null || !deps.policy.writes)
    return { orderId: order.entry.orderId, what: 'would-write', entry: order.entry, code: null };
  const hash = hashOf([mapped.record, contact.contactId, MAPPING_VERSION]);
  const isUncertain = order.isUncertain || work.isRepeat || (order.entry.written?.isUnconfirmed ?? false);
  const before = order.entry.written;
  const written: LedgerWritten = {
    hash,
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
  const result = (what: RecordResult['what'], entry: LedgerEntry): RecordResult => ({
    orderId: entry.orderId,
    what,
    entry,
    code: null,
  });
  if (before?.hash === hash && !isUncertain) return result('unchanged', order.entry);
  if (order.readBack && (await standsThere(step, mapped))) return result('unchanged', { ...order.entry, written });
  if (before !== null && before.recordKey !== mapped.key)
    await deps.dotdigital.deleteRecord(whereOf(recordOwner(deps, work), before.recordKey), call);
  const put = await deps.dotdigital.putRecord(
    { ...whereOf(recordOwner(deps, work), mapped.key), record: mapped.record },
    call,
  );
  switch (put.kind) {
    case 'written':
      return result(order.readBack ? 'mended' : 'written', { ...order.entry, written });
    case 'contact-not-found':
      return 'contact-gone';
    case 'collection-not-found':
      throw notSetUp(`insight data collection ${deps.policy.ordersCollection}`);
    case 'refused':
      return {
        orderId: order.entry.orderId,
        what: 'refused',
        entry: { ...order.entry, outcome: 'skipped', reason: 'refused-by-dotdigital' },
        code: [put.code, ...put.fields].join(' '),
      };
  }
}

function recordOwner(deps: ActivityDeps, work: RecordsToWrite): { contactId: number; collection: string } {
  return { contactId: work.settled.contact?.contactId ?? 0, collection: deps.policy.ordersCollection };
}

function whereOf<Where extends object>(where: Where, key: string): Where & { key: string } {
  return { ...where, key };
}

/** An order that was too large to travel: read once more, and written only if it is the very one that was judged. */
async function readAgain({ deps, call }: Step, order: PutOrder) {
  const [read] = await deps.stokly.readOrders([order.entry.orderId], call);
  if (read?.kind !== 'read' || hashText(snapshotText(read.snapshot)) !== order.entry.read.snapshotHash) {
    throw orderChangedWhileWriting(order.entry.number);
  }
  return read.snapshot;
}

async function standsThere({ deps, work, call }: Step, mapped: { key: string; record: RecordJson }): Promise<boolean> {
  const found = await deps.dotdigital.getRecord(whereOf(recordOwner(deps, work), mapped.key), call);
  return found.kind === 'found' && hashOf(asNumbers(found.record)) === hashOf(asNumbers(mapped.record));
}

/** A record as plain JSON, decimals as the numbers that they are read back as. */
function asNumbers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asNumbers);
  if (typeof value !== 'object' || value === null) return value;
  if ('decimal' in value && typeof value.decimal === 'string') return Number(value.decimal);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, asNumbers(inner)]));
}
