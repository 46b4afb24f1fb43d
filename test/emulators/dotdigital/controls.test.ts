import { describe, expect, it } from 'vitest';
import { emailStatusOf, startDriver } from './driver.js';

describe('the state', () => {
  it('shows contacts, records with the digits of their numbers, fields, collections and counters', async () => {
    const driver = await startDriver();
    await driver.control(
      'POST',
      'seed',
      '{"contacts":[{"email":"ada@example.com","emailStatus":"unsubscribed","contactId":42}],"collections":[{"name":"Orders"}],"records":[{"collection":"Orders","key":"1","email":"ada@example.com","json":{"order_total":10.00}}],"dataFields":[{"name":"STOKLY_ID","type":"String"}]}',
    );
    await driver.call('GET', '/v2/data-fields');
    const { json, text } = await driver.control('GET', 'state');
    expect(json).toMatchObject({
      contacts: [{ contactId: 42, email: 'ada@example.com', status: 'unsubscribed', isBinned: false, dataFields: {} }],
      records: { Orders: [{ key: '1', contactId: 42, jsonText: '{"order_total":10.00}', version: 1 }] },
      dataFields: expect.arrayContaining([expect.objectContaining({ name: 'STOKLY_ID' })]),
      collections: [{ name: 'Orders', scope: 'contact', type: 'orders', recordCount: 1 }],
      counters: { requests: 1 },
    });
    expect(text).toContain('"json":{"order_total":10.00}');
  });

  it('is empty again after a reset, with the settings that it was made with', async () => {
    const driver = await startDriver({ importDelayMs: 7 });
    await driver.seedContact({ email: 'ada@example.com' });
    await driver.settings({ importDelayMs: 9 });
    await driver.control('POST', 'faults', { kind: 'html' });
    await driver.control('POST', 'reset');
    const { json } = await driver.control('GET', 'state');
    expect(json).toMatchObject({ contacts: [], records: {}, collections: [], counters: { requests: 0, changes: 0 } });
    expect((await driver.control('GET', 'settings')).json).toMatchObject({ importDelayMs: 7 });
    expect((await driver.control('GET', 'faults')).json).toEqual({ faults: [] });
  });

  it('refuses a seed that could not stand in an account', async () => {
    const driver = await startDriver();
    await driver.seedContact({ email: 'ada@example.com' });
    const twice = await driver.call('POST', '/__emulator/seed', { contacts: [{ email: 'ada@example.com' }] });
    const misspelt = await driver.call('POST', '/__emulator/seed', { contact: [] });
    expect([twice.status, misspelt.status]).toEqual([400, 400]);
  });
});

describe('what a person does', () => {
  it.each([
    ['subscribe', 'unsubscribed', 'subscribed'],
    ['unsubscribe', 'subscribed', 'unsubscribed'],
    ['suppress', 'subscribed', 'suppressed'],
    ['hardBounce', 'subscribed', 'hardBounced'],
    ['delete', 'subscribed', 'binned'],
  ])('%s: %s becomes %s, and the log says that it was a person', async (...[action, from, to]) => {
    const driver = await startDriver();
    const contactId = await driver.seedContact({ email: 'ada@example.com', emailStatus: from });
    await driver.person(contactId, action);
    expect(emailStatusOf(await driver.get(contactId))).toBe(to);
    expect((await driver.changes('status')).at(-1)).toMatchObject({ from, to, actor: { by: 'person', action } });
  });

  it('restore brings a contact back as it was', async () => {
    const driver = await startDriver();
    const contactId = await driver.seedContact({ email: 'ada@example.com', emailStatus: 'unsubscribed', binned: true });
    await driver.person(contactId, 'restore');
    expect(emailStatusOf(await driver.get(contactId))).toBe('unsubscribed');
  });

  it('hardDelete takes the contact and its records for good; a suppressed address stays suppressed', async () => {
    const driver = await startDriver();
    await driver.createOrders();
    const contactId = await driver.seedContact({ email: 'ada@example.com', emailStatus: 'suppressed' });
    await driver.put(contactId, '1', { id: '1' });
    await driver.person(contactId, 'hardDelete');
    expect((await driver.get(contactId)).status).toBe(404);
    expect((await driver.call('GET', '/insightData/v3/collections')).json).toMatchObject([{ recordCount: 0 }]);
    const again = await driver.call('POST', '/contacts/v3', { identifiers: { email: 'ada@example.com' } });
    expect([again.status, emailStatusOf(again)]).toEqual([201, 'suppressed']);
  });

  it('changeEmail moves the address under the same contactId', async () => {
    const driver = await startDriver();
    const contactId = await driver.seedContact({ email: 'ada@example.com' });
    await driver.person(contactId, 'changeEmail', { newEmail: 'countess@example.com' });
    expect((await driver.get(contactId)).json).toMatchObject({ identifiers: { email: 'countess@example.com' } });
  });

  it('is refused for a contact that is not there', async () => {
    const driver = await startDriver();
    const answer = await driver.call('POST', '/__emulator/person', { contactId: 7, action: 'delete' });
    expect(answer.status).toBe(404);
  });
});

