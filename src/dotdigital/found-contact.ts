import { fieldName } from '../domain/contact-mapping.js';
import { canonicalId } from '../domain/ids.js';
import type { Contact } from './api.js';

const GONE_STATUSES = new Set(['deleted', 'binned']);

/** Deleted, or in the bin. */
export function isGone(contact: Contact): boolean {
  return GONE_STATUSES.has(contact.status) || (contact.emailStatus !== null && GONE_STATUSES.has(contact.emailStatus));
}

/** The Stokly customer that a contact is; null where it is nobody's yet. A person may have imported it, in upper case. */
export function ownerOf(contact: Contact, prefix: string): string | null {
  const owner = contact.dataFields[fieldName(prefix, 'STOKLY_ID')];
  return owner === undefined || owner === null || owner === '' ? null : canonicalId(String(owner));
}
