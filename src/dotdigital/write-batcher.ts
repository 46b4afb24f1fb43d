import type { DotdigitalWriter } from './api.js';
import { fieldImports } from './field-imports.js';
import { FloodWatch } from './flood-watch.js';
import { recordImports } from './record-imports.js';
import { type GathererDeps, WriteGatherer } from './write-gatherer.js';
import { WritesToCome } from './writes-to-come.js';

export interface WriteBatcher extends DotdigitalWriter {
  /** Stops looking and polling; what waits is not told. */
  close(): void;
}

/**
 * The seam between callers and how writes go out: each caller hands in one write and gets its own result. Records (of one
 * collection each) and contacts' fields are gathered apart: a contact's fields go out only after its records are in.
 */
export function createWriteBatcher(deps: Omit<GathererDeps, 'flood' | 'toCome'>): WriteBatcher {
  const toCome = new WritesToCome();
  const shared = { ...deps, flood: new FloodWatch(), toCome };
  const fields = new WriteGatherer(fieldImports(deps.calls), shared);
  const newRecords = (collection: string) => new WriteGatherer(recordImports(deps.calls, collection), shared);
  const records = new Map<string, ReturnType<typeof newRecords>>();
  return {
    announce: (until) => toCome.announce(until),
    putRecord: async (write, options) => {
      let gatherer = records.get(write.collection);
      if (gatherer === undefined) records.set(write.collection, (gatherer = newRecords(write.collection)));
      return await gatherer.send(write, options);
    },
    putFields: async (contactId, dataFields, options) => await fields.send({ contactId, dataFields }, options),
    close: () => {
      fields.close();
      for (const gatherer of records.values()) gatherer.close();
    },
  };
}
