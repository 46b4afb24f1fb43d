import type { SyncPolicy } from './policy.js';

/** Stokly's answer to "may we market to this person". Unknown never becomes granted. */
export const CONSENTS = ['granted', 'refused', 'unknown'] as const;
export type Consent = (typeof CONSENTS)[number];

/** The status a contact is created with, said outright: left out, Dotdigital would subscribe the person. */
export function newContactStatus(consent: Consent): 'subscribed' | 'unsubscribed' {
  return consent === 'granted' ? 'subscribed' : 'unsubscribed';
}

/** Whether a customer without a contact gets one. Who has one is updated under every policy. */
export function mayCreate(consent: Consent, contactPolicy: SyncPolicy['contactPolicy']): boolean {
  switch (contactPolicy) {
    case 'all':
      return true;
    case 'consented':
      return consent === 'granted';
    case 'existing':
      return false;
  }
}

/**
 * `lower`: unsubscribe now · `conflict`: refused in Stokly and subscribed in Dotdigital, not by a refusal that we saw happen; a
 * person decides · `newer`: granted in Stokly and unsubscribed in Dotdigital; only a person may subscribe it again · `none`.
 */
export type ConsentStep = { readonly kind: 'none' | 'lower' | 'conflict' | 'newer' };

/**
 * E-mail statuses under which mail goes out or soon may, lower case (Dotdigital contacts API 3.4.3, `emailChannelStatus`). No
 * status at all counts too: lowering can only take away. All other words are some kind of suppressed, deleted or binned, and
 * an `unsubscribed` over them would be a move up.
 */
const MAILED: readonly (string | null)[] = ['subscribed', 'pendingoptin', 'softbounced', null];

/**
 * What to do about a contact's subscription. Can lower, never raise: no result subscribes anyone.
 * `previous` is the consent that was last acted on, null at first sight. It must stay `granted` until the lowering is done
 * (the breaker may put it off), or the refusal would be forgotten.
 */
export function consentStep(seen: {
  readonly previous: Consent | null;
  readonly current: Consent;
  /** Lower case; null where the contact has none. */
  readonly emailStatus: string | null;
}): ConsentStep {
  const { previous, current, emailStatus } = seen;
  switch (current) {
    case 'unknown':
      return { kind: 'none' };
    case 'granted':
      return { kind: emailStatus === 'unsubscribed' ? 'newer' : 'none' };
    case 'refused':
      if (!MAILED.includes(emailStatus)) return { kind: 'none' };
      if (previous === 'granted') return { kind: 'lower' };
      return { kind: emailStatus === null ? 'none' : 'conflict' };
  }
}
