/** One call and its answer. Bodies are parsed JSON, undefined for none; text for an answer that is no JSON. */
export interface Exchange {
  readonly method: string;
  /** As it was sent: percent-encoded, without query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly requestBody?: unknown;
  readonly status: number;
  readonly responseBody?: unknown;
}

export interface Violation {
  readonly where: 'path' | 'query' | 'request' | 'status' | 'response';
  readonly message: string;
}

/** A place where the vendor's OpenAPI files and the vendor's known behaviour differ. */
export interface SpecDeviation {
  readonly name: string;
  /** Why the behaviour is believed, not the file. */
  readonly reason: string;
  readonly covers: (exchange: Exchange & { template: string }, violation: Violation) => boolean;
}

/** Every known one. A violation that none of these covers is a mistake in the emulator or in the client. */
export const SPEC_DEVIATIONS: readonly SpecDeviation[] = [
  {
    name: 'record-body-is-an-object',
    reason:
      'The file types the body of a single record PUT as text; the example in it and all connectors send the object.',
    covers: ({ method, template }, { where, message }) =>
      method === 'PUT' && template.endsWith('/{recordId}') && where === 'request' && message.includes('must be string'),
  },
  {
    name: 'patch-answers-404',
    reason:
      'The file lists no 404 for PATCH; the reference says that a contact is created from the body’s identifiers only, so without them there is nothing to answer but 404.',
    covers: ({ method, template, status }, { where }) =>
      method === 'PATCH' && template.startsWith('/contacts/v3/') && status === 404 && where === 'status',
  },
  {
    name: 'import-contact-id-is-a-number',
    reason:
      'An import item’s contactId is an integer by one half of the composed schema and text by the other (additional identifiers); the file’s own example sends the number.',
    covers: ({ template }, { where, message }) =>
      template === '/contacts/v3/import' &&
      where === 'request' &&
      /identifiers\/contactId must be string/.test(message),
  },
  {
    name: 'rate-limits-and-outages',
    reason:
      '429 and 5xx can come from every call (documentation of the rate limits); the files list 429 for the import of contacts only.',
    covers: ({ status }, { where }) => where === 'status' && (status === 429 || status >= 500),
  },
  {
    name: 'wrong-region',
    reason: '403 for credentials of another region is described in the API conventions, not in the files.',
    covers: ({ status }, { where }) => where === 'status' && status === 403,
  },
  {
    name: 'records-are-closed-twice',
    reason:
      'A record is composed of two schemas, one of which allows no other keys than its own: taken literally no record could ever be valid.',
    covers: ({ template }, { where, message }) =>
      template.startsWith('/insightData/v3/') &&
      where !== 'status' &&
      /must NOT have additional properties \{"additionalProperty":"(key|json|contactIdentity)"/.test(message),
  },
  {
    name: 'resubscribe-options-are-closed-out',
    reason:
      'The schema of the e-mail channel allows no other keys and is composed with one that adds resubscribeOptions.',
    covers: ({ template }, { where, message }) =>
      template.startsWith('/contacts/v3') &&
      where === 'request' &&
      /channelProperties\/email must NOT have additional properties/.test(message),
  },
  {
    name: 'insight-import-is-finished',
    reason: 'The enum says Complete; the example beside it and the vendor’s Magento connector say Finished.',
    covers: ({ template, responseBody }, { where, message }) =>
      template === '/insightData/v3/import/{importId}' &&
      where === 'response' &&
      /status must be equal to one of the allowed values/.test(message) &&
      /"status":"Finished"/.test(JSON.stringify(responseBody)),
  },
  {
    name: 'failure-reasons-of-v2',
    reason: 'The v2 file lists more reasons for the same platform than the v3 file.',
    covers: ({ template, responseBody }, { where, message }) =>
      template === '/insightData/v3/import/{importId}' &&
      where === 'response' &&
      /failureReason must be equal to one of the allowed values/.test(message) &&
      /KeyExistingForDifferentContact|JsonContainsDashUnderscoreClash/.test(JSON.stringify(responseBody)),
  },
  {
    name: 'v2-errors-are-undocumented',
    reason: 'The v2 file lists successes only; its errors are described on a page of their own.',
    covers: ({ template, status }, { where }) => template.startsWith('/v2/') && where === 'status' && status >= 400,
  },
  {
    name: 'created-data-field-is-echoed',
    reason: 'The full v2 file documents no content for 201; the newer file for contact data fields echoes the field.',
    covers: ({ method, template }, { where }) =>
      method === 'POST' && template === '/v2/data-fields' && where === 'response',
  },
  {
    name: 'data-field-types-in-any-case',
    reason: 'The vendor’s own connector sends lower-case types and works.',
    covers: ({ method, template }, { where, message }) =>
      method === 'POST' &&
      template === '/v2/data-fields' &&
      where === 'request' &&
      /type must be equal to one of the allowed values/.test(message),
  },
];
