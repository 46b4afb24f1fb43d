import { createHmac } from 'node:crypto';
import { type IncomingHttpHeaders, request } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { createLog } from '../../src/logging.js';
import { createRelayApp, type RelayOptions } from '../../src/relay/app.js';
import { createRelayMetrics, type RelayMetrics } from '../../src/relay/metrics.js';
import type { RelayTemporal } from '../../src/relay/temporal-port.js';
import type { Dispatch } from '../../src/relay/wake-for-event.js';

export const SECRET = `whsec_${Buffer.from('canary-relay-secret-0001').toString('base64')}`;
export const NEXT_SECRET = `whsec_${Buffer.from('canary-relay-secret-0002').toString('base64')}`;
export const ORDER_ID = '6f0d3c1e-52b7-4d0b-9a55-1f6f0f8f2a01';
export const CUSTOMER_ID = '0b9a7c66-8f8e-4c6f-9a0c-7d2f5a1b3c02';

/** Stands in for Temporal: remembers what was sent and does what the test says. */
export class TemporalDouble implements RelayTemporal {
  readonly accepted: Exclude<Dispatch, { kind: 'nothing' }>[] = [];
  pings = 0;
  isUp = true;
  /** What `accept` waits for before it answers. */
  gate: Promise<void> = Promise.resolve();

  async accept(dispatch: Exclude<Dispatch, { kind: 'nothing' }>): Promise<void> {
    await this.gate;
    if (!this.isUp) throw new Error('14 UNAVAILABLE');
    this.accepted.push(dispatch);
  }

  async ping(): Promise<void> {
    this.pings += 1;
    if (!this.isUp) throw new Error('14 UNAVAILABLE');
  }
}

export interface RelayUnderTest {
  readonly app: FastifyInstance;
  readonly port: number;
  readonly temporal: TemporalDouble;
  readonly metrics: RelayMetrics;
  readonly logLines: string[];
  stop(): Promise<void>;
}

export async function startRelay(options: Partial<RelayOptions> = {}): Promise<RelayUnderTest> {
  const temporal = new TemporalDouble();
  const logLines: string[] = [];
  const log = createLog({ level: 'trace', process: 'relay' }, { write: (line: string) => void logLines.push(line) });
  const metrics = createRelayMetrics();
  const app = await createRelayApp({ temporal, secrets: [SECRET], log, metrics, ...options });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const address = app.server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { app, port: address.port, temporal, metrics, logLines, stop: () => app.close() };
}

export interface Sent {
  readonly body: Buffer;
  readonly headers: Record<string, string>;
}

/** A signed webhook, made without the library that the relay checks with. */
export function webhook(
  payload: unknown,
  {
    id = 'evt_1',
    at = Math.floor(Date.now() / 1000),
    secret = SECRET,
  }: { id?: string; at?: number; secret?: string } = {},
): Sent {
  const body = Buffer.isBuffer(payload)
    ? payload
    : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${at}.`).update(body).digest('base64');
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(at),
      'webhook-signature': `v1,${signature}`,
    },
  };
}

export function orderUpdated(data: Record<string, unknown> = {}) {
  return {
    type: 'order.updated',
    timestamp: '2026-11-23T10:00:00Z',
    data: { orderId: ORDER_ID, customerId: CUSTOMER_ID, updatedAt: '2026-11-23T09:59:59.123Z', ...data },
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Plain node:http: nothing between the test and the bytes. */
export function send(
  port: number,
  { body, headers }: Sent,
  { path = '/webhooks/stokly', method = 'POST' } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request(
      { host: '127.0.0.1', port, path, method, agent: false, headers: { ...headers, 'content-length': body.length } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString(),
          }),
        );
        response.on('error', reject);
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}

export function get(port: number, path: string): Promise<Answer> {
  return send(port, { body: Buffer.alloc(0), headers: {} }, { path, method: 'GET' });
}
