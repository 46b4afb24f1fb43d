import { countryCode } from './countries.js';
import { sampleId } from './ids.js';
import type { Invoice } from './read-invoices.js';

/** What a customer is in the sample, by its number or by how a sale without number is taken. */
export type PersonKind = 'account' | 'guest' | 'marketplace';

export interface Address {
  readonly city: string | null;
  readonly region: string | null;
  readonly country: string | null;
  readonly postcode: string | null;
}

export interface Person {
  readonly customerId: string;
  readonly number: number;
  readonly kind: PersonKind;
  readonly createdAtMs: number;
  readonly forename: string;
  readonly surname: string;
  readonly fullName: string;
  readonly email: string | null;
  readonly phone: string;
  readonly address: Address;
  readonly consent: boolean | null;
  readonly rules: PersonRules;
}

/** The rules on customer numbers that a person falls under; those of guests and marketplace buyers are all false. */
export interface PersonRules {
  readonly hasNoEmail: boolean;
  readonly hasUndefinedText: boolean;
  readonly sharesEmail: boolean;
  readonly hasInvalidEmail: boolean;
  readonly isCompany: boolean;
  readonly isCashSale: boolean;
  readonly hasPlaceholderEmail: boolean;
  /** Granted, refused two days later, granted again after two more. */
  readonly changesConsent: boolean;
  /** Has another postal address three days later. */
  readonly moves: boolean;
}

const PLACEHOLDERS = 6;
const GUEST_ADDRESSES = 40;
/** Guests have numbers of their own, far from those of accounts. */
const GUEST_NUMBER_BASE = 1_000_000;

const FORENAMES = ['Alice', 'Ben', 'Chloe', 'Daniel', 'Erin', 'Farid', 'Grace', 'Hugo', 'Isla', 'Jonas', 'Kira'];
const SURNAMES = ['Archer', 'Bennett', 'Clarke', 'Doyle', 'Ellis', 'Fraser', 'Grant', 'Hughes', 'Irwin', "O'Neill"];
const CITIES = ['Hereford', 'Cheltenham', 'Leeds', 'Bristol', 'Norwich', 'York', 'Cardiff', 'Dundee', 'Truro'];
const COMPANIES = ['Bright Lantern Ltd', 'The Gift Barn', 'Harbour & Sons', 'Paper Crane Co'];

/** All accounts of the invoices, each as of its first one; a country is that of the first order, or of the first credit. */
export function accountsOf(invoices: readonly Invoice[], isSale: (invoice: Invoice) => boolean): Person[] {
  const firsts = new Map<number, { createdAtMs: number; invoice: Invoice; isSale: boolean }>();
  for (const invoice of invoices) {
    const number = invoice.customerNumber;
    const isOrder = isSale(invoice);
    if (number === null || !(isOrder || invoice.isCredit)) {
      continue;
    }
    const first = firsts.get(number);
    if (first === undefined) {
      firsts.set(number, { createdAtMs: invoice.atMs, invoice, isSale: isOrder });
    } else if (isOrder && !first.isSale) {
      firsts.set(number, { ...first, invoice, isSale: true });
    }
  }
  const numbers = [...firsts.keys()].toSorted((left, right) => left - right);
  const special = specialNumbers(numbers);
  return numbers.flatMap((number) => {
    const first = firsts.get(number);
    return first === undefined
      ? []
      : [accountOf({ number, createdAtMs: first.createdAtMs, country: first.invoice.country, special })];
  });
}

interface Special {
  readonly cashSale: number | null;
  readonly placeholders: ReadonlySet<number>;
  /** For each number, the next lower one that has a valid address of its own. */
  readonly nextLower: ReadonlyMap<number, number>;
}

function specialNumbers(numbers: readonly number[]): Special {
  const placeholders = new Set(numbers.filter((number) => number % 20 === 6).slice(0, PLACEHOLDERS));
  const nextLower = new Map<number, number>();
  let lower: number | null = null;
  for (const number of numbers) {
    if (lower !== null) {
      nextLower.set(number, lower);
    }
    if (![0, 2, 3].includes(number % 20) && !placeholders.has(number)) {
      lower = number;
    }
  }
  return { cashSale: numbers.find((number) => number % 20 === 7) ?? null, placeholders, nextLower };
}

