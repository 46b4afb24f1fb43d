import type { RecordJson } from './api.js';
import { parseBody } from './answers.js';
import type { DotdigitalCalls } from './calls.js';
import { type ImportKind, importStateOf } from './import-kind.js';
import { writeRecordJson } from './json.js';
import { fieldsNamedIn, PUT_RECORD, type PutResult, putRecord, type RecordPlace } from './records.js';
import { type RecordImportReport, wireRecordImport } from './wire-imports.js';

export type RecordWrite = RecordPlace & { readonly record: RecordJson };

/** "At most 5 at once" (reference "importinsightdata"). */
const IMPORTS_MAX = 5;

/** Plain noes about one record (vendor's file, `failureReason`). What is not named here, a single call decides. */
const REFUSALS = new Set(
  [
    'InvalidClientKey',
    'InvalidJson',
    'JsonContainsNestedArray',
    'JsonKeyTooLong',
    'JsonKeyInvalidCharacters',
    'JsonValueTooLong',
    'JsonValueIncompatibleWithSchema',
    'JsonNumberValueTooLarge',
    'KeyExistingForDifferentContact',
  ].map((reason) => reason.toLowerCase()),
);
const CONTACT_GONE = 'contactiddoesnotexist';

/** Records of one collection, each replaced as a whole. An import creates no contact; a collection that is missing it does. */
export function recordImports(
  calls: DotdigitalCalls,
  collection: string,
): ImportKind<RecordWrite, PutResult, RecordImportReport> {
  return {
    name: 'records',
    importsMax: IMPORTS_MAX,
    single: PUT_RECORD,
    submit: { name: 'PUT insightData import', tier: 'lowCallRate' },
    poll: { name: 'GET insightData import', tier: 'unlimitedCallRate' },
    path: '/insightData/v3/import',
    keyOf: ({ key }) => key,
    labelOf: ({ key, contactId }) => `record ${key} of contact ${contactId}`,
    itemOf: ({ key, contactId, record }) => {
      const identity = `{"identifier":"contactId","value":"${contactId}"}`;
      return `{"key":${JSON.stringify(key)},"contactIdentity":${identity},"json":${writeRecordJson(record)}}`;
    },
    bodyOf: (items) =>
      `{"collectionName":${JSON.stringify(collection)},"collectionScope":"contact","collectionType":"orders","records":[${items.join()}]}`,
    readState: (answer, label) => importStateOf(parseBody(answer, wireRecordImport, { label, isWrite: true })),
    resultOf: recordResult,
    sendSingle: (write, options) => putRecord(calls, write, options),
  };
}

/** Successes are not listed: what is not among the failures was imported, if the counts say that all failures are listed. */
function recordResult(report: RecordImportReport, write: RecordWrite): PutResult | null {
  const failure = report.failuresByKey.get(write.key);
  if (failure === undefined) return report.areFailuresComplete ? { kind: 'written' } : null;
  const reason = failure.reason.toLowerCase();
  if (reason === CONTACT_GONE) return { kind: 'contact-not-found' };
  if (!REFUSALS.has(reason)) return null;
  return { kind: 'refused', code: failure.reason, fields: fieldsNamedIn(failure.details, write.record) };
}
