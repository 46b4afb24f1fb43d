import type { Consent } from './consent.js';

/** What a customer workflow keeps of its contact. No personal data: a number, hashes and names of fields. */
export interface ContactState {
  /** Dotdigital's contactId: never changes while the contact lives. */
  readonly contactId: number;
  /** Consent as Stokly stated it when it was last acted on. */
  readonly consent: Consent;
  /** What a person should look at about consent, until it is settled. */
  readonly consentFlag: 'conflict' | 'newer' | 'breaker' | null;
  /** Hash over identity, consent and profile fields as Dotdigital confirmed them; null: to be sent. */
  readonly profileHash: string | null;
  /** The same over the fields about orders. */
  readonly fieldsHash: string | null;
  /** Names of the fields about orders that have a value there: what may need clearing. */
  readonly fieldsSet: readonly string[];
  /** A change of e-mail made a new contact of it, unsubscribed at once: a person should know. */
  readonly wasRecreated: boolean;
  /** ISO instant at which it was made, where Dotdigital then asked the person to confirm. Absent: it did not. */
  readonly optInAskedAt?: string;
}

/** A contact that was just found or made: everything is to be sent. */
export function newState(contactId: number, consent: Consent): ContactState {
  return {
    contactId,
    consent,
    consentFlag: null,
    profileHash: null,
    fieldsHash: null,
    fieldsSet: [],
    wasRecreated: false,
  };
}

/** The same for one that a change of e-mail made anew. */
export function recreatedState(contactId: number, known: ContactState): ContactState {
  return { ...newState(contactId, known.consent), wasRecreated: true };
}
