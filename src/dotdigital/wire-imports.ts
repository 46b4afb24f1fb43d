import { z } from 'zod';

/** Reports of imports, from Dotdigital's OpenAPI files and its own connectors. What is not told is left out, never guessed. */

/** 202: the import was taken. */
export const wireImportTaken = z.object({
  importId: z
    .string()
    .min(1)
    .max(100)
    .regex(/^[\w.-]+$/),
});

const text = z.string().catch('');
/** Numbers come as text in places. */
const keyText = z.union([z.string(), z.number().transform(String)]);
const id = z.union([
  z.number(),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
]);

export interface RecordImportReport {
  readonly status: string;
  readonly failuresByKey: ReadonlyMap<string, { readonly reason: string; readonly details: readonly string[] }>;
  /** As many failures are listed as are counted. False: which others failed is not known. */
  readonly areFailuresComplete: boolean;
}

export const wireRecordImport = z
  .object({
    status: z.string(),
    summary: z
      .object({
        totalRecords: z.number().nullish(),
        totalImported: z.number().nullish(),
        totalRejected: z.number().nullish(),
      })
      .nullish(),
    failures: z
      .array(z.object({ key: keyText, failureReason: z.string(), details: z.array(text).nullish().catch(null) }))
      .nullish(),
  })
  .transform(({ status, summary, failures }): RecordImportReport => {
    const listed = failures ?? [];
    return {
      status,
      failuresByKey: new Map(
        listed.map(({ key, failureReason, details }) => [key, { reason: failureReason, details: details ?? [] }]),
      ),
      areFailuresComplete:
        summary?.totalRejected === listed.length &&
        (summary.totalImported ?? 0) + listed.length === summary.totalRecords,
    };
  });

export interface FieldImportReport {
  readonly status: string;
  readonly updated: ReadonlySet<number>;
  readonly failuresByContact: ReadonlyMap<number, readonly { readonly code: string; readonly description: string }[]>;
}

const wireImportedContact = z.object({ contactId: id });
/** One without a contact we know is left out: its contact is then in neither list, and a single call decides. */
const wireFailedContact = z
  .object({
    contactId: id.nullish().catch(null),
    identifiers: z
      .object({ contactId: id.nullish().catch(null) })
      .nullish()
      .catch(null),
    failures: z.array(z.object({ failureCode: z.string(), description: text })).min(1),
  })
  .transform(({ contactId, identifiers, failures }) => ({
    contactId: contactId ?? identifiers?.contactId ?? null,
    codes: failures.map(({ failureCode, description }) => ({ code: failureCode, description })),
  }));

export const wireFieldImport = z
  .object({
    status: z.string(),
    updated: z.array(wireImportedContact).nullish(),
    failures: z.array(wireFailedContact).nullish(),
  })
  .transform(({ status, updated, failures }): FieldImportReport => {
    const failuresByContact = new Map<number, { code: string; description: string }[]>();
    for (const { contactId, codes } of failures ?? []) {
      if (contactId !== null) failuresByContact.set(contactId, [...(failuresByContact.get(contactId) ?? []), ...codes]);
    }
    return { status, updated: new Set((updated ?? []).map(({ contactId }) => contactId)), failuresByContact };
  });
