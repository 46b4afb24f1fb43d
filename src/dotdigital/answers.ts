import { z } from 'zod';
import { readRetryAfterMs } from '../http/rate-headers.js';
import type { HttpAnswer } from '../http/transport.js';
import type { Refused } from './api.js';
import { DotdigitalCallError } from './errors.js';

/** v3: `errorCode`, `description`, `details` with `item`. v2: `message` that ends with a token `ERROR_…`. */
const wireErrorV3 = z.object({
  errorCode: z.string(),
  details: z
    .array(z.object({ item: z.string().optional().catch(undefined) }))
    .optional()
    .catch(undefined),
});
const wireErrorV2 = z.object({ message: z.string() });

const V2_TOKEN = /\bERROR_[A-Z_]{2,80}\b/;
const V3_CODE = /^[A-Za-z]{2,40}(:[A-Za-z]{2,60})?$/;

/** What an answer says went wrong. Dotdigital's free text stays out: it may quote what was sent. */
export interface DotdigitalErrorCode {
  /** `contacts:contactNotFound`, `ERROR_NON_UNIQUE_DATAFIELD` …; null where the answer has none. */
  readonly code: string | null;
  /** `details[].item`: names of fields, but also values; only compared, never passed on. */
  readonly items: readonly string[];
}

export function errorCodeOf(answer: HttpAnswer): DotdigitalErrorCode {
  const body = jsonOrNull(answer.text);
  const v3 = wireErrorV3.safeParse(body);
  if (v3.success && V3_CODE.test(v3.data.errorCode)) {
    const items = (v3.data.details ?? []).flatMap(({ item }) => (item === undefined ? [] : [item]));
    return { code: v3.data.errorCode, items };
  }
  const v2 = wireErrorV2.safeParse(body);
  const token = v2.success ? V2_TOKEN.exec(v2.data.message)?.[0] : undefined;
  return { code: token ?? null, items: [] };
}

/** Codes are compared without case: Dotdigital's own pages differ in it. */
export function hasCode(answer: HttpAnswer, ...codes: readonly string[]): boolean {
  const code = errorCodeOf(answer).code?.toLowerCase();
  return code !== undefined && codes.some((known) => known.toLowerCase() === code);
}

export function isOk(answer: HttpAnswer): boolean {
  return answer.status >= 200 && answer.status < 300;
}

/** 429 over a budget of calls; the flat scheme says it with a 400. Too many active jobs is a 429 of another kind. */
export function isBudgetSpent(answer: HttpAnswer): boolean {
  if (answer.status === 429) return !isTooManyJobs(errorCodeOf(answer).code);
  return answer.status === 400 && hasCode(answer, 'ERROR_APIUSAGE_EXCEEDED');
}

/** `contacts:tooManyActiveImports`, `…tooManyBulkDeleteJobs`, v2's token: own jobs must end, no window helps. */
export function isTooManyJobs(code: string | null | undefined): boolean {
  return /:tooMany/i.test(code ?? '') || code === 'ERROR_IMPORT_TOOMANYACTIVEIMPORTS';
}

const BAD_LOGIN = ['ERROR_INVALID_LOGIN', 'ERROR_APIUSER_INVALID'] as const;

/** v2 says bad credentials with a token too; for a 403 see `isForbidden`. */
export function isCredentialsRefused(answer: HttpAnswer): boolean {
  if (answer.status === 401 || isForbidden(answer)) return true;
  return (answer.status === 400 || answer.status === 403) && hasCode(answer, ...BAD_LOGIN);
}

/**
 * D8: a 403 of which only the calls around it show what it means: nothing is allowed here (the address is another region's), or
 * this one call is not (the account has no right to what it is about).
 */
export function isForbidden(answer: HttpAnswer): boolean {
  return answer.status === 403 && !hasCode(answer, 'ERROR_FEATURENOTACTIVE', ...BAD_LOGIN);
}

/** For a forbidden call while others are taken. */
export function notAllowed(answer: HttpAnswer, label: string): DotdigitalCallError {
  const { code } = errorCodeOf(answer);
  const detail = { status: answer.status, ...(code === null ? {} : { code }) };
  const said = `answered ${answer.status}${code === null ? '' : ` ${code}`} while other calls are taken`;
  return new DotdigitalCallError('refused', `${label}: ${said}`, detail);
}

/**
 * A 2xx to a write that is answered without a body (201, 204). A page of HTML with 200 comes from something in front of
 * Dotdigital and proves nothing, so it is not taken for an effect; JSON might be, if Dotdigital begins to send some.
 */
