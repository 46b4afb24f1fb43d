import { isStatusWithheld, orderFields } from '../domain/contact-mapping.js';
import type { ContactState } from '../domain/contact-state.js';
import { addSpend, spendOf } from '../domain/spend.js';
import type { CallOptions, DataFields } from '../dotdigital/api.js';
import type { ActivityDeps } from './deps.js';
import { hashOf } from './hashing.js';
import { isGone } from '../dotdigital/found-contact.js';
import type { SettledContact } from './settle-contact.js';
import type { WriteCustomerInput } from './customer-write.js';
import type { RecordsWritten } from './write-records.js';

interface FieldsToWrite {
  readonly input: WriteCustomerInput;
  readonly settled: SettledContact;
  readonly records: RecordsWritten;
}

interface FieldsWritten {
  readonly contact: ContactState | null;
  readonly isContactGone: boolean;
  /** An earlier write of fields may land after this one. */
  readonly isUncertain?: boolean;
  readonly notes: readonly string[];
}

/**
 * Brings the contact's fields in line with what now stands in its records: one write, and none where nothing differs from what
 * Dotdigital confirmed last. Safe to repeat: the fields say the whole state.
 */
export async function writeFields(deps: ActivityDeps, work: FieldsToWrite, call: CallOptions): Promise<FieldsWritten> {
  const { contact, profile } = work.settled;
  if (contact === null) return { contact, isContactGone: false, notes: [] };
  const about = fieldsAboutOrders(deps, work);
  const fieldsHash = hashOf(about);
  const profileHash = profile === null ? contact.profileHash : hashOf(profile);
  const isProfileDue = profile !== null && profileHash !== contact.profileHash;
  // What another run wrote meanwhile is not in the hash.
  const areFieldsDue = fieldsHash !== contact.fieldsHash || work.input.isInDoubt === true;
  if (!isProfileDue && !areFieldsDue) return { contact, isContactGone: false, notes: [] };
  if (!deps.policy.writes) return { contact, isContactGone: false, notes: ['fields would be updated'] };
  const values = { ...(isProfileDue ? profile : {}), ...(areFieldsDue ? about : {}) };
  const dataFields = clearOnlyWhatWasSet(values, contact.fieldsSet);
  const fieldsSet = namesSet(contact.fieldsSet, dataFields);
  const confirmed: ContactState = { ...contact, profileHash, fieldsHash, fieldsSet };
  if (Object.keys(dataFields).length === 0) return { contact: confirmed, isContactGone: false, notes: [] };
  if (await isDeletedByNow(deps, work, call)) return { contact, isContactGone: true, notes: [] };
  const result = await deps.dotdigital.putFields(contact.contactId, dataFields, call);
  switch (result.kind) {
    case 'updated': {
      const isUncertain = result.isUncertain === true;
      return { contact: confirmed, isContactGone: false, isUncertain, notes: ['fields updated'] };
    }
    case 'contact-not-found':
      return { contact, isContactGone: true, notes: [] };
    case 'refused':
      return {
        contact,
        isContactGone: false,
        notes: [`fields refused by Dotdigital: ${[result.code, ...result.fields].join(' ')}`],
      };
  }
}

function fieldsAboutOrders(deps: ActivityDeps, { input, records }: FieldsToWrite): DataFields {
  const entries = records.results.flatMap((result) => (result.entry === null ? [] : [result.entry]));
  const spend = addSpend(input.others, spendOf(entries, deps.policy.accountCurrency));
  return orderFields({
    prefix: deps.policy.dataFieldPrefix,
    currency: deps.policy.accountCurrency,
    spend,
    isLedgerComplete: input.isLedgerComplete,
    isStatusWithheld: isStatusWithheld(spend, deps.now(), deps.policy.triggerMaxAgeMs),
  });
}

/** Writing to it may bring a contact back out of the bin: it goes out only when a call just before showed the contact live. */
async function isDeletedByNow(
  deps: ActivityDeps,
  { settled, records }: FieldsToWrite,
  call: CallOptions,
): Promise<boolean> {
  if (settled.contact === null || settled.isProvenLive || records.isProvenLive) return false;
  const current = await deps.dotdigital.getContact(settled.contact.contactId, call);
  return current === null || isGone(current);
}

/** An explicit null clears a field, and is sent only for a field that had a value: no other null is ever sent. */
function clearOnlyWhatWasSet(fields: DataFields, fieldsSet: readonly string[]): DataFields {
  return Object.fromEntries(
    Object.entries(fields).filter(([name, value]) => value !== null || fieldsSet.includes(name)),
  );
}

function namesSet(before: readonly string[], sent: DataFields): string[] {
  const names = new Set(before);
  for (const [name, value] of Object.entries(sent)) {
    if (value === null) names.delete(name);
    else names.add(name);
  }
  return [...names].sort();
}
