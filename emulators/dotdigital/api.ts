import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { registerAccount } from './account/routes.js';
import { AnswerError, notEmulated } from './answers.js';
import { registerContacts } from './contacts/routes.js';
import type { Emulator } from './emulator.js';
import { strikeAfter, strikeBefore, strikeWithBody } from './fault-effects.js';
import { registerInsight } from './insight/routes.js';
import { RateLimited } from './rate-limits.js';

/** Everything that Dotdigital itself answers: logged, struck by faults, authenticated and counted, in this order. */
export function registerApi(app: FastifyInstance, emulator: Emulator): void {
  app.addHook('onRequest', async (request, reply) => {
    emulator.jobs.runDue();
    openLogLine(emulator, request, reply);
    await strikeBefore(emulator, request, reply);
    if (reply.sent) return;
    checkCredentials(emulator, request);
    if (emulator.settings.isWrongRegion && request.routeOptions.url !== '/v2/account-info') {
      throw new AnswerError(403, { message: 'Forbidden: Access is denied' });
    }
    reply.headers(emulator.rates.take(request.routeOptions.config.dotdigitalTier ?? 'unlimited', emulator.settings));
  });
  app.addHook('preHandler', (request, reply) => strikeWithBody(emulator, request, reply));
  app.addHook('onSend', async (request, reply, payload) => {
    if (request.dotdigitalLog !== null) request.dotdigitalLog.status = reply.statusCode;
    return strikeAfter(request, reply, payload);
  });
  app.setErrorHandler(async (error: unknown, request, reply) => answerError(error, request, reply));
  app.setNotFoundHandler(async (request) => {
    throw notEmulated(`${request.method} ${request.url.split('?', 1)[0]}`);
  });
  registerAccount(app, emulator);
  registerContacts(app, emulator);
  registerInsight(app, emulator);
}

function openLogLine(emulator: Emulator, request: FastifyRequest, reply: FastifyReply): void {
  const [path = '', query = ''] = request.url.split('?', 2);
  const logged = emulator.requests.open(request.method, decodePath(path), query);
  if (request.routeOptions.url !== undefined) logged.kind = `${request.method} ${request.routeOptions.url}`;
  request.dotdigitalLog = logged;
  reply.raw.once('finish', () => {
    logged.isAnswered = true;
  });
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** 401 comes without a body (vendor's OpenAPI). */
function checkCredentials(emulator: Emulator, request: FastifyRequest): void {
  const { user, password } = emulator.credentials;
  const expected = Buffer.from(`Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`);
  const given = Buffer.from(request.headers.authorization ?? '');
  const isRight = given.length === expected.length && timingSafeEqual(given, expected);
  if (!isRight || emulator.settings.areCredentialsRevoked) throw new AnswerError(401, null);
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof RateLimited) reply.headers(error.headers);
  if (error instanceof AnswerError) return reply.code(error.status).send(error.body ?? undefined);
  const status = statusOf(error);
  if (status >= 500) return reply.code(500).send({ message: `the emulator failed: ${String(error)}` });
  const description = error instanceof Error ? error.message : 'bad request';
  const isV2 = request.url.startsWith('/v2/');
  const service = request.url.startsWith('/insightData') ? 'insightData' : 'contacts';
  return reply
    .code(status)
    .send(
      isV2 ? { message: `${description} ERROR_PARAMETER_INVALID` } : { errorCode: `${service}:badJson`, description },
    );
}

function statusOf(error: unknown): number {
  const isMarked = typeof error === 'object' && error !== null && 'statusCode' in error;
  return isMarked && typeof error.statusCode === 'number' ? error.statusCode : 500;
}
