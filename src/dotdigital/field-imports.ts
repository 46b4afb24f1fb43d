import { parseBody } from './answers.js';
import type { DataFields, DotdigitalWriter } from './api.js';
import type { DotdigitalCalls } from './calls.js';
import { CHANGE_CONTACT, patchContact } from './contacts.js';
import { type ImportKind, importStateOf } from './import-kind.js';
import { type FieldImportReport, wireFieldImport } from './wire-imports.js';

export interface FieldsWrite {
  readonly contactId: number;
  readonly dataFields: DataFields;
}

type FieldsResult = Awaited<ReturnType<DotdigitalWriter['putFields']>>;

/** "25 imports at once" (reference "importcontacts"). */
const IMPORTS_MAX = 25;

/** The two codes that say plainly what is wrong with an item of ours. What is not named here, a single call decides. */
const CONTACT_GONE = 'invalidcontactid';
const FIELDS_REFUSED = 'apischemaviolation';

/**
 * Data fields of contacts by `contactId`: an item has no other identifier, so nothing can be created of it ("contactId is only
 * used to check for a matching contact", vendor's file), and no channel, so no status is said.
 */
export function fieldImports(calls: DotdigitalCalls): ImportKind<FieldsWrite, FieldsResult, FieldImportReport> {
  return {
    name: 'fields',
    importsMax: IMPORTS_MAX,
    single: CHANGE_CONTACT,
    submit: { name: 'PUT contacts import', tier: 'lowCallRate' },
    poll: { name: 'GET contacts import', tier: 'unlimitedCallRate' },
    path: '/contacts/v3/import',
    keyOf: ({ contactId }) => String(contactId),
    labelOf: ({ contactId }) => `fields of contact ${contactId}`,
    itemOf: ({ contactId, dataFields }) =>
      JSON.stringify({ matchIdentifier: 'contactId', identifiers: { contactId }, dataFields }),
    bodyOf: (items) => `{"mergeOption":"overwrite","contacts":[${items.join()}]}`,
    readState: (answer, label) => importStateOf(parseBody(answer, wireFieldImport, { label, isWrite: true })),
    resultOf: fieldsResult,
    sendSingle: (write, options) => patchFields(calls, write, options),
  };
}

/** A failure may be about a part alone while the rest was stored, so it counts whether or not the contact was updated too. */
function fieldsResult(report: FieldImportReport, { contactId, dataFields }: FieldsWrite): FieldsResult | null {
  const codes = report.failuresByContact.get(contactId) ?? [];
  const named = codes.map(({ code }) => code.toLowerCase());
  if (named.includes(CONTACT_GONE)) return { kind: 'contact-not-found' };
  if (named.length > 0 && named.every((code) => code === FIELDS_REFUSED)) {
    const said = codes.map(({ description }) => description).join(' ');
    const fields = Object.keys(dataFields).filter((name) => said.toUpperCase().includes(`'${name.toUpperCase()}'`));
    return { kind: 'refused', code: codes[0]?.code ?? FIELDS_REFUSED, fields };
  }
  return named.length === 0 && report.updated.has(contactId) ? { kind: 'updated' } : null;
}

/** The single call: neither a contact made of it nor a conflict can follow from a body without identifiers. */
async function patchFields(
  calls: DotdigitalCalls,
  { contactId, dataFields }: FieldsWrite,
  options: Parameters<DotdigitalWriter['putFields']>[2],
): Promise<FieldsResult> {
  const result = await patchContact(calls, { contactId, change: { dataFields } }, options);
  switch (result.kind) {
    case 'updated':
    case 'created':
      return { kind: 'updated' };
    case 'email-taken':
      return { kind: 'refused', code: 'contacts:identifierConflict', fields: [] };
    case 'contact-not-found':
    case 'refused':
      return result;
  }
}