interface AccountSource {
  readonly number: number;
  readonly createdAtMs: number;
  readonly country: string;
  readonly special: Special;
}

function accountOf({ number, createdAtMs, country, special }: AccountSource): Person {
  const rules: PersonRules = {
    hasNoEmail: number % 20 === 0,
    hasUndefinedText: number % 20 === 1,
    sharesEmail: number % 20 === 2,
    hasInvalidEmail: number % 20 === 3,
    isCompany: number % 20 === 4,
    isCashSale: number === special.cashSale,
    hasPlaceholderEmail: special.placeholders.has(number),
    changesConsent: number % 40 === 25,
    moves: number % 50 === 7,
  };
  return {
    customerId: sampleId(String(number)),
    number,
    kind: 'account',
    createdAtMs,
    ...nameOf(number, rules),
    email: emailOf(number, rules, special),
    phone: phoneOf(number),
    address: addressOf(number, country, rules.hasUndefinedText),
    consent: consentOf(number),
    rules,
  };
}

function nameOf(number: number, rules: PersonRules): { forename: string; surname: string; fullName: string } {
  if (rules.isCashSale) {
    return { forename: 'Cash', surname: 'sale', fullName: 'Cash sale' };
  }
  if (rules.isCompany) {
    const company = pick(COMPANIES, number);
    return { forename: company, surname: company, fullName: company };
  }
  const forename = pick(FORENAMES, number);
  const surname = rules.hasUndefinedText ? 'undefined' : pick(SURNAMES, number);
  return { forename, surname, fullName: `${forename} ${surname}` };
}

function emailOf(number: number, rules: PersonRules, special: Special): string | null {
  if (rules.hasNoEmail) {
    return null;
  }
  if (rules.hasInvalidEmail) {
    return `customer-${number} at example.com`;
  }
  if (rules.hasPlaceholderEmail) {
    return 'no@email.com';
  }
  return ownEmail(rules.sharesEmail ? (special.nextLower.get(number) ?? number) : number);
}

function ownEmail(number: number): string {
  return `customer-${number}@example.com`;
}

/** Numbers that are kept free for fiction in the United Kingdom. */
function phoneOf(number: number): string {
  return `+44 1632 960${String(number % 1000).padStart(3, '0')}`;
}

function consentOf(number: number): boolean | null {
  switch (number % 4) {
    case 0:
    case 1:
      return true;
    case 2:
      return false;
    default:
      return null;
  }
}

/** Where someone lives after moving: another city of the same country. */
export function movedFrom({ number, address }: Person): Address {
  return { ...address, city: pick(CITIES, number + 1), postcode: postcodeOf(number + 1) };
}

function addressOf(number: number, country: string, isUndefined: boolean): Address {
  return {
    city: isUndefined ? 'undefined' : pick(CITIES, number),
    region: null,
    country: countryCode(country),
    postcode: postcodeOf(number),
  };
}

function postcodeOf(number: number): string {
  return `ZZ${(number % 90) + 10} ${number % 10}AB`;
}

/** Who buys without a customer number: by the invoice's number a till sale (null), a guest, or a marketplace buyer. */
export function guestOf(invoice: Invoice): Person | null {
  const number = GUEST_NUMBER_BASE + invoice.digits;
  const shared = {
    customerId: sampleId(`guest/${invoice.number}`),
    number,
    createdAtMs: invoice.atMs,
    ...nameOf(number, NO_RULES),
    phone: phoneOf(number),
    address: addressOf(number, invoice.country, false),
    consent: null,
    rules: NO_RULES,
  };
  switch (invoice.digits % 3) {
    case 0:
      return null;
    case 1:
      return { ...shared, kind: 'guest', email: `guest-${(invoice.digits % GUEST_ADDRESSES) + 1}@example.org` };
    default:
      return { ...shared, kind: 'marketplace', email: `buyer-${invoice.number}@marketplace.amazon.co.uk` };
  }
}

const NO_RULES: PersonRules = {
  hasNoEmail: false,
  hasUndefinedText: false,
  sharesEmail: false,
  hasInvalidEmail: false,
  isCompany: false,
  isCashSale: false,
  hasPlaceholderEmail: false,
  changesConsent: false,
  moves: false,
};

function pick(words: readonly string[], number: number): string {
  return words[number % words.length] ?? '';
}
