import { AnswerError } from '../answers.js';
import type { Actor } from '../change-log.js';
import type { StoredContact } from '../contacts/contact.js';
import type { Emulator } from '../emulator.js';
import { type JsonValue, jsonText, parseJson } from '../json.js';
import type { PersonAction } from './bodies.js';
import { refused } from './seed.js';

/** Does what the person does; nothing here is bound by what the API refuses. */
export function actAsPerson(emulator: Emulator, body: PersonAction): { contactId: number } {
  const contact =
    body.contactId === undefined ? emulator.contacts.byEmail(body.email ?? '') : emulator.contacts.byId(body.contactId);
  if (contact === undefined) throw new AnswerError(404, { description: 'no such contact' });
  act(emulator, contact, body);
  return { contactId: contact.contactId };
}

function act(emulator: Emulator, contact: StoredContact, body: PersonAction): void {
  const { contacts } = emulator;
  const actor: Actor = { by: 'person', action: body.action };
  switch (body.action) {
    case 'subscribe':
      return contacts.setStatus(contact, 'subscribed', actor);
    case 'unsubscribe':
      return contacts.setStatus(contact, 'unsubscribed', actor);
    case 'suppress':
      return contacts.setStatus(contact, 'suppressed', actor);
    case 'hardBounce':
      return contacts.setStatus(contact, 'hardBounced', actor);
    case 'delete':
      return contacts.bin(contact, actor);
    case 'restore':
      return contacts.restore(contact, actor);
    case 'hardDelete':
      emulator.collections.forgetContact(contact.contactId, actor);
      return contacts.remove(contact, actor);
    case 'changeEmail': {
      if (body.newEmail === undefined) throw refused('changeEmail needs newEmail');
      if (contacts.byEmail(body.newEmail) !== undefined) throw refused('the new e-mail is taken');
      return contacts.setEmail(contact, body.newEmail, actor);
    }
    case 'setFields': {
      const fields = new Map<string, JsonValue>();
      for (const [name, value] of Object.entries(body.dataFields ?? {})) {
        fields.set(name.toUpperCase(), parseJson(jsonText(value)));
      }
      return contacts.setFields(contact, fields, actor);
    }
  }
}
