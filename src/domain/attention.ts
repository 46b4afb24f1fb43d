/** What needs a person, most urgent first. Stands in the search attribute `NeedsAttention`; several may stand at once. */
export const ATTENTIONS = [
  'stokly-credentials-refused',
  'dotdigital-credentials-refused',
  'dotdigital-not-set-up',
  'stokly-unavailable',
  'dotdigital-unavailable',
  'sync-failing',
  'order-held',
  'refused-by-dotdigital',
  'contact-deleted',
  'contact-recreated',
  'customer-deleted',
  'email-taken',
  'consent-breaker-open',
  'consent-conflict',
  'consent-newer',
  'unknown-order',
  'ledger-full',
  'malformed-message',
  'stokly-limit-reached',
  'dotdigital-limit-reached',
] as const;

export type Attention = (typeof ATTENTIONS)[number];
