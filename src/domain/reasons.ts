import type { CustomerProfile } from './customer.js';
import { isPlausibleEmail } from './email.js';
import type { SyncPolicy } from './policy.js';
import { givenText } from './text.js';

/** Why an order is left out. The order of this list is the precedence: the first that applies wins. */
export const SKIP_REASONS = [
  'removed',
  'no-customer',
  'excluded-channel',
  'excluded-customer',
  'guest',
  'status-not-synced',
  'no-email',
  'invalid-email',
  'placeholder-email',
  'marketplace',
  'email-taken',
  'contact-deleted',
  'customer-deleted',
  'no-contact',
  'no-consent',
  'excluded-by-review',
  'refused-by-dotdigital',
] as const;

export type SkipReason = (typeof SKIP_REASONS)[number];

/** Reasons that speak of the customer, not of one order: when one goes away, every order skipped for it is looked at again. */
export const CUSTOMER_SKIP_REASONS = [
  'excluded-customer',
  'guest',
  'no-email',
  'invalid-email',
  'placeholder-email',
  'marketplace',
  'email-taken',
  'contact-deleted',
  'customer-deleted',
  'no-contact',
  'no-consent',
] as const satisfies readonly SkipReason[];

export type CustomerSkipReason = (typeof CUSTOMER_SKIP_REASONS)[number];

/** Whose move it is. */
export type ReasonOwner = 'Stokly data' | 'Dotdigital' | 'integration';

export interface Reason {
  readonly owner: ReasonOwner;
  /** What happened, for someone who knows neither code nor API. */
  readonly text: string;
  /** What to do about it; says so where nothing need be done. */
  readonly nextStep: string;
}

/** The one table about reasons that the command line, the reports and the docs read. */
export const REASONS: Readonly<Record<SkipReason, Reason>> = {
  removed: {
    owner: 'Stokly data',
    text: 'Stokly has removed the order, or says that it is something else than an order.',
    nextStep: 'Nothing, unless it was removed by mistake: put it back in Stokly and it is sent.',
  },
  'no-customer': {
    owner: 'Stokly data',
    text: 'The order has no customer (a till sale, for instance).',
    nextStep: 'Nothing, or give the order a customer in Stokly.',
  },
  'excluded-channel': {
    owner: 'integration',
    text: 'Orders of this channel are left out by the setting CHANNELS_EXCLUDED.',
    nextStep: 'Nothing, or take the channel out of CHANNELS_EXCLUDED and resync.',
  },
  'excluded-customer': {
    owner: 'integration',
    text: 'This customer is left out by the setting CUSTOMERS_EXCLUDED.',
    nextStep: 'Nothing, or take the customer out of CUSTOMERS_EXCLUDED and resync.',
  },
  guest: {
    owner: 'integration',
    text: 'The customer is a guest (STOKLY_GUEST_TYPES), and guests get no contact.',
    nextStep: 'Nothing, or make the customer an account in Stokly.',
  },
  'status-not-synced': {
    owner: 'integration',
    text: 'Orders with this status are left out by the setting ORDER_STATUSES_SYNCED.',
    nextStep: 'Nothing, or add the status to ORDER_STATUSES_SYNCED and resync.',
  },
  'no-email': {
    owner: 'Stokly data',
    text: 'The customer has no e-mail address in Stokly.',
    nextStep: 'Add an e-mail address to the customer in Stokly.',
  },
  'invalid-email': {
    owner: 'Stokly data',
    text: 'What Stokly has as e-mail address is none.',
    nextStep: "Correct the customer's e-mail address in Stokly.",
  },
  'placeholder-email': {
    owner: 'Stokly data',
    text: 'The e-mail address is one that is typed in when there is none.',
    nextStep: "Put the customer's real e-mail address into Stokly, or leave it.",
  },
  marketplace: {
    owner: 'Stokly data',
    text: "The e-mail address is a marketplace's or is left out by EMAILS_EXCLUDED: it may not be marketed to.",
    nextStep: 'Nothing. Buyers of marketplaces are not yours to mail.',
  },
  'email-taken': {
    owner: 'Stokly data',
    text: 'The contact with this e-mail address in Dotdigital belongs to another customer of Stokly.',
    nextStep: 'Merge the two customers in Stokly, or correct the address of one of them.',
  },
  'contact-deleted': {
    owner: 'Dotdigital',
    text: 'Someone deleted the contact in Dotdigital. It is not made again by itself.',
    nextStep: 'Nothing if that was wanted. Else restore the contact in Dotdigital and release the customer.',
  },
  'customer-deleted': {
    owner: 'Stokly data',
    text: 'Stokly says that the customer is deleted. Nothing more is written for it.',
    nextStep: 'Decide whether the contact in Dotdigital is to be deleted too.',
  },
  'no-contact': {
    owner: 'Dotdigital',
    text: 'The customer has no contact in Dotdigital, and CONTACT_POLICY lets none be created.',
    nextStep: 'Nothing, or create the contact in Dotdigital, or set CONTACT_POLICY otherwise.',
  },
  'no-consent': {
    owner: 'Stokly data',
    text: 'The customer has no contact in Dotdigital and has not agreed to marketing in Stokly.',
    nextStep: 'Nothing. Once the consent is recorded in Stokly, the contact is created.',
  },
  'excluded-by-review': {
    owner: 'integration',
    text: 'A person decided in a review that the order stays out of Dotdigital.',
    nextStep: 'Nothing. It is looked at again when the money of the order changes.',
  },
  'refused-by-dotdigital': {
    owner: 'Dotdigital',
    text: 'Dotdigital refused the record for good.',
    nextStep: 'See the code of the refusal; most often a field of the collection has another type.',
  },
};

