import type { FastifyInstance } from 'fastify';
import { v3Error } from '../answers.js';
import type { Actor } from '../change-log.js';
import type { Emulator } from '../emulator.js';
import { importPlan, isSpoiled } from '../imports.js';
import { isJsonArray, isJsonObject, type JsonValue } from '../json.js';
import { actorOf, digest } from '../requests.js';
import { badJson, type ContactBody, carriedByContact, readContactBody } from './body.js';
import type { StoredContact } from './contact.js';
import { type ContactMatch, type MergeOption, type UpsertOutcome, upsertContact } from './upsert.js';

/** camelCase in an import's body, kebab-case in a query (vendor's OpenAPI). */
const MERGE_OPTIONS: Readonly<Record<string, MergeOption>> = {
  overwrite: 'overwrite',
  overwriteIfNotEmpty: 'overwrite-if-not-empty',
  overwriteIfEmpty: 'overwrite-if-empty',
};

interface Failure {
  readonly code: string;
  readonly description: string;
}

export function registerContactImports(app: FastifyInstance, emulator: Emulator): void {
  app.put('/contacts/v3/import', { config: { dotdigitalTier: 'low' } }, async (request, reply) => {
    const { items, mergeOption } = readImport(request.body);
    digest(request, items.map(carriedByContact));
    if (emulator.jobs.activeCount('contact-import') >= emulator.settings.contactImportsActiveMax) {
      throw v3Error(429, 'contacts:tooManyActiveImports', {
        description:
          'Your import request cannot be accepted as too many imports are being processed for you account. Please wait for an import to complete and then resubmit.',
      });
    }
    const plan = importPlan(request.dotdigitalFault, emulator.settings);
    const actor = actorOf(request);
    const run = () => {
      if (plan.failedStatus !== null) return { status: plan.failedStatus };
      return new ContactImport(emulator, mergeOption, actor).run(items, plan);
    };
    const job = emulator.jobs.submit({ kind: 'contact-import', ...plan, run });
    return reply.code(202).send({ importId: job.id });
  });

  app.get<{ Params: { importId: string } }>(
    '/contacts/v3/import/:importId',
    { config: { dotdigitalTier: 'unlimited' } },
    async (request) => {
      const { importId } = request.params;
      const job = emulator.jobs.find(importId, 'contact-import');
      if (job === undefined) {
        const description = `The import request '${importId}' could not be found!`;
        throw v3Error(404, 'contacts:importNotFound', { description });
      }
      return { importId, status: 'NotFinished', ...job.report };
    },
  );
}

function readImport(body: unknown): { items: ContactBody[]; mergeOption: MergeOption } {
  if (!isJsonObject(body)) throw badJson('an import is an object');
  const contacts: JsonValue | undefined = body['contacts'];
  if (!isJsonArray(contacts)) throw badJson("'contacts' is an array");
  if (contacts.length === 0) {
    throw v3Error(400, 'contacts:noContactsSpecified', { description: 'You must specify 1 or more contacts' });
  }
  const said = body['mergeOption'] ?? 'overwrite';
  const mergeOption = typeof said === 'string' ? MERGE_OPTIONS[said] : undefined;
  if (mergeOption === undefined) throw badJson("'mergeOption' is unknown");
  return { items: contacts.map(readContactBody), mergeOption };
}

/** One import, item by item; what is wrong with one leaves the others alone. */
class ContactImport {
  readonly #created: unknown[] = [];
  readonly #updated: unknown[] = [];
  readonly #failures: unknown[] = [];
  readonly #seen = new Set<string>();
  #duplicates = 0;
  #invalid = 0;

  constructor(
    readonly emulator: Emulator,
    readonly mergeOption: MergeOption,
    readonly actor: Actor,
  ) {}

  run(items: readonly ContactBody[], plan: ReturnType<typeof importPlan>): Readonly<Record<string, unknown>> {
    items.forEach((item, index) => {
      if (isSpoiled(plan, index)) this.#fail(item, [{ code: plan.spoilReason, description: 'a planned fault' }]);
      else this.#take(item);
    });
    return {
      status: 'Finished',
      summary: {
        newContacts: this.#created.length,
        updatedContacts: this.#updated.length,
        globallySuppressed: 0,
        invalidEntries: this.#invalid,
        duplicateIdentifiers: this.#duplicates,
      },
      created: this.#created,
      updated: this.#updated,
      failures: this.#failures,
    };
  }

  #take(item: ContactBody): void {
    const match = matchOfItem(item);
    if ('code' in match) return this.#fail(item, [match]);
    const place = `${match.identifier}:${String(match.value).toLowerCase()}`;
    if (this.#seen.has(place)) {
      this.#duplicates += 1;
      const description = `Duplicate identifier detected for ${match.identifier} '${match.value}'`;
      return this.#fail(item, [{ code: 'duplicateIdentifier', description }]);
    }
    this.#seen.add(place);
    const { mergeOption, actor } = this;
    this.#note(item, match, upsertContact(this.emulator, match, { body: item, mergeOption, actor }));
  }

  #note(item: ContactBody, match: ContactMatch, outcome: UpsertOutcome): void {
    switch (outcome.kind) {
      case 'created':
        this.#created.push(reference(outcome.contact));
        return;
      case 'updated':
        this.#updated.push(reference(outcome.contact));
        return;
      case 'not-found': {
        const code = match.identifier === 'contactId' ? 'InvalidContactId' : 'NoValidIdentifiers';
        return this.#fail(item, [{ code, description: `No contact for ${match.identifier} '${match.value}'` }]);
      }
      case 'conflict':
        this.#duplicates += 1;
        return this.#fail(item, [
          { code: 'duplicateIdentifier', description: `The email '${outcome.email}' is another contact's` },
        ]);
      case 'invalid':
        return this.#fail(item, outcome.problems);
    }
  }

  #fail(item: ContactBody, failures: readonly Failure[]): void {
    this.#invalid += 1;
    this.#failures.push({
      ...(item.contactId === undefined ? {} : { contactId: item.contactId }),
      matchIdentifier: item.matchIdentifier ?? 'email',
      identifiers: item.email === undefined ? {} : { email: item.email },
      failures: failures.map(({ code, description }) => ({ failureCode: code, description })),
    });
  }
}

function matchOfItem(item: ContactBody): ContactMatch | Failure {
  if (item.matchIdentifier === 'contactId' && item.contactId !== undefined) {
    return { identifier: 'contactId', value: item.contactId };
  }
  if (item.matchIdentifier === 'email' && item.email !== undefined) return { identifier: 'email', value: item.email };
  return { code: 'InvalidMatchIdentifier', description: "'matchIdentifier' names none of the identifiers" };
}

function reference(contact: StoredContact): Record<string, unknown> {
  return { contactId: contact.contactId, identifiers: { email: contact.email } };
}
