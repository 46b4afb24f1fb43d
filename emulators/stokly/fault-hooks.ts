import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { setTimeout as delay } from 'node:timers/promises';
import { breakAnswer, sayNothing } from './broken-answers.js';
import type { Fault, Faults } from './faults.js';
import type { LoggedRequest, RequestLog } from './requests.js';

declare module 'fastify' {
  interface FastifyRequest {
    logged: LoggedRequest | null;
    fault: Fault | null;
  }
}

/** Logs every call to the API, and lets the armed faults hit it: some before its handler runs, some only its answer. */
export function hookFaults(app: FastifyInstance, faults: Faults, log: RequestLog): void {
  app.decorateRequest('logged', null);
  app.decorateRequest('fault', null);
  app.addHook('onRequest', async (request, reply) => {
    request.logged = log.open(request.method, request.url);
    const fault = faults.draw(request.method, request.url);
    if (fault !== null) {
      request.fault = fault;
      request.logged.fault = fault.kind;
      return hitBefore(fault, request, reply);
    }
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const broken = request.fault === null ? null : breakAnswer(request.fault, textOfPayload(payload), request.raw);
    if (broken === null) {
      return payload;
    }
    reply.removeHeader('content-length');
    if (broken.length !== undefined) {
      reply.header('content-length', broken.length);
    }
    if (broken.contentType !== undefined) {
      reply.header('content-type', broken.contentType);
    }
    return broken.body;
  });
  app.addHook('onResponse', async (request, reply) => {
    if (request.logged !== null && reply.raw.writableFinished) {
      request.logged.status = reply.statusCode;
    }
  });
}

async function hitBefore(fault: Fault, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  switch (fault.kind) {
    case 'latency':
      await delay(fault.latencyMs ?? 0);
      return;
    case 'status':
      if (fault.retryAfterSecs !== undefined) {
        reply.header('retry-after', fault.retryAfterSecs);
      }
      if (fault.headers !== undefined) {
        reply.headers(fault.headers);
      }
      return reply.code(fault.status).send({ message: `Fault on demand: ${fault.status}` });
    case 'timeout-before':
      reply.hijack();
      await sayNothing(request.raw, fault.latencyMs);
      return reply;
    case 'timeout-after':
    case 'reset-mid-body':
    case 'html':
    case 'cut-json':
    case 'wrong-types':
    case 'hostile-json':
    case 'byte-a-second':
      return;
  }
}

/** Every answer of this emulator is made as text; nothing at all counts as empty. */
function textOfPayload(payload: unknown): string {
  return typeof payload === 'string' ? payload : '';
}
