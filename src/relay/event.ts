import { z } from 'zod';
import { HANDLED_TYPES, type HandledType, IGNORED_TYPES } from '../contract/event-types.js';

/**
 * The event envelope (A16: ours, because nothing outbound of Stokly's is known). Unknown extra fields are accepted, wrong
 * types refused. A null id counts as absent: a till sale has no customer.
 */

/** Any 8-4-4-4-12 UUID in lower case, whatever its version. */
const id = z
  .guid()
  .transform((text) => text.toLowerCase())
  .nullish()
  .transform((value) => value ?? null);

const instant = z.iso.datetime({ offset: true });

const envelope = z.object({ type: z.string().min(1).max(100), timestamp: instant, data: z.looseObject({}) });

const handledData = z.object({
  orderId: id,
  customerId: id,
  /** The version that the sender saw. */
  updatedAt: instant.nullish().transform((value) => value ?? null),
});

/** A webhook that was signed and can be read. */
export type RelayEvent =
  | {
      readonly kind: 'order';
      readonly eventId: string;
      readonly type: HandledType;
      readonly orderId: string;
      readonly customerId: string | null;
      readonly updatedAt: string | null;
    }
  | {
      readonly kind: 'customer';
      readonly eventId: string;
      readonly type: HandledType;
      readonly customerId: string;
      readonly updatedAt: string | null;
    }
  | { readonly kind: 'ignored'; readonly eventId: string; readonly type: (typeof IGNORED_TYPES)[number] | 'unknown' };

/** Or why it cannot be read: paths and what was expected, never a value. */
export type ReadEvent =
  | { readonly ok: true; readonly event: RelayEvent }
  | { readonly ok: false; readonly why: string };

const EVENT_ID = /^[A-Za-z0-9_.:-]{1,128}$/;

/** `body` has passed the signature check, so it is the sender's own text. */
export function readEvent(eventId: string, body: string): ReadEvent {
  if (!EVENT_ID.test(eventId)) return unreadable('webhook-id: up to 128 of A-Z a-z 0-9 _ . : - expected');
  const json = parseJson(body);
  if (json === undefined) return unreadable('body: JSON expected');
  const head = envelope.safeParse(json);
  if (!head.success) return unreadable(describeIssues(head.error));
  const type = HANDLED_TYPES.find((candidate) => candidate === head.data.type);
  if (type === undefined) {
    const ignored = IGNORED_TYPES.find((candidate) => candidate === head.data.type) ?? 'unknown';
    return { ok: true, event: { kind: 'ignored', eventId, type: ignored } };
  }
  const data = handledData.safeParse(head.data.data);
  if (!data.success) return unreadable(describeIssues(data.error, 'data.'));
  return readHandled(eventId, type, data.data);
}

function readHandled(eventId: string, type: HandledType, data: z.output<typeof handledData>): ReadEvent {
  const { orderId, customerId, updatedAt } = data;
  if (type.startsWith('order.')) {
    if (orderId === null) return unreadable('data.orderId: a UUID expected for an order event');
    return { ok: true, event: { kind: 'order', eventId, type, orderId, customerId, updatedAt } };
  }
  if (customerId === null) return unreadable('data.customerId: a UUID expected for a customer event');
  return { ok: true, event: { kind: 'customer', eventId, type, customerId, updatedAt } };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unreadable(why: string): ReadEvent {
  return { ok: false, why };
}

const EXPECTED: Readonly<Record<string, string>> = { guid: 'a UUID', datetime: 'an ISO 8601 instant' };

/** zod's own messages may repeat what was received: only path and expectation go out. */
function describeIssues(error: z.ZodError, prefix = ''): string {
  return error.issues
    .map((issue) => {
      const where = issue.path.length === 0 ? 'body' : `${prefix}${issue.path.join('.')}`;
      return `${where}: ${describeExpectation(issue)} expected`;
    })
    .join('; ');
}

function describeExpectation(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return issue.expected;
  if (issue.code === 'invalid_format') return EXPECTED[issue.format] ?? issue.format;
  return 'another value';
}
