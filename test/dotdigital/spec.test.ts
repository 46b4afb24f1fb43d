import { describe, expect, onTestFinished, test } from 'vitest';
import { createDotdigitalEmulator } from '../../emulators/dotdigital/index.js';
import { createDotdigitalClient, type DotdigitalClient } from '../../src/dotdigital/client.js';
import { type SeenRequest, startLocalServer } from '../http/local-server.js';
import { checkExchange, type Exchange, HAS_SPECS, NO_SPECS_LINE } from '../support/spec-check.js';
import { COLLECTION, LIVE } from './account.js';

describe.skipIf(!HAS_SPECS)(HAS_SPECS ? "the vendor's OpenAPI files" : NO_SPECS_LINE, () => {
  test('allow every request that our client sends', async () => {
    const { client, exchanges } = await recorded();
    await callEverything(client);
    const violations = exchanges.flatMap((exchange) =>
      checkExchange(exchange).map((violation) => ({ call: `${exchange.method} ${exchange.path}`, ...violation })),
    );
    expect(violations).toEqual([]);
    const paths = exchanges.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['/insightData/v3/import', '/contacts/v3/import']));
    expect(new Set(exchanges.map(({ method }) => method))).toEqual(new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']));
  });
});

const HISTORY = { priority: 'history' } as const;

/** Each method of the client at least once, with an answer of each kind that is cheap to have. */
async function callEverything(client: DotdigitalClient): Promise<void> {
  await client.accountEndpoint(LIVE);
  await client.createDataField({ name: 'STOKLY_ID', type: 'String' }, LIVE);
  await client.listDataFields(LIVE);
  await client.createCollection({ name: COLLECTION, scope: 'contact', type: 'orders' }, LIVE);
  await client.listCollections(LIVE);
  const contact = {
    email: 'ann+shop@example.com',
    status: 'subscribed',
    dataFields: { STOKLY_ID: 'a', FIRSTNAME: 'Ann' },
  } as const;
  const created = await client.createContact(contact, LIVE);
  await client.createContact(contact, LIVE);
  const contactId = created.kind === 'created' ? created.contact.contactId : 0;
  await client.findContactByEmail(contact.email, LIVE);
  await client.getContact(contactId, LIVE);
  await client.getContact(999_999, LIVE);
  await client.claimContact(contactId, { field: 'STOKLY_ID', value: 'b' }, LIVE);
  await client.patchContact(contactId, { dataFields: { FIRSTNAME: null }, status: 'unsubscribed' }, LIVE);
  await client.patchContact(contactId, { email: 'ann2@example.com' }, LIVE);
  await client.patchContact(999_999, { dataFields: { FIRSTNAME: 'x' } }, LIVE);
  const where = { contactId, collection: COLLECTION, key: '1001' };
  const products = [{ sku: 'A', qty: 2, price: { decimal: '10.00' } }];
  await client.putRecord({ ...where, record: { id: '1001', order_total: { decimal: '20.00' }, products } }, LIVE);
  const many = Array.from({ length: 12 }, (_none, at) => `${2000 + at}`);
  await Promise.all(
    many.map((key) =>
      client.putRecord({ ...where, key, record: { id: key, order_total: { decimal: '1.00' } } }, HISTORY),
    ),
  );
  await client.putFields(contactId, { FIRSTNAME: 'Ann' }, HISTORY);
  await client.putFields(999_999, { FIRSTNAME: 'Ann' }, HISTORY);
  await client.getRecord(where, LIVE);
  await client.findRecordHolder({ collection: COLLECTION, key: where.key }, LIVE);
  await client.listRecords(COLLECTION, 10, LIVE);
  await client.deleteRecord(where, LIVE);
  await client.deleteRecord(where, LIVE);
}

/** Our client on the emulator, with a server between them that keeps what each says. */
async function recorded(): Promise<{ client: DotdigitalClient; exchanges: Exchange[] }> {
  const emulator = createDotdigitalEmulator();
  const { url } = await emulator.start();
  const exchanges: Exchange[] = [];
  const between = await startLocalServer(async (request, response) => {
    const { exchange, status, text } = await passOn(url, request);
    exchanges.push(exchange);
    response.writeHead(status, { 'content-type': 'application/json' }).end(text === '' ? undefined : text);
  });
  const client = createDotdigitalClient({
    apiUrl: between.url,
    apiUser: emulator.user,
    apiPassword: emulator.password,
  });
  onTestFinished(async () => {
    client.close();
    await emulator.stop();
  });
  return { client, exchanges };
}

async function passOn(target: string, request: SeenRequest) {
  const { method, url, headers, body } = request;
  const answer = await fetch(target + url, {
    method,
    headers: {
      authorization: headers.authorization ?? '',
      ...(headers['content-type'] === undefined ? {} : { 'content-type': headers['content-type'] }),
    },
    ...(body === '' ? {} : { body }),
  });
  const text = await answer.text();
  const [path = '', search = ''] = url.split('?');
  const exchange: Exchange = {
    method,
    path,
    query: Object.fromEntries(new URLSearchParams(search)),
    status: answer.status,
    ...(body === '' ? {} : { requestBody: parsed(body) }),
    ...(text === '' ? {} : { responseBody: parsed(text) }),
  };
  return { exchange, status: answer.status, text };
}

function parsed(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return value;
}
