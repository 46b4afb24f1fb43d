import type { CallObserver } from '../http/call-seen.js';
import type { RateLimiterState } from '../http/limiter.js';
import { type CallLog, SILENT_LOG } from '../http/log.js';
import { accountEndpoint, createDataField, listDataFields } from './account.js';
import type { CallOptions, DotdigitalApi } from './api.js';
import { DotdigitalCalls } from './calls.js';
import { claimContact, createContact, findContactByEmail, getContact, patchContact } from './contacts.js';
import type { ImportSeen } from './import-run.js';
import { listPrograms, type Program } from './programs.js';
import { findRecordHolder } from './record-holder.js';
import { createCollection, deleteRecord, getRecord, listCollections, listRecords } from './records.js';
import { type DotdigitalSettings, IMPORT_WAIT_MS, regionUrl } from './settings.js';
import { createWriteBatcher } from './write-batcher.js';

export type { DotdigitalSettings } from './settings.js';

export interface DotdigitalDeps {
  readonly log?: CallLog;
  /** Epoch ms. */
  readonly now?: () => number;
  /** Told of each HTTP call. */
  readonly onCall?: CallObserver;
  /** Told of each import when it is over, or was not taken. */
  readonly onImport?: (seen: ImportSeen) => void;
}

export interface DotdigitalClient extends DotdigitalApi {
  /** All programs (automations) of the account. */
  listPrograms(options: CallOptions): Promise<Program[]>;
  /** What the limiters have learned, by tier, and how long calls have waited in each. */
  rates(): Readonly<Record<string, RateLimiterState>>;
  /** Closes idle connections. */
  close(): void;
}

/** Reads and writes a merchant's Dotdigital. Keeps the rate budgets: make one client a process and account. */
export function createDotdigitalClient(settings: DotdigitalSettings, deps: DotdigitalDeps = {}): DotdigitalClient {
  const log = deps.log ?? SILENT_LOG;
  const calls: DotdigitalCalls = new DotdigitalCalls(settings, {
    now: deps.now ?? Date.now,
    onCall: deps.onCall,
    findRegion: async (options) => {
      const endpoint = await accountEndpoint(calls, settings, options);
      const url = regionUrl(endpoint);
      if (url === null)
        log.warn({ named: endpoint !== null }, 'Dotdigital names no endpoint that can be used: its first region is');
      else log.info({ url }, "the account's Dotdigital endpoint was found");
      return url;
    },
  });
  const writer = createWriteBatcher({
    calls,
    now: deps.now ?? Date.now,
    importWaitMs: settings.importWaitMs ?? IMPORT_WAIT_MS,
    onImport: deps.onImport,
  });
  return {
    beforeWork: (what, options) => calls.beforeWork(what, options),
    announce: (until) => writer.announce(until),
    putRecord: (write, options) => writer.putRecord(write, options),
    putFields: (contactId, dataFields, options) => writer.putFields(contactId, dataFields, options),
    patchContact: (contactId, change, options) => patchContact(calls, { contactId, change }, options),
    findContactByEmail: (email, options) => findContactByEmail(calls, email, options),
    getContact: (contactId, options) => getContact(calls, contactId, options),
    createContact: (contact, options) => createContact(calls, contact, options),
    claimContact: (contactId, { field, value }, options) => claimContact(calls, { contactId, field, value }, options),
    getRecord: (where, options) => getRecord(calls, where, options),
    findRecordHolder: (where, options) => findRecordHolder(calls, where, options),
    deleteRecord: (where, options) => deleteRecord(calls, where, options),
    accountEndpoint: (options) => accountEndpoint(calls, settings, options),
    listDataFields: (options) => listDataFields(calls, options),
    createDataField: (field, options) => createDataField(calls, field, options),
    listCollections: (options) => listCollections(calls, options),
    createCollection: (collection, options) => createCollection(calls, collection, options),
    listRecords: (collection, limit, options) => listRecords(calls, { collection, limit }, options),
    listPrograms: (options) => listPrograms(calls, options),
    rates: () => calls.rates(),
    close: () => {
      writer.close();
      calls.close();
    },
  };
}
