import { describe, expect, it } from 'vitest';
import { type Driver, startDriver } from './driver.js';

const PATH = '/insightData/v3/contacts';

async function withOrders(settings = {}): Promise<{ driver: Driver; contactId: number }> {
  const driver = await startDriver(settings);
  await driver.createOrders();
  return { driver, contactId: await driver.seedContact({ email: 'ada@example.com' }) };
}

describe('one record', () => {
  it('is created, then replaced as a whole', async () => {
    const { driver, contactId } = await withOrders();
    const created = await driver.put(contactId, '1', { id: '1', order_status: 'processing' });
    const replaced = await driver.put(contactId, '1', { id: '1' });
    expect([created.status, created.text, replaced.status, replaced.text]).toEqual([201, '', 204, '']);
    const read = await driver.call('GET', `${PATH}/email/ada@example.com/Orders/1`);
    expect(read.json).toMatchObject({ key: '1', ownerContactId: contactId });
    expect(read.json).toHaveProperty('json', { id: '1' });
  });

  it('keeps the digits of its numbers', async () => {
    const { driver, contactId } = await withOrders();
    await driver.put(contactId, '1', '{"id":"1","order_total":10.00,"products":[{"qty":6,"price":0.10}]}');
    const read = await driver.call('GET', `${PATH}/contactId/${contactId}/Orders/1`);
    expect(read.text).toContain('"json":{"id":"1","order_total":10.00,"products":[{"qty":6,"price":0.10}]}');
  });

  it('names what is missing: the contact, the collection or the record', async () => {
    const { driver, contactId } = await withOrders();
    const noContact = await driver.put(7, '1', { id: '1' });
    const noCollection = await driver.call('PUT', `${PATH}/contactId/${contactId}/Nothing/1`, { id: '1' });
    const noRecord = await driver.call('GET', `${PATH}/contactId/${contactId}/Orders/1`);
    expect([noContact, noCollection, noRecord].map(({ status, json }) => [status, json])).toMatchObject([
      [404, { errorCode: 'insightData:contactNotFound' }],
      [404, { errorCode: 'insightData:collectionNotFound' }],
      [404, { errorCode: 'insightData:recordNotFound' }],
    ]);
  });

  it('is not to be had for a contact in the bin', async () => {
    const { driver, contactId } = await withOrders();
    await driver.person(contactId, 'delete');
    expect((await driver.put(contactId, '1', { id: '1' })).json).toMatchObject({
      errorCode: 'insightData:contactNotFound',
    });
  });

  it('is deleted once and then not found', async () => {
    const { driver, contactId } = await withOrders();
    await driver.put(contactId, '1', { id: '1' });
    const path = `${PATH}/contactId/${contactId}/Orders/1`;
    const answers = [await driver.call('DELETE', path), await driver.call('DELETE', path)];
    expect(answers.map(({ status }) => status)).toEqual([204, 404]);
  });

  it('cannot have the key of another contact’s record, unless switched', async () => {
    const { driver, contactId } = await withOrders();
    const other = await driver.seedContact({ email: 'bob@example.com' });
    await driver.put(contactId, '1', { id: '1' });
    const refused = await driver.put(other, '1', { id: '1' });
    expect([refused.status, refused.json]).toMatchObject([
      400,
      { errorCode: 'insightData:keyExistingForDifferentContact' },
    ]);
    await driver.call('DELETE', `${PATH}/contactId/${contactId}/Orders/1`);
    expect((await driver.put(other, '1', { id: '1' })).status).toBe(201);
    await driver.settings({ areKeysUniqueInCollection: false });
    expect((await driver.put(contactId, '1', { id: '1' })).status).toBe(201);
  });

  it('is read by its key alone through v2, which names its contact', async () => {
    const { driver, contactId } = await withOrders();
    await driver.put(contactId, '1', '{"id":"1","order_total":10.00}');
    const byKey = (key: string) => driver.call('GET', `/v2/contacts/transactional-data/Orders/${key}`);
    const json = '{"id":"1","order_total":10.00}';
    expect((await byKey('1')).json).toEqual({ key: '1', contactIdentifier: 'ada@example.com', json });
    await driver.settings({ v2ContactIdentifier: 'contactId' });
    expect((await byKey('1')).json).toMatchObject({ contactIdentifier: String(contactId) });
    expect((await byKey('2')).status).toBe(404);
    await driver.person(contactId, 'delete');
    expect((await byKey('1')).json).toMatchObject({ message: expect.stringContaining('DATA_DOES_NOT_EXIST') });
  });

  it('is refused when it is no object or no JSON', async () => {
    const { driver, contactId } = await withOrders();
    for (const body of ['[1]', '"text"', '{"a":']) {
      const answer = await driver.put(contactId, '1', body);
      expect([answer.status, answer.json]).toMatchObject([400, { errorCode: 'insightData:badJson' }]);
    }
  });

  it('keeps a version count over replacing and deleting', async () => {
    const { driver, contactId } = await withOrders();
    await driver.put(contactId, '1', '{"id":"1","order_total":1.00}');
    await driver.put(contactId, '1', '{"id":"1","order_total":2.00}');
    await driver.call('DELETE', `${PATH}/contactId/${contactId}/Orders/1`);
    expect(await driver.changes('record')).toMatchObject([
      { key: '1', version: 1, json: '{"id":"1","order_total":1.00}' },
      { key: '1', version: 2, json: '{"id":"1","order_total":2.00}' },
      { key: '1', version: 3, json: null },
    ]);
  });
});

