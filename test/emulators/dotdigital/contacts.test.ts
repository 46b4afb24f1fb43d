import { describe, expect, it } from 'vitest';
import { emailStatusOf, idOf, startDriver } from './driver.js';

const subscribe = { channelProperties: { email: { status: 'subscribed' } } };
const unsubscribe = { channelProperties: { email: { status: 'unsubscribed' } } };

describe('creating a contact', () => {
  it('subscribes a new contact when the call says no status', async () => {
    const driver = await startDriver();
    const answer = await driver.call('POST', '/contacts/v3', { identifiers: { email: 'ada@example.com' } });
    expect(answer.status).toBe(201);
    expect(emailStatusOf(answer)).toBe('subscribed');
  });

  it('takes the status that the call says', async () => {
    const driver = await startDriver();
    const body = { identifiers: { email: 'ada@example.com' }, ...unsubscribe };
    const answer = await driver.call('POST', '/contacts/v3', body);
    expect(emailStatusOf(answer)).toBe('unsubscribed');
    expect(answer.json).toMatchObject({ status: 'unsubscribed' });
  });

  it('refuses an e-mail that exists, whatever its case, and leaves the contact as it is', async () => {
    const driver = await startDriver();
    const contactId = await driver.seedContact({ email: 'ada@example.com', emailStatus: 'unsubscribed' });
    const answer = await driver.call('POST', '/contacts/v3', {
      identifiers: { email: 'ADA@example.com' },
      ...subscribe,
    });
    expect(answer.status).toBe(409);
    expect(answer.json).toMatchObject({ errorCode: 'contacts:identifierConflict' });
    expect(emailStatusOf(await driver.get(contactId))).toBe('unsubscribed');
  });

  it('answers the conflict with the code of the vendor’s file when switched', async () => {
    const driver = await startDriver({ conflictCode: 'contacts:idAlreadyExists' });
    await driver.seedContact({ email: 'ada@example.com' });
    const answer = await driver.call('POST', '/contacts/v3', { identifiers: { email: 'ada@example.com' } });
    expect(answer.json).toMatchObject({ errorCode: 'contacts:idAlreadyExists' });
  });

  it('refuses what is no e-mail, and a body that is no contact', async () => {
    const driver = await startDriver();
    const noEmail = await driver.call('POST', '/contacts/v3', { identifiers: { email: 'nobody' } });
    expect([noEmail.status, noEmail.json]).toMatchObject([400, { errorCode: 'contacts:invalidId' }]);
    const cut = await driver.call('POST', '/contacts/v3', '{"identifiers":');
    expect([cut.status, cut.json]).toMatchObject([400, { errorCode: 'contacts:badJson' }]);
  });

  it('treats the e-mail of a binned contact as taken, or undeletes it when switched', async () => {
    const driver = await startDriver();
    const contactId = await driver.seedContact({ email: 'ada@example.com', binned: true });
    const body = { identifiers: { email: 'ada@example.com' } };
    expect((await driver.call('POST', '/contacts/v3', body)).status).toBe(409);
    await driver.settings({ createBinned: 'undelete' });
    const answer = await driver.call('POST', '/contacts/v3', body);
    expect([answer.status, idOf(answer)]).toEqual([201, contactId]);
  });
});

describe('reading a contact', () => {
  it('finds it by e-mail with a plus sign, and answers 404 for one that is not there', async () => {
    const driver = await startDriver();
    const contactId = await driver.seedContact({ email: 'ada+shop@example.com' });
    const found = await driver.call('GET', `/contacts/v3/email/${encodeURIComponent('ada+shop@example.com')}`);
    expect([found.status, idOf(found)]).toEqual([200, contactId]);
    const missing = await driver.call('GET', '/contacts/v3/email/nobody@example.com');
    expect([missing.status, missing.json]).toMatchObject([404, { errorCode: 'contacts:contactNotFound' }]);
  });

  it('shows a contact in the bin as binned, or not at all when switched', async () => {
    const driver = await startDriver();
    const contactId = await driver.seedContact({ email: 'ada@example.com', binned: true });
    const shown = await driver.get(contactId);
    expect([shown.status, shown.json]).toMatchObject([200, { status: 'binned' }]);
    expect(emailStatusOf(shown)).toBe('binned');
    await driver.settings({ getBinned: 'not-found' });
    expect((await driver.get(contactId)).status).toBe(404);
  });

  it('refuses a contactId that is no number', async () => {
    const driver = await startDriver();
    const answer = await driver.call('GET', '/contacts/v3/contactId/abc');
    expect([answer.status, answer.json]).toMatchObject([400, { errorCode: 'contacts:invalidId' }]);
  });
});

