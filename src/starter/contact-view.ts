import type { CustomerState } from '../contract/messages.js';
import { CONTACT_FIELDS, fieldName, isStatusWithheld, orderFields } from '../domain/contact-mapping.js';
import type { SyncPolicy } from '../domain/policy.js';
import { spendOf } from '../domain/spend.js';
import type { DataFieldValue, DataFields, DotdigitalApi } from '../dotdigital/api.js';
import { DotdigitalCallError } from '../dotdigital/errors.js';
import { LIVE } from './context.js';

/** A contact's field as it should be by the ledger, and as Dotdigital says it. Fields about the person are never among them. */
export interface FieldView {
  readonly name: string;
  readonly found: DataFieldValue;
  /** Undefined: nothing is said about it now (a status withheld, a ledger that is still loading). */
  readonly expected?: DataFieldValue;
  readonly isSame: boolean;
}

/** What Dotdigital says about a customer's contact. No personal data. */
export type ContactView =
  | {
      readonly kind: 'found';
      readonly contactId: number;
      readonly status: string;
      readonly fields: readonly FieldView[];
    }
  | { readonly kind: 'gone'; readonly contactId: number }
  /** Lockstep knows no contact of the customer, or nobody could say. */
  | { readonly kind: 'not-known' }
  | { readonly kind: 'not-asked'; readonly why: string };

/** Never throws for what Dotdigital answers: the other sides are shown all the same. */
export async function viewContact(
  dotdigital: DotdigitalApi,
  state: CustomerState | null,
  policy: SyncPolicy,
): Promise<ContactView> {
  if (state === null || state.contactId === null) return { kind: 'not-known' };
  const { contactId } = state;
  try {
    const contact = await dotdigital.getContact(contactId, LIVE);
    if (contact === null) return { kind: 'gone', contactId };
    const status = contact.emailStatus ?? contact.status;
    return { kind: 'found', contactId, status, fields: compareFields(contact.dataFields, state, policy) };
  } catch (error) {
    if (error instanceof DotdigitalCallError) return { kind: 'not-asked', why: error.message };
    throw error;
  }
}

type Policy = Pick<SyncPolicy, 'dataFieldPrefix' | 'accountCurrency' | 'triggerMaxAgeMs'>;

/** The fields that orders make, and the two that say whose contact it is. */
export function compareFields(found: DataFields, state: CustomerState, policy: Policy): FieldView[] {
  const { dataFieldPrefix: prefix, accountCurrency: currency } = policy;
  const spend = spendOf(state.entries, currency);
  const isLedgerComplete = state.ledgerComplete && !state.needsAttention.includes('ledger-full');
  const isWithheld = isStatusWithheld(spend, Date.now(), policy.triggerMaxAgeMs);
  const expected: DataFields = {
    ...orderFields({ prefix, currency, spend, isLedgerComplete, isStatusWithheld: isWithheld }),
    [fieldName(prefix, 'STOKLY_ID')]: state.customerId,
  };
  return CONTACT_FIELDS.filter(({ group }) => group !== 'profile').map(({ name, type }) => {
    const full = fieldName(prefix, name);
    const says = found[full] ?? null;
    const should = expected[full];
    if (should === undefined) return { name: full, found: says, isSame: true };
    return { name: full, found: says, expected: should, isSame: isSame(says, should, type) };
  });
}

function isSame(found: DataFieldValue, expected: DataFieldValue, type: string): boolean {
  if (expected === null || found === null || found === '') return expected === (found === '' ? null : found);
  if (type === 'Date') return Date.parse(String(found)) === Date.parse(String(expected));
  if (type === 'Numeric') return Number(found) === Number(expected);
  return String(found).toLowerCase() === String(expected).toLowerCase();
}

/** For a person: `TOTAL_SPEND 12, NET_SPEND 12`, then one line for each that is not as it should be. */
export function contactLines(contact: ContactView, customerId: string | null): { says: string[]; differs: string[] } {
  switch (contact.kind) {
    case 'not-known':
      return { says: ['not known'], differs: [] };
    case 'not-asked':
      return { says: [`Dotdigital did not answer: ${contact.why}`], differs: [] };
    case 'gone':
      return { says: [`contact ${contact.contactId} is not there any more`], differs: [] };
    case 'found': {
      const set = contact.fields.filter(({ found }) => found !== null);
      const wrong = contact.fields.filter((field) => !field.isSame);
      const nextStep = customerId === null ? '' : ` → starter resync --customer ${customerId}`;
      return {
        says: [
          `${contact.status}; ${set.map(({ name, found }) => `${name} ${String(found)}`).join(', ') || 'no fields'}`,
        ],
        differs: wrong.map(
          ({ name, found, expected }) =>
            `contact field ${name} says ${String(found ?? 'nothing')} and should say ${String(expected ?? 'nothing')}${nextStep}`,
        ),
      };
    }
  }
}
