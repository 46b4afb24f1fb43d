import { overallStatus } from '../contacts/contact.js';
import type { Emulator } from '../emulator.js';
import { RawJson } from '../json.js';

/** All that the account holds. `dataFields` and `json` keep the digits of their numbers in the JSON that is sent. */
export function stateOf(emulator: Emulator): Record<string, unknown> {
  const collections = emulator.collections.all();
  return {
    now: emulator.clock.nowText(),
    contacts: emulator.contacts.all().map((contact) => ({
      contactId: contact.contactId,
      email: contact.email,
      status: overallStatus(contact),
      emailStatus: contact.emailStatus,
      isBinned: contact.binnedAt !== null,
      dataFields: Object.fromEntries(contact.dataFields),
      created: contact.created,
      updated: contact.updated,
    })),
    records: Object.fromEntries(
      collections.map((collection) => [
        collection.name,
        [...collection.records.values()].map((record) => ({
          key: record.key,
          contactId: record.contactId,
          json: new RawJson(record.jsonText),
          jsonText: record.jsonText,
          created: record.created,
          updated: record.updated,
          version: record.version,
        })),
      ]),
    ),
    dataFields: [...emulator.dataFields.values()],
    collections: collections.map(({ name, scope, type, records, locks }) => ({
      name,
      scope,
      type,
      recordCount: records.size,
      types: Object.fromEntries(locks),
    })),
    programs: emulator.programs,
    counters: {
      requests: emulator.requests.count,
      changes: emulator.log.count,
      contactImportsActive: emulator.jobs.activeCount('contact-import'),
      insightImportsActive: emulator.jobs.activeCount('insight-import'),
    },
  };
}
