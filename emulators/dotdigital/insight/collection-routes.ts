import type { FastifyInstance } from 'fastify';
import { AnswerError, notEmulated, v3Error } from '../answers.js';
import type { Emulator } from '../emulator.js';
import type { Query } from '../paging.js';
import { actorOf, digest } from '../requests.js';
import { checkName, collectionOf, insightBadJson } from './answers.js';
import { COLLECTION_TYPES, COLLECTIONS_MAX } from './collections.js';

type ByName = { Params: { collection: string } };

export function registerCollections(app: FastifyInstance, emulator: Emulator): void {
  app.get('/insightData/v3/collections', { config: { dotdigitalTier: 'high' } }, async () =>
    emulator.collections.all().map((collection) => ({
      collectionName: collection.name,
      collectionType: collection.type,
      collectionScope: collection.scope,
      recordCount: collection.records.size,
    })),
  );

  app.post<ByName>(
    '/insightData/v3/collections/:collection',
    { config: { dotdigitalTier: 'medium' } },
    async (request, reply) => {
      const name = checkName(request.params.collection);
      digest(request, [{ collection: name }]);
      const query = request.query as Query;
      const scope = query['collectionScope'] ?? 'contact';
      const type = COLLECTION_TYPES.find((known) => known === (query['collectionType'] ?? 'custom'));
      if (scope !== 'contact' && scope !== 'account') throw insightBadJson(`collectionScope '${scope}' is unknown`);
      if (type === undefined) throw insightBadJson(`collectionType '${query['collectionType']}' is unknown`);
      if (emulator.collections.find(name) !== undefined) return reply.code(200).send();
      if (emulator.collections.all().length >= COLLECTIONS_MAX) throw new AnswerError(412, null);
      emulator.collections.create(name, scope, type);
      return reply.code(201).send();
    },
  );
  registerClearing(app, emulator);
}

/** Deleting and emptying are jobs; both take the locked types with them. */
function registerClearing(app: FastifyInstance, emulator: Emulator): void {
  app.delete<ByName>(
    '/insightData/v3/collections/:collection',
    { config: { dotdigitalTier: 'medium' } },
    async (request, reply) => {
      const collection = collectionOf(emulator, request.params.collection);
      digest(request, [{ collection: collection.name }]);
      const actor = actorOf(request);
      const job = collectionJob(emulator, () => {
        const total = collection.records.size;
        emulator.collections.drop(collection, actor);
        return total;
      });
      return reply.code(202).send({ jobId: job.id });
    },
  );

  app.delete<ByName>(
    '/insightData/v3/collections/:collection/empty',
    { config: { dotdigitalTier: 'medium' } },
    async (request, reply) => {
      const collection = collectionOf(emulator, request.params.collection);
      digest(request, [{ collection: collection.name }]);
      const actor = actorOf(request);
      const job = collectionJob(emulator, () => {
        const total = collection.records.size;
        emulator.collections.empty(collection, actor);
        return total;
      });
      return reply.code(202).send({ jobId: job.id });
    },
  );

  app.get<{ Params: { jobId: string } }>(
    '/insightData/v3/async/:jobId',
    { config: { dotdigitalTier: 'unlimited' } },
    async (request) => {
      const { jobId } = request.params;
      const job = emulator.jobs.find(jobId, 'collection');
      if (job === undefined) {
        throw v3Error(404, 'insightData:asyncJobNotFound', {
          description: `The job ID '${jobId}' could not be found!`,
        });
      }
      return { jobId, status: 'NotFinished', ...job.report };
    },
  );

  app.get<ByName>('/insightData/v3/collections/:collection/schema', async () => {
    throw notEmulated('GET /insightData/v3/collections/{collectionName}/schema');
  });
}

/** `run` answers how many records it took away. */
function collectionJob(emulator: Emulator, run: () => number) {
  return emulator.jobs.submit({
    kind: 'collection',
    delayMs: emulator.settings.importDelayMs,
    run: () => {
      const total = run();
      return { status: 'Finished', summary: { totalRecords: total, totalProcessed: total, totalFailed: 0 } };
    },
  });
}
