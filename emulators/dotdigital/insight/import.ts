import type { FastifyInstance } from 'fastify';
import { notEmulated, v3Error } from '../answers.js';
import type { Actor } from '../change-log.js';
import { isEmail } from '../contacts/upsert.js';
import type { Emulator } from '../emulator.js';
import { type ImportPlan, importPlan, isSpoiled } from '../imports.js';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../json.js';
import { actorOf, digest } from '../requests.js';
import { checkName, insightBadJson } from './answers.js';
import { COLLECTION_TYPES, type Collection, type CollectionType } from './collections.js';

interface ImportedRecord {
  readonly key: string;
  readonly json: JsonObject;
  readonly identity: { readonly identifier: string; readonly value: string };
}
interface InsightImportBody {
  readonly name: string;
  readonly type: CollectionType;
  readonly records: readonly ImportedRecord[];
}
interface Failure {
  /** One of the vendor's `failureReason`s, or what a fault says. */
  readonly reason: string;
  readonly details: readonly string[];
}

export function registerInsightImports(app: FastifyInstance, emulator: Emulator): void {
  app.put('/insightData/v3/import', { config: { dotdigitalTier: 'low' } }, async (request, reply) => {
    const body = readImport(request.body);
    digest(
      request,
      body.records.map(({ key, identity }) => ({ ...carriedIdentity(identity), collection: body.name, key })),
    );
    if (emulator.jobs.activeCount('insight-import') >= emulator.settings.insightImportsActiveMax) {
      const description = 'Your import request cannot be accepted as too many imports are being processed';
      throw v3Error(429, 'insightData:tooManyActiveImports', { description });
    }
    const plan = importPlan(request.dotdigitalFault, emulator.settings);
    const actor = actorOf(request);
    const run = () => {
      if (plan.failedStatus !== null) return { status: plan.failedStatus, collectionName: body.name };
      return runImport(emulator, body, { plan, actor });
    };
    const job = emulator.jobs.submit({ kind: 'insight-import', ...plan, run });
    return reply.code(202).send({ importId: job.id });
  });

  app.get<{ Params: { importId: string } }>(
    '/insightData/v3/import/:importId',
    { config: { dotdigitalTier: 'unlimited' } },
    async (request) => {
      const { importId } = request.params;
      const job = emulator.jobs.find(importId, 'insight-import');
      if (job === undefined) {
        const description = `The import request '${importId}' could not be found!`;
        throw v3Error(404, 'insightData:importNotFound', { description });
      }
      return { importId, status: 'Processing', ...job.report };
    },
  );
}

function readImport(body: unknown): InsightImportBody {
  if (!isJsonObject(body)) throw insightBadJson('an import is an object');
  const { collectionName, collectionScope, collectionType, records } = body;
  if (typeof collectionName !== 'string') throw insightBadJson("'collectionName' is text");
  if (collectionScope === 'account') throw notEmulated('insight data of account scope');
  if (collectionScope !== 'contact') throw insightBadJson("'collectionScope' is account or contact");
  const type = COLLECTION_TYPES.find((known) => known === collectionType);
  if (type === undefined) throw insightBadJson("'collectionType' is unknown");
  if (!isJsonArray(records)) throw insightBadJson("'records' is an array");
  if (records.length === 0) {
    throw v3Error(400, 'insightData:noRecordsSpecified', { description: 'You must specify 1 or more records' });
  }
  return { name: checkName(collectionName), type, records: records.map(readRecord) };
}

function readRecord(value: JsonValue): ImportedRecord {
  if (!isJsonObject(value)) throw insightBadJson('a record is an object');
  const { key, json, contactIdentity } = value;
  if (typeof key !== 'string') throw insightBadJson("'key' is text");
  if (!isJsonObject(json)) throw insightBadJson("'json' is an object");
  if (!isJsonObject(contactIdentity)) throw insightBadJson("a record of contact scope needs its 'contactIdentity'");
  const { identifier, value: id } = contactIdentity;
  if (typeof identifier !== 'string' || typeof id !== 'string') {
    throw insightBadJson("'contactIdentity' holds two texts, 'identifier' and 'value'");
  }
  if (identifier !== 'contactId' && identifier !== 'email') throw notEmulated(`the identifier '${identifier}'`);
  return { key, json, identity: { identifier, value: id } };
}

/** Creates the collection if it is missing, never a contact (reference "importinsightdata"). */
function runImport(
  emulator: Emulator,
  body: InsightImportBody,
  how: { plan: ImportPlan; actor: Actor },
): Readonly<Record<string, unknown>> {
  const { name, records, type } = body;
  const collection = emulator.collections.find(name) ?? emulator.collections.create(name, 'contact', type);
  const seen = new Set<string>();
  const failures: unknown[] = [];
  records.forEach((record, index) => {
    const failure = isSpoiled(how.plan, index)
      ? { reason: how.plan.spoilReason, details: ['a planned fault'] }
      : takeRecord(emulator, { collection, record, seen, actor: how.actor });
    if (failure !== null) failures.push(failureAnswer(record, failure));
  });
  return {
    status: emulator.settings.insightDoneStatus,
    collectionName: name,
    summary: {
      totalRecords: records.length,
      totalImported: records.length - failures.length,
      totalRejected: failures.length,
    },
    ...(failures.length > 0 ? { failures } : {}),
  };
}

function takeRecord(
  emulator: Emulator,
  import_: { collection: Collection; record: ImportedRecord; seen: Set<string>; actor: Actor },
): Failure | null {
  const { collection, record, seen, actor } = import_;
  if (seen.has(record.key)) return { reason: 'DuplicateKey', details: [`key '${record.key}' comes twice`] };
  seen.add(record.key);
  const owner = ownerOf(emulator, record.identity);
  if (typeof owner !== 'number') return owner;
  const write = { contactId: owner, key: record.key, json: record.json };
  const outcome = emulator.collections.put(collection, write, { settings: emulator.settings, actor });
  if (outcome.kind !== 'refused') return null;
  return {
    reason: outcome.refusals[0]?.reason ?? 'Unknown',
    details: outcome.refusals.map(({ item, description }) => `${item}: ${description}`),
  };
}

/** The contact must exist and be live. */
function ownerOf(emulator: Emulator, identity: ImportedRecord['identity']): number | Failure {
  const isById = identity.identifier === 'contactId';
  const isReadable = isById ? /^\d{1,15}$/.test(identity.value) : isEmail(identity.value);
  if (!isReadable) return { reason: 'InvalidContactIdentifier', details: [`'${identity.value}' is invalid`] };
  const contact = isById ? emulator.contacts.byId(Number(identity.value)) : emulator.contacts.byEmail(identity.value);
  if (contact !== undefined && contact.binnedAt === null) return contact.contactId;
  const reason = isById ? 'ContactIdDoesNotExist' : 'ContactEmailDoesNotExist';
  return { reason, details: [`no contact with ${identity.identifier} '${identity.value}'`] };
}

function failureAnswer(record: ImportedRecord, failure: Failure): Record<string, unknown> {
  return {
    collectionOwner: { ownerType: 'contact', contactIdentity: record.identity },
    failureReason: failure.reason,
    details: failure.details,
    key: record.key,
    json: record.json,
  };
}

function carriedIdentity(identity: ImportedRecord['identity']): { contactId: number } | { email: string } {
  return identity.identifier === 'contactId' ? { contactId: Number(identity.value) } : { email: identity.value };
}
