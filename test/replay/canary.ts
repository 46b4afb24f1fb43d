import { DEMO_PASSWORD } from '../../emulators/dotdigital/index.js';
import { DEMO_CREDENTIALS } from '../../emulators/stokly/index.js';
import type { Wire } from '../support/shop-events.js';

/** Every recorded customer is this person, so that any trace of personal data in a history can be found by text. */
const PERSON = {
  forename: 'Canarietta',
  surname: 'Zwitscherling',
  phone: '+44 1632 960987',
  city: 'Nightingalebury',
  postcode: 'QV9 7ZX',
} as const;

/** What Stokly's secret is changed to while credentials are refused. */
export const CANARY_SECRET = 'canary-secret-5f2c81';

/** All addresses of recorded customers end like this. */
const EMAIL_DOMAIN = 'example.com';

export const CANARY_CUSTOMER: Wire = {
  forename: PERSON.forename,
  surname: PERSON.surname,
  fullName: `${PERSON.forename} ${PERSON.surname}`,
  phone: PERSON.phone,
  billingAddressCity: PERSON.city,
  billingAddressPostcode: PERSON.postcode,
};

/** Personal data that Stokly repeats on each order. */
export const CANARY_ORDER: Wire = {
  email: `${PERSON.forename}@${EMAIL_DOMAIN}`,
  shippingAddressCity: PERSON.city,
  shippingAddressPostcode: PERSON.postcode,
};

/** Texts that no history may hold, in any payload. */
const CANARIES: readonly string[] = [
  ...Object.values(PERSON),
  `@${EMAIL_DOMAIN}`,
  CANARY_SECRET,
  DEMO_CREDENTIALS.secretKey,
  DEMO_PASSWORD,
];

/** An address of anyone at all. Not `worker@1.24.0`: that is a version. */
const EMAIL = /[\w.+-]+@[\w-]+(\.[\w-]+)*\.[a-z]{2,}/i;

/** The canaries and addresses in a text; empty when it is clean. `more` are secrets of one recording. */
export function canariesIn(text: string, more: readonly string[] = []): string[] {
  const lower = text.toLowerCase();
  const found = [...CANARIES, ...more].filter((canary) => lower.includes(canary.toLowerCase()));
  const email = EMAIL.exec(text)?.[0];
  return email === undefined ? found : [...found, email];
}
