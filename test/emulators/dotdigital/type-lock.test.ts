import { describe, expect, it } from 'vitest';
import { startDriver } from './driver.js';

/** First value under a path, a later one, and whether the later one is taken. */
const TABLE: [string, string, string, boolean][] = [
  ['text then text', '"a"', '"b"', true],
  ['text then number', '"a"', '1', false],
  ['text then boolean', '"a"', 'true', false],
  ['text then date', '"a"', '"2010-12-01T08:26:00.000Z"', true],
  ['text then object', '"a"', '{"x":1}', false],
  ['text then array', '"a"', '["a"]', false],
  ['date then date', '"2010-12-01"', '"2011-01-01T00:00:00Z"', true],
  ['date then text', '"2010-12-01"', '"soon"', false],
  ['number then decimal', '1', '1.5', true],
  ['number then text of a number', '1', '"1"', false],
  ['boolean then text', 'true', '"true"', false],
  ['boolean then boolean', 'true', 'false', true],
  ['object then text', '{"x":1}', '"a"', false],
  ['object then more of it', '{"x":1}', '{"y":2}', true],
  ['object then other type inside', '{"x":1}', '{"x":"1"}', false],
  ['array then array', '[{"sku":"a"}]', '[{"sku":"b"},{"sku":"c"}]', true],
  ['array then other type inside', '[{"sku":"a"}]', '[{"sku":"b"},{"sku":1}]', false],
  ['array then object', '[{"sku":"a"}]', '{"sku":"a"}', false],
];

describe('a path’s type is locked by the first value stored there', () => {
  const rows = TABLE.map(([name, first, later, isTaken]) => ({ name, first, later, isTaken }));
  it.each(rows)('$name', async ({ first, later, isTaken }) => {
    const driver = await startDriver();
    await driver.createOrders();
    const contactId = await driver.seedContact({ email: 'ada@example.com' });
    expect((await driver.put(contactId, '1', `{"at":${first}}`)).status).toBe(201);
    const answer = await driver.put(contactId, '2', `{"at":${later}}`);
    if (isTaken) expect(answer.status).toBe(201);
    else {
      expect(answer.status).toBe(400);
      expect(answer.json).toMatchObject({ errorCode: 'insightData:jsonValueIncompatibleWithSchema' });
    }
  });

  it('says which path, and leaves the stored record as it is', async () => {
    const driver = await startDriver();
    await driver.createOrders();
    const contactId = await driver.seedContact({ email: 'ada@example.com' });
    await driver.put(contactId, '1', { products: [{ sku: 'a' }] });
    const answer = await driver.put(contactId, '1', { products: [{ sku: 1 }] });
    expect(answer.json).toMatchObject({ details: [{ item: 'products[].sku' }] });
    const read = await driver.call('GET', `/insightData/v3/contacts/contactId/${contactId}/Orders/1`);
    expect(read.json).toMatchObject({ json: { products: [{ sku: 'a' }] } });
  });

  it('stays locked when the only record with it is deleted', async () => {
    const driver = await startDriver();
    await driver.createOrders();
    const contactId = await driver.seedContact({ email: 'ada@example.com' });
    await driver.put(contactId, '1', { id: '1' });
    await driver.call('DELETE', `/insightData/v3/contacts/contactId/${contactId}/Orders/1`);
    expect((await driver.put(contactId, '1', { id: 1 })).status).toBe(400);
  });

  it('is not locked by a record that is refused', async () => {
    const driver = await startDriver();
    await driver.createOrders();
    const contactId = await driver.seedContact({ email: 'ada@example.com' });
    await driver.put(contactId, '1', { fresh: 1, wrong: null });
    expect((await driver.put(contactId, '1', { fresh: 'text' })).status).toBe(201);
  });

  it('tells an integer from a decimal only when switched so', async () => {
    const driver = await startDriver({ isIntegerLockedAgainstDecimal: true });
    await driver.createOrders();
    const contactId = await driver.seedContact({ email: 'ada@example.com' });
    await driver.put(contactId, '1', '{"order_total":10.00,"qty":1}');
    const statuses = [];
    for (const body of ['{"order_total":10}', '{"order_total":10.5}', '{"qty":2}', '{"qty":2.0}']) {
      statuses.push((await driver.put(contactId, '2', body)).status);
    }
    expect(statuses).toEqual([400, 201, 204, 400]);
  });
});

describe('what no record may hold', () => {
  it.each([
    ['null', '{"at":null}', 'jsonValueIncompatibleWithSchema'],
    ['an empty array', '{"at":[]}', 'jsonValueIncompatibleWithSchema'],
    ['an array in an array', '{"at":[["a"]]}', 'jsonContainsNestedArray'],
    ['a key with a blank', '{"a b":1}', 'jsonKeyInvalidCharacters'],
    ['a key with a dot', '{"a.b":1}', 'jsonKeyInvalidCharacters'],
    ['an empty key', '{"":1}', 'jsonKeyInvalidCharacters'],
    ['keys that differ by dash and underscore', '{"a-b":1,"a_b":1}', 'jsonContainsDashUnderscoreClash'],
    ['a number beyond measure', '{"at":1e300}', 'jsonNumberValueTooLarge'],
    ['text beyond measure', `{"at":"${'x'.repeat(8001)}"}`, 'jsonValueTooLong'],
  ])('refuses %s', async (_what, body, code) => {
    const driver = await startDriver();
    await driver.createOrders();
    const contactId = await driver.seedContact({ email: 'ada@example.com' });
    const answer = await driver.put(contactId, '1', body);
    expect([answer.status, answer.json]).toMatchObject([400, { errorCode: `insightData:${code}` }]);
  });

  it('takes null and an empty array when switched so', async () => {
    const driver = await startDriver({ areNullsRefused: false, areEmptyArraysRefused: false });
    await driver.createOrders();
    const contactId = await driver.seedContact({ email: 'ada@example.com' });
    expect((await driver.put(contactId, '1', { at: null, none: [] })).status).toBe(201);
  });
});
