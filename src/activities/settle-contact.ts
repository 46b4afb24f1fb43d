import { consentStep, mayCreate, newContactStatus } from '../domain/consent.js';
import { fieldName, profileFields } from '../domain/contact-mapping.js';
import { type ContactState, newState, recreatedState } from '../domain/contact-state.js';
import type { CustomerProfile } from '../domain/customer.js';
import { customerSkipReason, type SkipReason } from '../domain/reasons.js';
import type { CallOptions, Contact, DataFields } from '../dotdigital/api.js';
import { isGone, ownerOf } from '../dotdigital/found-contact.js';
import type { ActivityDeps } from './deps.js';
import { changeEmail, lowerSubscription } from './change-contact.js';
import type { WriteCustomerInput } from './customer-write.js';
import { hashOf } from './hashing.js';

/** Where the customer stands with its contact before any record is written. */
export interface SettledContact {
  /** Null: no contact, and `customerSkip` says why; or `WRITES=off` and it would be created. */
  readonly contact: ContactState | null;
  readonly customerSkip: SkipReason | null;
  readonly isGone: boolean;
  /** Identity, consent and profile fields to be sent with the fields about orders; null when the customer was not read. */
  readonly profile: DataFields | null;
  /** A call of this very activity showed the contact live, so a PATCH cannot bring a deleted one back. */
  readonly isProvenLive: boolean;
  /** It was found by its address and carried our `STOKLY_ID`: we had written to it before. */
  readonly isFoundAgain: boolean;
  readonly notes: readonly string[];
}

const unsettled = {
  contact: null,
  customerSkip: null,
  isGone: false,
  profile: null,
  isProvenLive: false,
  isFoundAgain: false,
  notes: [],
};

/** Finds, claims or creates the contact, or looks at a known one again. Consent can be lowered here, never raised. */
export async function settleContact(
  deps: ActivityDeps,
  input: WriteCustomerInput,
  { call, executionId, attempt }: { call: CallOptions; executionId: string; attempt: number },
): Promise<SettledContact> {
  if (input.contact !== null && !input.isRefreshAsked) return { ...unsettled, contact: input.contact };
  // Of those who wait for Dotdigital to take the credentials each tries twice a minute: their profiles would be read anew each time.
  if (attempt > 1) await deps.dotdigital.beforeWork(`write of customer ${input.customerId}`, call);
  const profile = await deps.stokly.readCustomer(input.customerId, call);
  if (profile === null) return { ...unsettled, contact: input.contact, customerSkip: 'customer-deleted' };
  const reason = customerSkipReason(profile, deps.policy);
  const step = { deps, profile, call, executionId };
  if (input.contact === null)
    return reason === null ? await findOrCreate(step) : { ...unsettled, customerSkip: reason };
  if (reason === 'excluded-customer' || reason === 'guest')
    return { ...unsettled, contact: input.contact, customerSkip: reason };
  // A known contact keeps its address when Stokly's is gone or no longer usable: it is still this person.
  return await refresh({ ...step, canUseEmail: reason === null }, input.contact);
}

interface Step {
  readonly deps: ActivityDeps;
  readonly profile: CustomerProfile;
  readonly call: CallOptions;
  readonly executionId: string;
}

async function findOrCreate(step: Step): Promise<SettledContact> {
  const { deps, profile, call } = step;
  const email = profile.email ?? '';
  const existing = await deps.dotdigital.findContactByEmail(email, call);
  if (existing !== null) return await adopt(step, existing);
  if (deps.policy.contactPolicy === 'existing') return { ...unsettled, customerSkip: 'no-contact' };
  if (!mayCreate(profile.consent, deps.policy.contactPolicy)) return { ...unsettled, customerSkip: 'no-consent' };
  if (!deps.policy.writes) return { ...unsettled, notes: ['contact would be created'] };
  const all = profileFields(profile, deps.policy);
  const fields = withoutNulls(all);
  const created = await deps.dotdigital.createContact(
    { email, status: newContactStatus(profile.consent), dataFields: fields },
    call,
  );
  switch (created.kind) {
    case 'created':
      return {
        ...unsettled,
        // It was made with all of these: they need no second call.
        contact: {
          ...newState(created.contact.contactId, profile.consent),
          profileHash: hashOf(all),
          fieldsSet: Object.keys(fields).sort(),
          ...(created.contact.emailStatus === 'pendingoptin'
            ? { optInAskedAt: new Date(deps.now()).toISOString() }
            : {}),
        },
        isProvenLive: true,
        notes: ['contact created'],
      };
    case 'exists': {
      // Somebody was quicker, or the answer to our own earlier try was lost: then it carries our STOKLY_ID.
      const found = await deps.dotdigital.findContactByEmail(email, call);
      return found === null ? { ...unsettled, customerSkip: 'contact-deleted' } : await adopt(step, found);
    }
    case 'refused':
      return { ...unsettled, customerSkip: /email/i.test(created.code) ? 'invalid-email' : 'refused-by-dotdigital' };
  }
}

