import { pathSegment } from '../http/transport.js';
import { hasCode, isAboutAnother, isDone, isOk, parseBody, refusedOf, sentKeyIn, unexpected } from './answers.js';
import type { CallOptions, DotdigitalApi, RecordJson } from './api.js';
import type { DotdigitalCalls } from './calls.js';
import { writeRecordJson } from './json.js';
import type { Endpoint } from './tiers.js';
import { wireCollections, wireRecord, wireRecordPage } from './wire.js';

/** D2: single light reads are high, writes of one record medium, lists low. */
const READ: Endpoint = { name: 'GET insightData record', tier: 'highCallRate' };
export const PUT_RECORD: Endpoint = { name: 'PUT insightData record', tier: 'mediumCallRate' };
const DELETE: Endpoint = { name: 'DELETE insightData record', tier: 'mediumCallRate' };
const LIST_RECORDS: Endpoint = { name: 'GET insightData records', tier: 'lowCallRate' };
const LIST_COLLECTIONS: Endpoint = { name: 'GET insightData collections', tier: 'mediumCallRate' };
const CREATE_COLLECTION: Endpoint = { name: 'POST insightData collection', tier: 'mediumCallRate' };

const CONTACT_NOT_FOUND = 'insightData:contactNotFound';
const COLLECTION_NOT_FOUND = 'insightData:collectionNotFound';
const RECORD_NOT_FOUND = 'insightData:recordNotFound';
const TOO_LARGE = 413;
/** Records a page: what Dotdigital's own schema allows. */
const PAGE_SIZE_MAX = 1000;

export interface RecordPlace {
  readonly contactId: number;
  readonly collection: string;
  readonly key: string;
}

export type PutResult = Awaited<ReturnType<DotdigitalApi['putRecord']>>;

/** Replaces the whole record under its key, so repeating it is safe. */
export async function putRecord(
  calls: DotdigitalCalls,
  write: RecordPlace & { record: RecordJson },
  options: CallOptions,
): Promise<PutResult> {
  const label = `PUT insightData record ${write.key} of contact ${write.contactId}`;
  const path = recordPath(write);
  if (path === null) return { kind: 'refused', code: 'UnusableKey', fields: [] };
  const body = writeRecordJson(write.record);
  const answer = await calls.send({ endpoint: PUT_RECORD, method: 'PUT', path, label, body, options });
  if (isDone(answer, label)) return { kind: 'written' };
  if (hasCode(answer, CONTACT_NOT_FOUND)) return { kind: 'contact-not-found' };
  if (hasCode(answer, COLLECTION_NOT_FOUND)) return { kind: 'collection-not-found' };
  // With or without a code: about this record alone, and no better the next time.
  if (answer.status === TOO_LARGE) return { kind: 'refused', code: 'RecordTooLarge', fields: [] };
  return refusedOf(answer, label, keyPathsOf(write.record));
}

export async function getRecord(
  calls: DotdigitalCalls,
  where: RecordPlace,
  options: CallOptions,
): ReturnType<DotdigitalApi['getRecord']> {
  const label = `GET insightData record ${where.key} of contact ${where.contactId}`;
  const path = recordPath(where);
  if (path === null) return { kind: 'not-found' };
  const answer = await calls.send({ endpoint: READ, method: 'GET', path, label, options });
  if (isOk(answer)) {
    const found = parseBody(answer, wireRecord, { label, isWrite: false });
    if (found.key !== where.key) throw isAboutAnother(answer, label, false);
    const { json: record, ownerContactId, updated } = found;
    return { kind: 'found', record, contactId: ownerContactId ?? where.contactId, updatedAt: updated ?? null };
  }
  if (hasCode(answer, RECORD_NOT_FOUND, CONTACT_NOT_FOUND, COLLECTION_NOT_FOUND)) return { kind: 'not-found' };
  throw unexpected(answer, label);
}

