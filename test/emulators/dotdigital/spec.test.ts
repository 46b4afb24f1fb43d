import { describe, expect, it } from 'vitest';
import {
  checkExchange,
  type Exchange,
  explainExchange,
  HAS_SPECS,
  NO_SPECS_LINE,
  templateOf,
} from '../../support/spec-check.js';
import { SPEC_DEVIATIONS } from '../../support/spec-deviations.js';
import { type Answer, type Driver, idOf, importIdOf, startDriver } from './driver.js';

const RECORD = '{"id":"1","order_total":10.00,"currency":"GBP","products":[{"sku":"a","qty":1}]}';

/** Calls, checks the exchange against the vendor's files, and remembers which of their calls were driven. */
class CheckedDriver {
  readonly driven = new Set<string>();
  readonly violations: string[] = [];
  readonly deviations = new Set<string>();
  constructor(readonly driver: Driver) {}

  async call(method: string, target: string, body?: object | string): Promise<Answer> {
    const answer = await this.driver.call(method, target, body);
    const [path = '', query = ''] = target.split('?', 2);
    const requestBody: unknown = typeof body === 'string' ? JSON.parse(body) : body;
    const exchange: Exchange = {
      method,
      path,
      query: Object.fromEntries(new URLSearchParams(query)),
      status: answer.status,
      ...(requestBody === undefined ? {} : { requestBody }),
      ...(answer.text === '' ? {} : { responseBody: answer.json ?? answer.text }),
    };
    this.driven.add(`${method} ${templateOf(exchange)} ${answer.status}`);
    const { violations, deviations } = explainExchange(exchange);
    for (const { where, message } of violations) {
      this.violations.push(`${method} ${target} ${answer.status} ${where}: ${message}`);
    }
    for (const name of deviations) this.deviations.add(name);
    return answer;
  }
}

async function driveAccount(checked: CheckedDriver): Promise<void> {
  await checked.call('GET', '/v2/account-info');
  await checked.call('GET', '/v2/server-time');
  await checked.call('GET', '/v2/programs?select=10&skip=0');
  await checked.call('GET', '/v2/data-fields');
  await checked.call('POST', '/v2/data-fields', { name: 'TOTAL_SPEND', type: 'Numeric' });
  await checked.call('POST', '/v2/data-fields', { name: 'TOTAL_SPEND', type: 'Numeric' });
  await checked.call('POST', '/v2/data-fields', { name: 'LAST_ORDER_DATE', type: 'date' });
  await checked.call('DELETE', '/v2/data-fields/POSTCODE');
}

async function driveContacts(checked: CheckedDriver): Promise<number> {
  const identifiers = { email: 'ada+1@example.com' };
  const channelProperties = { email: { status: 'unsubscribed', optInType: 'single', emailType: 'html' } };
  const contactId = idOf(await checked.call('POST', '/contacts/v3', { identifiers, channelProperties }));
  await checked.call('POST', '/contacts/v3', { identifiers });
  await checked.call('POST', '/contacts/v3', { identifiers: { email: 'x' } });
  await checked.call('GET', `/contacts/v3/email/${encodeURIComponent(identifiers.email)}`);
  await checked.call('GET', '/contacts/v3/contactId/7');
  await checked.call('GET', '/contacts/v3/contactId/x');
  await checked.call('PATCH', `/contacts/v3/contactId/${contactId}?merge-option=overwrite-if-empty`, {
    dataFields: { TOTAL_SPEND: 5 },
    channelProperties: { email: { status: 'subscribed', resubscribeOptions: { resubscribeWithNoChallenge: true } } },
  });
  await checked.call('PATCH', `/contacts/v3/contactId/${contactId}`, { dataFields: { TOTAL_SPEND: 'x' } });
  await checked.call('PATCH', '/contacts/v3/contactId/7', { identifiers: { email: 'new@example.com' } });
  await checked.call('PATCH', '/contacts/v3/contactId/7', { identifiers });
  await checked.call('PATCH', '/contacts/v3/contactId/7', { dataFields: { TOTAL_SPEND: null } });
  await checked.call('GET', '/contacts/v3?limit=1&data-fields=[[ALL]]&include=channelProperties');
  await checked.call('GET', '/contacts/v3?~modified=gte::2020-01-01T00:00:00Z');
  await checked.call('GET', '/contacts/v3?~modified=soon');
  await checked.call('DELETE', '/contacts/v3/email/new@example.com');
  await checked.call('GET', '/contacts/v3/email/new@example.com');
  await checked.call('DELETE', '/contacts/v3/email/new@example.com');
  return contactId;
}

