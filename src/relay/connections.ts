import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyServerOptions } from 'fastify';
import type { Refusal, RelayMetrics } from './metrics.js';

type ClientErrorHandler = NonNullable<FastifyServerOptions['clientErrorHandler']>;

interface RefusedConnection {
  readonly status: string;
  readonly error: string;
  readonly reason: Refusal;
}

const MALFORMED: RefusedConnection = { status: '400 Bad Request', error: 'bad request', reason: 'malformed' };

/** Codes of Node's HTTP server, https://nodejs.org/api/errors.html. */
const REFUSED_BY_CODE: Readonly<Record<string, RefusedConnection>> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: '408 Request Timeout', error: 'too slow', reason: 'too-slow' },
  HPE_HEADER_OVERFLOW: {
    status: '431 Request Header Fields Too Large',
    error: 'headers too large',
    reason: 'too-large',
  },
};

/** What never becomes a request (too slow, too large a head, no HTTP) is told so in a word, counted, and cut. */
export function refuseConnections(metrics: RelayMetrics): ClientErrorHandler {
  return (error, socket: Socket) => {
    // The sender is gone already: nobody was refused.
    if (error.code === 'ECONNRESET' || socket.destroyed) {
      socket.destroy();
      return;
    }
    const { status, error: words, reason } = REFUSED_BY_CODE[error.code] ?? MALFORMED;
    metrics.refused(reason);
    const body = JSON.stringify({ error: words });
    const head = ['content-type: application/json', `content-length: ${body.length}`, 'connection: close'];
    if (socket.writable) socket.write(`HTTP/1.1 ${status}\r\n${head.join('\r\n')}\r\n\r\n${body}`);
    socket.destroy(error);
  };
}

/** Above the limit Node closes a new connection at once, without a word: only a count says that it was there. */
export function limitConnections(server: Server, max: number, metrics: RelayMetrics): void {
  server.maxConnections = max;
  server.on('drop', () => metrics.refused('connections'));
}
