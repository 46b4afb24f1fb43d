import { describe, expect, test } from 'vitest';
import type { SettingsPatch } from '../../emulators/dotdigital/index.js';
import { answerJson, startLocalServer } from '../http/local-server.js';
import { createDotdigitalClient } from '../../src/dotdigital/client.js';
import { callErrorOf, COLLECTION, contactIn, LIVE, openAccount } from './account.js';

describe('a contact', () => {
  test('is created with the status said outright, and found by its address and by its id', async () => {
    const { client } = await openAccount();
    const email = "o'hara+shop@example.com";
    const contact = { email, status: 'unsubscribed', dataFields: { FIRSTNAME: 'Ann', LASTNAME: 'Ö' } } as const;
    const created = await client.createContact(contact, LIVE);
    expect(created).toMatchObject({ kind: 'created', contact: { email, emailStatus: 'unsubscribed' } });
    const found = await client.findContactByEmail(email, LIVE);
    expect(found?.dataFields).toMatchObject({ FIRSTNAME: 'Ann', LASTNAME: 'Ö' });
    expect(await client.getContact(found?.contactId ?? 0, LIVE)).toEqual(found);
  });

  test('that exists is not created again', async () => {
    const { client } = await openAccount();
    await contactIn(client, 'ann@example.com');
    const again = { email: 'ann@example.com', status: 'subscribed', dataFields: {} } as const;
    expect(await client.createContact(again, LIVE)).toEqual({ kind: 'exists' });
  });

  test.each(['contacts:identifierConflict', 'contacts:idAlreadyExists'] as const)(
    'is known to exist by the code %s too',
    async (conflictCode) => {
      const { client } = await openAccount({ emulator: { conflictCode } });
      await contactIn(client, 'ann@example.com');
      const again = { email: 'ann@example.com', status: 'subscribed', dataFields: {} } as const;
      expect((await client.createContact(again, LIVE)).kind).toBe('exists');
    },
  );

  test('with an address that is none is refused with its code', async () => {
    const { client } = await openAccount();
    const refused = await client.createContact({ email: 'no address', status: 'unsubscribed', dataFields: {} }, LIVE);
    expect(refused).toMatchObject({ kind: 'refused', code: expect.stringMatching(/^contacts:/) });
  });

  test('that is not there is null, by address and by id', async () => {
    const { client } = await openAccount();
    expect(await client.findContactByEmail('nobody@example.com', LIVE)).toBeNull();
    expect(await client.getContact(999_999, LIVE)).toBeNull();
  });

  test('keeps its status when only fields change, and a null clears a field', async () => {
    const { client } = await openAccount();
    const contactId = await contactIn(client, 'ann@example.com', { FIRSTNAME: 'Ann', LASTNAME: 'Lee' });
    const result = await client.patchContact(contactId, { dataFields: { FIRSTNAME: null } }, LIVE);
    expect(result).toMatchObject({
      kind: 'updated',
      contact: { emailStatus: 'subscribed', dataFields: { LASTNAME: 'Lee' } },
    });
    expect((await client.getContact(contactId, LIVE))?.dataFields.FIRSTNAME ?? null).toBeNull();
  });

  test('is changed by its id without identifiers, so that none is created by mistake', async () => {
    const { client, emulator } = await openAccount();
    const contactId = await contactIn(client);
    await client.patchContact(contactId, { dataFields: { FIRSTNAME: 'Ann' } }, LIVE);
    expect(emulator.account.requests.all.at(-1)).toMatchObject({
      method: 'PATCH',
      carried: [{ hasIdentifiers: false }],
    });
  });

  test('is lowered when asked to, and only then', async () => {
    const { client } = await openAccount();
    const contactId = await contactIn(client);
    expect(await client.patchContact(contactId, { status: 'unsubscribed' }, LIVE)).toMatchObject({
      kind: 'updated',
      contact: { emailStatus: 'unsubscribed' },
    });
  });

  test('that is not there is not found by a change', async () => {
    const { client } = await openAccount();
    const change = { dataFields: { FIRSTNAME: 'Ann' } };
    expect(await client.patchContact(999_999, change, LIVE)).toEqual({ kind: 'contact-not-found' });
  });

  test('that a vague 400 is about is looked for, and not found', async () => {
    const server = await startLocalServer((request, response) => {
      if (request.method === 'PATCH')
        return answerJson(response, {
          status: 400,
          body: { errorCode: 'contacts:noContactsSpecified', description: '' },
        });
      return answerJson(response, { status: 404, body: { errorCode: 'contacts:contactNotFound', description: '' } });
    });
    const client = createDotdigitalClient({ apiUrl: server.url, apiUser: 'u', apiPassword: 'p' });
    expect(await client.patchContact(5, { dataFields: { A: 'b' } }, LIVE)).toEqual({ kind: 'contact-not-found' });
  });

  test('does not get an address that another one has', async () => {
    const { client } = await openAccount();
    await contactIn(client, 'taken@example.com');
    const contactId = await contactIn(client, 'ann@example.com');
    expect(await client.patchContact(contactId, { email: 'taken@example.com' }, LIVE)).toEqual({ kind: 'email-taken' });
    expect(await client.patchContact(contactId, { email: 'new@example.com' }, LIVE)).toMatchObject({
      kind: 'updated',
      contact: { contactId, email: 'new@example.com' },
    });
  });

  test('says that a change with an address made a new contact', async () => {
    const { client } = await openAccount();
    const result = await client.patchContact(999_999, { email: 'made@example.com' }, LIVE);
    expect(result).toMatchObject({ kind: 'created', contact: { email: 'made@example.com' } });
  });

  test('is claimed once: who comes second reads whose it is', async () => {
    const { client } = await openAccount();
    await client.createDataField({ name: 'STOKLY_ID', type: 'String' }, LIVE);
    const contactId = await contactIn(client);
    const claims = [await client.claimContact(contactId, { field: 'STOKLY_ID', value: 'a' }, LIVE)];
    claims.push(await client.claimContact(contactId, { field: 'STOKLY_ID', value: 'b' }, LIVE));
    for (const claim of claims)
      expect(claim).toMatchObject({ kind: 'updated', contact: { dataFields: { STOKLY_ID: 'a' } } });
  });

  test('with a field that the account does not have is refused, and the field named', async () => {
    const { client } = await openAccount();
    const contactId = await contactIn(client);
    const result = await client.patchContact(contactId, { dataFields: { NO_SUCH_FIELD: 'x' } }, LIVE);
    expect(result).toMatchObject({ kind: 'refused', fields: ['NO_SUCH_FIELD'] });
  });
});

