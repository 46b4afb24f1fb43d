import { describe, expect, it } from 'vitest';
import { type Driver, emailStatusOf, importIdOf, startDriver } from './driver.js';

function contactImport(driver: Driver, contacts: object[], mergeOption = 'overwrite') {
  return driver.call('PUT', '/contacts/v3/import', { mergeOption, contacts });
}

function insightImport(driver: Driver, records: object[]) {
  const body = { collectionName: 'Orders', collectionScope: 'contact', collectionType: 'orders', records };
  return driver.call('PUT', '/insightData/v3/import', body);
}

function record(contactId: number, key: string, json: object = { id: key }) {
  return { key, json, contactIdentity: { identifier: 'contactId', value: String(contactId) } };
}

describe('an import of contacts', () => {
  it('is accepted at once and takes effect later', async () => {
    const driver = await startDriver({ importDelayMs: 500 });
    await driver.control('POST', 'clock', { freezeAt: 'now' });
    const contactId = await driver.seedContact({ email: 'ada@example.com' });
    const item = { matchIdentifier: 'contactId', identifiers: { contactId }, dataFields: { FIRSTNAME: 'Ada' } };
    const accepted = await contactImport(driver, [item]);
    expect(accepted.status).toBe(202);
    const importId = importIdOf(accepted);
    const early = await driver.call('GET', `/contacts/v3/import/${importId}`);
    expect(early.json).toEqual({ importId, status: 'NotFinished' });
    expect((await driver.get(contactId)).json).toHaveProperty('dataFields', {});
    const done = await driver.finishImport('contacts', importId);
    expect(done.json).toMatchObject({ status: 'Finished', updated: [{ contactId }], failures: [] });
    expect((await driver.get(contactId)).json).toMatchObject({ dataFields: { FIRSTNAME: 'Ada' } });
  });

  it('runs by itself when its time has come', async () => {
    const driver = await startDriver({ importDelayMs: 5 });
    const contactId = await driver.seedContact({ email: 'ada@example.com' });
    await contactImport(driver, [
      { matchIdentifier: 'contactId', identifiers: { contactId }, dataFields: { FIRSTNAME: 'Ada' } },
    ]);
    await expect.poll(() => driver.emulator.account.contacts.byId(contactId)?.dataFields.get('FIRSTNAME')).toBe('Ada');
  });

  it('creates by e-mail, subscribed unless it says otherwise, and says what it did with each', async () => {
    const driver = await startDriver();
    const known = await driver.seedContact({ email: 'known@example.com', emailStatus: 'unsubscribed' });
    const accepted = await contactImport(driver, [
      { matchIdentifier: 'email', identifiers: { email: 'new@example.com' } },
      { matchIdentifier: 'email', identifiers: { email: 'known@example.com' } },
      { matchIdentifier: 'email', identifiers: { email: 'known@example.com' } },
      { matchIdentifier: 'email', identifiers: { email: 'no address' } },
      { matchIdentifier: 'contactId', identifiers: { contactId: 7 } },
      { matchIdentifier: 'email', identifiers: { email: 'x@example.com' }, dataFields: { NOT_THERE: 1 } },
    ]);
    const { json } = await driver.finishImport('contacts', importIdOf(accepted));
    expect(json).toMatchObject({
      summary: { newContacts: 1, updatedContacts: 1, invalidEntries: 4, duplicateIdentifiers: 1 },
      created: [{ identifiers: { email: 'new@example.com' } }],
      updated: [{ contactId: known }],
      failures: [
        { failures: [{ failureCode: 'duplicateIdentifier' }] },
        { failures: [{ failureCode: 'InvalidEmail' }] },
        { contactId: 7, failures: [{ failureCode: 'InvalidContactId' }] },
        { failures: [{ failureCode: 'ApiSchemaViolation' }] },
      ],
    });
    expect(emailStatusOf(await driver.call('GET', '/contacts/v3/email/new@example.com'))).toBe('subscribed');
    expect(emailStatusOf(await driver.get(known))).toBe('unsubscribed');
  });

  it('undeletes by e-mail and does not find by contactId what is in the bin', async () => {
    const driver = await startDriver();
    const byId = await driver.seedContact({ email: 'ada@example.com', binned: true });
    const byEmail = await driver.seedContact({ email: 'bob@example.com', binned: true });
    const accepted = await contactImport(driver, [
      { matchIdentifier: 'contactId', identifiers: { contactId: byId } },
      { matchIdentifier: 'email', identifiers: { email: 'bob@example.com' } },
    ]);
    const { json } = await driver.finishImport('contacts', importIdOf(accepted));
    expect(json).toMatchObject({ updated: [{ contactId: byEmail }], failures: [{ contactId: byId }] });
  });

  it('is refused while 25 are active', async () => {
    const driver = await startDriver({ importDelayMs: 60_000 });
    const item = { matchIdentifier: 'email', identifiers: { email: 'ada@example.com' } };
    const statuses: number[] = [];
    for (let n = 0; n < 25; n += 1) statuses.push((await contactImport(driver, [item])).status);
    expect(new Set(statuses)).toEqual(new Set([202]));
    const refused = await contactImport(driver, [item]);
    expect([refused.status, refused.json]).toMatchObject([429, { errorCode: 'contacts:tooManyActiveImports' }]);
    await driver.control('POST', 'clock', { advanceMs: 60_000 });
    expect((await contactImport(driver, [item])).status).toBe(202);
  });

  it('is refused when it names no contact', async () => {
    const driver = await startDriver();
    expect((await contactImport(driver, [])).json).toMatchObject({ errorCode: 'contacts:noContactsSpecified' });
    expect((await driver.call('GET', '/contacts/v3/import/none')).json).toMatchObject({
      errorCode: 'contacts:importNotFound',
    });
  });
});