/** A contact found by e-mail is ours only if its `STOKLY_ID` is ours; an empty one is claimed. */
async function adopt(step: Step, found: Contact): Promise<SettledContact> {
  const { deps, profile, call } = step;
  if (isGone(found)) return { ...unsettled, customerSkip: 'contact-deleted' };
  let owner = ownerOf(found, deps.policy.dataFieldPrefix);
  const isFoundAgain = owner === profile.customerId;
  const notes = owner === null ? ['contact claimed'] : [];
  if (owner === null && deps.policy.writes) {
    const claim = { field: fieldName(deps.policy.dataFieldPrefix, 'STOKLY_ID'), value: profile.customerId };
    const claimed = await deps.dotdigital.claimContact(found.contactId, claim, call);
    if (claimed.kind !== 'updated') return { ...unsettled, customerSkip: 'contact-deleted' };
    owner = ownerOf(claimed.contact, deps.policy.dataFieldPrefix);
  } else if (owner === null) {
    owner = profile.customerId;
  }
  if (owner !== profile.customerId) return { ...unsettled, customerSkip: 'email-taken' };
  // First sight: the state of consent is recorded, and no existing contact's status is touched.
  const seen = consentStep({ previous: null, current: profile.consent, emailStatus: found.emailStatus });
  const state = newState(found.contactId, profile.consent);
  return {
    ...unsettled,
    contact: { ...state, consentFlag: seen.kind === 'conflict' || seen.kind === 'newer' ? seen.kind : null },
    profile: profileFields(profile, deps.policy),
    isProvenLive: true,
    isFoundAgain,
    notes,
  };
}

interface RefreshStep extends Step {
  readonly canUseEmail: boolean;
}

async function refresh(step: RefreshStep, known: ContactState): Promise<SettledContact> {
  const { deps, profile, call } = step;
  const current = (await deps.dotdigital.getContact(known.contactId, call)) ?? (await findRecreated(step));
  if (current === null || isGone(current)) return { ...unsettled, contact: known, isGone: true };
  const owner = ownerOf(current, deps.policy.dataFieldPrefix);
  if (owner !== null && owner !== profile.customerId) return { ...unsettled, customerSkip: 'email-taken' };
  let contact = current.contactId === known.contactId ? known : recreatedState(current.contactId, known);
  const notes: string[] = [];
  if (step.canUseEmail && profile.email !== null && !sameEmail(profile.email, current.email) && deps.policy.writes) {
    const changed = await changeEmail(step, { contact, email: profile.email });
    if (changed.isGone) return { ...unsettled, contact: known, isGone: true };
    contact = changed.contact;
    notes.push(changed.note);
  }
  const lowered = await lowerSubscription(step, { contact, emailStatus: current.emailStatus });
  if (lowered.isGone) return { ...unsettled, contact: known, isGone: true };
  return {
    ...unsettled,
    contact: lowered.contact,
    profile: profileFields(profile, deps.policy),
    isProvenLive: true,
    notes: [...notes, ...lowered.notes],
  };
}

/**
 * A change of e-mail whose answer was lost may have made a new contact (PATCH is an upsert). It carries our `STOKLY_ID`, so it
 * is told from a stranger's, and its subscription is then lowered like that of any contact that was made by accident.
 */
async function findRecreated(step: RefreshStep): Promise<Contact | null> {
  const { deps, profile, call } = step;
  if (!step.canUseEmail || profile.email === null) return null;
  const found = await deps.dotdigital.findContactByEmail(profile.email, call);
  if (found === null || isGone(found) || ownerOf(found, deps.policy.dataFieldPrefix) !== profile.customerId)
    return null;
  if (profile.consent !== 'granted' && found.emailStatus === 'subscribed') {
    await deps.dotdigital.patchContact(found.contactId, { status: 'unsubscribed' }, call);
  }
  return found;
}

function sameEmail(left: string, right: string | null): boolean {
  return right !== null && left.toLowerCase() === right.toLowerCase();
}

function withoutNulls(fields: DataFields): DataFields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}
