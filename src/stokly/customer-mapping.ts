import type { CustomerProfile } from '../domain/customer.js';
import { wireCustomer } from './wire.js';
import { problemsOf } from './wire-values.js';

/** `[status]=={1}` lists active customers (known); an account that states none has no inactive ones that we could tell. */
const ACTIVE_STATUSES = new Set(['1', 'nothing', 'null']);
const COUNTRY_CODE = /^[A-Za-z]{2}$/;

export type MappedCustomer =
  | { readonly kind: 'read'; readonly profile: CustomerProfile }
  | { readonly kind: 'unreadable'; readonly problems: readonly string[] };

/** PERSONAL DATA in the profile; problems name key paths only. */
export function mapCustomer(raw: unknown, settings: { readonly timeUpdatedKnown: boolean }): MappedCustomer {
  const parsed = wireCustomer.safeParse(raw);
  if (!parsed.success) return { kind: 'unreadable', problems: problemsOf(parsed.error) };
  const customer = parsed.data;
  const country = customer.billingAddressCountry;
  return {
    kind: 'read',
    profile: {
      customerId: customer.customerId,
      type: customer.type,
      isActive: ACTIVE_STATUSES.has(customer.status),
      email: customer.email,
      forename: customer.forename,
      surname: customer.surname,
      postcode: customer.billingAddressPostcode,
      city: customer.billingAddressCity,
      country: country !== null && COUNTRY_CODE.test(country) ? country.toUpperCase() : null,
      consent: customer.marketingConsent,
      version: settings.timeUpdatedKnown ? customer.timeUpdated : null,
    },
  };
}
