import type { DotdigitalWriter } from './api.js';
import type { DotdigitalCalls } from './calls.js';
import { patchContact } from './contacts.js';
import { putRecord } from './records.js';

/**
 * The seam between callers and how writes go out. Each caller hands in one write and gets its own result, so that gathering
 * writes into one import can take the place of single calls without a change to any caller. Single calls only, so far.
 */
export function createWriteBatcher(calls: DotdigitalCalls): DotdigitalWriter {
  return {
    putRecord: (write, options) => putRecord(calls, write, options),
    patchContact: (contactId, change, options) => patchContact(calls, { contactId, change }, options),
  };
}
