import type { FastifyInstance, FastifyRequest } from 'fastify';
import { notEmulated, v3Error } from '../answers.js';
import type { Emulator } from '../emulator.js';
import { page, type Query, sinceFilter } from '../paging.js';
import { actorOf, digest } from '../requests.js';
import { answeredFields, basicContact, channelProperties, contactAnswer } from './answer.js';
import { badJson, carriedByContact, readContactBody } from './body.js';
import type { StoredContact } from './contact.js';
import { registerContactImports } from './import.js';
import {
  type ContactMatch,
  createContact,
  findContact,
  isEmail,
  type MergeOption,
  type UpsertOutcome,
  upsertContact,
} from './upsert.js';

type ByIdentifier = { Params: { identifier: string; value: string } };
const PAGE_SIZE_MAX = 5000;
const MERGE_OPTIONS: readonly MergeOption[] = ['overwrite', 'overwrite-if-not-empty', 'overwrite-if-empty'];

/** Contacts v3 (vendor's OpenAPI `contacts-service` 3.4.3). */
export function registerContacts(app: FastifyInstance, emulator: Emulator): void {
  registerContactImports(app, emulator);
  registerList(app, emulator);

  app.post('/contacts/v3', { config: { dotdigitalTier: 'medium' } }, async (request, reply) => {
    const body = readContactBody(request.body);
    digest(request, [carriedByContact(body)]);
    if (body.email === undefined) throw badJson("'identifiers' needs an email");
    const actor = actorOf(request);
    const outcome = createContact(emulator, { body, email: body.email, mergeOption: 'overwrite', actor });
    return reply.code(201).send(answer(emulator, outcome, { identifier: 'email', value: body.email }));
  });

  app.get<ByIdentifier>('/contacts/v3/:identifier/:value', { config: { dotdigitalTier: 'high' } }, async (request) => {
    const match = matchOf(request.params, 'contacts');
    const contact = findContact(emulator, match);
    const isHidden = contact?.binnedAt !== null && emulator.settings.getBinned === 'not-found';
    if (contact === undefined || isHidden) throw contactNotFound(match, 'contacts');
    return contactAnswer(contact, emulator.dataFields.keys(), emulator.settings);
  });

  app.patch<ByIdentifier>(
    '/contacts/v3/:identifier/:value',
    { config: { dotdigitalTier: 'medium' } },
    async (request, reply) => {
      const match = matchOf(request.params, 'contacts');
      const body = readContactBody(request.body);
      digest(request, [{ ...carriedByContact(body), ...matchDigest(match) }]);
      const mergeOption = mergeOptionOf(request);
      const outcome = upsertContact(emulator, match, { body, mergeOption, actor: actorOf(request) });
      return reply.code(outcome.kind === 'created' ? 201 : 200).send(answer(emulator, outcome, match));
    },
  );

  app.delete<ByIdentifier>(
    '/contacts/v3/:identifier/:value',
    { config: { dotdigitalTier: 'medium' } },
    async (request) => {
      const match = matchOf(request.params, 'contacts');
      digest(request, [matchDigest(match)]);
      const contact = findContact(emulator, match);
      if (contact === undefined || contact.binnedAt !== null) throw contactNotFound(match, 'contacts');
      emulator.contacts.bin(contact, actorOf(request));
      return { contactId: contact.contactId };
    },
  );
}

function registerList(app: FastifyInstance, emulator: Emulator): void {
  app.get('/contacts/v3', { config: { dotdigitalTier: 'low' } }, async (request) => {
    const query = request.query as Query;
    for (const name of ['~listId', '~segmentId'])
      if (query[name] !== undefined) throw notEmulated(`the filter ${name}`);
    const created = sinceFilter(query, '~created', 'contacts');
    const modified = sinceFilter(query, '~modified', 'contacts');
    if (created !== null && modified !== null) {
      throw v3Error(400, 'contacts:invalidFilter', { description: '~created and ~modified exclude each other' });
    }
    const listed = emulator.contacts.all().filter((contact) => {
      if (contact.binnedAt !== null && !emulator.settings.isBinListed) return false;
      return (created === null || contact.created >= created) && (modified === null || contact.updated >= modified);
    });
    const { items, links } = page(listed, request, {
      service: 'contacts',
      pageSizeMax: PAGE_SIZE_MAX,
      position: (contact) => String(contact.contactId).padStart(16, '0'),
    });
    return { _items: items.map((contact) => listedContact(emulator, contact, query)), _links: links };
  });
}

/** A list answers ids and identifiers, and what the query asks for beside. */
function listedContact(emulator: Emulator, contact: StoredContact, query: Query): Record<string, unknown> {
  const asked = query['data-fields'];
  const names = asked === '[[ALL]]' ? emulator.dataFields.keys() : (asked ?? '').toUpperCase().split('|');
  const isChannelAsked = (query['include'] ?? '').split('|').includes('channelProperties');
  return {
    ...basicContact(contact),
    ...(asked === undefined ? {} : { dataFields: answeredFields(contact, names, emulator.settings) }),
    ...(isChannelAsked ? { channelProperties: channelProperties(contact) } : {}),
  };
}

function answer(emulator: Emulator, outcome: UpsertOutcome, match: ContactMatch): Record<string, unknown> {
  switch (outcome.kind) {
    case 'created':
    case 'updated':
      return contactAnswer(outcome.contact, emulator.dataFields.keys(), emulator.settings);
    case 'not-found':
      throw contactNotFound(match, 'contacts');
    case 'conflict':
      throw v3Error(409, emulator.settings.conflictCode, {
        description: `The id value '${outcome.email}' for the identifier 'email' already exists. All identifiers must be unique!`,
      });
    case 'invalid': {
      const isEmailWrong = outcome.problems.some((problem) => problem.code === 'InvalidEmail');
      throw v3Error(400, isEmailWrong ? 'contacts:invalidId' : 'contacts:invalidContacts', {
        description: 'The contact is invalid',
        details: outcome.problems.map(({ item, description }) => ({ item, description })),
      });
    }
  }
}

/** `email` and `contactId` are imitated; mobile numbers and custom identifiers are not. */
export function matchOf(params: { identifier: string; value: string }, service: string): ContactMatch {
  const { identifier, value } = params;
  const invalid = () =>
    v3Error(400, `${service}:invalidId`, {
      description: `The id value '${value}' is invalid for the identifier '${identifier}'`,
    });
  if (identifier === 'email') {
    if (!isEmail(value)) throw invalid();
    return { identifier, value };
  }
  if (identifier !== 'contactId') throw notEmulated(`the identifier '${identifier}'`);
  if (!/^\d{1,15}$/.test(value)) throw invalid();
  return { identifier, value: Number(value) };
}

export function contactNotFound(match: ContactMatch, service: string) {
  return v3Error(404, `${service}:contactNotFound`, {
    description: 'The following contacts could not be found',
    details: [{ item: String(match.value), description: `Not found using the identifier '${match.identifier}'` }],
  });
}

function mergeOptionOf(request: FastifyRequest): MergeOption {
  const said = (request.query as Query)['merge-option'] ?? 'overwrite';
  const known = MERGE_OPTIONS.find((option) => option === said);
  if (known === undefined) throw badJson(`merge-option '${said}' is unknown`);
  return known;
}

function matchDigest(match: ContactMatch): { contactId: number } | { email: string } {
  return match.identifier === 'contactId' ? { contactId: match.value } : { email: match.value };
}
