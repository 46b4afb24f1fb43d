import { parse } from 'lossless-json';
import { readRetryAfterMs } from '../http/rate-headers.js';
import type { HttpAnswer } from '../http/transport.js';
import { StoklyCallError } from './errors.js';
import { wireMessage } from './wire.js';

/** known: an expired token's message; the second is that of the older sessions. A1: the status is not known. */
const EXPIRED_MESSAGES = new Set(['jwt expired', 'invalid admin session']);

/** A1: 401 whatever it says, or 403 and 400 with one of the messages. */
export function isTokenOver(answer: HttpAnswer): boolean {
  if (answer.status === 401) return true;
  if (answer.status !== 403 && answer.status !== 400) return false;
  return EXPIRED_MESSAGES.has((messageOf(answer) ?? '').toLowerCase());
}

/** A3: a 404 of Stokly's carries a message; any other 404 comes from something in front of it. */
export function isNotFound(answer: HttpAnswer): boolean {
  return answer.status === 404 && messageOf(answer) !== null;
}

export interface RefusalContext {
  readonly label: string;
  readonly nowMs: number;
  /** Until the limiter lets the next call out; null where nothing holds it back. */
  readonly resetInMs: number | null;
}

/** What a status other than 2xx means; null for 2xx. Stokly's free text stays out: nobody knows what it may name. */
export function refusalOf(answer: HttpAnswer, { label, nowMs, resetInMs }: RefusalContext): StoklyCallError | null {
  const { status } = answer;
  if (status >= 200 && status < 300) return null;
  const retryAfterMs =
    readRetryAfterMs(answer.headers.get('retry-after'), nowMs) ?? (status === 429 ? resetInMs : null); // A2
  const detail = { status, ...(retryAfterMs === null ? {} : { retryAfterMs }) };
  const said = `${label}: answered ${status}`;
  if (status === 429) return new StoklyCallError('rate-limited', said, detail);
  if (status >= 500 || status === 408) return new StoklyCallError('unavailable', said, detail);
  if (status === 401 || status === 403) return new StoklyCallError('credentials-refused', said, detail);
  if (status >= 400 && messageOf(answer) !== null) return new StoklyCallError('refused', said, detail);
  return new StoklyCallError('unreadable-answer', `${said}, which Stokly does not do`, detail);
}

/** JSON with its numbers as text. Rejects HTML, cut JSON and the like as `unreadable-answer`. */
export function parseBody(answer: HttpAnswer, label: string): unknown {
  try {
    return parse(answer.text);
  } catch {
    // The parser's message quotes the body, so it is not passed on.
    throw new StoklyCallError('unreadable-answer', `${label}: answered ${answer.status} with what is no JSON`, {
      status: answer.status,
    });
  }
}

function messageOf(answer: HttpAnswer): string | null {
  try {
    const parsed = wireMessage.safeParse(parse(answer.text));
    return parsed.success ? parsed.data.message : null;
  } catch {
    return null;
  }
}
