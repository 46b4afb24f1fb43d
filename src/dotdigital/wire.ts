import { z } from 'zod';
import type { Contact, DataFields, DataFieldValue } from './api.js';

/** Dotdigital's answers, from its OpenAPI files; unknown extra keys are accepted, wrong types refused. */

const contactId = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);

/** Enum values come back in another case than they are sent in (`PlainText`, `plainText`): ours are lower case. */
const lowerCase = z.string().transform((text) => text.toLowerCase());

export const wireContact = z
  .object({
    contactId,
    status: lowerCase,
    identifiers: z.object({ email: z.string().nullish() }).nullish(),
    dataFields: z.record(z.string(), z.unknown()).nullish(),
    channelProperties: z.object({ email: z.object({ status: lowerCase.nullish() }).nullish() }).nullish(),
  })
  .transform(
    (wire): Contact => ({
      contactId: wire.contactId,
      status: wire.status,
      emailStatus: wire.channelProperties?.email?.status ?? null,
      email: wire.identifiers?.email ?? null,
      dataFields: readDataFields(wire.dataFields ?? {}),
    }),
  );

/** Names come in mixed case, accounts keep them in upper case; what is no plain value is no data field. */
function readDataFields(wire: Readonly<Record<string, unknown>>): DataFields {
  const plain = Object.entries(wire).filter((entry): entry is [string, DataFieldValue] => isPlain(entry[1]));
  return Object.fromEntries(plain.map(([name, value]) => [name.toUpperCase(), value]));
}

function isPlain(value: unknown): value is DataFieldValue {
  return value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

export const wireRecord = z.object({
  key: z.string(),
  json: z.record(z.string(), z.unknown()),
  updated: z.string().nullish(),
  ownerContactId: contactId.nullish(),
});

/** The end of a list is where `next` is missing. */
export const wireRecordPage = z.object({
  _items: z.array(wireRecord),
  _links: z.object({ next: z.object({ marker: z.string() }).nullish() }).nullish(),
});

export const wireCollections = z.array(
  z
    .object({
      collectionName: z.string(),
      collectionScope: z.string().nullish(),
      collectionType: z.string(),
      recordCount: z.number().int().nonnegative(),
    })
    .transform((wire) => ({
      name: wire.collectionName,
      scope: wire.collectionScope ?? '',
      type: wire.collectionType,
      recordCount: wire.recordCount,
    })),
);

export const wireDataFieldList = z.array(
  z.object({ name: z.string(), type: z.string() }).transform(({ name, type }) => ({ name, type })),
);

/** All values are text. */
export const wireAccountInfo = z.object({
  properties: z.array(z.object({ name: z.string(), value: z.unknown().optional() })),
});