export function isDone(answer: HttpAnswer, label: string): boolean {
  if (!isOk(answer)) return false;
  if (answer.text.trim() === '' || jsonOrNull(answer.text) !== null) return true;
  throw unreadable(answer, `${label}: answered ${answer.status} with what is no JSON`, true);
}

/** An answer about something else than was asked for: nothing may be done with it. */
export function isAboutAnother(answer: HttpAnswer, label: string, isWrite: boolean): DotdigitalCallError {
  return unreadable(answer, `${label}: answered with another than was asked for`, isWrite);
}

function unreadable({ status }: HttpAnswer, said: string, isWrite: boolean): DotdigitalCallError {
  return new DotdigitalCallError('unreadable-answer', said, { status, ...(isWrite ? { isEffectUnknown: true } : {}) });
}

export interface FailureContext {
  readonly label: string;
  readonly isWrite: boolean;
  readonly nowMs: number;
  /** Until the limiter lets the next call of this tier out; null where nothing holds it back. */
  readonly resetInMs: number | null;
}

/** What everyone must hear of: limits, credentials, an outage. Null for 2xx and for the 4xx that are about one record. */
export function outageOf(
  answer: HttpAnswer,
  { label, isWrite, nowMs, resetInMs }: FailureContext,
): DotdigitalCallError | null {
  const { status } = answer;
  const { code } = errorCodeOf(answer);
  const retryAfterMs =
    readRetryAfterMs(answer.headers.get('retry-after'), nowMs) ?? (isBudgetSpent(answer) ? resetInMs : null);
  const said = `${label}: answered ${status}${code === null ? '' : ` ${code}`}`;
  const detail = { status, ...(code === null ? {} : { code }), ...(retryAfterMs === null ? {} : { retryAfterMs }) };
  if (isBudgetSpent(answer) || status === 429) return new DotdigitalCallError('rate-limited', said, detail);
  if (isCredentialsRefused(answer)) return new DotdigitalCallError('credentials-refused', said, detail);
  if (status >= 500 || status === 408) {
    return new DotdigitalCallError('unavailable', said, isWrite ? { ...detail, isEffectUnknown: true } : detail);
  }
  if (status < 200 || (status >= 300 && status < 400)) {
    return new DotdigitalCallError('unreadable-answer', `${said}, which Dotdigital does not do`, detail);
  }
  return null;
}

/** For a 4xx that the caller has no word for: a 404 or 409 without a code is not Dotdigital's. */
export function unexpected(answer: HttpAnswer, label: string): DotdigitalCallError {
  const { code } = errorCodeOf(answer);
  const detail = { status: answer.status, ...(code === null ? {} : { code }) };
  const failure = code === null && answer.status !== 412 && answer.status !== 413 ? 'unreadable-answer' : 'refused';
  return new DotdigitalCallError(
    failure,
    `${label}: answered ${answer.status}${code === null ? ' without a code' : ` ${code}`}`,
    detail,
  );
}

/** The record-level no of a 4xx with a code. `sentKeys`: only keys that we sent ourselves are named as fields. */
export function refusedOf(answer: HttpAnswer, label: string, sentKeys: ReadonlySet<string>): Refused {
  const { code, items } = errorCodeOf(answer);
  if (code === null) throw unexpected(answer, label);
  return { kind: 'refused', code, fields: items.flatMap((item) => sentKeyIn(item, sentKeys)) };
}

/** `dataFields.TOTAL`, `products[0].sku`: from the whole to the last part, what is a key of ours. */
export function sentKeyIn(item: string, sentKeys: ReadonlySet<string>): string[] {
  const parts = item.replaceAll(/\[\d*\]/g, '').split('.');
  const tails = parts.map((_part, from) => parts.slice(from).join('.'));
  return tails.filter((tail) => sentKeys.has(tail)).slice(0, 1);
}

function jsonOrNull(text: string): unknown {
  try {
    const body: unknown = JSON.parse(text);
    return body;
  } catch {
    return null;
  }
}

/** The body of a 2xx. A write whose answer cannot be read may have been done: say so with `isWrite`. */
export function parseBody<T>(
  answer: HttpAnswer,
  schema: z.ZodType<T>,
  { label, isWrite }: { label: string; isWrite: boolean },
): T {
  const parsed = schema.safeParse(jsonOrNull(answer.text));
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map((issue) => issue.path.map(String).join('.') || 'the whole').slice(0, 5);
  throw unreadable(answer, `${label}: answered ${answer.status}, unreadable at ${where.join(', ')}`, isWrite);
}