/** Repeating it is safe: what is gone is not found. */
export async function deleteRecord(
  calls: DotdigitalCalls,
  where: RecordPlace,
  options: CallOptions,
): ReturnType<DotdigitalApi['deleteRecord']> {
  const label = `DELETE insightData record ${where.key} of contact ${where.contactId}`;
  const path = recordPath(where);
  if (path === null) return { kind: 'not-found' };
  const answer = await calls.send({ endpoint: DELETE, method: 'DELETE', path, label, options });
  if (isDone(answer, label)) return { kind: 'deleted' };
  if (hasCode(answer, RECORD_NOT_FOUND, CONTACT_NOT_FOUND, COLLECTION_NOT_FOUND)) return { kind: 'not-found' };
  throw unexpected(answer, label);
}

export async function listCollections(calls: DotdigitalCalls, options: CallOptions) {
  const label = LIST_COLLECTIONS.name;
  const path = '/insightData/v3/collections';
  const answer = await calls.send({ endpoint: LIST_COLLECTIONS, method: 'GET', path, label, options });
  if (isOk(answer)) return parseBody(answer, wireCollections, { label, isWrite: false });
  throw unexpected(answer, label);
}

/** Creating one that exists is answered 200 by Dotdigital and changes nothing. */
export async function createCollection(
  calls: DotdigitalCalls,
  collection: { name: string; scope: 'contact'; type: 'orders' },
  options: CallOptions,
): Promise<'created' | 'exists'> {
  const label = `POST insightData collection ${collection.name}`;
  const query = new URLSearchParams({ collectionScope: collection.scope, collectionType: collection.type }).toString();
  const path = `/insightData/v3/collections/${pathSegment(collection.name)}?${query}`;
  const answer = await calls.send({ endpoint: CREATE_COLLECTION, method: 'POST', path, label, options });
  if (isDone(answer, label)) return answer.status === 201 ? 'created' : 'exists';
  throw unexpected(answer, label);
}

/** A collection that is not there has no records. */
export async function listRecords(
  calls: DotdigitalCalls,
  { collection, limit }: { collection: string; limit: number },
  options: CallOptions,
): ReturnType<DotdigitalApi['listRecords']> {
  const label = `GET insightData records of ${collection}`;
  const records: { key: string; record: Readonly<Record<string, unknown>> }[] = [];
  let marker: string | undefined;
  while (records.length < limit) {
    const size = String(Math.min(limit - records.length, PAGE_SIZE_MAX));
    const query = new URLSearchParams({ limit: size, ...(marker === undefined ? {} : { marker }) }).toString();
    const path = `/insightData/v3/contacts/${pathSegment(collection)}?${query}`;
    const answer = await calls.send({ endpoint: LIST_RECORDS, method: 'GET', path, label, options });
    if (hasCode(answer, COLLECTION_NOT_FOUND)) return [];
    if (!isOk(answer)) throw unexpected(answer, label);
    const page = parseBody(answer, wireRecordPage, { label, isWrite: false });
    records.push(...page._items.map(({ key, json }) => ({ key, record: json })));
    marker = page._links?.next?.marker;
    if (marker === undefined || page._items.length === 0) break;
  }
  return records.slice(0, limit);
}

/** Null for a key that no address can carry. */
function recordPath({ contactId, collection, key }: RecordPlace): string | null {
  try {
    return `/insightData/v3/contacts/contactId/${contactId}/${pathSegment(collection)}/${pathSegment(key)}`;
  } catch {
    return null;
  }
}

/** Fields of a record that words about it begin with (`products[0].sku: …`) or name in quotes; key names of ours alone. */
export function fieldsNamedIn(details: readonly string[], record: RecordJson): readonly string[] {
  const sentKeys = keyPathsOf(record);
  const named = details.flatMap((said) => [...said.matchAll(NAMED)].map(([, first, quoted]) => first ?? quoted ?? ''));
  return [...new Set(named.flatMap((item) => sentKeyIn(item, sentKeys)))];
}

const NAMED = /^([\w.[\]-]+):|'([\w.[\]-]+)'/g;

/** `products`, `sku` and `products.sku` alike: how Dotdigital names a field in an error is not documented. */
function keyPathsOf(record: RecordJson): Set<string> {
  const paths = new Set<string>();
  const walk = (value: unknown, path: string): void => {
    if (Array.isArray(value)) for (const element of value) walk(element, path);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        const here = path === '' ? key : `${path}.${key}`;
        paths.add(key).add(here);
        walk(inner, here);
      }
    }
  };
  walk(record, '');
  return paths;
}
