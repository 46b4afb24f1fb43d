import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import axios, { type AxiosInstance, isAxiosError } from 'axios';
import { onAbort } from './abort.js';
import type { CallObserver } from './call-seen.js';
import { type TransportFailure, TransportError } from './transport-error.js';

/** One request. `path` starts with `/`, its values are encoded already (`pathSegment`, `URLSearchParams`). */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly baseUrl: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Whatever the other side answered, also 4xx and 5xx: what a status means is the vendor client's to say. */
export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

export interface TransportSettings {
  /** From the start of the call to the last byte of its answer: also ends an answer that comes a byte a second. */
  readonly timeoutMs: number;
  readonly onCall?: CallObserver | undefined;
}

export interface HttpTransport {
  /** Rejects with a `TransportError` when no whole answer came; never with an error of axios. */
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** Closes idle connections. */
  close(): void;
}

/** Larger than any page of 1,000 rows that we ask for; an answer above it is a fault, not data. */
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;
/** Dotdigital takes 50 MB a body; nothing that we send comes near it. */
const BODY_BYTES_MAX = 50 * 1024 * 1024;
/** Twenty times what limits allow at once. A worker has more activities than this: beyond it a call waits for a socket, in its own time. */
const SOCKETS_MAX = 256;

/** Errors of the connection that show that no byte of the request left. */
const NOT_SENT_CODES = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
]);

/**
 * The one place that makes HTTP calls: no redirects (they would carry credentials elsewhere), no proxy out of the
 * environment, no parsing (axios gives a 200 with HTML as a string and no error; a body is read by who knows its shape).
 */
export function createHttpTransport(settings: TransportSettings): HttpTransport {
  const agentOptions = { keepAlive: true, maxSockets: SOCKETS_MAX, scheduling: 'lifo' } as const;
  const httpAgent = new HttpAgent(agentOptions);
  const httpsAgent = new HttpsAgent(agentOptions);
  const client = axios.create({
    adapter: 'http',
    httpAgent,
    httpsAgent,
    maxRedirects: 0,
    proxy: false,
    responseType: 'text',
    responseEncoding: 'utf8',
    transformRequest: [(body: unknown) => body],
    transformResponse: [(text: unknown) => text],
    validateStatus: () => true,
    maxContentLength: ANSWER_BYTES_MAX,
    maxBodyLength: BODY_BYTES_MAX,
  });
  return {
    send: (request) => observed(settings.onCall, () => sendOnce(client, request, settings.timeoutMs)),
    close: () => {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}

async function observed(onCall: CallObserver | undefined, send: () => Promise<HttpAnswer>): Promise<HttpAnswer> {
  const startedAt = performance.now();
  let result: number | TransportFailure = 'connection-lost';
  try {
    const answer = await send();
    result = answer.status;
    return answer;
  } catch (error) {
    if (error instanceof TransportError) result = error.failure;
    throw error;
  } finally {
    onCall?.({ result, seconds: (performance.now() - startedAt) / 1000 });
  }
}

async function sendOnce(client: AxiosInstance, request: HttpRequest, timeoutMs: number): Promise<HttpAnswer> {
  if (isAborted(request.signal)) throw new TransportError('aborted', false);
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), timeoutMs);
  const stopListening = onAbort(request.signal, () => deadline.abort());
  try {
    const response = await client.request<unknown>({
      method: request.method,
      url: request.baseUrl + request.path,
      // Without a body axios would claim a form.
      headers: request.body === undefined ? { ...request.headers, 'content-type': false } : { ...request.headers },
      signal: deadline.signal,
      ...(request.body === undefined ? {} : { data: request.body }),
    });
    return {
      status: response.status,
      headers: lowerCaseHeaders(response.headers),
      text: typeof response.data === 'string' ? response.data : '',
    };
  } catch (error) {
    if (isAborted(request.signal)) throw new TransportError('aborted', true);
    if (deadline.signal.aborted) throw new TransportError('timed-out', true);
    const failure = failureOf(error);
    throw new TransportError(failure, failure !== 'not-reached');
  } finally {
    clearTimeout(timer);
    stopListening();
  }
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

/** The original error is dropped on purpose, not kept as `cause`: it holds the request with its credentials. */
function failureOf(error: unknown): TransportFailure {
  const code = isAxiosError(error) ? error.code : undefined;
  if (code !== undefined && NOT_SENT_CODES.has(code)) return 'not-reached';
  if (isAxiosError(error) && error.message.startsWith('maxContentLength')) return 'answer-too-large';
  return 'connection-lost';
}

function lowerCaseHeaders(headers: object): ReadonlyMap<string, string> {
  const known = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string') known.set(name.toLowerCase(), value);
  }
  return known;
}

/**
 * A value as one segment of a path. Encoding leaves `.` and `..` as they are and a URL resolves them away, so those
 * (and nothing at all, and half characters) are refused with a `RangeError`.
 */
export function pathSegment(value: string): string {
  if (value === '' || value === '.' || value === '..') throw new RangeError('not usable as a segment of a path');
  if (/\p{Surrogate}/u.test(value)) throw new RangeError('not usable as a segment of a path');
  return encodeURIComponent(value);
}