describe('the request log', () => {
  it('keeps the order, the answers and what each write carried', async () => {
    const driver = await startDriver();
    await driver.createOrders();
    const contactId = await driver.seedContact({ email: 'ada@example.com' });
    await driver.control('DELETE', 'requests');
    await driver.patch(contactId, {
      dataFields: { FIRSTNAME: 'Ada' },
      channelProperties: { email: { status: 'unsubscribed' } },
    });
    await driver.put(contactId, '1', { id: '1' });
    await driver.call('PUT', '/contacts/v3/import', {
      contacts: [{ matchIdentifier: 'contactId', identifiers: { contactId } }],
    });
    const { json } = await driver.control('GET', 'requests');
    expect(json).toMatchObject({
      counts: { 'PATCH /contacts/v3/:identifier/:value': 1, 'PUT /contacts/v3/import': 1 },
      requests: [
        {
          method: 'PATCH',
          path: `/contacts/v3/contactId/${contactId}`,
          status: 200,
          isAnswered: true,
          carried: [{ contactId, status: 'unsubscribed', hasIdentifiers: false, names: ['FIRSTNAME'] }],
        },
        { method: 'PUT', status: 201, carried: [{ contactId, collection: 'Orders', key: '1' }] },
        { method: 'PUT', status: 202, carried: [{ contactId, hasIdentifiers: true }] },
      ],
    });
  });

  it('does not count controls and pages', async () => {
    const driver = await startDriver();
    await driver.control('GET', 'state');
    await driver.call('GET', '/');
    expect((await driver.control('GET', 'requests')).json).toMatchObject({ requests: [] });
  });
});

describe('the clock', () => {
  it('stands still, moves on and runs again', async () => {
    const driver = await startDriver();
    const at = async (body: object) => (await driver.control('POST', 'clock', body)).json;
    expect(await at({ freezeAt: '2024-01-01T00:00:00Z' })).toEqual({ now: '2024-01-01T00:00:00.000Z' });
    expect(await at({ advanceMs: 1500 })).toEqual({ now: '2024-01-01T00:00:01.500Z' });
    await at({ resume: true });
    const { clock } = driver.emulator.account;
    const resumedAt = clock.nowMs();
    await expect.poll(() => clock.nowMs()).toBeGreaterThan(resumedAt);
    expect(clock.nowText().startsWith('2024-01-01')).toBe(true);
  });
});

it('refuses a setting that does not exist', async () => {
  const driver = await startDriver();
  const answer = await driver.call('POST', '/__emulator/settings', { getBined: 'not-found' });
  expect([answer.status, answer.text.includes('getBined')]).toEqual([400, true]);
});
