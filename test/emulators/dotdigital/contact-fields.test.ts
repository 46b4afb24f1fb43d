import { describe, expect, it } from 'vitest';
import { type Driver, startDriver } from './driver.js';

async function withFields(settings = {}): Promise<{ driver: Driver; contactId: number }> {
  const driver = await startDriver(settings);
  const fields = { TOTAL_SPEND: 'Numeric', LAST_ORDER_DATE: 'Date', OTHER_CURRENCY: 'Boolean', STOKLY_ID: 'String' };
  for (const [name, type] of Object.entries(fields)) await driver.call('POST', '/v2/data-fields', { name, type });
  return { driver, contactId: await driver.seedContact({ email: 'ada@example.com' }) };
}

describe('a contact’s data fields', () => {
  it('keep the digits of their numbers', async () => {
    const { driver, contactId } = await withFields();
    const answer = await driver.patch(contactId, '{"dataFields":{"TOTAL_SPEND":9007199254740993.10}}');
    expect(answer.text).toContain('"TOTAL_SPEND":9007199254740993.10');
  });

  it('match whatever their case and are answered in upper case', async () => {
    const { driver, contactId } = await withFields();
    const answer = await driver.patch(contactId, { dataFields: { stokly_id: 'c-1' } });
    expect(answer.json).toMatchObject({ dataFields: { STOKLY_ID: 'c-1' } });
  });

  it('are cleared by null', async () => {
    const { driver, contactId } = await withFields();
    await driver.patch(contactId, { dataFields: { STOKLY_ID: 'c-1', TOTAL_SPEND: 5 } });
    const answer = await driver.patch(contactId, { dataFields: { STOKLY_ID: null } });
    expect(answer.json).toHaveProperty('dataFields', { TOTAL_SPEND: 5 });
    await driver.settings({ areEmptyFieldsAnswered: true });
    expect((await driver.get(contactId)).json).toMatchObject({ dataFields: { STOKLY_ID: null, FIRSTNAME: null } });
  });

  it.each([
    ['a number in a text field', { STOKLY_ID: 5 }],
    ['text in a number field', { TOTAL_SPEND: 'much' }],
    ['text in a date field', { LAST_ORDER_DATE: 'yesterday' }],
    ['a date that does not exist', { LAST_ORDER_DATE: '2024-13-01' }],
    ['text in a yes/no field', { OTHER_CURRENCY: 'true' }],
    ['text above 255 characters', { STOKLY_ID: 'x'.repeat(256) }],
    ['a field that the account does not have', { NOT_THERE: 'x' }],
  ])('refuse %s, and the whole call with it', async (_what, dataFields) => {
    const { driver, contactId } = await withFields();
    const answer = await driver.patch(contactId, { dataFields: { FIRSTNAME: 'Ada', ...dataFields } });
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ details: [{ item: `dataFields.${Object.keys(dataFields)[0]}` }] });
    expect((await driver.get(contactId)).json).toMatchObject({ dataFields: {} });
  });

  it.each([
    ['255 characters', { STOKLY_ID: 'x'.repeat(255) }],
    ['a number as text', { TOTAL_SPEND: '12.50' }],
    ['a date and time', { LAST_ORDER_DATE: '2010-12-01T08:26:00.000Z' }],
    ['a day', { LAST_ORDER_DATE: '2010-12-01' }],
    ['a boolean', { OTHER_CURRENCY: false }],
  ])('take %s', async (_what, dataFields) => {
    const { driver, contactId } = await withFields();
    const answer = await driver.patch(contactId, { dataFields });
    expect(answer.status).toBe(200);
    expect(answer.json).toHaveProperty('dataFields', dataFields);
  });

  it('drop a name that the account does not have when switched so', async () => {
    const { driver, contactId } = await withFields({ unknownDataFields: 'drop' });
    const answer = await driver.patch(contactId, { dataFields: { NOT_THERE: 'x', STOKLY_ID: 'c-1' } });
    expect(answer.json).toHaveProperty('dataFields', { STOKLY_ID: 'c-1' });
  });

  it('are only filled where empty with overwrite-if-empty: how a contact is claimed', async () => {
    const { driver, contactId } = await withFields();
    const first = await driver.patch(contactId, { dataFields: { STOKLY_ID: 'c-1' } }, 'overwrite-if-empty');
    const second = await driver.patch(contactId, { dataFields: { STOKLY_ID: 'c-2' } }, 'overwrite-if-empty');
    expect([first.json, second.json]).toMatchObject([
      { dataFields: { STOKLY_ID: 'c-1' } },
      { dataFields: { STOKLY_ID: 'c-1' } },
    ]);
  });

  it('ignore empty values with overwrite-if-not-empty', async () => {
    const { driver, contactId } = await withFields();
    await driver.patch(contactId, { dataFields: { STOKLY_ID: 'c-1' } });
    const answer = await driver.patch(contactId, { dataFields: { STOKLY_ID: null } }, 'overwrite-if-not-empty');
    expect(answer.json).toMatchObject({ dataFields: { STOKLY_ID: 'c-1' } });
  });

  it('refuse a merge option in the import’s spelling', async () => {
    const { driver, contactId } = await withFields();
    expect((await driver.patch(contactId, { dataFields: {} }, 'overwriteIfEmpty')).status).toBe(400);
  });
});

describe('what is not imitated', () => {
  it.each([
    ['lists', { lists: [1] }],
    ['preferences', { preferences: [{ id: 1, isOptedIn: true }] }],
    ['consentRecords', { consentRecords: [] }],
    ['mobileNumber', { identifiers: { mobileNumber: '447123123123' } }],
    ['sms', { channelProperties: { sms: { status: 'subscribed' } } }],
  ])('answers 501 and names %s', async (name, body) => {
    const { driver, contactId } = await withFields();
    const answer = await driver.patch(contactId, body);
    expect(answer.status).toBe(501);
    expect(answer.text).toContain(name);
  });
});