describe('lists of records', () => {
  it('page through a whole collection and through one contact’s', async () => {
    const { driver, contactId } = await withOrders();
    const other = await driver.seedContact({ email: 'bob@example.com' });
    for (const key of ['1', '2', '3']) await driver.put(contactId, key, { id: key });
    await driver.put(other, '4', { id: '4' });
    const keys = async (path: string | undefined): Promise<string[]> => {
      if (path === undefined) return [];
      const { json } = await driver.call('GET', path);
      const page = json as { _items: { key: string }[]; _links: { next?: { link: string } } };
      const rest = await keys(page._links.next?.link.slice(driver.url.length));
      return [...page._items.map(({ key }) => key), ...rest];
    };
    expect(await keys(`${PATH}/Orders?limit=3`)).toEqual(['1', '2', '3', '4']);
    expect(await keys(`${PATH}/contactId/${contactId}/Orders?limit=2`)).toEqual(['1', '2', '3']);
  });

  it('filter by time of change', async () => {
    const { driver, contactId } = await withOrders();
    await driver.control('POST', 'clock', { freezeAt: '2024-01-01T00:00:00Z' });
    await driver.put(contactId, '1', { id: '1' });
    await driver.control('POST', 'clock', { freezeAt: '2024-02-01T00:00:00Z' });
    await driver.put(contactId, '2', { id: '2' });
    const { json } = await driver.call('GET', `${PATH}/Orders?~modified=gte::2024-02-01T00:00:00Z`);
    expect((json as { _items: unknown[] })._items).toMatchObject([{ key: '2' }]);
  });
});

describe('collections', () => {
  it('are created once and then said to exist', async () => {
    const { driver } = await withOrders();
    const again = await driver.call(
      'POST',
      '/insightData/v3/collections/Orders?collectionScope=contact&collectionType=orders',
    );
    expect(again.status).toBe(200);
    expect((await driver.call('GET', '/insightData/v3/collections')).json).toEqual([
      { collectionName: 'Orders', collectionType: 'orders', collectionScope: 'contact', recordCount: 0 },
    ]);
  });

  it('are not named with a digit in front', async () => {
    const { driver } = await withOrders();
    const answer = await driver.call(
      'POST',
      '/insightData/v3/collections/1Orders?collectionScope=contact&collectionType=orders',
    );
    expect([answer.status, answer.json]).toMatchObject([400, { errorCode: 'insightData:invalidId' }]);
  });

  it('are emptied and deleted by a job, and lose their locked types with it', async () => {
    const { driver, contactId } = await withOrders();
    await driver.put(contactId, '1', { id: '1' });
    const { json, status } = await driver.call('DELETE', '/insightData/v3/collections/Orders/empty');
    expect(status).toBe(202);
    await driver.control('POST', 'clock', { advanceMs: 1000 });
    const job = await driver.call('GET', `/insightData/v3/async/${(json as { jobId: string }).jobId}`);
    expect(job.json).toMatchObject({ status: 'Finished', summary: { totalRecords: 1, totalProcessed: 1 } });
    expect((await driver.put(contactId, '1', { id: 1 })).status).toBe(201);
    await driver.call('DELETE', '/insightData/v3/collections/Orders');
    await driver.control('POST', 'clock', { advanceMs: 1000 });
    expect((await driver.call('GET', '/insightData/v3/collections')).json).toEqual([]);
  });
});