describe('an order record', () => {
  test('is written digit by digit, read back, replaced as a whole and deleted', async () => {
    const { client, where } = await shop();
    const record = {
      id: '1001',
      order_total: { decimal: '10.00' },
      store_name: 'Web',
      products: [{ sku: 'A', price: { decimal: '1.10' } }],
    };
    expect(await client.putRecord({ ...where, record }, LIVE)).toEqual({ kind: 'written' });
    expect(await client.getRecord(where, LIVE)).toEqual({
      kind: 'found',
      contactId: where.contactId,
      updatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      record: { id: '1001', order_total: 10, store_name: 'Web', products: [{ sku: 'A', price: 1.1 }] },
    });
    await client.putRecord({ ...where, record: { id: '1001', order_total: { decimal: '9.50' } } }, LIVE);
    expect(await client.getRecord(where, LIVE)).toMatchObject({ record: { id: '1001', order_total: 9.5 } });
    expect(await client.deleteRecord(where, LIVE)).toEqual({ kind: 'deleted' });
    expect(await client.deleteRecord(where, LIVE)).toEqual({ kind: 'not-found' });
    expect(await client.getRecord(where, LIVE)).toEqual({ kind: 'not-found' });
  });

  test.each(['email', 'contactId'] as const)(
    'is found by its key alone, with the contact that has it, whose %s is told',
    async (v2ContactIdentifier) => {
      const { client, emulator, where } = await shop({ v2ContactIdentifier });
      await client.putRecord({ ...where, record: { id: '1001' } }, LIVE);
      const holder = () => client.findRecordHolder({ collection: COLLECTION, key: '1001' }, LIVE);
      expect(await holder()).toEqual(await client.getContact(where.contactId, LIVE));
      expect(await client.findRecordHolder({ collection: COLLECTION, key: '1002' }, LIVE)).toBeNull();
      expect(await client.findRecordHolder({ collection: 'None', key: '1001' }, LIVE)).toBeNull();
      emulator.account.faults.add({ kind: 'status', status: 410, match: { path: '^/v2/contacts/' } });
      expect(await holder(), 'an account without v2').toBeNull();
      emulator.account.faults.clear();
      emulator.account.faults.add({ kind: 'status', status: 503, match: { path: '^/v2/contacts/' } });
      expect((await callErrorOf(holder())).failure, 'an outage is everyone’s').toBe('unavailable');
    },
  );

  test('goes out with the decimals of its money', async () => {
    const server = await startLocalServer((_request, response) => response.writeHead(204).end());
    const client = createDotdigitalClient({ apiUrl: server.url, apiUser: 'u', apiPassword: 'p' });
    const record = {
      total: { decimal: '10.00' },
      lines: [{ net: { decimal: '-0.50' }, qty: 2 }],
      note: 'a "b" \ud800 é',
    };
    await client.putRecord({ contactId: 1, collection: COLLECTION, key: '1', record }, LIVE);
    expect(server.requests[0]?.body).toBe(
      '{"total":10.00,"lines":[{"net":-0.50,"qty":2}],"note":"a \\"b\\" \\ud800 é"}',
    );
  });

  test('with a decimal that is no number is not sent', async () => {
    const { client, where, emulator } = await shop();
    const before = emulator.account.requests.count;
    await expect(client.putRecord({ ...where, record: { total: { decimal: '1e3' } } }, LIVE)).rejects.toThrow(
      RangeError,
    );
    expect(emulator.account.requests.count).toBe(before);
  });

  test('stands at an address in which its key is encoded', async () => {
    const server = await startLocalServer((_request, response) => response.writeHead(204).end());
    const client = createDotdigitalClient({ apiUrl: server.url, apiUser: 'u', apiPassword: 'p' });
    const write = { contactId: 1, collection: COLLECTION, key: 'A/1 #2?x=ü%', record: { id: 'x' } };
    expect(await client.putRecord(write, LIVE)).toEqual({ kind: 'written' });
    expect(server.requests[0]?.url).toBe('/insightData/v3/contacts/contactId/1/Orders/A%2F1%20%232%3Fx%3D%C3%BC%25');
  });

  test.each(['', '.', '..'])('with the key %j is refused unsent: its address would be another', async (key) => {
    const { client, where } = await shop();
    expect(await client.putRecord({ ...where, key, record: { id: 'x' } }, LIVE)).toMatchObject({ kind: 'refused' });
    expect(await client.deleteRecord({ ...where, key }, LIVE)).toEqual({ kind: 'not-found' });
  });

  test('of a contact that is not there says so, and of a collection that is not there too', async () => {
    const { client, where } = await shop();
    const record = { id: '1' };
    expect(await client.putRecord({ ...where, contactId: 999_999, record }, LIVE)).toEqual({
      kind: 'contact-not-found',
    });
    expect(await client.putRecord({ ...where, collection: 'None', record }, LIVE)).toEqual({
      kind: 'collection-not-found',
    });
  });

  test('with another type under a known key is refused for good, with its code', async () => {
    const { client, where } = await shop();
    await client.putRecord({ ...where, record: { store_name: 'Web' } }, LIVE);
    const refused = await client.putRecord({ ...where, key: '2', record: { store_name: true } }, LIVE);
    expect(refused).toMatchObject({ kind: 'refused', code: expect.stringMatching(/JsonValueIncompatibleWithSchema/i) });
  });
});

