import { describe, expect, it } from 'vitest';
import { type Driver, startDriver } from './driver.js';

const list = (driver: Driver) => driver.call('GET', '/contacts/v3');

describe('a tier’s budget', () => {
  it('is counted down in the headers, and the call above it is refused without effect', async () => {
    const driver = await startDriver({ rates: { medium: 2 } });
    const create = (email: string) => driver.call('POST', '/contacts/v3', { identifiers: { email } });
    const answers = [await create('a@example.com'), await create('b@example.com'), await create('c@example.com')];
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 429]);
    expect(answers.map(({ headers }) => headers.get('x-ratelimit-remaining'))).toEqual(['1', '0', '0']);
    expect(answers[2]?.headers.get('x-ratelimit-limit')).toBe('2');
    expect(answers[2]?.headers.get('x-ratelimit-scope')).toBe('mediumCallRate');
    expect(answers[2]?.headers.get('retry-after')).toBeNull();
    expect((await driver.call('GET', '/contacts/v3/email/c@example.com')).status).toBe(404);
  });

  it('leaves the other tiers alone, and polling is never refused', async () => {
    const driver = await startDriver({ rates: { low: 1 } });
    await list(driver);
    expect((await list(driver)).status).toBe(429);
    expect((await driver.call('GET', '/v2/data-fields')).status).toBe(200);
    expect((await driver.call('GET', '/contacts/v3/import/none')).status).toBe(404);
  });

  it('is whole again when the window has passed', async () => {
    const driver = await startDriver({ rates: { low: 1, windowMs: 5000 } });
    await driver.control('POST', 'clock', { freezeAt: '2024-01-01T00:00:00Z' });
    await list(driver);
    await driver.control('POST', 'clock', { advanceMs: 4999 });
    expect((await list(driver)).status).toBe(429);
    await driver.control('POST', 'clock', { advanceMs: 1 });
    expect((await list(driver)).status).toBe(200);
  });
});

describe('how a refusal says when to come back', () => {
  const at = '2024-01-01T00:00:00.500Z';
  const endsAt = Date.parse('2024-01-01T00:00:06Z') / 1000;

  it.each([
    ['epoch seconds', { reset: 'epoch' }, { reset: String(endsAt), retryAfter: null }],
    ['seconds to go', { reset: 'delta' }, { reset: '5', retryAfter: null }],
    ['no reset', { reset: 'missing' }, { reset: null, retryAfter: null }],
    ['Retry-After', { reset: 'missing', hasRetryAfter: true }, { reset: null, retryAfter: '5' }],
    ['no header at all', { hasHeaders: false }, { reset: null, retryAfter: null }],
  ] as const)('%s', async (_name, rates, expected) => {
    const driver = await startDriver({ rates: { low: 0, windowMs: 5000, ...rates } });
    await driver.control('POST', 'clock', { freezeAt: at });
    const { status, headers } = await list(driver);
    expect(status).toBe(429);
    expect({ reset: headers.get('x-ratelimit-reset'), retryAfter: headers.get('retry-after') }).toEqual(expected);
    expect(headers.has('x-ratelimit-limit')).toBe(!('hasHeaders' in rates));
  });

  it('in the flat scheme: a 400 with ERROR_APIUSAGE_EXCEEDED for every tier', async () => {
    const driver = await startDriver({ rates: { scheme: 'flat', flat: 1, flatWindowMs: 1000 } });
    await driver.control('POST', 'clock', { freezeAt: at });
    await list(driver);
    const refused = await driver.call('GET', '/v2/data-fields');
    expect([refused.status, refused.text.includes('ERROR_APIUSAGE_EXCEEDED')]).toEqual([400, true]);
    expect(refused.headers.has('x-ratelimit-limit')).toBe(false);
    await driver.control('POST', 'clock', { advanceMs: 1000 });
    expect((await driver.call('GET', '/v2/data-fields')).status).toBe(200);
  });
});
