import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { type RelayEvent, readEvent } from './event.js';
import type { RelayMetrics } from './metrics.js';
import type { SignatureHeaders, VerifySignature } from './signature.js';
import type { RelayTemporal } from './temporal-port.js';
import { type Dispatch, wakeForEvent } from './wake-for-event.js';

export interface WebhookRouteDeps {
  readonly temporal: RelayTemporal;
  readonly verify: VerifySignature;
  readonly acceptTimeoutMs: number;
  readonly log: Logger;
  readonly metrics: RelayMetrics;
  readonly now: () => number;
}

/** Temporal restarts in seconds; a sender that comes again sooner only queues up. */
const RETRY_AFTER_S = 5;

/**
 * `POST /webhooks/stokly`. 202 only when Temporal has it durably (or the type moves nothing) · 400 signed but unreadable,
 * says why · 401 any fault of signature or headers, same body always · 413 · 503 with `Retry-After`: come again.
 */
export function addStoklyWebhookRoute(app: FastifyInstance, deps: WebhookRouteDeps): void {
  app.post('/webhooks/stokly', async (request, reply) => {
    const headers = signatureHeaders(request);
    const text = deps.verify(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0), headers);
    if (text === null || headers.id === null) {
      deps.metrics.refused('signature');
      deps.log.warn('webhook refused: signature');
      return reply.code(401).send({ error: 'signature not accepted' });
    }
    const read = readEvent(headers.id, text);
    if (!read.ok) {
      deps.metrics.refused('unreadable');
      deps.log.warn({ why: read.why }, 'webhook refused: unreadable');
      return reply.code(400).send({ error: read.why });
    }
    return passOn(read.event, reply, deps);
  });
}

async function passOn(event: RelayEvent, reply: FastifyReply, deps: WebhookRouteDeps): Promise<FastifyReply> {
  // By the wall clock: the worker, which measures against its own, knows no other.
  const dispatch = wakeForEvent(event, new Date().toISOString());
  if (event.kind === 'ignored' || dispatch.kind === 'nothing') {
    deps.metrics.ignored(event.kind === 'ignored' ? event.type : 'unknown');
    return reply.code(202).send({ status: 'ignored' });
  }
  const startedAt = deps.now();
  try {
    await acceptWithin(deps.acceptTimeoutMs, dispatch, deps.temporal);
  } catch (error) {
    deps.metrics.refused('temporal');
    deps.log.error(
      { eventId: event.eventId, type: event.type, why: describeFailure(error), tookMs: deps.now() - startedAt },
      'webhook not taken: Temporal has not accepted it, the sender will come again',
    );
    return reply.code(503).header('retry-after', RETRY_AFTER_S).send({ error: 'not taken, come again' });
  }
  const tookMs = deps.now() - startedAt;
  deps.metrics.accepted(tookMs / 1_000);
  deps.metrics.acknowledged(dispatch.kind);
  deps.log.debug({ eventId: event.eventId, type: event.type, kind: dispatch.kind, tookMs }, 'webhook accepted');
  return reply.code(202).send({ status: 'accepted' });
}

class NotAcceptedInTime extends Error {
  override readonly name: string = 'NotAcceptedInTime';
}

/**
 * The call carries its own deadline; the timer beside it holds also where a call does not heed it. What Temporal accepts
 * later all the same comes again with the same event id and has one effect.
 */
async function acceptWithin(
  timeoutMs: number,
  dispatch: Exclude<Dispatch, { kind: 'nothing' }>,
  temporal: RelayTemporal,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new NotAcceptedInTime(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    await Promise.race([temporal.accept(dispatch, Date.now() + timeoutMs), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The client's own text may hold arguments; the kind of error and Temporal's status say enough. */
function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const cause = error.cause instanceof Error ? error.cause : error;
  const details = 'details' in cause && typeof cause.details === 'string' ? `: ${cause.details.slice(0, 200)}` : '';
  return `${error.name}${details}`;
}

function signatureHeaders({ headers }: FastifyRequest): SignatureHeaders {
  return {
    id: one(headers['webhook-id']),
    timestamp: one(headers['webhook-timestamp']),
    signature: one(headers['webhook-signature']),
  };
}

function one(value: string | string[] | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
