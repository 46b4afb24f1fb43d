import { fieldValueProblem } from '../account/data-fields.js';
import type { Actor } from '../change-log.js';
import type { Emulator } from '../emulator.js';
import type { JsonObject, JsonValue } from '../json.js';
import type { ContactBody } from './body.js';
import { type EmailStatus, isSuppressed, type StoredContact } from './contact.js';

export type MergeOption = 'overwrite' | 'overwrite-if-not-empty' | 'overwrite-if-empty';
export type ContactMatch =
  | { readonly identifier: 'contactId'; readonly value: number }
  | { readonly identifier: 'email'; readonly value: string };

/** `code` is one of the vendor's `failureCode`s (reference "getimportstatus"). */
export interface ContactProblem {
  readonly code: 'InvalidEmail' | 'ApiSchemaViolation' | 'InvalidContact';
  readonly item: string;
  readonly description: string;
}

export type UpsertOutcome =
  | { readonly kind: 'created' | 'updated'; readonly contact: StoredContact }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'conflict'; readonly email: string }
  | { readonly kind: 'invalid'; readonly problems: readonly ContactProblem[] };

export interface Upsert {
  readonly body: ContactBody;
  readonly mergeOption: MergeOption;
  readonly actor: Actor;
}

/** PATCH and an import item alike: change the contact that matches, or make one of the body's identifiers. */
export function upsertContact(emulator: Emulator, match: ContactMatch, upsert: Upsert): UpsertOutcome {
  const { body } = upsert;
  const problems = bodyProblems(emulator, body);
  const matched = findContact(emulator, match);
  if (matched === undefined) return upsertUnmatched(emulator, upsert, problems);
  const isOutOfReach = matched.binnedAt !== null && match.identifier === 'contactId' && body.email === undefined;
  if (isOutOfReach && emulator.settings.patchBinnedById === 'not-found') return { kind: 'not-found' };
  if (problems.length > 0) return { kind: 'invalid', problems };
  return change(emulator, matched, upsert);
}

/** Create-only (POST). */
export function createContact(emulator: Emulator, upsert: Upsert & { email: string }): UpsertOutcome {
  const problems = bodyProblems(emulator, upsert.body);
  if (problems.length > 0) return { kind: 'invalid', problems };
  const taken = emulator.contacts.byEmail(upsert.email);
  if (taken === undefined) return create(emulator, upsert.email, upsert);
  if (taken.binnedAt !== null && emulator.settings.createBinned === 'undelete') return change(emulator, taken, upsert);
  return { kind: 'conflict', email: upsert.email };
}

/** "Created from the body's identifiers; the value in the path alone is not enough" (reference "importcontact"). */
function upsertUnmatched(emulator: Emulator, upsert: Upsert, problems: readonly ContactProblem[]): UpsertOutcome {
  const { email } = upsert.body;
  if (email === undefined) return { kind: 'not-found' };
  if (problems.length > 0) return { kind: 'invalid', problems };
  const taken = emulator.contacts.byEmail(email);
  if (taken === undefined) return create(emulator, email, upsert);
  return taken.binnedAt === null ? { kind: 'conflict', email } : change(emulator, taken, upsert);
}

export function findContact(emulator: Emulator, match: ContactMatch): StoredContact | undefined {
  return match.identifier === 'email' ? emulator.contacts.byEmail(match.value) : emulator.contacts.byId(match.value);
}

/** A new contact is subscribed unless the call says another status: what makes a careless PATCH dangerous. */
function create(emulator: Emulator, email: string, upsert: Upsert): UpsertOutcome {
  const { body, actor } = upsert;
  const isDouble = body.optInType === 'VerifiedDouble' || emulator.settings.isOptInAsked;
  const isAsked = isDouble && (body.status ?? 'subscribed') === 'subscribed';
  const emailStatus: EmailStatus = isAsked ? 'pendingOptIn' : (body.status ?? 'subscribed');
  const contact = emulator.contacts.create({ email, emailStatus }, actor);
  setChannel(contact, body);
  emulator.contacts.setFields(contact, mergedFields(emulator, contact, upsert), actor);
  return { kind: 'created', contact };
}

