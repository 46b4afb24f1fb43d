import { createHmac } from 'node:crypto';
import { DEMO_PASSWORD } from '../../emulators/dotdigital/index.js';
import { DEMO_CREDENTIALS } from '../../emulators/stokly/index.js';

/**
 * Canaries: secrets and a person that exist nowhere but in tests. Whoever sees one of them where it does not belong has found a
 * leak. Secrets and addresses carry this word.
 */
const MARK = 'zqcanary';

/** What every world of a test has as its credentials. */
export const CANARY_CREDENTIALS = {
  stokly: { accountKey: `${MARK}-account`, clientId: `${MARK}-client`, secretKey: `${MARK}-secret` },
  dotdigital: { user: `apiuser-${MARK}@apiconnector.com`, password: `${MARK}-password` },
} as const;

/** What Stokly's secret is changed to while credentials are refused. */
export const CANARY_SECRET = 'canary-secret-5f2c81';

export function canaryWebhookSecret(rest: string): string {
  return `whsec_${Buffer.from(`${MARK}-webhook-${rest}`).toString('base64')}`;
}

const PERSON = {
  forename: 'Canarietta',
  surname: 'Zwitscherling',
  phone: '1632 960987',
  city: 'Nightingalebury',
  postcode: 'QV9 7ZX',
} as const;

/** Every customer is this person, unless a test says otherwise. */
export const CANARY_CUSTOMER: Readonly<Record<string, unknown>> = {
  forename: PERSON.forename,
  surname: PERSON.surname,
  fullName: `${PERSON.forename} ${PERSON.surname}`,
  phone: `+44 ${PERSON.phone}`,
  companyName: `${PERSON.surname} & Sons`,
  billingAddressLine1: `1 ${PERSON.forename} Street`,
  billingAddressCity: PERSON.city,
  billingAddressPostcode: PERSON.postcode,
};

export function canaryEmail(customerId: string): string {
  return `${MARK}-${customerId.slice(0, 8)}@example.com`;
}

/** Personal data that Stokly repeats on each order. */
export const CANARY_ORDER: Readonly<Record<string, unknown>> = {
  email: `${MARK}@example.com`,
  customerReference: `for ${PERSON.forename}`,
  shippingAddressLine1: `1 ${PERSON.forename} Street`,
  shippingAddressCity: PERSON.city,
  shippingAddressPostcode: PERSON.postcode,
};

/** Stokly's grant is signed with this for ever: it is as secret as the key. */
const { secretKey, clientId } = CANARY_CREDENTIALS.stokly;
const SIGNATURE = createHmac('sha256', secretKey).update(clientId).digest('hex');

/** Any text with it in base64 has one of these in it, wherever in the text it begins. The letters at both ends depend on what is beside. */
function base64Forms(text: string): string[] {
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.from(' '.repeat(before) + text).toString('base64');
    const whole = Math.floor(((before + text.length) * 8) / 6);
    return encoded.slice(before === 0 ? 0 : before + 1, whole);
  });
}

/** The last two are the stand-ins' own, under which the oldest histories were recorded. */
const NEEDLES = [MARK, CANARY_SECRET, ...Object.values(PERSON), SIGNATURE, DEMO_CREDENTIALS.secretKey, DEMO_PASSWORD];
/** Spaces may have been taken out on the way. */
const PLAIN = new RegExp(
  [...NEEDLES.map((needle) => needle.replace(' ', '\\s?')), Buffer.from(MARK).toString('hex')].join('|'),
  'i',
);
const ENCODED = new RegExp(NEEDLES.flatMap(base64Forms).join('|').replaceAll('+', '\\+'));

/** An address of anyone at all. Not `worker@1.24.0`: that is a version. */
const EMAIL = /[\w.+-]+@[\w-]+(\.[\w-]+)*\.[a-z]{2,}/i;
/** How Temporal's clients name themselves (process and host), and gRPC its types. */
const NO_EMAIL = /\b\d+@[\w.-]+|@type\.googleapis\.com/g;

/** Shown of a find, with what stands around it. */
const AROUND = 40;

/** The canaries and addresses in a text, each with what stands around it; empty when it is clean. `more` are secrets of one run. */
export function canariesIn(text: string, more: readonly string[] = []): string[] {
  const found = [PLAIN, ENCODED].flatMap((pattern) => findIn(text, pattern));
  for (const secret of more) if (text.includes(secret)) found.push(around(text, text.indexOf(secret), secret.length));
  return [...found, ...findIn(text.replace(NO_EMAIL, ''), EMAIL)];
}

function findIn(text: string, pattern: RegExp): string[] {
  const match = pattern.exec(text);
  return match === null ? [] : [around(text, match.index, match[0].length)];
}

function around(text: string, at: number, length: number): string {
  return text.slice(Math.max(0, at - AROUND), at + length + AROUND);
}

/** All text in a value of any depth, bytes read as text: what anyone could read in it. */
export function textIn(value: unknown): string {
  const texts: string[] = [];
  collect(value, texts);
  return texts.join('\n');
}

function collect(value: unknown, texts: string[]): void {
  if (typeof value === 'string') texts.push(value);
  else if (value instanceof Uint8Array) texts.push(Buffer.from(value).toString('utf8'));
  else if (Array.isArray(value)) for (const inner of value) collect(inner, texts);
  else if (value instanceof Error) collect([value.message, value.stack, value.cause], texts);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      if (typeof inner === 'object' || typeof inner === 'string') texts.push(key);
      collect(inner, texts);
    }
  }
}
