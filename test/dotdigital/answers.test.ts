import { describe, expect, test } from 'vitest';
import { createDotdigitalClient } from '../../src/dotdigital/client.js';
import { closedUrl } from '../http/local-server.js';
import { CANARIES, COLLECTION, callErrorOf, LIVE } from './account.js';
import { answering, hit } from './faulty.js';

describe('an answer', () => {
  test('that comes late is waited for', async () => {
    const { client, contactId } = await hit({ kind: 'latency', delayMs: 150 });
    expect(await client.getContact(contactId, LIVE)).toMatchObject({ contactId });
  });

  test('with wrong types is unreadable, and the error names the keys alone', async () => {
    const body = { contactId: '17', status: 'subscribed', identifiers: { email: CANARIES.email } };
    const error = await callErrorOf((await answering({ body })).getContact(17, LIVE));
    expect(error.failure).toBe('unreadable-answer');
    expect(error.message).toContain('contactId');
  });

  test.each([
    ['404 with HTML', { status: 404, body: '<html>no such page</html>' }],
    ['404 with JSON of another', { status: 404, body: { message: 'no route' } }],
    ['302', { status: 302, body: '' }],
  ])('%s is not taken for a contact that is not there', async (_case, given) => {
    const error = await callErrorOf((await answering(given)).getContact(17, LIVE));
    expect(error.failure).toBe('unreadable-answer');
  });

  test('to a write that redirects is unreadable', async () => {
    const client = await answering({ status: 307, body: '' });
    expect((await callErrorOf(client.createDataField({ name: 'A', type: 'String' }, LIVE))).failure).toBe(
      'unreadable-answer',
    );
  });

  test('with a page of HTML to the put or delete of a record is not taken for its effect', async () => {
    const { client, contactId } = await hit({ kind: 'html' });
    const place = { contactId, collection: COLLECTION, key: '1001' };
    const put = () => client.putRecord({ ...place, record: { id: '1001' } }, LIVE);
    for (const call of [put, () => client.deleteRecord(place, LIVE)])
      expect(await callErrorOf(call())).toMatchObject({
        failure: 'unreadable-answer',
        detail: { isEffectUnknown: true },
      });
  });

  test('about another contact than was asked for is not taken for it, nor is one beyond 2^53', async () => {
    const another = { contactId: 18, status: 'subscribed', identifiers: { email: 'bob@example.com' } };
    const client = await answering({ body: another });
    const calls = [
      client.getContact(17, LIVE),
      client.findContactByEmail('ann@example.com', LIVE),
      client.patchContact(17, { dataFields: { FIRSTNAME: 'Ann' } }, LIVE),
      client.createContact({ email: 'ann@example.com', status: 'unsubscribed', dataFields: {} }, LIVE),
    ];
    for (const call of calls) expect((await callErrorOf(call)).failure).toBe('unreadable-answer');
    expect(await client.findContactByEmail('Bob@example.com', LIVE)).toMatchObject({ contactId: 18 });
    const large = await answering({ body: '{"contactId":9007199254740993,"status":"subscribed"}' });
    expect((await callErrorOf(large.findContactByEmail('ann@example.com', LIVE))).message).toContain('contactId');
  });

  test('about another record than was asked for is not taken for it', async () => {
    const client = await answering({ body: { key: '1002', json: { id: '1002' } } });
    const asked = client.getRecord({ contactId: 17, collection: COLLECTION, key: '1001' }, LIVE);
    expect((await callErrorOf(asked)).failure).toBe('unreadable-answer');
  });

  test('of an address that nobody listens on leaves no doubt: the write was not sent', async () => {
    const client = createDotdigitalClient({ apiUrl: await closedUrl(), apiUser: 'u', apiPassword: 'p' });
    const error = await callErrorOf(client.patchContact(1, { dataFields: {} }, LIVE));
    expect(error.failure).toBe('unavailable');
    expect(error.detail.isEffectUnknown).toBeUndefined();
  });
});
