import { parse } from 'lossless-json';
import { isRecord, recordsIn, textIn, type WireRecord } from './amounts.js';
import type { StoklyOrder } from './stokly-side.js';

const CALL_TIMEOUT_MS = 60_000;

/** Calls a control endpoint. Numbers of the answer are kept as text: a state is full of amounts. */
async function call(url: string, method: 'GET' | 'POST', body?: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method,
    signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${text.slice(0, 500)}`);
  return text === '' ? null : parse(text, undefined, { parseNumber: String });
}

function recordOf(value: unknown, what: string): WireRecord {
  if (isRecord(value)) return value;
  throw new Error(`The emulator's ${what} is no object.`);
}

export interface ReplayState {
  /** The shop's time, in ms. */
  readonly clockMs: number;
  /** When its last event happens. */
  readonly endsAtMs: number;
  /** Things still to happen in the shop. */
  readonly eventsLeft: number;
  /** Webhooks that nobody has acknowledged yet. */
  readonly webhooksPending: number;
}

function replayStateOf(state: WireRecord): ReplayState {
  const sample = recordOf(state['sample'], 'sample');
  return {
    clockMs: Date.parse(textIn(recordOf(state['clock'], 'clock'), 'now') ?? ''),
    endsAtMs: Date.parse(textIn(sample, 'endsAt') ?? ''),
    eventsLeft: Number(textIn(sample, 'eventsLeft')),
    webhooksPending: Number(textIn(recordOf(state['webhooks'], 'webhooks'), 'pending')),
  };
}

/** The Stokly emulator's controls. */
export function stoklyControls(url: string) {
  const control = `${url}/__emulator`;
  return {
    raiseLimits: (requestsPerMinute: number) => call(`${control}/settings`, 'POST', { rateLimit: requestsPerMinute }),
    loadSample: (invoices: number | null) =>
      call(`${control}/seed`, 'POST', { sample: invoices === null ? {} : { invoices } }),
    pointWebhooks: (target: { url: string; secret: string }) => call(`${control}/webhooks`, 'POST', target),
    moveClock: (toMs: number) => call(`${control}/clock`, 'POST', { to: new Date(toMs).toISOString() }),
    sampleContacts: async () => recordsIn(await call(`${control}/sample-contacts`, 'GET')),
    replayState: async () => replayStateOf(recordOf(await call(`${control}/state?part=counts`, 'GET'), 'state')),
    /** Everything that the shop holds now. */
    async shop(): Promise<{ orders: StoklyOrder[]; customerIds: string[] }> {
      const state = recordOf(await call(`${control}/state`, 'GET'), 'state');
      const refunds = recordsIn(state['refunds']);
      const headers = recordsIn(state['orders']);
      const byOrder = new Map<string | null, WireRecord[]>();
      for (const refund of refunds) {
        const orderId = textIn(refund, 'saleOrderId');
        byOrder.set(orderId, [...(byOrder.get(orderId) ?? []), refund]);
      }
      const orders = headers.map((header) => ({
        header,
        lines: recordsIn(header['lines']),
        refunds: byOrder.get(textIn(header, 'saleOrderId')) ?? [],
      }));
      const ids = [...recordsIn(state['customers']), ...headers].map((one) => textIn(one, 'customerId'));
      return { orders, customerIds: [...new Set(ids.filter((id) => id !== null))] };
    },
  };
}

/** The Dotdigital emulator's controls. */
export function dotdigitalControls(url: string) {
  const control = `${url}/__emulator`;
  return {
    /** Gives the ids of the contacts, in order. */
    async seedContacts(contacts: readonly WireRecord[]): Promise<string[]> {
      const answer = recordOf(await call(`${control}/seed`, 'POST', { contacts }), 'answer');
      return Array.isArray(answer['contactIds']) ? answer['contactIds'].map(String) : [];
    },
    /** Every contact, and the records of one collection. */
    async account(collection: string): Promise<{ contacts: WireRecord[]; records: WireRecord[] }> {
      const state = recordOf(await call(`${control}/state`, 'GET'), 'state');
      const records = recordsIn(recordOf(state['records'], 'records')[collection]);
      return { contacts: recordsIn(state['contacts']), records };
    },
  };
}

export type StoklyControls = ReturnType<typeof stoklyControls>;
export type DotdigitalControls = ReturnType<typeof dotdigitalControls>;
