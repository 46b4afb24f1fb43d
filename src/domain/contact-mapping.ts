import { CONTACT_FIELDS, type ContactFieldName } from './contact-fields.js';
import type { CustomerProfile } from './customer.js';
import { instantMs, isoInstant } from './instants.js';
import { LIMITS } from './limits.js';
import { formatMinor, proportion } from './money.js';
import type { SyncPolicy } from './policy.js';
import type { SpendParts } from './spend.js';
import { cleanText, givenText } from './text.js';

export { CONTACT_FIELDS, type ContactFieldName } from './contact-fields.js';

/** Values by full field name. Null: has no value; whoever sends it sends a null only for a field that was set before. */
export type ContactFieldValues = Readonly<Record<string, string | number | boolean | null>>;

/** A field's name in the account, prefix first. Upper case, as Dotdigital keeps them. */
export function fieldName(prefix: string, name: ContactFieldName): string {
  return `${prefix}${name}`.toUpperCase();
}

/** Who the customer is, as Stokly says: identity, consent and what mails greet by. PERSONAL DATA. */
export function profileFields(
  profile: CustomerProfile,
  policy: Pick<SyncPolicy, 'dataFieldPrefix'>,
): ContactFieldValues {
  const name = personalName(profile);
  return named(policy.dataFieldPrefix, {
    STOKLY_ID: profile.customerId,
    STOKLY_CONSENT: profile.consent,
    FIRSTNAME: name.forename,
    LASTNAME: name.surname,
    POSTCODE: givenText(profile.postcode),
    CITY: givenText(profile.city),
    COUNTRY: givenText(profile.country),
  });
}

/** A company is often typed into both names; nobody wants to be greeted "Dear Acme Ltd Acme Ltd". */
function personalName(profile: CustomerProfile) {
  const forename = givenText(profile.forename);
  const surname = givenText(profile.surname);
  const isCompany = forename !== null && forename.toLowerCase() === surname?.toLowerCase();
  return isCompany ? { forename: null, surname: null } : { forename, surname };
}

export interface OrderFieldsInput {
  readonly prefix: string;
  /** The account's currency, in which `spend` is. */
  readonly currency: string;
  readonly spend: SpendParts;
  readonly isLedgerComplete: boolean;
  /** From `isStatusWithheld`. */
  readonly isStatusWithheld: boolean;
}

/**
 * The fields about orders. While the ledger is incomplete only the `LAST_…` fields that have a value: what the orders not yet
 * read would add is not known, and neither is that there is none.
 */
export function orderFields(input: OrderFieldsInput): ContactFieldValues {
  const values = { ...lastFields(input.spend, input.isStatusWithheld) };
  if (input.isLedgerComplete) return named(input.prefix, { ...values, ...spendFields(input.spend, input.currency) });
  return named(input.prefix, Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null)));
}

/**
 * `LAST_ORDER_STATUS` is withheld when the fact behind it is old: programs that react to it must not tell people today about a
 * parcel of last year. Decided at the moment of writing, never by who asked for it. Dates are true, always.
 */
export function isStatusWithheld(
  spend: Pick<SpendParts, 'lastWritten'>,
  nowMs: number,
  triggerMaxAgeMs: number,
): boolean {
  if (spend.lastWritten === null) return false;
  const factMs = instantMs(spend.lastWritten.statusAt);
  return factMs === null || nowMs - factMs > triggerMaxAgeMs;
}

function lastFields(spend: SpendParts, isWithheld: boolean): FieldValues {
  return {
    LAST_ORDER_DATE: dateValue(spend.lastOrderAt),
    LAST_ORDER_ID: spend.lastWritten?.number ?? null,
    ...(isWithheld ? {} : { LAST_ORDER_STATUS: spend.lastWritten?.status ?? null }),
    LAST_DESPATCH_ID: spend.lastDespatched?.number ?? null,
    LAST_DESPATCHED: dateValue(spend.lastDespatched?.despatchedAt ?? null),
    LAST_REFUND_DATE: dateValue(spend.lastRefundAt),
  };
}

function spendFields(spend: SpendParts, currency: string): FieldValues {
  const netMinor = spend.grossMinor - spend.refundedMinor;
  const amount = (minor: number) => Number(formatMinor(minor, currency));
  const orders = spend.countingOrders;
  return {
    TOTAL_SPEND: amount(spend.grossMinor),
    TOTAL_REFUND: amount(spend.refundedMinor),
    NET_SPEND: amount(netMinor),
    NUMBER_OF_ORDERS: orders,
    AVG_ORDER_VALUE: orders === 0 ? null : amount(proportion(netMinor, 1, orders)),
    FIRST_ORDER_DATE: dateValue(spend.firstOrderAt),
    OTHER_CURRENCY: spend.hasOtherCurrency,
    ORDERS_IN_REVIEW: spend.ordersInReview,
    SPEND_IN_REVIEW: amount(spend.spendInReviewMinor),
  };
}

type FieldValue = string | number | boolean | null;
type FieldValues = Readonly<Partial<Record<ContactFieldName, FieldValue>>>;

/** In the table's order, names with prefix, texts cleaned and cut. */
function named(prefix: string, values: FieldValues): ContactFieldValues {
  const entries = CONTACT_FIELDS.flatMap(({ name }) => {
    const value = values[name];
    return value === undefined
      ? []
      : [[fieldName(prefix, name), typeof value === 'string' ? cut(value) : value] as const];
  });
  return Object.fromEntries(entries);
}

/** Cleaned again after the cut, which may have halved a surrogate pair. */
function cut(text: string): string | null {
  return cleanText(cleanText(text)?.slice(0, LIMITS.dataFieldTextMax) ?? null);
}

function dateValue(instant: string | null): string | null {
  return instant === null ? null : isoInstant(instant);
}