describe('an import of insight data', () => {
  it('creates the collection, never a contact, and reports each record that it refuses', async () => {
    const driver = await startDriver();
    const contactId = await driver.seedContact({ email: 'ada@example.com' });
    const binned = await driver.seedContact({ email: 'bob@example.com', binned: true });
    const accepted = await insightImport(driver, [
      record(contactId, '1'),
      record(contactId, '2', { id: 2 }),
      record(contactId, '1'),
      record(binned, '3'),
      { key: '4', json: { id: '4' }, contactIdentity: { identifier: 'email', value: 'nobody@example.com' } },
      { key: '5', json: { id: '5' }, contactIdentity: { identifier: 'contactId', value: 'x' } },
    ]);
    expect(accepted.status).toBe(202);
    const { json } = await driver.finishImport('insightData', importIdOf(accepted));
    expect(json).toMatchObject({
      status: 'Finished',
      collectionName: 'Orders',
      summary: { totalRecords: 6, totalImported: 1, totalRejected: 5 },
      failures: [
        { key: '2', failureReason: 'JsonValueIncompatibleWithSchema', json: { id: 2 } },
        { key: '1', failureReason: 'DuplicateKey' },
        { key: '3', failureReason: 'ContactIdDoesNotExist' },
        { key: '4', failureReason: 'ContactEmailDoesNotExist' },
        { key: '5', failureReason: 'InvalidContactIdentifier' },
      ],
    });
    expect((await driver.call('GET', '/insightData/v3/collections')).json).toMatchObject([{ recordCount: 1 }]);
  });

  it('says Complete in the other vocabulary, and leaves failures out when there are none', async () => {
    const driver = await startDriver({ insightDoneStatus: 'Complete' });
    const contactId = await driver.seedContact({ email: 'ada@example.com' });
    const accepted = await insightImport(driver, [record(contactId, '1')]);
    const { json } = await driver.finishImport('insightData', importIdOf(accepted));
    expect(json).toMatchObject({ status: 'Complete' });
    expect(json).not.toHaveProperty('failures');
  });

  it('is refused while 5 are active, and its records stay as they were sent', async () => {
    const driver = await startDriver({ importDelayMs: 60_000 });
    const contactId = await driver.seedContact({ email: 'ada@example.com' });
    for (let n = 0; n < 5; n += 1) expect((await insightImport(driver, [record(contactId, `${n}`)])).status).toBe(202);
    const refused = await insightImport(driver, [record(contactId, '6')]);
    expect(refused.status).toBe(429);
    expect(refused.json).toMatchObject({ errorCode: 'insightData:tooManyActiveImports' });
  });

  it('is refused as a whole when it is malformed', async () => {
    const driver = await startDriver();
    const none = await insightImport(driver, []);
    const bare = await insightImport(driver, [{ key: '1', json: { id: '1' } }]);
    expect([none.json, bare.json]).toMatchObject([
      { errorCode: 'insightData:noRecordsSpecified' },
      { errorCode: 'insightData:badJson' },
    ]);
  });
});

describe('imports that go wrong', () => {
  it('get stuck', async () => {
    const driver = await startDriver();
    await driver.control('POST', 'faults', { kind: 'stuck-import', times: 1 });
    const contactId = await driver.seedContact({ email: 'ada@example.com' });
    const accepted = await insightImport(driver, [record(contactId, '1')]);
    await driver.control('POST', 'clock', { advanceMs: 86_400_000 });
    const status = await driver.finishImport('insightData', importIdOf(accepted));
    expect(status.json).toMatchObject({ status: 'Processing' });
    expect(await driver.changes('record')).toEqual([]);
  });

  it('come late, over a newer single write', async () => {
    const driver = await startDriver();
    await driver.control('POST', 'faults', { kind: 'late-import', delayMs: 30_000 });
    const contactId = await driver.seedContact({ email: 'ada@example.com' });
    await driver.createOrders();
    const accepted = await insightImport(driver, [record(contactId, '1', { id: '1', state: 'old' })]);
    await driver.put(contactId, '1', { id: '1', state: 'new' });
    expect((await driver.finishImport('insightData', importIdOf(accepted))).json).toMatchObject({
      status: 'Processing',
    });
    await driver.control('POST', 'clock', { advanceMs: 30_000 });
    const versions = (await driver.changes('record')).map(({ json }) => json);
    expect(versions).toEqual(['{"id":"1","state":"new"}', '{"id":"1","state":"old"}']);
  });

  it('fail in part', async () => {
    const driver = await startDriver();
    await driver.control('POST', 'faults', { kind: 'partial-import', every: 2, reason: 'Unknown' });
    const contactId = await driver.seedContact({ email: 'ada@example.com' });
    const accepted = await insightImport(
      driver,
      ['1', '2', '3'].map((key) => record(contactId, key)),
    );
    const { json } = await driver.finishImport('insightData', importIdOf(accepted));
    expect(json).toMatchObject({
      summary: { totalImported: 1, totalRejected: 2 },
      failures: [{ key: '1', failureReason: 'Unknown' }, { key: '3' }],
    });
  });

  it('fail as a whole, with no effect', async () => {
    const driver = await startDriver();
    await driver.control('POST', 'faults', { kind: 'failed-import', importStatus: 'RejectedByWatchdog' });
    const item = { matchIdentifier: 'email', identifiers: { email: 'new@example.com' } };
    const accepted = await contactImport(driver, [item]);
    const { json } = await driver.finishImport('contacts', importIdOf(accepted));
    expect(json).toMatchObject({ status: 'RejectedByWatchdog' });
    expect((await driver.call('GET', '/contacts/v3/email/new@example.com')).status).toBe(404);
  });
});