async function driveContactImports(checked: CheckedDriver, contactId: number): Promise<void> {
  const accepted = await checked.call('PUT', '/contacts/v3/import', {
    mergeOption: 'overwrite',
    contacts: [
      { matchIdentifier: 'contactId', identifiers: { contactId }, dataFields: { TOTAL_SPEND: 7 } },
      { matchIdentifier: 'contactId', identifiers: { contactId: 7 } },
      { matchIdentifier: 'email', identifiers: { email: 'other@example.com' } },
      { matchIdentifier: 'email', identifiers: { email: 'no address' } },
    ],
  });
  await checked.call('GET', `/contacts/v3/import/${importIdOf(accepted)}`);
  await checked.driver.control('POST', 'clock', { advanceMs: 1000 });
  await checked.call('GET', `/contacts/v3/import/${importIdOf(accepted)}`);
  await checked.call('GET', '/contacts/v3/import/none');
  await checked.call('PUT', '/contacts/v3/import', { contacts: [] });
  await checked.driver.settings({ contactImportsActiveMax: 0 });
  await checked.call('PUT', '/contacts/v3/import', {
    contacts: [{ matchIdentifier: 'email', identifiers: { email: 'other@example.com' } }],
  });
}

async function driveRecords(checked: CheckedDriver, contactId: number): Promise<void> {
  const records = `/insightData/v3/contacts/contactId/${contactId}/Orders`;
  await checked.call('PUT', `${records}/1`, RECORD);
  await checked.call('POST', '/insightData/v3/collections/Orders?collectionScope=contact&collectionType=orders');
  await checked.call('POST', '/insightData/v3/collections/Orders?collectionScope=contact&collectionType=orders');
  await checked.call('POST', '/insightData/v3/collections/1?collectionScope=contact&collectionType=orders');
  await checked.call('PUT', `${records}/1`, RECORD);
  await checked.call('PUT', `${records}/1`, RECORD);
  await checked.call('PUT', `${records}/1`, '{"id":1}');
  await checked.call('PUT', '/insightData/v3/contacts/contactId/7/Orders/1', RECORD);
  await checked.call('GET', `${records}/1`);
  await checked.call('GET', `${records}/2`);
  await checked.call('GET', '/v2/contacts/transactional-data/Orders/1');
  await checked.call('GET', '/v2/contacts/transactional-data/Orders/2');
  await checked.call('GET', `${records}?limit=1`);
  await checked.call('GET', '/insightData/v3/contacts/Orders?~modified=gte::2020-01-01T00:00:00Z');
  await checked.call('GET', '/insightData/v3/contacts/Nothing');
  await checked.call('GET', '/insightData/v3/collections');
  await checked.call('DELETE', `${records}/1`);
  await checked.call('DELETE', `${records}/1`);
}

async function driveInsightImports(checked: CheckedDriver, contactId: number): Promise<void> {
  const contactIdentity = { identifier: 'contactId', value: String(contactId) };
  const other = { identifier: 'email', value: 'other@example.com' };
  const accepted = await checked.call('PUT', '/insightData/v3/import', {
    collectionName: 'Orders',
    collectionScope: 'contact',
    collectionType: 'orders',
    records: [
      { key: '2', json: { id: '2' }, contactIdentity },
      { key: '3', json: { id: 3 }, contactIdentity },
      { key: '2b', json: { 'a-b': 1, a_b: 2 }, contactIdentity: other },
      { key: '4', json: { id: '4' }, contactIdentity: { identifier: 'contactId', value: '7' } },
    ],
  });
  await checked.call('GET', `/insightData/v3/import/${importIdOf(accepted)}`);
  await checked.driver.control('POST', 'clock', { advanceMs: 1000 });
  await checked.call('GET', `/insightData/v3/import/${importIdOf(accepted)}`);
  await checked.call('GET', '/insightData/v3/import/none');
  await checked.call('PUT', '/insightData/v3/import', { collectionName: 'Orders' });
}

