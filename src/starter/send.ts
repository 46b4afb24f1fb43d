import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { loadStarterConfig, type StarterConfig } from '../config.js';
import { HANDLED_TYPES, IGNORED_TYPES } from '../contract/event-types.js';
import { SCHEMA_VERSION, type StarterContext, StarterError, using } from './context.js';
import { findOrder, readTarget } from './target.js';

/** What the person asked for; `id` repeats an event, `url` is another relay's than the settings name. */
export interface SendRequest {
  readonly type: string;
  readonly order?: string;
  readonly customer?: string;
  readonly id?: string;
  readonly url?: string;
}

const TYPES: readonly string[] = [...HANDLED_TYPES, ...IGNORED_TYPES];
/** As the relay takes them. */
const EVENT_ID = /^[A-Za-z0-9_.:-]{1,128}$/;
/** The relay answers within its own three seconds; a proxy before it may take longer. */
const ANSWER_TIMEOUT_MS = 15_000;
/** An answer is a short JSON; of anything else a line shows what it is. */
const ANSWER_SHOWN_MAX = 300;

/**
 * Sends one signed webhook to the relay, as Stokly would, and tells its answer. Resolves with the exit status: 0 when the relay
 * took it.
 */
export async function runSend(
  request: SendRequest,
  options: { readonly json: boolean },
  context: StarterContext,
): Promise<number> {
  const eventId = request.id ?? `starter-${randomUUID()}`;
  refuseWrong(request, eventId);
  const config = loadStarterConfig(['webhookSecrets', 'relay'], context.env);
  const url = `${(request.url ?? relayUrl(config.relay)).replace(/\/+$/, '')}/webhooks/stokly`;
  const data = await dataOf(request, context);
  const answer = await post(url, { type: request.type, data, eventId, secret: config.webhookSecrets[0] ?? '' });
  const isTaken = answer.status >= 200 && answer.status < 300;
  if (options.json) {
    const sent = { url, eventId, type: request.type, data };
    context.print(JSON.stringify({ schemaVersion: SCHEMA_VERSION, ...sent, ...answer, isTaken }));
  } else {
    context.print(`sent ${request.type} ${eventId} to ${url}`);
    context.print(`answer ${answer.status} ${answer.body}`);
  }
  if (!isTaken) context.complain(`starter: the relay did not take it: ${advice(answer.status, eventId)}`);
  return isTaken ? 0 : 1;
}

function refuseWrong({ type, order, customer }: SendRequest, eventId: string): void {
  if (!TYPES.includes(type)) throw new StarterError(`--type is none of: ${TYPES.join(', ')}`);
  if (!EVENT_ID.test(eventId)) throw new StarterError('--id takes up to 128 of A-Z a-z 0-9 _ . : -');
  if (order !== undefined) readTarget({ order });
  if (customer !== undefined) readTarget({ customer });
  if (type.startsWith('order.') && order === undefined) throw new StarterError(`${type} needs --order`);
  if (type.startsWith('customer.') && customer === undefined) throw new StarterError(`${type} needs --customer`);
}

/** An order number is looked up in Stokly; an id goes out as it is, and without a customer the relay has it routed. */
async function dataOf({ order, customer }: SendRequest, context: StarterContext): Promise<Record<string, string>> {
  const named = customer === undefined ? {} : { customerId: customer.trim().toLowerCase() };
  if (order === undefined) return named;
  const target = readTarget({ order });
  if (target.kind !== 'order') return named;
  if (target.order.includes('-')) return { orderId: target.order, ...named };
  const { stokly } = loadStarterConfig(['stokly'], context.env);
  const found = await using(context.createStokly(stokly), (client) => findOrder(client, target.order));
  const owner = found.customerId === null ? {} : { customerId: found.customerId };
  return { orderId: found.orderId, ...owner, ...named };
}

/** A relay that listens on all addresses is asked on this machine. */
function relayUrl({ host, port }: StarterConfig['relay']): string {
  const reached = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}`;
}

interface Signed {
  readonly type: string;
  readonly data: Record<string, string>;
  readonly eventId: string;
  readonly secret: string;
}

async function post(url: string, { type, data, eventId, secret }: Signed): Promise<{ status: number; body: string }> {
  const at = new Date();
  const body = JSON.stringify({ type, timestamp: at.toISOString(), data });
  const headers = {
    'content-type': 'application/json',
    'webhook-id': eventId,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new Webhook(secret).sign(eventId, at, body),
  };
  try {
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
    return { status: response.status, body: (await response.text()).slice(0, ANSWER_SHOWN_MAX) };
  } catch (error) {
    throw new StarterError(
      `the relay does not answer at ${url}: is it running, and are RELAY_HOST and RELAY_PORT (or --url) right?`,
      { cause: error },
    );
  }
}

function advice(status: number, eventId: string): string {
  if (status === 401) return 'its WEBHOOK_SECRETS must hold the first of ours, and the clocks agree within 5 minutes';
  if (status === 503) return `Temporal has not accepted it; send it again with --id ${eventId}`;
  if (status === 429) return 'too many requests within a minute; send it again later';
  return `answer ${status}`;
}
