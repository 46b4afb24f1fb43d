import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { AnswerError } from '../answers.js';
import type { Emulator } from '../emulator.js';
import { faultSchema } from '../faults.js';
import type { Query } from '../paging.js';
import { settingsPatchSchema } from '../settings.js';
import { clockSchema, personSchema, plain, seedSchema } from './bodies.js';
import { actAsPerson } from './person.js';
import { applySeed } from './seed.js';
import { stateOf } from './state.js';

/** Controls for tests and demos; no authentication, for this machine only. See the README. */
export function registerControl(app: FastifyInstance, emulator: Emulator): void {
  app.setErrorHandler(async (error: unknown, _request, reply) => {
    if (error instanceof AnswerError) return reply.code(error.status).send(error.body ?? undefined);
    if (error instanceof z.ZodError) return reply.code(400).send({ description: z.prettifyError(error) });
    return reply.code(400).send({ description: String(error) });
  });
  registerState(app, emulator);
  registerFaults(app, emulator);
}

function registerState(app: FastifyInstance, emulator: Emulator): void {
  app.get('/__emulator/state', async () => {
    emulator.jobs.runDue();
    return stateOf(emulator);
  });
  app.post('/__emulator/reset', async (_request, reply) => {
    emulator.reset();
    return reply.code(204).send();
  });
  app.post('/__emulator/seed', async (request) => applySeed(emulator, seedSchema.parse(request.body)));
  app.post('/__emulator/person', async (request) => actAsPerson(emulator, personSchema.parse(plain(request.body))));
  app.post('/__emulator/clock', async (request) => {
    const body = clockSchema.parse(plain(request.body));
    if ('advanceMs' in body) emulator.clock.advance(body.advanceMs);
    else if ('resume' in body) emulator.clock.resume();
    else if (body.freezeAt === 'now') emulator.clock.freeze();
    else emulator.clock.freeze(Date.parse(body.freezeAt));
    emulator.jobs.runDue();
    return { now: emulator.clock.nowText() };
  });
  app.get('/__emulator/settings', async () => emulator.settings);
  app.post('/__emulator/settings', async (request) => {
    emulator.changeSettings(settingsPatchSchema.parse(plain(request.body)));
    return emulator.settings;
  });
  app.get('/__emulator/requests', async (request) => {
    const after = Number((request.query as Query)['after'] ?? '0');
    const { all, count } = emulator.requests;
    return { total: count, counts: emulator.requests.countsByKind(), requests: all.filter(({ n }) => n > after) };
  });
  app.delete('/__emulator/requests', async (_request, reply) => {
    emulator.requests.clear();
    return reply.code(204).send();
  });
  app.get('/__emulator/changes', async (request) => {
    const { kind, contactId, after } = request.query as Query;
    const changes = emulator.log.all.filter(
      (change) =>
        change.n > Number(after ?? '0') &&
        (kind === undefined || change.kind === kind) &&
        (contactId === undefined || change.contactId === Number(contactId)),
    );
    return { total: emulator.log.count, changes };
  });
}

function registerFaults(app: FastifyInstance, emulator: Emulator): void {
  app.get('/__emulator/faults', async () => ({ faults: emulator.faults.list() }));
  app.post('/__emulator/faults', async (request, reply) => {
    const body = plain(request.body);
    const faults = z.array(faultSchema).parse(Array.isArray(body) ? body : [body]);
    const ids = faults.map((fault) => emulator.faults.add(fault));
    return reply.code(201).send({ ids });
  });
  app.delete<{ Params: { id: string } }>('/__emulator/faults/:id', async (request, reply) =>
    reply.code(emulator.faults.remove(Number(request.params.id)) ? 204 : 404).send(),
  );
  app.delete('/__emulator/faults', async (_request, reply) => {
    emulator.faults.clear();
    return reply.code(204).send();
  });
}
