import type { FastifyInstance } from 'fastify';
import type { RelayTemporal } from './temporal-port.js';

/** An answer is kept this long, so that probes of many watchers cost Temporal one call a second. */
const HEALTH_CACHED_MS = 1_000;
/** A health check that hangs tells nothing. */
const PING_TIMEOUT_MS = 1_000;

interface HealthDeps {
  readonly temporal: RelayTemporal;
  readonly now: () => number;
}

/** `GET /healthz`: 200 when Temporal answers, else 503. */
export function addHealthRoute(app: FastifyInstance, { temporal, now }: HealthDeps): void {
  let last: { readonly at: number; readonly isHealthy: Promise<boolean> } | null = null;
  app.get('/healthz', async (_request, reply) => {
    if (last === null || now() - last.at >= HEALTH_CACHED_MS) last = { at: now(), isHealthy: answers(temporal, now()) };
    const isHealthy = await last.isHealthy;
    return reply
      .code(isHealthy ? 200 : 503)
      .send(isHealthy ? { status: 'ok' } : { status: 'unavailable', why: 'Temporal does not answer' });
  });
}

async function answers(temporal: RelayTemporal, at: number): Promise<boolean> {
  try {
    await temporal.ping(at + PING_TIMEOUT_MS);
    return true;
  } catch {
    return false;
  }
}
