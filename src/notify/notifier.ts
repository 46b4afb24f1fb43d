import type { Logger } from 'pino';
import { Webhook } from 'standardwebhooks';
import { currencyScale, formatMinor } from '../domain/money.js';
import type { ReviewDigest } from '../domain/review/digest.js';
import type { HttpTransport } from '../http/transport.js';
import { TransportError } from '../http/transport-error.js';

/** Where people are told of what waits for them. Another channel is another one of these. */
export interface Notifier {
  /** Resolves when it was taken. Safe to repeat with the same id. @throws NotifyError */
  digest(digest: ReviewDigest, call: { readonly id: string; readonly signal: AbortSignal }): Promise<void>;
}

/** Thrown when the receiver did not take a message; says what it answered, never where it is. */
export class NotifyError extends Error {
  override readonly name: string = 'NotifyError';
}

export interface NotifierOptions {
  /** Null: only the log. */
  readonly webhook: { readonly url: string; readonly secret: string } | null;
  readonly transport: HttpTransport;
  readonly log: Pick<Logger, 'info'>;
  readonly now: () => number;
}

/** A log line for each, and a POST signed by Standard Webhooks: `{type: 'reviews.digest', timestamp, data: ReviewDigest}`. */
export function createNotifier({ webhook, transport, log, now }: NotifierOptions): Notifier {
  const signer = webhook === null ? null : new Webhook(webhook.secret);
  return {
    async digest(digest, { id, signal }) {
      log.info({ digest: summaryOf(digest) }, 'reviews wait for a person');
      if (webhook === null || signer === null) return;
      const at = new Date(now());
      const body = JSON.stringify({ type: 'reviews.digest', timestamp: at.toISOString(), data: digest });
      const { origin, pathname, search } = new URL(webhook.url);
      const headers = {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': signer.sign(id, at, body),
      };
      const request = { method: 'POST', baseUrl: origin, path: `${pathname}${search}`, headers, body, signal } as const;
      const status = await statusOf(transport, request);
      if (status < 200 || status > 299) {
        throw new NotifyError(`the receiver at NOTIFY_WEBHOOK_URL answered ${status} to the digest: it is sent again`);
      }
    },
  };
}

async function statusOf(transport: HttpTransport, request: Parameters<HttpTransport['send']>[0]): Promise<number> {
  try {
    return (await transport.send(request)).status;
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    throw new NotifyError(
      `the receiver at NOTIFY_WEBHOOK_URL did not take the digest (${error.failure}): it is sent again`,
    );
  }
}

/** Counts and order numbers for the log; the whole digest would be long. */
function summaryOf(digest: ReviewDigest) {
  const { open, quiet, incidents, atStake } = digest;
  return {
    open,
    quiet,
    new: digest.new.count,
    escalated: digest.escalated.count,
    incidents: incidents.length,
    atStake: atStake.map(({ minorUnits, currency }) => `${amountOf(minorUnits, currency)} ${currency}`),
    largest: digest.largest.map(({ number }) => number),
    waitingLongest: digest.waitingLongest.map(({ number }) => number),
  };
}

function amountOf(minorUnits: number, currency: string): string {
  return currencyScale(currency) === null ? String(minorUnits) : formatMinor(minorUnits, currency);
}
