import { pathSegment } from '../http/transport.js';
import { hasCode, isAboutAnother, isOk, parseBody, refusedOf, unexpected } from './answers.js';
import type { CallOptions, Contact, ContactChange, DotdigitalApi, NewContact } from './api.js';
import type { HttpAnswer } from '../http/transport.js';
import type { DotdigitalCalls } from './calls.js';
import { DotdigitalCallError } from './errors.js';
import type { Endpoint } from './tiers.js';
import { wireContact } from './wire.js';

/** D2: single light reads are high, writes of one record medium. */
const READ: Endpoint = { name: 'GET contact', tier: 'highCallRate' };
const CREATE: Endpoint = { name: 'POST contact', tier: 'mediumCallRate' };
export const CHANGE_CONTACT: Endpoint = { name: 'PATCH contact', tier: 'mediumCallRate' };

/** The spec's example has one, three code bases that run against Dotdigital match the other. */
const TAKEN_CODES = ['contacts:identifierConflict', 'contacts:idAlreadyExists'];
const NOT_FOUND_CODE = 'contacts:contactNotFound';

/** Null when Dotdigital itself says so with its code: a 404 of anything else would make every contact look deleted. */
export async function getContact(
  calls: DotdigitalCalls,
  contactId: number,
  options: CallOptions,
): Promise<Contact | null> {
  const where = { identifier: 'contactId', value: String(contactId), label: `GET contact ${contactId}` };
  return readContact(calls, where, options);
}

/** The label has no address in it. */
export async function findContactByEmail(
  calls: DotdigitalCalls,
  email: string,
  options: CallOptions,
): Promise<Contact | null> {
  return readContact(calls, { identifier: 'email', value: email, label: 'GET contact by e-mail' }, options);
}

async function readContact(
  calls: DotdigitalCalls,
  where: { identifier: string; value: string; label: string },
  options: CallOptions,
): Promise<Contact | null> {
  const { label } = where;
  const path = `/contacts/v3/${where.identifier}/${segment(where.value, label)}`;
  const answer = await calls.send({ endpoint: READ, method: 'GET', path, label, options });
  if (isOk(answer)) return contactIn(answer, where, { label, isWrite: false });
  if (hasCode(answer, NOT_FOUND_CODE)) return null;
  throw unexpected(answer, label);
}

/** The contact of an answer: the one that was asked for, or an error. A contact without an address on it says nothing else. */
function contactIn(
  answer: HttpAnswer,
  asked: { identifier: string; value: string },
  call: { label: string; isWrite: boolean },
): Contact {
  const contact = parseBody(answer, wireContact, call);
  const is = asked.identifier === 'email' ? contact.email : String(contact.contactId);
  if (is !== null && is.toLowerCase() !== asked.value.toLowerCase()) {
    throw isAboutAnother(answer, call.label, call.isWrite);
  }
  return contact;
}

/** Create-only. Repeating it is safe: the second one is told that the contact exists. */
export async function createContact(
  calls: DotdigitalCalls,
  contact: NewContact,
  options: CallOptions,
): ReturnType<DotdigitalApi['createContact']> {
  const label = 'POST contact';
  const body = JSON.stringify({
    identifiers: { email: contact.email },
    dataFields: contact.dataFields,
    channelProperties: { email: { status: contact.status } },
  });
  const answer = await calls.send({ endpoint: CREATE, method: 'POST', path: '/contacts/v3', label, body, options });
  const asked = { identifier: 'email', value: contact.email };
  if (isOk(answer)) return { kind: 'created', contact: contactIn(answer, asked, { label, isWrite: true }) };
  if (hasCode(answer, ...TAKEN_CODES)) return { kind: 'exists' };
  return refusedOf(answer, label, new Set(['email', ...Object.keys(contact.dataFields)]));
}

export type PatchResult = Awaited<ReturnType<DotdigitalApi['patchContact']>>;

/**
 * By contactId. Setting the same fields twice gives the same contact, so repeating it is safe. Without `email` the body
 * carries no `identifiers`: a PATCH with them is an upsert and could create a subscribed contact.
 */
export async function patchContact(
  calls: DotdigitalCalls,
  patch: { contactId: number; change: ContactChange; mergeOption?: 'overwrite-if-empty' },
  options: CallOptions,
): Promise<PatchResult> {
  const { contactId, change, mergeOption } = patch;
  const label = `PATCH contact ${contactId}`;
  const query = mergeOption === undefined ? '' : `?merge-option=${mergeOption}`;
  const path = `/contacts/v3/contactId/${contactId}${query}`;
  const answer = await calls.send({
    endpoint: CHANGE_CONTACT,
    method: 'PATCH',
    path,
    label,
    body: bodyOf(change),
    options,
  });
  if (isOk(answer)) {
    if (answer.status === 201)
      return { kind: 'created', contact: parseBody(answer, wireContact, { label, isWrite: true }) };
    const asked = { identifier: 'contactId', value: String(contactId) };
    return { kind: 'updated', contact: contactIn(answer, asked, { label, isWrite: true }) };
  }
  if (answer.status === 404 && hasCode(answer, NOT_FOUND_CODE)) return { kind: 'contact-not-found' };
  if (hasCode(answer, ...TAKEN_CODES)) return { kind: 'email-taken' };
  // D1: a contact that is not there may also be a 400, since the path alone is not enough to create it.
  if (change.email === undefined && (await getContact(calls, contactId, options)) === null)
    return { kind: 'contact-not-found' };
  return refusedOf(answer, label, new Set(['email', ...Object.keys(change.dataFields ?? {})]));
}

function bodyOf(change: ContactChange): string {
  return JSON.stringify({
    ...(change.email === undefined ? {} : { identifiers: { email: change.email } }),
    ...(change.dataFields === undefined ? {} : { dataFields: change.dataFields }),
    ...(change.status === undefined ? {} : { channelProperties: { email: { status: change.status } } }),
  });
}

/** Sets one field only where it is empty; two who claim at once both read who won. Safe to repeat. */
export async function claimContact(
  calls: DotdigitalCalls,
  claim: { contactId: number; field: string; value: string },
  options: CallOptions,
): ReturnType<DotdigitalApi['claimContact']> {
  const { contactId, field, value } = claim;
  const change = { dataFields: { [field]: value } };
  const result = await patchContact(calls, { contactId, change, mergeOption: 'overwrite-if-empty' }, options);
  switch (result.kind) {
    case 'updated':
    case 'contact-not-found':
    case 'refused':
      return result;
    case 'created':
    case 'email-taken': {
      // Neither can follow from a body without identifiers.
      const detail = { isEffectUnknown: result.kind === 'created' };
      throw new DotdigitalCallError(
        'unreadable-answer',
        `PATCH contact ${contactId}: claimed, answered as ${result.kind}`,
        detail,
      );
    }
  }
}

function segment(value: string, label: string): string {
  try {
    return pathSegment(value);
  } catch {
    throw new DotdigitalCallError('refused', `${label}: not sent, the value cannot stand in an address`);
  }
}
