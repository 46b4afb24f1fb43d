import type { FastifyRequest } from 'fastify';
import type { Actor } from './change-log.js';
import type { Fault } from './faults.js';
import type { Tier } from './rate-limits.js';
import type { LoggedRequest, WriteDigest } from './request-log.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The budget that the call counts against; absent on pages and controls. */
    dotdigitalTier?: Tier;
  }
  interface FastifyRequest {
    /** Its line in the request log; null for pages and controls. */
    dotdigitalLog: LoggedRequest | null;
    /** What strikes this call. */
    dotdigitalFault: Fault | null;
  }
}

export function actorOf(request: FastifyRequest): Actor {
  const logged = request.dotdigitalLog;
  return { by: 'api', request: logged?.n ?? 0, call: logged?.kind ?? `${request.method} ${request.url}` };
}

/** Notes in the request log what the write carries. */
export function digest(request: FastifyRequest, carried: readonly WriteDigest[]): void {
  if (request.dotdigitalLog !== null) request.dotdigitalLog.carried = carried;
}
