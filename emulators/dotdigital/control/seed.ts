import { AnswerError } from '../answers.js';
import type { Actor } from '../change-log.js';
import type { Emulator } from '../emulator.js';
import type { JsonValue } from '../json.js';
import type { Seed } from './bodies.js';

const actor: Actor = { by: 'seed' };

/** Adds to the account; throws 400 on what could not stand there. Answers the ids of the contacts, in order. */
export function applySeed(emulator: Emulator, seed: Seed): { contactIds: number[] } {
  for (const { name, type } of seed.dataFields) {
    const upper = name.toUpperCase();
    emulator.dataFields.set(upper, { name: upper, type, visibility: 'Private', defaultValue: null });
  }
  for (const { name, scope, type } of seed.collections) {
    if (emulator.collections.find(name) === undefined) emulator.collections.create(name, scope, type);
  }
  for (const { name, status } of seed.programs) {
    emulator.programs.push({ id: emulator.programs.length + 1, name, status, dateCreated: emulator.clock.nowText() });
  }
  const contactIds = seed.contacts.map((contact) => seedContact(emulator, contact));
  for (const record of seed.records) seedRecord(emulator, record);
  return { contactIds };
}

function seedContact(emulator: Emulator, seeded: Seed['contacts'][number]): number {
  const { email, emailStatus, contactId, created } = seeded;
  const isTaken = contactId !== undefined && emulator.contacts.byId(contactId) !== undefined;
  if (isTaken || emulator.contacts.byEmail(email) !== undefined) throw refused(`contact ${email} exists already`);
  const contact = emulator.contacts.create(
    {
      email,
      emailStatus,
      ...(contactId === undefined ? {} : { contactId }),
      ...(created === undefined ? {} : { created }),
    },
    actor,
  );
  const fields = new Map<string, JsonValue>();
  for (const [name, value] of Object.entries(seeded.dataFields ?? {})) {
    if (!emulator.dataFields.has(name.toUpperCase())) throw refused(`data field ${name} does not exist`);
    fields.set(name.toUpperCase(), value);
  }
  emulator.contacts.setFields(contact, fields, actor);
  if (seeded.binned) emulator.contacts.bin(contact, actor);
  return contact.contactId;
}

function seedRecord(emulator: Emulator, seeded: Seed['records'][number]): void {
  const contact = emulator.contacts.byEmail(seeded.email);
  if (contact === undefined) throw refused(`record ${seeded.key}: no contact ${seeded.email}`);
  const collection =
    emulator.collections.find(seeded.collection) ?? emulator.collections.create(seeded.collection, 'contact', 'orders');
  const write = { contactId: contact.contactId, key: seeded.key, json: seeded.json };
  const outcome = emulator.collections.put(collection, write, { settings: emulator.settings, actor });
  if (outcome.kind === 'refused') throw refused(`record ${seeded.key}: ${outcome.refusals[0]?.description ?? ''}`);
}

export function refused(description: string): AnswerError {
  return new AnswerError(400, { description });
}