async function driveClearing(checked: CheckedDriver): Promise<void> {
  const emptying = await checked.call('DELETE', '/insightData/v3/collections/Orders/empty');
  const { jobId } = emptying.json as { jobId: string };
  await checked.call('GET', `/insightData/v3/async/${jobId}`);
  await checked.driver.control('POST', 'clock', { advanceMs: 1000 });
  await checked.call('GET', `/insightData/v3/async/${jobId}`);
  await checked.call('GET', '/insightData/v3/async/none');
  await checked.call('DELETE', '/insightData/v3/collections/Orders');
  await checked.call('DELETE', '/insightData/v3/collections/Nothing');
}

async function driveRefusals(checked: CheckedDriver): Promise<void> {
  await checked.driver.settings({ rates: { low: 0 } });
  await checked.call('GET', '/contacts/v3');
  await checked.driver.settings({ isWrongRegion: true });
  await checked.call('GET', '/contacts/v3/contactId/1');
  await checked.driver.settings({ areCredentialsRevoked: true });
  await checked.call('GET', '/contacts/v3/contactId/1');
}

/** Every call that the emulator imitates, as the vendor's files spell it. */
const IMITATED = [
  'GET /v2/account-info',
  'GET /v2/server-time',
  'GET /v2/programs',
  'GET /v2/data-fields',
  'POST /v2/data-fields',
  'DELETE /v2/data-fields/{name}',
  'POST /contacts/v3',
  'GET /contacts/v3',
  'GET /contacts/v3/{identifier}/{value}',
  'PATCH /contacts/v3/{identifier}/{value}',
  'DELETE /contacts/v3/{identifier}/{value}',
  'PUT /contacts/v3/import',
  'GET /contacts/v3/import/{importId}',
  'GET /insightData/v3/collections',
  'POST /insightData/v3/collections/{collectionName}',
  'DELETE /insightData/v3/collections/{collectionName}',
  'DELETE /insightData/v3/collections/{collectionName}/empty',
  'GET /insightData/v3/async/{jobId}',
  'PUT /insightData/v3/import',
  'GET /insightData/v3/import/{importId}',
  'GET /insightData/v3/contacts/{collectionName}',
  'GET /insightData/v3/contacts/{identifier}/{value}/{collectionName}',
  'GET /insightData/v3/contacts/{identifier}/{value}/{collectionName}/{recordId}',
  'PUT /insightData/v3/contacts/{identifier}/{value}/{collectionName}/{recordId}',
  'DELETE /insightData/v3/contacts/{identifier}/{value}/{collectionName}/{recordId}',
];

if (!HAS_SPECS) process.stderr.write(`spec.test.ts ${NO_SPECS_LINE}\n`);

describe.skipIf(!HAS_SPECS)('the vendor’s OpenAPI files', () => {
  it('allow every answer of every call that is imitated', { timeout: 60_000 }, async () => {
    const checked = new CheckedDriver(await startDriver({ importDelayMs: 500 }));
    await driveAccount(checked);
    const contactId = await driveContacts(checked);
    await driveContactImports(checked, contactId);
    await driveRecords(checked, contactId);
    await driveInsightImports(checked, contactId);
    await driveClearing(checked);
    await driveRefusals(checked);
    const calls = new Set([...checked.driven].map((driven) => driven.split(' ').slice(0, 2).join(' ')));
    expect(IMITATED.filter((call) => !calls.has(call))).toEqual([]);
    expect(checked.violations).toEqual([]);
    // A deviation that nothing meets any more is to be taken off the list.
    const known = SPEC_DEVIATIONS.map(({ name }) => name);
    expect([...checked.deviations].sort()).toEqual(known.sort());
  });

  it('notice a status, a key and a type that are not theirs', () => {
    const call = { method: 'GET', path: '/contacts/v3/contactId/1' };
    expect(checkExchange({ ...call, status: 418 })).toMatchObject([{ where: 'status' }]);
    const contact = {
      contactId: 1,
      status: 'subscribed',
      created: '2024-01-01T00:00:00Z',
      updated: '2024-01-01T00:00:00Z',
    };
    expect(checkExchange({ ...call, status: 200, responseBody: contact })).toMatchObject([{ where: 'response' }]);
    const wrong = { ...contact, identifiers: {}, status: 'Subscribed' };
    expect(checkExchange({ ...call, status: 200, responseBody: wrong })).toMatchObject([{ where: 'response' }]);
    expect(checkExchange({ method: 'GET', path: '/contacts/v4', status: 200 })).toMatchObject([{ where: 'path' }]);
  });
});
