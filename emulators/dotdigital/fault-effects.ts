import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Emulator } from './emulator.js';
import type { Fault } from './faults.js';

const LATENCY_MS = 1000;
const BYTE_EVERY_MS = 1000;
const LATE_LOOK_MS = 5;
const HTML =
  '<!doctype html><html><head><title>Service status</title></head><body><h1>We will be back soon</h1></body></html>';

/** What happens before the call takes effect. Import faults are left to the import routes. */
export async function strikeBefore(emulator: Emulator, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const logged = request.dotdigitalLog;
  const fault = logged === null ? null : emulator.faults.strike(request.method, logged.path);
  if (fault === null || logged === null) return;
  request.dotdigitalFault = fault;
  logged.fault = fault.kind;
  if (fault.kind === 'latency') await pause(fault.delayMs ?? LATENCY_MS);
  if (fault.kind === 'timeout-before') {
    reply.hijack();
    dropAfter(reply, fault.delayMs);
  }
  if (fault.kind === 'html') await reply.code(200).type('text/html; charset=utf-8').send(HTML);
  if (fault.kind === 'status') await sendStatus(emulator, fault, { request, reply });
}

async function sendStatus(
  emulator: Emulator,
  fault: Fault,
  call: { request: FastifyRequest; reply: FastifyReply },
): Promise<void> {
  const { request, reply } = call;
  if (fault.delayMs !== undefined) await pause(fault.delayMs);
  if (fault.rateResetInMs !== undefined) {
    const tier = request.routeOptions.config.dotdigitalTier ?? 'medium';
    reply.headers(emulator.rates.exhaustedHeaders(tier, emulator.settings, fault.rateResetInMs));
  }
  if (fault.headers !== undefined) reply.headers(fault.headers);
  await reply.code(fault.status ?? 503).send(fault.body ?? '');
}

/** What happens to the answer of a call that has taken effect. */
export async function strikeAfter(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
  const kind = request.dotdigitalFault?.kind;
  const body = typeof payload === 'string' ? payload : '';
  if (kind === 'late-effect') return never();
  if (kind === 'timeout-after') {
    dropAfter(reply, request.dotdigitalFault?.delayMs);
    return never();
  }
  if (kind === 'reset-mid-body') {
    resetMidBody(reply, body);
    return never();
  }
  if (kind === 'cut-json') return body.slice(0, Math.floor(body.length / 2));
  if (kind === 'wrong-types') return body === '' ? body : JSON.stringify(withWrongTypes(JSON.parse(body)));
  if (kind === 'hostile-json') return hostile(body);
  if (kind === 'byte-a-second') return dribble(Buffer.from(body), request.dotdigitalFault?.delayMs ?? BYTE_EVERY_MS);
  return payload;
}

/**
 * What happens to a call whose body has arrived: `late-effect` loses its connection at once, and takes effect only when the
 * same call has come again and was answered: an older write that lands after a newer one.
 */
export async function strikeWithBody(emulator: Emulator, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const fault = request.dotdigitalFault;
  const logged = request.dotdigitalLog;
  if (fault?.kind !== 'late-effect' || logged === null) return;
  const landsAtMs = fault.delayMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + fault.delayMs;
  reply.raw.socket?.resetAndDestroy();
  while (emulator.requests.countRepeats(logged) < (fault.afterCalls ?? 1) && performance.now() < landsAtMs) {
    // Whoever removes the fault lets what it held back land.
    if (!emulator.faults.isPlanned(fault)) return;
    await pause(LATE_LOOK_MS, undefined, { ref: false });
  }
}

function dropAfter(reply: FastifyReply, delayMs: number | undefined): void {
  if (delayMs !== undefined) setTimeout(() => reply.raw.socket?.resetAndDestroy(), delayMs).unref();
}

/** Promises more than it sends, then resets the connection. */
function resetMidBody(reply: FastifyReply, body: string): void {
  const { raw } = reply;
  const bytes = Buffer.from(body);
  raw.writeHead(reply.statusCode, { 'Content-Type': 'application/json', 'Content-Length': bytes.length + 1 });
  raw.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => raw.socket?.resetAndDestroy());
}

function dribble(bytes: Buffer, everyMs: number): Readable {
  return Readable.from(slowBytes(bytes, everyMs));
}

async function* slowBytes(bytes: Buffer, everyMs: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 1) {
    yield bytes.subarray(at, at + 1);
    await pause(everyMs, undefined, { ref: false });
  }
}

/** Texts become objects, numbers text, booleans numbers, null a list. */
function withWrongTypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withWrongTypes);
  if (typeof value === 'string') return { text: value };
  if (typeof value === 'number') return 'not a number';
  if (typeof value === 'boolean') return 1;
  if (typeof value !== 'object' || value === null) return [];
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withWrongTypes(inner)]));
}

/** The right answer with a prototype key and a number beyond 2^53 in every object. */
function hostile(body: string): string {
  return body.replaceAll(/\{(?=")/g, '{"__proto__":{"polluted":true},"beyondSafe":9007199254740993,');
}

/** The answer is never sent; the connection ends when the caller or `stop()` ends it. */
function never(): Promise<never> {
  return new Promise<never>(() => undefined);
}
