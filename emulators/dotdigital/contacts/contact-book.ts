import type { Actor, ChangeLog } from '../change-log.js';
import type { JsonValue } from '../json.js';
import { type EmailStatus, isSuppressed, overallStatus, type StoredContact } from './contact.js';

/** The ids that Dotdigital gives are large numbers; starting high shows code that takes them for an index. */
const FIRST_CONTACT_ID = 310_000_001;

export interface NewContactFacts {
  readonly email: string;
  readonly emailStatus: EmailStatus;
  readonly contactId?: number;
  readonly created?: string;
}

/** All contacts of the account, with those in the bin. Each change is written to the change log with who made it. */
export class ContactBook {
  readonly #byId = new Map<number, StoredContact>();
  readonly #idByEmail = new Map<string, number>();
  /** Addresses that stay suppressed when their contact is erased (vendor's help page on deleting contacts). */
  readonly #suppressedEmails = new Map<string, EmailStatus>();
  #nextId = FIRST_CONTACT_ID;

  constructor(readonly log: ChangeLog) {}

  byId(contactId: number): StoredContact | undefined {
    return this.#byId.get(contactId);
  }

  /** E-mails match whatever their case (assumption). */
  byEmail(email: string): StoredContact | undefined {
    const id = this.#idByEmail.get(email.toLowerCase());
    return id === undefined ? undefined : this.#byId.get(id);
  }

  all(): StoredContact[] {
    return [...this.#byId.values()].sort((a, b) => a.contactId - b.contactId);
  }

  get count(): number {
    return this.#byId.size;
  }

  create(facts: NewContactFacts, actor: Actor): StoredContact {
    const contactId = facts.contactId ?? this.#nextId;
    this.#nextId = Math.max(this.#nextId, contactId + 1);
    const at = facts.created ?? this.log.clock.nowText();
    const contact: StoredContact = {
      contactId,
      email: facts.email,
      emailStatus: this.#suppressedEmails.get(facts.email.toLowerCase()) ?? facts.emailStatus,
      emailType: 'Html',
      optInType: 'Unknown',
      dataFields: new Map(),
      created: at,
      updated: at,
      binnedAt: null,
    };
    this.#byId.set(contactId, contact);
    this.#idByEmail.set(facts.email.toLowerCase(), contactId);
    this.#logStatus(contact, null, actor);
    return contact;
  }

  setStatus(contact: StoredContact, to: EmailStatus, actor: Actor): void {
    if (contact.emailStatus === to) return;
    const from = contact.emailStatus;
    contact.emailStatus = to;
    this.#touch(contact);
    if (contact.binnedAt === null) this.#logStatus(contact, from, actor);
  }

  setEmail(contact: StoredContact, to: string, actor: Actor): void {
    if (contact.email === to) return;
    const from = contact.email;
    this.#idByEmail.delete(from.toLowerCase());
    this.#idByEmail.set(to.toLowerCase(), contact.contactId);
    contact.email = to;
    this.#touch(contact);
    this.log.add(actor, { kind: 'email', contactId: contact.contactId, from, to });
  }

  /** `null` clears a field. */
  setFields(contact: StoredContact, values: ReadonlyMap<string, JsonValue>, actor: Actor): void {
    if (values.size === 0) return;
    for (const [name, value] of values) {
      if (value === null) contact.dataFields.delete(name);
      else contact.dataFields.set(name, value);
    }
    this.#touch(contact);
    this.log.add(actor, { kind: 'fields', contactId: contact.contactId, names: [...values.keys()] });
  }

  bin(contact: StoredContact, actor: Actor): void {
    const from = contact.emailStatus;
    contact.binnedAt = this.log.clock.nowText();
    this.#touch(contact);
    this.#logStatus(contact, from, actor);
  }

  restore(contact: StoredContact, actor: Actor, status: EmailStatus = contact.emailStatus): void {
    contact.binnedAt = null;
    contact.emailStatus = status;
    this.#touch(contact);
    this.#logStatus(contact, 'binned', actor);
  }

  remove(contact: StoredContact, actor: Actor): void {
    this.#byId.delete(contact.contactId);
    this.#idByEmail.delete(contact.email.toLowerCase());
    if (isSuppressed(contact.emailStatus)) {
      this.#suppressedEmails.set(contact.email.toLowerCase(), contact.emailStatus);
    }
    const from = contact.binnedAt === null ? contact.emailStatus : 'binned';
    this.log.add(actor, { kind: 'status', contactId: contact.contactId, from, to: null, isRaise: false });
  }

  clear(): void {
    this.#byId.clear();
    this.#idByEmail.clear();
    this.#suppressedEmails.clear();
    this.#nextId = FIRST_CONTACT_ID;
  }

  /** Nobody's field any more (a data field was deleted). */
  dropField(name: string): void {
    for (const contact of this.#byId.values()) contact.dataFields.delete(name);
  }

  #touch(contact: StoredContact): void {
    contact.updated = this.log.clock.nowText();
  }

  #logStatus(contact: StoredContact, from: string | null, actor: Actor): void {
    const to = contact.binnedAt === null ? contact.emailStatus : 'binned';
    const isRaise = from !== null && from !== 'subscribed' && overallStatus(contact) === 'subscribed';
    this.log.add(actor, { kind: 'status', contactId: contact.contactId, from, to, isRaise });
  }
}
