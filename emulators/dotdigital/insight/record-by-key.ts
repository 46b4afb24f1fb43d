import type { FastifyInstance } from 'fastify';
import { type AnswerError, v2Error } from '../answers.js';
import type { Emulator } from '../emulator.js';
import type { Collection, StoredRecord } from './collections.js';

/**
 * v2's read of a contact's record by its key alone (vendor's OpenAPI `ApiContact_GetTransactionalDataByKey`), deprecated in favour of
 * v3, which has none. Assumed: a record of a contact in the bin is not to be reached, as in v3.
 */
export function registerRecordByKey(app: FastifyInstance, emulator: Emulator): void {
  app.get<{ Params: { collection: string; key: string } }>(
    '/v2/contacts/transactional-data/:collection/:key',
    { config: { dotdigitalTier: 'high' } },
    async (request) => {
      const collection = emulator.collections.find(request.params.collection);
      if (collection === undefined) throw missing('COLLECTION_DOES_NOT_EXIST');
      const record = firstOf(collection, request.params.key);
      const contact = record === undefined ? undefined : emulator.contacts.byId(record.contactId);
      if (record === undefined || contact === undefined || contact.binnedAt !== null) throw missing('DOES_NOT_EXIST');
      const isEmail = emulator.settings.v2ContactIdentifier === 'email';
      const contactIdentifier = isEmail ? contact.email : String(contact.contactId);
      return { key: record.key, contactIdentifier, json: record.jsonText };
    },
  );
}

function firstOf(collection: Collection, key: string): StoredRecord | undefined {
  return [...collection.records.values()].find((record) => record.key === key);
}

function missing(what: string): AnswerError {
  return v2Error(404, `Transactional data not found. ERROR_TRANSACTIONAL_DATA_${what}`);
}