/** The one that counts among reasons that apply: the first in `SKIP_REASONS`. Null for none. */
export function firstReason(reasons: readonly SkipReason[]): SkipReason | null {
  return SKIP_REASONS.find((reason) => reasons.includes(reason)) ?? null;
}

export interface OrderSkipInput {
  readonly stage: string;
  readonly customerId: string | null;
  readonly storeName: string | null;
  /** `order_status`. */
  readonly status: string;
  readonly policy: Pick<SyncPolicy, 'channelsExcluded' | 'customersExcluded' | 'orderStatusesSynced'>;
}

/**
 * What the order itself says about being left out, in order of precedence. Only the stage `order` is one: what else Stokly may
 * have (a quote, say) is no revenue.
 */
export function orderSkipReasons(order: OrderSkipInput): SkipReason[] {
  const { policy } = order;
  const applies: Partial<Record<SkipReason, boolean>> = {
    removed: order.stage !== 'order',
    'no-customer': order.customerId === null,
    'excluded-channel': order.storeName !== null && hasName(policy.channelsExcluded, order.storeName),
    'excluded-customer': order.customerId !== null && hasName(policy.customersExcluded, order.customerId),
    'status-not-synced': !policy.orderStatusesSynced.includes(order.status),
  };
  return SKIP_REASONS.filter((reason) => applies[reason]);
}

/** What Stokly's record of the customer says about being left out; what Dotdigital says comes later. Null: nothing. */
export function customerSkipReason(
  profile: CustomerProfile,
  policy: Pick<SyncPolicy, 'customersExcluded' | 'guestTypes' | 'emailsExcluded'>,
): CustomerSkipReason | null {
  if (hasName(policy.customersExcluded, profile.customerId)) return 'excluded-customer';
  if (profile.type !== null && policy.guestTypes.includes(profile.type)) return 'guest';
  const email = givenText(profile.email)?.toLowerCase() ?? null;
  if (email === null) return 'no-email';
  if (!isPlausibleEmail(email)) return 'invalid-email';
  if (policy.emailsExcluded.some((entry) => !entry.startsWith('@') && entry === email)) return 'placeholder-email';
  if (policy.emailsExcluded.some((entry) => entry.startsWith('@') && email.endsWith(entry))) return 'marketplace';
  return null;
}

/** Names typed by people: case and spaces around do not count. */
function hasName(names: readonly string[], name: string): boolean {
  const wanted = name.trim().toLowerCase();
  return names.some((one) => one.trim().toLowerCase() === wanted);
}
