import { describe, expect, it } from 'vitest';
import { createDotdigitalEmulator } from '../../../emulators/dotdigital/index.js';
import { startDriver } from './driver.js';

describe('credentials', () => {
  it('are asked for, and refused without a body', async () => {
    const driver = await startDriver();
    const wrong = `Basic ${Buffer.from('someone:else').toString('base64')}`;
    for (const headers of [{}, { authorization: wrong }]) {
      const response = await fetch(`${driver.url}/v2/account-info`, { headers });
      expect([response.status, await response.text()]).toEqual([401, '']);
    }
  });

  it('can be revoked and restored', async () => {
    const driver = await startDriver();
    await driver.settings({ areCredentialsRevoked: true });
    expect((await driver.call('GET', '/v2/account-info')).status).toBe(401);
    await driver.settings({ areCredentialsRevoked: false });
    expect((await driver.call('GET', '/v2/account-info')).status).toBe(200);
  });

  it('of another region see their account’s address and nothing else', async () => {
    const driver = await startDriver({ isWrongRegion: true, apiEndpoint: 'https://r2-api.example.com/' });
    const info = await driver.call('GET', '/v2/account-info');
    expect(info.json).toMatchObject({
      properties: expect.arrayContaining([
        expect.objectContaining({ name: 'ApiEndpoint', value: 'https://r2-api.example.com/' }),
      ]),
    });
    expect((await driver.call('GET', '/v2/data-fields')).status).toBe(403);
  });
});

describe('the account', () => {
  it('names its own address with a trailing slash', async () => {
    const driver = await startDriver();
    const { json } = await driver.call('GET', '/v2/account-info');
    const { properties } = json as { properties: { name: string; value: string }[] };
    expect(properties.find(({ name }) => name === 'ApiEndpoint')?.value).toBe(`${driver.url}/`);
  });

  it('tells its time as text', async () => {
    const driver = await startDriver();
    await driver.control('POST', 'clock', { freezeAt: '2024-01-01T00:00:00Z' });
    const answer = await driver.call('GET', '/v2/server-time');
    expect(answer.headers.get('content-type')).toContain('text/plain');
    expect(answer.text).toBe('2024-01-01T00:00:00.000Z');
  });

  it('lists its programs', async () => {
    const driver = await startDriver();
    await driver.control('POST', 'seed', { programs: [{ name: 'Welcome' }, { name: 'Win back', status: 'Draft' }] });
    expect((await driver.call('GET', '/v2/programs?skip=1')).json).toMatchObject([
      { name: 'Win back', status: 'Draft' },
    ]);
  });

  it.each(['/v2/campaigns', '/contacts/v3/email/a@example.com/x', '/events/v3/export/1'])(
    'answers 501 with the name of %s',
    async (path) => {
      const driver = await startDriver();
      const answer = await driver.call('GET', path);
      expect([answer.status, answer.text.includes(path)]).toEqual([501, true]);
    },
  );

  it('stops although an answer is still owed', async () => {
    const emulator = createDotdigitalEmulator();
    const { url } = await emulator.start();
    emulator.account.faults.add({ kind: 'timeout-before' });
    const owed = fetch(`${url}/v2/account-info`).catch((error: unknown) => error);
    await expect.poll(() => emulator.account.requests.count).toBe(1);
    await emulator.stop();
    expect(await owed).toBeInstanceOf(TypeError);
  });
});

describe('data fields', () => {
  it('are created in upper case, whatever the case of the type', async () => {
    const driver = await startDriver();
    const created = await driver.call('POST', '/v2/data-fields', { name: 'total_spend', type: 'numeric' });
    expect([created.status, created.json]).toMatchObject([201, { name: 'TOTAL_SPEND', type: 'Numeric' }]);
    const { json } = await driver.call('GET', '/v2/data-fields');
    expect(json).toContainEqual({ name: 'TOTAL_SPEND', type: 'Numeric', visibility: 'Private', defaultValue: null });
  });

  it('are created once', async () => {
    const driver = await startDriver();
    const answer = await driver.call('POST', '/v2/data-fields', { name: 'FirstName', type: 'String' });
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual({ message: 'Field already exists. ERROR_NON_UNIQUE_DATAFIELD' });
  });

  it.each(['A'.repeat(21), 'WITH BLANK', '', 'DOT.TED'])('are not named %j', async (name) => {
    const driver = await startDriver();
    const answer = await driver.call('POST', '/v2/data-fields', { name, type: 'String' });
    expect([answer.status, answer.text.includes('ERROR_DATAFIELD_INVALID')]).toEqual([400, true]);
  });

  it('take their values with them when deleted', async () => {
    const driver = await startDriver();
    const contactId = await driver.seedContact({ email: 'ada@example.com', dataFields: { FIRSTNAME: 'Ada' } });
    expect((await driver.call('DELETE', '/v2/data-fields/FIRSTNAME')).json).toMatchObject({ result: true });
    expect((await driver.get(contactId)).json).toHaveProperty('dataFields', {});
    expect((await driver.call('DELETE', '/v2/data-fields/FIRSTNAME')).status).toBe(404);
  });
});
