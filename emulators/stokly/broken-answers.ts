import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './faults.js';

const SECOND_MS = 1000;
const HTML = '<!doctype html><html><head><title>502</title></head><body><h1>Bad gateway</h1></body></html>';

/** What goes out instead of the answer that was made. `length` is set where it is not the body's own. */
export interface BrokenAnswer {
  readonly body: string | Readable;
  readonly contentType?: string;
  readonly length?: number;
}

/** Spoils an answer after its handler has run, so that the call has had its effect. Null: this kind does not touch answers. */
export function breakAnswer(fault: Fault, payload: string, request: IncomingMessage): BrokenAnswer | null {
  switch (fault.kind) {
    case 'latency':
    case 'status':
    case 'timeout-before':
      return null;
    case 'timeout-after':
      return { body: Readable.from(silence(request, fault.latencyMs)), length: Buffer.byteLength(payload) };
    case 'reset-mid-body':
      return { body: Readable.from(halfThenReset(payload, request)), length: Buffer.byteLength(payload) };
    case 'byte-a-second':
      return { body: Readable.from(drip(payload, fault.latencyMs ?? SECOND_MS)), length: Buffer.byteLength(payload) };
    case 'html':
      return { body: HTML, contentType: 'text/html; charset=utf-8' };
    case 'cut-json':
      return { body: payload.slice(0, Math.floor(payload.length / 2)) };
    case 'wrong-types':
      return { body: JSON.stringify(withWrongTypes(JSON.parse(payload))) };
    case 'hostile-json':
      return { body: hostile(payload) };
  }
}

/** Resolves when the client has gone, or after `dropAfterMs`, when the connection is dropped. */
export async function sayNothing(request: IncomingMessage, dropAfterMs: number | undefined): Promise<void> {
  if (dropAfterMs !== undefined) {
    await delay(dropAfterMs);
    request.socket.destroy();
    return;
  }
  if (!request.socket.destroyed) {
    await new Promise((resolve) => request.socket.once('close', resolve));
  }
}

async function* silence(request: IncomingMessage, dropAfterMs: number | undefined): AsyncGenerator<Buffer> {
  await sayNothing(request, dropAfterMs);
  yield* [];
}

async function* halfThenReset(payload: string, request: IncomingMessage): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(payload);
  yield bytes.subarray(0, Math.ceil(bytes.length / 2));
  // One turn of the loop lets the first half leave the machine before the connection is torn down.
  await delay(5);
  request.socket.resetAndDestroy();
}

async function* drip(payload: string, pauseMs: number): AsyncGenerator<Buffer> {
  for (const byte of Buffer.from(payload)) {
    yield Buffer.of(byte);
    await delay(pauseMs);
  }
}

/** Texts become objects, numbers texts that are none, booleans numbers; the envelope stays, so that rows are what breaks. */
function withWrongTypes(value: unknown, depth = 0): unknown {
  if (Array.isArray(value)) {
    return value.map((entry: unknown) => withWrongTypes(entry, depth + 1));
  }
  switch (typeof value) {
    case 'object':
      return value === null
        ? []
        : Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, withWrongTypes(entry, depth + 1)]));
    case 'number':
      return 'not a number';
    case 'string':
      return { text: value };
    default:
      return 1;
  }
}

/** The right answer with what a careless parser chokes on in every object: a prototype key, and a number beyond 2^53. */
function hostile(payload: string): string {
  return payload.replaceAll(/\{(?=")/g, '{"__proto__":{"polluted":true},"beyondSafe":9007199254740993,');
}
