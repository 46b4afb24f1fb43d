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
