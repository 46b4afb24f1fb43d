import type { JsonValue } from '../json.js';
import type { Settings } from '../settings.js';
import { overallStatus, type StoredContact } from './contact.js';

/** What every answer about a contact holds (`contactBasicDetails`). */
export function basicContact(contact: StoredContact): Record<string, unknown> {
  return {
    contactId: contact.contactId,
    status: overallStatus(contact),
    created: contact.created,
    updated: contact.updated,
    identifiers: { email: contact.email },
  };
}

/** `only`: the names asked for; null = all of the account. */
export function answeredFields(
  contact: StoredContact,
  names: Iterable<string>,
  settings: Settings,
): Record<string, JsonValue> {
  const fields: Record<string, JsonValue> = {};
  for (const name of names) {
    const value = contact.dataFields.get(name);
    if (value !== undefined) fields[name] = value;
    else if (settings.areEmptyFieldsAnswered) fields[name] = null;
  }
  return fields;
}

export function channelProperties(contact: StoredContact): Record<string, unknown> {
  const status = contact.binnedAt === null ? contact.emailStatus : 'binned';
  return { email: { emailType: contact.emailType, optInType: contact.optInType, status } };
}

/** A whole contact, as single calls answer it. */
export function contactAnswer(
  contact: StoredContact,
  names: Iterable<string>,
  settings: Settings,
): Record<string, unknown> {
  return {
    ...basicContact(contact),
    dataFields: answeredFields(contact, names, settings),
    channelProperties: channelProperties(contact),
    lists: [],
  };
}
