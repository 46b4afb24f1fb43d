import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { endConnectionsWhenClosing } from './closing.js';
import { limitConnections, refuseConnections } from './connections.js';
import { addHealthRoute } from './health.js';
import { createRelayMetrics, type RelayMetrics } from './metrics.js';
import { createSignatureCheck } from './signature.js';
import type { RelayTemporal } from './temporal-port.js';
import { addStoklyWebhookRoute } from './webhook-route.js';

export interface RelayOptions {
  readonly temporal: RelayTemporal;
  /** `whsec_…`; a webhook may be signed with any of them. */
  readonly secrets: readonly string[];
  readonly log: Logger;
  readonly metrics?: RelayMetrics;
  /** Requests a minute and an address; absent or null = no limit. */
  readonly requestsPerMinute?: number | null;
  /** Monotonic or epoch milliseconds. */
  readonly now?: () => number;
  readonly limits?: Partial<RelayLimits>;
}

interface RelayLimits {
  /** An event has about 300 bytes; 64 KB leaves room for a sender that adds to it. */
  readonly bodyBytesMax: number;
  /** The whole request, headers and body, must have arrived by then. */
  readonly requestTimeoutMs: number;
  /** Until Temporal has accepted; then the sender is told to come again. */
  readonly acceptTimeoutMs: number;
  /** Sockets at once: a burst of senders, not a flood. */
  readonly connectionsMax: number;
}

/** What holds unless `limits` says otherwise. */
export const RELAY_LIMITS: RelayLimits = {
  bodyBytesMax: 64 * 1024,
  requestTimeoutMs: 10_000,
  acceptTimeoutMs: 3_000,
  connectionsMax: 1_000,
};

/**
 * The relay's HTTP side: `POST /webhooks/stokly`, `GET /healthz`, `GET /metrics`. `close()` stops accepting, lets what is
 * in flight end and then resolves.
 */
export async function createRelayApp(options: RelayOptions): Promise<FastifyInstance> {
  const limits = { ...RELAY_LIMITS, ...options.limits };
  const metrics = options.metrics ?? createRelayMetrics();
  const now = options.now ?? Date.now;
  const app = Fastify({
    logger: false,
    bodyLimit: limits.bodyBytesMax,
    requestTimeout: limits.requestTimeoutMs,
    connectionTimeout: limits.requestTimeoutMs * 2,
    keepAliveTimeout: 30_000,
    forceCloseConnections: 'idle',
    clientErrorHandler: refuseConnections(metrics),
    // Node looks for slow senders only this often.
    http: {
      // Well before the connection's own time is over, which cuts it without a word.
      connectionsCheckingInterval: Math.min(1_000, limits.requestTimeoutMs / 2),
      headersTimeout: limits.requestTimeoutMs,
    },
  });
  limitConnections(app.server, limits.connectionsMax, metrics);
  endConnectionsWhenClosing(app, limits.requestTimeoutMs + limits.acceptTimeoutMs);
  takeBodiesAsBytes(app);
  answerErrors(app, { log: options.log, metrics });
  await app.register(helmet);
  await app.register(rateLimit, {
    global: typeof options.requestsPerMinute === 'number',
    max: options.requestsPerMinute ?? Number.MAX_SAFE_INTEGER,
    timeWindow: 60_000,
  });
  addStoklyWebhookRoute(app, {
    temporal: options.temporal,
    verify: createSignatureCheck(options.secrets),
    acceptTimeoutMs: limits.acceptTimeoutMs,
    log: options.log,
    metrics,
    now,
  });
  addHealthRoute(app, { temporal: options.temporal, now });
  app.get('/metrics', async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
  return app;
}

/** The signature is over the raw bytes: nothing may parse them before, whatever content type they claim. */
function takeBodiesAsBytes(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  // A content type that is empty or malformed would be a 415 before the signature is looked at.
  app.addHook('onRequest', async (request) => {
    request.raw.headers['content-type'] = 'application/octet-stream';
  });
}

/** Answers are short and the same for everyone: no stack, no detail of ours, nothing of what was sent. */
function answerErrors(app: FastifyInstance, { log, metrics }: { log: Logger; metrics: RelayMetrics }): void {
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: 'not found' }));
  app.setErrorHandler((error, _request, reply) => {
    const status = statusOf(error);
    if (status === 413) {
      metrics.refused('too-large');
      return reply.code(413).send({ error: 'body too large' });
    }
    if (status === 429) {
      metrics.refused('too-many');
      return reply.code(429).send({ error: 'too many requests' });
    }
    if (status < 500) return reply.code(status).send({ error: 'bad request' });
    log.error({ code: codeOf(error) }, 'a request failed in an unforeseen way');
    return reply.code(500).send({ error: 'internal error' });
  });
}

function statusOf(error: unknown): number {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : 500;
}

/** A name or code, never a message: that might repeat what was sent. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