function change(emulator: Emulator, contact: StoredContact, upsert: Upsert): UpsertOutcome {
  const { body, actor } = upsert;
  if (body.email !== undefined) {
    const holder = emulator.contacts.byEmail(body.email);
    if (holder !== undefined && holder !== contact) return { kind: 'conflict', email: body.email };
    emulator.contacts.setEmail(contact, body.email, actor);
  }
  const next = nextStatus(emulator, contact, upsert);
  if (contact.binnedAt !== null) emulator.contacts.restore(contact, actor, next);
  else emulator.contacts.setStatus(contact, next, actor);
  setChannel(contact, body);
  emulator.contacts.setFields(contact, mergedFields(emulator, contact, upsert), actor);
  contact.updated = emulator.clock.nowText();
  return { kind: 'updated', contact };
}

function nextStatus(emulator: Emulator, contact: StoredContact, upsert: Upsert): EmailStatus {
  const current = contact.emailStatus;
  const said = upsert.body.status;
  if (isSuppressed(current)) return current;
  if (said === undefined) {
    const isBack = contact.binnedAt !== null && emulator.settings.undeletedStatus === 'subscribed';
    return isBack ? 'subscribed' : current;
  }
  if (upsert.mergeOption === 'overwrite-if-empty' && current !== 'noSubscription') return current;
  return said === 'subscribed' && current === 'unsubscribed' && upsert.body.isChallenged ? 'pendingOptIn' : said;
}

function setChannel(contact: StoredContact, body: ContactBody): void {
  if (body.emailType !== undefined) contact.emailType = body.emailType;
  if (body.optInType !== undefined) contact.optInType = body.optInType;
}

function mergedFields(emulator: Emulator, contact: StoredContact, upsert: Upsert): Map<string, JsonValue> {
  const merged = new Map<string, JsonValue>();
  for (const [name, value] of knownFields(emulator, upsert.body.dataFields)) {
    const isEmpty = value === null || value === '';
    const isHeld = contact.dataFields.has(name) && contact.dataFields.get(name) !== '';
    if (upsert.mergeOption === 'overwrite-if-not-empty' && isEmpty) continue;
    if (upsert.mergeOption === 'overwrite-if-empty' && isHeld) continue;
    merged.set(name, value);
  }
  return merged;
}

/** Names match whatever their case and are kept as the account spells them (assumption). */
function knownFields(emulator: Emulator, fields: JsonObject): [string, JsonValue][] {
  return Object.entries(fields)
    .map(([name, value]): [string, JsonValue] => [name.toUpperCase(), value])
    .filter(([name]) => emulator.dataFields.has(name));
}

const EMAIL = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/;

export function isEmail(text: string): boolean {
  return text.length <= 256 && EMAIL.test(text);
}

function bodyProblems(emulator: Emulator, body: ContactBody): ContactProblem[] {
  const problems: ContactProblem[] = [];
  if (body.email !== undefined && !isEmail(body.email)) {
    problems.push({ code: 'InvalidEmail', item: 'identifiers.email', description: "Invalid value for 'email'" });
  }
  for (const [name, value] of Object.entries(body.dataFields)) {
    const field = emulator.dataFields.get(name.toUpperCase());
    const problem = field === undefined ? unknownProblem(emulator) : fieldValueProblem(field, value);
    if (problem === null) continue;
    const description = `The data field '${name}' ${problem}`;
    problems.push({ code: 'ApiSchemaViolation', item: `dataFields.${name}`, description });
  }
  return problems;
}

function unknownProblem(emulator: Emulator): string | null {
  return emulator.settings.unknownDataFields === 'refuse' ? 'does not exist' : null;
}
