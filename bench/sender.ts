import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { type BenchEvent, bodyOf } from './shop.js';

/** Sent and not yet answered, at most: a sender with that many connections. */
const IN_FLIGHT_MAX = 64;
const REFUSED_PAUSE_MS = 200;
const TRIES_MAX = 50;
const TIMEOUT_MS = 10_000;

/** When an event was due, and when the relay had acknowledged it. Epoch ms. */
export interface Sent {
  readonly event: BenchEvent;
  readonly dueAtMs: number;
  readonly acknowledgedAtMs: number;
}

export interface Sender {
  /** Sends all as fast as they are acknowledged. */
  sendAll(events: readonly BenchEvent[]): Promise<Sent[]>;
  /** Sends each when it is due, whether or not those before it were answered. */
  sendAtRate(events: readonly BenchEvent[], perSecond: number): Promise<Sent[]>;
  close(): void;
}

/** Signs and posts events as Stokly would; what is refused is sent again until it is acknowledged. */
export function createSender(url: string, secret: string): Sender {
  const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT_MAX });
  const webhook = new Webhook(secret);
  const target = { url, agent, webhook };
  return {
    async sendAll(events) {
      const waiting = events.values();
      const sent: Sent[] = [];
      const work = async (): Promise<void> => {
        for (const event of waiting) sent.push(await deliver(target, event, Date.now()));
      };
      await Promise.all(Array.from({ length: IN_FLIGHT_MAX }, work));
      return sent;
    },
    async sendAtRate(events, perSecond) {
      const startedAtMs = Date.now();
      const deliveries: Promise<Sent>[] = [];
      for (const [index, event] of events.entries()) {
        const dueAtMs = startedAtMs + (index * 1_000) / perSecond;
        const earlyMs = dueAtMs - Date.now();
        if (earlyMs > 1) await pause(earlyMs);
        deliveries.push(deliver(target, event, dueAtMs));
      }
      return Promise.all(deliveries);
    },
    close: () => agent.destroy(),
  };
}

interface Target {
  readonly url: string;
  readonly agent: Agent;
  readonly webhook: Webhook;
}

async function deliver(target: Target, event: BenchEvent, dueAtMs: number): Promise<Sent> {
  for (let tries = 1; ; tries += 1) {
    const status = await post(target, event).catch((error: unknown) => String(error));
    if (status === 202) return { event, dueAtMs, acknowledgedAtMs: Date.now() };
    if (tries === TRIES_MAX) throw new Error(`${event.id} was not acknowledged in ${tries} tries: ${status}`);
    await pause(REFUSED_PAUSE_MS);
  }
}

function post({ url, agent, webhook }: Target, event: BenchEvent): Promise<number> {
  const body = bodyOf(event);
  const at = new Date();
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'webhook-id': event.id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': webhook.sign(event.id, at, body),
  };
  return new Promise((resolve, reject) => {
    const sending = request(url, { method: 'POST', agent, headers, timeout: TIMEOUT_MS }, (response) => {
      response.resume();
      response.on('error', reject);
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    sending.on('timeout', () => sending.destroy(new Error(`no answer in ${TIMEOUT_MS} ms`)));
    sending.on('error', reject);
    sending.end(body);
  });
}
