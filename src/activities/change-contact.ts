import { consentStep } from '../domain/consent.js';
import { fieldName } from '../domain/contact-mapping.js';
import { type ContactState, recreatedState } from '../domain/contact-state.js';
import type { CustomerProfile } from '../domain/customer.js';
import type { CallOptions } from '../dotdigital/api.js';
import type { ActivityDeps } from './deps.js';

interface Step {
  readonly deps: ActivityDeps;
  readonly profile: CustomerProfile;
  readonly call: CallOptions;
  /** One for all attempts: asked twice, the breaker counts once. */
  readonly executionId: string;
}

interface Changed {
  readonly contact: ContactState;
  readonly isGone: boolean;
}

/**
 * Gives a live contact its new address. The one update that carries identifiers, and therefore the one that can make a new
 * contact: it carries our `STOKLY_ID` too, so that a new one is known as ours whatever happens next, and a new one is
 * unsubscribed at once unless consent is granted.
 */
export async function changeEmail(
  { deps, profile, call }: Step,
  { contact, email }: { contact: ContactState; email: string },
): Promise<Changed & { readonly note: string }> {
  const dataFields = { [fieldName(deps.policy.dataFieldPrefix, 'STOKLY_ID')]: profile.customerId };
  const result = await deps.dotdigital.patchContact(contact.contactId, { email, dataFields }, call);
  switch (result.kind) {
    case 'updated':
      return { contact, isGone: false, note: 'e-mail changed' };
    case 'created': {
      const { contactId } = result.contact;
      if (profile.consent !== 'granted')
        await deps.dotdigital.patchContact(contactId, { status: 'unsubscribed' }, call);
      return { contact: recreatedState(contactId, contact), isGone: false, note: 'e-mail change made a new contact' };
    }
    case 'contact-not-found':
      return { contact, isGone: true, note: 'contact is gone' };
    case 'email-taken':
      return { contact, isGone: false, note: 'e-mail not changed: another contact has the new one' };
    case 'refused':
      return { contact, isGone: false, note: `e-mail not changed: Dotdigital refused it (${result.code})` };
  }
}

/** Lowers a subscription when this workflow has seen consent granted and now reads it refused; never raises one. */
export async function lowerSubscription(
  { deps, profile, call, executionId }: Step,
  { contact, emailStatus }: { contact: ContactState; emailStatus: string | null },
): Promise<Changed & { readonly notes: readonly string[] }> {
  const step = consentStep({ previous: contact.consent, current: profile.consent, emailStatus });
  // Unknown says nothing: what was granted once and is refused later is still a refusal of something granted.
  const consent = profile.consent === 'unknown' ? contact.consent : profile.consent;
  const seen: ContactState = { ...contact, consent, consentFlag: null };
  switch (step.kind) {
    case 'none':
      return { contact: { ...seen, consentFlag: keptFlag(contact, profile) }, isGone: false, notes: [] };
    case 'conflict':
    case 'newer':
      return { contact: { ...seen, consentFlag: step.kind }, isGone: false, notes: [] };
    case 'lower':
      break;
  }
  if (!deps.policy.writes) return { contact, isGone: false, notes: ['subscription would be lowered'] };
  const ask = { customerId: profile.customerId, maxPerHour: deps.consentLowerMaxPerHour };
  const answer = await deps.admitLowering(ask, `lower/${executionId}`);
  if (!answer.isAdmitted) {
    return {
      contact: { ...contact, consentFlag: 'breaker' },
      isGone: false,
      notes: ['subscription not lowered: the consent breaker is open'],
    };
  }
  const result = await deps.dotdigital.patchContact(contact.contactId, { status: 'unsubscribed' }, call);
  return { contact: seen, isGone: result.kind === 'contact-not-found', notes: ['subscription lowered'] };
}

/** A flag about consent stands until what raised it is gone; an unchanged consent does not clear it. */
function keptFlag(contact: ContactState, profile: CustomerProfile): ContactState['consentFlag'] {
  return contact.consentFlag !== 'breaker' && contact.consent === profile.consent ? contact.consentFlag : null;
}
