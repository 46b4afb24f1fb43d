import { type AnswerError, v3Error } from '../answers.js';
import type { Emulator } from '../emulator.js';
import { RawJson } from '../json.js';
import { COLLECTION_NAME, type Collection, type StoredRecord } from './collections.js';
import type { RecordRefusal } from './type-lock.js';

export function insightBadJson(description: string): AnswerError {
  return v3Error(400, 'insightData:badJson', { description: `The request JSON is badly formed: ${description}` });
}

/** Throws 400 on a name that no collection can have. */
export function checkName(name: string): string {
  if (COLLECTION_NAME.test(name)) return name;
  throw v3Error(400, 'insightData:invalidId', { description: `The collectionName value '${name}' is invalid` });
}

export function collectionOf(emulator: Emulator, name: string): Collection {
  const collection = emulator.collections.find(checkName(name));
  if (collection !== undefined) return collection;
  throw v3Error(404, 'insightData:collectionNotFound', {
    description: 'The collection could not be found',
    details: [{ item: name, description: 'Not found' }],
  });
}

export function recordNotFound(key: string, collection: string): AnswerError {
  return v3Error(404, 'insightData:recordNotFound', {
    description: 'The Insight data record could not be found',
    details: [{ item: key, description: `Not found in the contacts collection '${collection}'` }],
  });
}

/**
 * A record that is refused by a single call. The vendor documents no code for it; assumed is the import's reason in the
 * spelling of the other codes of this service (`insightData:jsonValueIncompatibleWithSchema`).
 */
export function recordRefused(refusals: readonly RecordRefusal[]): AnswerError {
  const reason = refusals[0]?.reason ?? 'Unknown';
  return v3Error(400, `insightData:${reason.charAt(0).toLowerCase()}${reason.slice(1)}`, {
    description: 'The Insight data record is refused',
    details: refusals.map(({ item, description }) => ({ item, description })),
  });
}

export function recordAnswer(record: StoredRecord): Record<string, unknown> {
  return {
    key: record.key,
    json: new RawJson(record.jsonText),
    created: record.created,
    updated: record.updated,
    ownerContactId: record.contactId,
  };
}
