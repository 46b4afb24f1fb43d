import type { FastifyInstance } from 'fastify';
import { v2Error } from '../answers.js';
import type { Emulator } from '../emulator.js';
import { isJsonObject } from '../json.js';
import type { Query } from '../paging.js';
import { digest } from '../requests.js';
import { DATA_FIELD_NAME, type DataField, dataFieldType } from './data-fields.js';

/** The v2 calls that no v3 call replaces (vendor's OpenAPI `apiconnector.com v2`). */
export function registerAccount(app: FastifyInstance, emulator: Emulator): void {
  app.get('/v2/account-info', { config: { dotdigitalTier: 'high' } }, async (request) => ({
    id: 1,
    properties: [
      property('Name', 'String', 'Emulated account'),
      property('MainEmail', 'String', emulator.credentials.user),
      property('ApiCallsInLastHour', 'Integer', String(emulator.requests.count)),
      property('ApiEndpoint', 'String', emulator.settings.apiEndpoint ?? `http://${request.host}/`),
      property('CurrencyCode', 'String', 'GBP'),
      property('TimeZoneIana', 'String', 'Europe/London'),
    ],
  }));

  app.get('/v2/server-time', { config: { dotdigitalTier: 'high' } }, async (_request, reply) =>
    reply.type('text/plain; charset=utf-8').send(emulator.clock.nowText()),
  );

  app.get('/v2/programs', { config: { dotdigitalTier: 'medium' } }, async (request) => {
    const query = request.query as Query;
    const skip = wholeNumber(query['skip'], 0);
    return emulator.programs.slice(skip, skip + wholeNumber(query['select'], 1000));
  });

  registerDataFields(app, emulator);
}

function registerDataFields(app: FastifyInstance, emulator: Emulator): void {
  app.get('/v2/data-fields', { config: { dotdigitalTier: 'high' } }, async () => [...emulator.dataFields.values()]);

  app.post('/v2/data-fields', { config: { dotdigitalTier: 'medium' } }, async (request, reply) => {
    const field = readDataField(request.body);
    digest(request, [{ names: [field.name] }]);
    if (emulator.dataFields.has(field.name)) {
      throw v2Error(400, 'Field already exists. ERROR_NON_UNIQUE_DATAFIELD');
    }
    emulator.dataFields.set(field.name, field);
    return reply.code(201).send(field);
  });

  app.delete<{ Params: { name: string } }>(
    '/v2/data-fields/:name',
    { config: { dotdigitalTier: 'medium' } },
    async (request) => {
      const name = request.params.name.toUpperCase();
      digest(request, [{ names: [name] }]);
      if (!emulator.dataFields.delete(name)) throw v2Error(404, 'Data field not found. ERROR_DATAFIELD_NOTFOUND');
      emulator.contacts.dropField(name);
      return { result: true, dependencies: [] };
    },
  );
}

/** Names are stored in upper case (what the vendor's own connector relies on). */
function readDataField(body: unknown): DataField {
  if (!isJsonObject(body)) throw v2Error(400, 'Error: ERROR_PARAMETER_INVALID');
  const { name, type, visibility, defaultValue } = body;
  if (typeof name !== 'string' || !DATA_FIELD_NAME.test(name)) {
    throw v2Error(400, 'Field name is invalid. ERROR_DATAFIELD_INVALID');
  }
  const known = dataFieldType(typeof type === 'string' ? type : 'String');
  if (known === null) throw v2Error(400, 'Field type is invalid. ERROR_DATAFIELD_INVALID');
  const isPublic = typeof visibility === 'string' && visibility.toLowerCase() === 'public';
  return {
    name: name.toUpperCase(),
    type: known,
    visibility: isPublic ? 'Public' : 'Private',
    defaultValue: defaultValue ?? null,
  };
}

function property(name: string, type: string, value: string) {
  return { name, type, value };
}

function wholeNumber(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (!/^\d{1,9}$/.test(text)) throw v2Error(400, 'Error: ERROR_PARAMETER_INVALID');
  return Number(text);
}
