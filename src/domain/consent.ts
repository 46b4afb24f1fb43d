/** Stokly's answer to "may we market to this person". Unknown never becomes granted. */
export const CONSENTS = ['granted', 'refused', 'unknown'] as const;
export type Consent = (typeof CONSENTS)[number];
