import { isLosslessNumber } from 'lossless-json';
import { z } from 'zod';
import { canonicalId } from '../domain/ids.js';
import { currencyScale } from '../domain/money.js';

/**
 * Values as Stokly sends them. Bodies come through a lossless parser: a number is its text, so nothing is rounded before
 * it is read. Every problem says what was expected and which kind of value stood there, never the value.
 */

/** Up to six decimals, as number or as text (A11); no exponent. */
const AMOUNT = /^-?\d{1,18}(\.\d{1,6})?$/;
const WHOLE = /^-?\d{1,18}$/;
const ID = /^[A-Za-z0-9_-]{1,64}$/;
/** The time zone is a must: a time without one could be an hour off. */
const instantText = z.iso.datetime({ offset: true });

/** A23: a UUID in whatever case is the same one. */
export const id = value('an id', (raw) => (typeof raw === 'string' && ID.test(raw) ? canonicalId(raw) : undefined));

/** Decimal text; whether it can be counted exactly depends on the currency and is judged there. */
export const amount = value('an amount with up to six decimals', (raw) => matching(AMOUNT, numeric(raw)));

/** `niceId` is a number; kept as text. */
export const wholeNumberText = value('a whole number below 2^53', (raw) => {
  const text = matching(WHOLE, numeric(raw));
  return text !== undefined && Number.isSafeInteger(Number(text)) ? text : undefined;
});

export const quantity = wholeNumberText.transform(Number);

/** UTC, with milliseconds, whatever precision and zone came. */
export const instant = value('a time in ISO 8601 with its zone', (raw) => {
  const parsed = instantText.safeParse(raw);
  return parsed.success ? new Date(parsed.data).toISOString() : undefined;
});

/** Upper case, and known: an unknown currency is an error, never a guess. */
export const currency = value('a known ISO 4217 code', (raw) => {
  const code = typeof raw === 'string' ? raw.toUpperCase() : '';
  return currencyScale(code) === null ? undefined : code;
});

export const text = value('text', (raw) => (typeof raw === 'string' ? raw : undefined));

/** Text where a number may stand too (references that look like numbers, skus); null where nothing was given. */
export const optionalText = value('text or nothing', (raw) => {
  const given = numeric(raw);
  return given === undefined ? undefined : stated(given);
})
  .nullish()
  .transform((given) => given ?? null);

export const optionalId = id.nullish().transform((given) => given ?? null);

/** Null where nothing was stated. */
export const optionalAmount = amount.nullish().transform((given) => given ?? null);
export const optionalInstant = instant.nullish().transform((given) => given ?? null);

/** The part of a sum that nobody stated is nothing; if that is wrong, the sum does not add up and the order is held. */
export const amountOrZero = amount.nullish().transform((given) => given ?? '0');

/** Merchants' real data has the literal text `undefined` where nothing was given. */
export function stated(given: string): string | null {
  const trimmed = given.trim();
  return trimmed === '' || trimmed === 'undefined' ? null : trimmed;
}

/** What stands under a key of a row's own; undefined where there is none, or no row. */
export function fieldOf(row: unknown, key: string): unknown {
  return typeof row === 'object' && row !== null ? new Map(Object.entries(row)).get(key) : undefined;
}

/** The kind of a value, for problems and probes. */
export function kindOf(raw: unknown): string {
  if (raw === null) return 'null';
  if (raw === undefined) return 'nothing';
  if (isLosslessNumber(raw)) return 'number';
  return Array.isArray(raw) ? 'array' : typeof raw;
}

/** Key paths with what was wrong there. */
export function problemsOf(error: z.ZodError, at = ''): string[] {
  return error.issues.map(
    (issue) => `${[at, ...issue.path.map(String)].filter((key) => key !== '').join('.')}: ${issue.message}`,
  );
}

/** A wire value that `read` makes ours; `undefined` from `read` is a refusal. */
function value<T extends string | null>(expected: string, read: (raw: unknown) => T | undefined) {
  return z
    .custom<unknown>(() => true)
    .transform((raw, context): T => {
      const found = read(raw);
      if (found !== undefined) return found;
      context.addIssue({ code: 'custom', message: `expected ${expected}, got ${kindOf(raw)}` });
      return z.NEVER;
    });
}

function numeric(raw: unknown): string | undefined {
  if (isLosslessNumber(raw)) return raw.toString();
  return typeof raw === 'string' ? raw : undefined;
}

function matching(pattern: RegExp, given: string | undefined): string | undefined {
  return given !== undefined && pattern.test(given) ? given : undefined;
}