describe('an account', () => {
  test('makes data fields and collections, and says when they exist', async () => {
    const { client } = await openAccount();
    const field = { name: 'TOTAL_SPEND', type: 'Numeric' } as const;
    expect(await client.createDataField(field, LIVE)).toBe('created');
    expect(await client.createDataField(field, LIVE)).toBe('exists');
    expect(await client.listDataFields(LIVE)).toContainEqual({ name: 'TOTAL_SPEND', type: 'Numeric' });
    const collection = { name: COLLECTION, scope: 'contact', type: 'orders' } as const;
    expect(await client.createCollection(collection, LIVE)).toBe('created');
    expect(await client.createCollection(collection, LIVE)).toBe('exists');
    expect(await client.listCollections(LIVE)).toContainEqual({ ...collection, recordCount: 0 });
  });

  test('refuses a data field with too long a name', async () => {
    const { client } = await openAccount();
    const error = await callErrorOf(client.createDataField({ name: 'A'.repeat(21), type: 'String' }, LIVE));
    expect(error.failure).toBe('refused');
  });

  test('lists the first records of a collection, over pages, and none where there is no collection', async () => {
    const { client, where } = await shop();
    for (const key of ['1', '2', '3', '4', '5']) await client.putRecord({ ...where, key, record: { id: key } }, LIVE);
    expect((await client.listRecords(COLLECTION, 3, LIVE)).map(({ key }) => key)).toEqual(['1', '2', '3']);
    expect(await client.listRecords(COLLECTION, 5_000, LIVE)).toHaveLength(5);
    expect(await client.listRecords('None', 3, LIVE)).toEqual([]);
  });

  test('names its own endpoint', async () => {
    const { client } = await openAccount({ emulator: { apiEndpoint: 'https://r2-api.dotdigital.com/' } });
    expect(await client.accountEndpoint(LIVE)).toBe('https://r2-api.dotdigital.com/');
  });
});

async function shop(emulator: SettingsPatch = {}) {
  const account = await openAccount({ emulator });
  await account.client.createCollection({ name: COLLECTION, scope: 'contact', type: 'orders' }, LIVE);
  const where = { contactId: await contactIn(account.client), collection: COLLECTION, key: '1001' };
  return { ...account, where };
}
