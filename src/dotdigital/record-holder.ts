import { z } from 'zod';
import { pathSegment } from '../http/transport.js';
import { isAboutAnother, isOk, parseBody } from './answers.js';
import type { CallOptions, Contact } from './api.js';
import type { DotdigitalCalls } from './calls.js';
import { findContactByEmail, getContact } from './contacts.js';
import type { Endpoint } from './tiers.js';

/**
 * D20: v3 reads a record only through the contact that has it; v2, which Dotdigital calls deprecated, reads it by its key and names the
 * contact. D2: single reads are high.
 */
const READ_BY_KEY: Endpoint = { name: 'GET transactional-data by key', tier: 'highCallRate' };

/** PERSONAL DATA in `contactIdentifier`: an id, or the contact's e-mail address. */
const wireByKey = z.object({
  key: z.string(),
  contactIdentifier: z
    .union([z.string(), z.number().int().transform(String)])
    .nullish()
    .transform((text) => text ?? ''),
});

/**
 * The contact that has the record of this key, whoever it is. Null where Dotdigital names none: no such record, its contact is gone,
 * or the account has no v2. Throws for outages alone.
 */
export async function findRecordHolder(
  calls: DotdigitalCalls,
  { collection, key }: { readonly collection: string; readonly key: string },
  options: CallOptions,
): Promise<Contact | null> {
  const label = `GET transactional-data ${key} of ${collection}`;
  const path = pathOf(collection, key);
  if (path === null) return null;
  const answer = await calls.send({ endpoint: READ_BY_KEY, method: 'GET', path, label, options });
  if (!isOk(answer)) return null;
  const found = parseBody(answer, wireByKey, { label, isWrite: false });
  if (found.key !== key) throw isAboutAnother(answer, label, false);
  const named = found.contactIdentifier;
  if (/^\d{1,15}$/.test(named)) return await getContact(calls, Number(named), options);
  return named.includes('@') ? await findContactByEmail(calls, named, options) : null;
}

/** Null for a key that no address can carry. */
function pathOf(collection: string, key: string): string | null {
  try {
    return `/v2/contacts/transactional-data/${pathSegment(collection)}/${pathSegment(key)}`;
  } catch {
    return null;
  }
}
