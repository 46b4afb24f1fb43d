import { z } from 'zod';

/**
 * How the text of a setting becomes a value. Messages say what is wrong and never repeat the text: it may be a secret that
 * was pasted into the wrong line.
 */

const DURATION_UNITS_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type DurationUnit = keyof typeof DURATION_UNITS_MS;
const DURATION = /^(\d{1,9})(ms|s|m|h|d)$/;

function isDurationUnit(text: string): text is DurationUnit {
  return Object.hasOwn(DURATION_UNITS_MS, text);
}

/** `500ms`, `90s`, `24h`, `2d` in milliseconds; null for any other text. */
export function parseDuration(text: string): number | null {
  const [, count, unit] = DURATION.exec(text) ?? [];
  if (count === undefined || unit === undefined || !isDurationUnit(unit)) return null;
  const durationMs = Number(count) * DURATION_UNITS_MS[unit];
  return Number.isSafeInteger(durationMs) ? durationMs : null;
}

/** A text that is turned into a value by `read`, or refused with `message` when that gives null. */
function textAs<T>(read: (text: string) => T | null, message: string) {
  return z.string().transform((text, context): T => {
    const value = read(text);
    if (value !== null) return value;
    context.addIssue({ code: 'custom', message, input: '' });
    return z.NEVER;
  });
}

export const duration = textAs(parseDuration, 'is not a duration (digits and one of ms, s, m, h, d)');

/** A duration of at least `minMs`, or `off`, which is 0. */
export function durationOrOff(minMs: number) {
  return textAs(
    (text) => {
      if (text === 'off') return 0;
      const durationMs = parseDuration(text);
      return durationMs !== null && durationMs >= minMs ? durationMs : null;
    },
    `is neither off nor a duration of at least ${minMs / 1000}s`,
  );
}

export function wholeNumber(min: number, max: number) {
  return textAs((text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    return value >= min && value <= max ? value : null;
  }, `is not a whole number from ${min} to ${max}`);
}

export const onOrOff = textAs(
  (text) => (text === 'on' ? true : text === 'off' ? false : null),
  'is neither on nor off',
);

export function oneOf<const T extends string>(values: readonly T[]) {
  return textAs((text) => values.find((value) => value === text) ?? null, `is none of: ${values.join(', ')}`);
}

/** An http(s) address without trailing slash. Credentials in it would end up in logs: refused. */
export const httpUrl = textAs((text) => {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return null;
  return url.href.replace(/\/+$/, '');
}, 'is not an http:// or https:// address (without user, password, ? or #)');

export function matching(pattern: RegExp, message: string) {
  return textAs((text) => (pattern.test(text) ? text : null), message);
}

/** One line of text that an HTTP header or a JSON body can carry. */
export const credential = textAs(
  (text) => (/^[\x21-\x7e]+$/.test(text) ? text : null),
  'has a blank or a character that no credential has',
);

/** A comma list; the word `none` stands for an empty one, because a blank line means the default. */
export const list = z.string().transform((text): readonly string[] => {
  if (text === 'none') return [];
  return [
    ...new Set(
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    ),
  ];
});

export function listOf(isMember: (part: string) => boolean, message: string) {
  return list.refine((parts) => parts.every(isMember), { message });
}

/** Exact addresses or `@domain` suffixes, in lower case. */
export const emailPatterns = listOf(
  (part) => /^[^@\s]*@[^@\s]+$/.test(part),
  'has an entry that is neither an address nor an @domain',
).transform((parts): readonly string[] => parts.map((part) => part.toLowerCase()));

/** 128 bits: what a key of an HMAC-SHA256 needs at least. */
const WEBHOOK_SECRET_BYTES_MIN = 16;

function isWebhookSecret(secret: string): boolean {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1];
  if (encoded === undefined) return false;
  const key = Buffer.from(encoded, 'base64');
  return key.length >= WEBHOOK_SECRET_BYTES_MIN && key.toString('base64') === encoded;
}

/** One or more `whsec_…` secrets of Standard Webhooks, each of which decodes. */
export const webhookSecrets = list
  .refine((secrets) => secrets.length > 0, { message: 'names no secret' })
  .refine((secrets) => secrets.every(isWebhookSecret), {
    message: `has an entry that is not whsec_ and the base64 of at least ${WEBHOOK_SECRET_BYTES_MIN} bytes`,
  });

/** Where something of ours listens. */
export const host = matching(/^[A-Za-z0-9.:_-]+$/, 'is not a host name or IP address');

/** `host:port` as gRPC takes it; no scheme. */
export const hostAndPort = matching(
  /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):\d{1,5}$/,
  'is not host:port (no http:// before it)',
);
