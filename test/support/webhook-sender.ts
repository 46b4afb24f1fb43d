import { setTimeout as pause } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';

export interface EventToSend {
  readonly type: string;
  readonly data: Readonly<Record<string, string>>;
  readonly eventId: string;
}

export interface WebhookTarget {
  /** Of the relay, without path. */
  readonly relayUrl: string;
  readonly secret: string;
}

export interface WebhookAnswer {
  readonly status: number;
  readonly retryAfter: string | null;
}

/** Signs and posts one event as Stokly would. Rejects when no answer came. */
export async function postEvent(
  { relayUrl, secret }: WebhookTarget,
  { type, data, eventId }: EventToSend,
): Promise<WebhookAnswer> {
  const at = new Date();
  const body = JSON.stringify({ type, timestamp: at.toISOString(), data });
  const headers = {
    'content-type': 'application/json',
    'webhook-id': eventId,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(eventId, at, body),
  };
  const response = await fetch(`${relayUrl}/webhooks/stokly`, { method: 'POST', headers, body });
  await response.arrayBuffer();
  return { status: response.status, retryAfter: response.headers.get('retry-after') };
}

/** What became of one event's attempts: statuses in their order, null where no answer came. */
export type Attempts = (number | null)[];

/** A sender that comes again waits this long. */
const REPEAT_AFTER_MS = 100;

/** Sends one event again and again, under the same id and signed anew, until the relay has taken it. */
export async function deliver(target: WebhookTarget, event: EventToSend, attempts: Attempts = []): Promise<Attempts> {
  for (;;) {
    const answer = await postEvent(target, event).catch(() => null);
    attempts.push(answer?.status ?? null);
    if (answer !== null && answer.status >= 200 && answer.status < 300) return attempts;
    await pause(REPEAT_AFTER_MS);
  }
}

/** Works through a list, so many at once, in its order. */
export async function atOnce<T>(count: number, all: Iterable<T>, work: (one: T) => Promise<void>): Promise<void> {
  const iterator = all[Symbol.iterator]();
  const run = async (): Promise<void> => {
    for (let next = iterator.next(); next.done !== true; next = iterator.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: count }, run));
}
