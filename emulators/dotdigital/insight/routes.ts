import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { StoredContact } from '../contacts/contact.js';
import { contactNotFound, matchOf } from '../contacts/routes.js';
import { findContact } from '../contacts/upsert.js';
import type { Emulator } from '../emulator.js';
import { isJsonObject } from '../json.js';
import { page, type Query, sinceFilter } from '../paging.js';
import { actorOf, digest } from '../requests.js';
import { collectionOf, insightBadJson, recordAnswer, recordNotFound, recordRefused } from './answers.js';
import { registerCollections } from './collection-routes.js';
import type { Collection, StoredRecord } from './collections.js';
import { registerInsightImports } from './import.js';
import { registerRecordByKey } from './record-by-key.js';

type OfContact = { Params: { identifier: string; value: string; collection: string } };
type OneRecord = { Params: OfContact['Params'] & { key: string } };
const RECORD_PATH = '/insightData/v3/contacts/:identifier/:value/:collection/:key';
/** The vendor's schema allows 1,000 items a page whatever limit is asked for. */
const PAGE_SIZE_MAX = 1000;

/** Insight data v3, contact scope (vendor's OpenAPI `insight-data-service` 3.3.1). */
export function registerInsight(app: FastifyInstance, emulator: Emulator): void {
  registerInsightImports(app, emulator);
  registerCollections(app, emulator);
  registerLists(app, emulator);
  registerRecordByKey(app, emulator);

  app.put<OneRecord>(RECORD_PATH, { config: { dotdigitalTier: 'medium' } }, async (request, reply) => {
    const { key, collection: name } = request.params;
    const { body } = request;
    if (!isJsonObject(body)) throw insightBadJson('a record is an object');
    const contact = liveContact(emulator, request.params);
    digest(request, [{ contactId: contact.contactId, collection: name, key, names: Object.keys(body) }]);
    const write = { contactId: contact.contactId, key, json: body };
    const context = { settings: emulator.settings, actor: actorOf(request) };
    const outcome = emulator.collections.put(collectionOf(emulator, name), write, context);
    if (outcome.kind === 'refused') throw recordRefused(outcome.refusals);
    return reply.code(outcome.kind === 'created' ? 201 : 204).send();
  });

  app.get<OneRecord>(RECORD_PATH, { config: { dotdigitalTier: 'high' } }, async (request) =>
    recordAnswer(recordOf(emulator, request).record),
  );

  app.delete<OneRecord>(RECORD_PATH, { config: { dotdigitalTier: 'medium' } }, async (request, reply) => {
    const { collection, record } = recordOf(emulator, request);
    digest(request, [{ contactId: record.contactId, collection: collection.name, key: record.key }]);
    emulator.collections.delete(collection, record, actorOf(request));
    return reply.code(204).send();
  });
}

function registerLists(app: FastifyInstance, emulator: Emulator): void {
  app.get<{ Params: { collection: string } }>(
    '/insightData/v3/contacts/:collection',
    { config: { dotdigitalTier: 'low' } },
    async (request) => listed([...collectionOf(emulator, request.params.collection).records.values()], request),
  );

  app.get<OfContact>(
    '/insightData/v3/contacts/:identifier/:value/:collection',
    { config: { dotdigitalTier: 'low' } },
    async (request) => {
      const { contactId } = liveContact(emulator, request.params);
      const collection = collectionOf(emulator, request.params.collection);
      return listed(
        [...collection.records.values()].filter((record) => record.contactId === contactId),
        request,
      );
    },
  );
}

function listed(records: readonly StoredRecord[], request: FastifyRequest): Record<string, unknown> {
  const since = sinceFilter(request.query as Query, '~modified', 'insightData');
  const { items, links } = page(
    records.filter((record) => since === null || record.updated >= since),
    request,
    {
      service: 'insightData',
      pageSizeMax: PAGE_SIZE_MAX,
      position: (record) => `${String(record.contactId).padStart(16, '0')}:${record.key}`,
    },
  );
  return { _items: items.map(recordAnswer), _links: links };
}

/** A contact in the bin has no insight data to be reached (assumption: the vendor says only that contacts must exist). */
function liveContact(emulator: Emulator, params: { identifier: string; value: string }): StoredContact {
  const match = matchOf(params, 'insightData');
  const contact = findContact(emulator, match);
  if (contact === undefined || contact.binnedAt !== null) throw contactNotFound(match, 'insightData');
  return contact;
}

function recordOf(
  emulator: Emulator,
  request: FastifyRequest<OneRecord>,
): { collection: Collection; record: StoredRecord } {
  const contact = liveContact(emulator, request.params);
  const collection = collectionOf(emulator, request.params.collection);
  const record = emulator.collections.get(collection, contact.contactId, request.params.key);
  if (record === undefined) throw recordNotFound(request.params.key, collection.name);
  return { collection, record };
}