describe('PATCH is an upsert', () => {
  it('makes a subscribed contact out of identifiers that nobody has', async () => {
    const driver = await startDriver();
    const answer = await driver.patch(999, { identifiers: { email: 'new@example.com' } });
    expect(answer.status).toBe(201);
    expect(emailStatusOf(answer)).toBe('subscribed');
    expect(idOf(answer)).not.toBe(999);
  });

  it('answers 404 without identifiers on a contact that is not there', async () => {
    const driver = await startDriver();
    const byId = await driver.patch(999, { dataFields: { FIRSTNAME: 'Ada' } });
    const byEmail = await driver.call('PATCH', '/contacts/v3/email/nobody@example.com', { dataFields: {} });
    expect([byId.status, byEmail.status]).toEqual([404, 404]);
  });

  it('changes the e-mail under the same contactId', async () => {
    const driver = await startDriver();
    const contactId = await driver.seedContact({ email: 'old@example.com', emailStatus: 'unsubscribed' });
    const answer = await driver.patch(contactId, { identifiers: { email: 'new@example.com' } });
    expect([answer.status, idOf(answer), emailStatusOf(answer)]).toEqual([200, contactId, 'unsubscribed']);
    expect((await driver.call('GET', '/contacts/v3/email/old@example.com')).status).toBe(404);
  });

  it('refuses an e-mail that another contact has, and changes nothing else of the call', async () => {
    const driver = await startDriver();
    const contactId = await driver.seedContact({ email: 'ada@example.com' });
    await driver.seedContact({ email: 'bob@example.com' });
    const answer = await driver.patch(contactId, { identifiers: { email: 'bob@example.com' }, ...unsubscribe });
    expect(answer.status).toBe(409);
    expect((await driver.get(contactId)).json).toMatchObject({
      status: 'subscribed',
      identifiers: { email: 'ada@example.com' },
    });
  });

  it('moves a status down and, dangerously, up again', async () => {
    const driver = await startDriver();
    const contactId = await driver.seedContact({ email: 'ada@example.com' });
    expect(emailStatusOf(await driver.patch(contactId, unsubscribe))).toBe('unsubscribed');
    expect(emailStatusOf(await driver.patch(contactId, subscribe))).toBe('subscribed');
    const statuses = await driver.changes('status');
    expect(statuses.at(-1)).toMatchObject({
      from: 'unsubscribed',
      to: 'subscribed',
      isRaise: true,
      actor: { by: 'api' },
    });
  });

  it('waits for the person when a resubscription is to be confirmed', async () => {
    const driver = await startDriver();
    const contactId = await driver.seedContact({ email: 'ada@example.com', emailStatus: 'unsubscribed' });
    const email = { status: 'subscribed', resubscribeOptions: { resubscribeWithNoChallenge: false } };
    expect(emailStatusOf(await driver.patch(contactId, { channelProperties: { email } }))).toBe('pendingOptIn');
  });

  it('lets the status alone when the call says none', async () => {
    const driver = await startDriver();
    const contactId = await driver.seedContact({ email: 'ada@example.com', emailStatus: 'unsubscribed' });
    expect(emailStatusOf(await driver.patch(contactId, { dataFields: { FIRSTNAME: 'Ada' } }))).toBe('unsubscribed');
  });

  it.each(['suppressed', 'hardBounced', 'directComplaint', 'domainSuppressed'])(
    'updates a %s contact and keeps its status whatever is sent',
    async (emailStatus) => {
      const driver = await startDriver();
      const contactId = await driver.seedContact({ email: 'ada@example.com', emailStatus });
      for (const change of [subscribe, unsubscribe]) {
        const answer = await driver.patch(contactId, { ...change, dataFields: { FIRSTNAME: 'Ada' } });
        expect([answer.status, emailStatusOf(answer)]).toEqual([200, emailStatus]);
        expect(answer.json).toMatchObject({ status: 'suppressed', dataFields: { FIRSTNAME: 'Ada' } });
      }
      expect(await driver.changes('status')).toHaveLength(1);
    },
  );
});

describe('a contact in the recycle bin', () => {
  it('is undeleted by a PATCH that goes by its e-mail', async () => {
    const driver = await startDriver();
    const contactId = await driver.seedContact({ email: 'ada@example.com', emailStatus: 'unsubscribed', binned: true });
    const answer = await driver.call('PATCH', '/contacts/v3/email/ada@example.com', { dataFields: {} });
    expect([answer.status, idOf(answer), emailStatusOf(answer)]).toEqual([200, contactId, 'unsubscribed']);
  });

  it('is undeleted by a PATCH by contactId that carries its identifiers', async () => {
    const driver = await startDriver();
    const contactId = await driver.seedContact({ email: 'ada@example.com', binned: true });
    const answer = await driver.patch(contactId, { identifiers: { email: 'ada@example.com' } });
    expect([answer.status, emailStatusOf(answer)]).toEqual([200, 'subscribed']);
    const statuses = await driver.changes('status');
    expect(statuses.at(-1)).toMatchObject({ from: 'binned', to: 'subscribed', isRaise: true });
  });

  it('is not reached by a PATCH by contactId without identifiers, unless switched', async () => {
    const driver = await startDriver();
    const contactId = await driver.seedContact({ email: 'ada@example.com', binned: true });
    expect((await driver.patch(contactId, { dataFields: { FIRSTNAME: 'Ada' } })).status).toBe(404);
    expect((await driver.get(contactId)).json).toMatchObject({ status: 'binned', dataFields: {} });
    await driver.settings({ patchBinnedById: 'undelete' });
    expect((await driver.patch(contactId, { dataFields: { FIRSTNAME: 'Ada' } })).status).toBe(200);
  });

  it('comes back subscribed when switched so, but never out of a suppression', async () => {
    const driver = await startDriver({ undeletedStatus: 'subscribed' });
    const refused = await driver.seedContact({ email: 'ada@example.com', emailStatus: 'unsubscribed', binned: true });
    const suppressed = await driver.seedContact({ email: 'bob@example.com', emailStatus: 'suppressed', binned: true });
    await driver.call('PATCH', '/contacts/v3/email/ada@example.com', {});
    await driver.call('PATCH', '/contacts/v3/email/bob@example.com', {});
    expect(emailStatusOf(await driver.get(refused))).toBe('subscribed');
    expect(emailStatusOf(await driver.get(suppressed))).toBe('suppressed');
  });

  it('gets there by DELETE, which answers 404 the second time', async () => {
    const driver = await startDriver();
    const contactId = await driver.seedContact({ email: 'ada@example.com' });
    const first = await driver.call('DELETE', `/contacts/v3/contactId/${contactId}`);
    expect([first.status, first.json]).toEqual([200, { contactId }]);
    expect((await driver.call('DELETE', `/contacts/v3/contactId/${contactId}`)).status).toBe(404);
  });
});
