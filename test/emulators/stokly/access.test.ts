import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Shop, tokenOf } from './shop-client.js';

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.open();
});
afterEach(async () => {
  await shop.close();
});

describe('a grant', () => {
  it('gives a token that lives 15 minutes', async () => {
    const answer = await shop.grant();
    const result = (answer.body.data as { authenticationResult: { expiry: string } }).authenticationResult;
    const lifeMs = Date.parse(result.expiry) - Date.now();
    expect(lifeMs).toBeGreaterThan(14.9 * 60_000);
    expect(lifeMs).toBeLessThanOrEqual(15 * 60_000);
    expect((await shop.getAs(tokenOf(answer), '/v2/saleorders')).status).toBe(200);
  });

  it('can have the older form with seconds', async () => {
    await shop.control('settings', { grantForm: 'expiresIn', tokenLifeMs: 60_000 });
    const answer = await shop.grant();
    expect(answer.body.data).toEqual({ authenticationResult: { accessToken: tokenOf(answer), expiresIn: 60 } });
  });

  it.each([
    ['a wrong account key', { accountKey: 'other' }],
    ['a wrong client id', { clientId: 'other' }],
    ['a signature with another secret', { secretKey: 'other' }],
  ])('is refused for %s', async (_why, credentials) => {
    const answer = await shop.grant(credentials);
    expect([answer.status, answer.body]).toEqual([401, { message: 'Invalid credentials' }]);
  });

  it('is refused when a field is missing, and names it', async () => {
    const answer = await shop.post('/v1/grant', { accountkey: 'demo', clientId: 'demo-client' });
    expect([answer.status, answer.body.message]).toEqual([400, 'signature is required']);
  });

  it('follows credentials that were changed, and leaves granted tokens alive until they are revoked', async () => {
    const token = tokenOf(await shop.grant());
    await shop.control('settings', { credentials: { accountKey: 'a', clientId: 'c', secretKey: 's' } });
    expect((await shop.grant()).status).toBe(401);
    expect((await shop.grant({ accountKey: 'a', clientId: 'c', secretKey: 's' })).status).toBe(200);
    expect((await shop.getAs(token, '/v0/customers')).status).toBe(200);
    await shop.control('tokens/revoke');
    expect((await shop.getAs(token, '/v0/customers')).body.message).toBe('jwt expired');
  });
});

describe('a token', () => {
  it('answers "jwt expired" once its life is over', async () => {
    await shop.control('settings', { tokenLifeMs: 60 });
    const token = tokenOf(await shop.grant());
    await vi.waitFor(async () => {
      const answer = await shop.getAs(token, '/v0/items');
      expect([answer.status, answer.body]).toEqual([401, { message: 'jwt expired' }]);
    });
  });

  it('that was never granted, or is missing, is refused', async () => {
    expect((await shop.getAs('made-up', '/v0/items')).body.message).toBe('jwt expired');
    expect((await fetch(`${shop.url}/v0/items`)).status).toBe(401);
  });
});

describe('the rate window', () => {
  it('counts down in a header and refuses what is over the limit, until the window is over', async () => {
    await shop.control('settings', { rateLimit: 2, rateWindowMs: 3000 });
    const token = tokenOf(await shop.grant());
    const get = () => shop.getAs(token, '/v0/items');
    const answers = [await get(), await get(), await get()];
    expect(answers.map(({ headers }) => headers.get('x-ratelimit-remaining'))).toEqual(['1', '0', '0']);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(answers[2]?.body).toEqual({ message: 'Too many requests' });
    expect(answers[2]?.headers.has('retry-after')).toBe(false);
    await vi.waitFor(async () => expect((await get()).status).toBe(200), { timeout: 10_000 });
  });

  it('says when to come back where the settings say so', async () => {
    await shop.control('settings', { rateLimit: 0, rateWindowMs: 30_000, rateRetryAfter: true });
    const answer = await shop.get('/v0/items');
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('does not count grants', async () => {
    await shop.control('settings', { rateLimit: 1 });
    await shop.grant();
    expect((await shop.get('/v0/items')).status).toBe(200);
  });
});

describe('what is not there', () => {
  it('answers 404 with a message for unknown ids and paths', async () => {
    const paths = ['/v2/saleorders/none', '/v2/saleorders/none/items', '/v0/customers/none', '/v0/items/none'];
    for (const path of [...paths, '/v9/nothing']) {
      const answer = await shop.get(path);
      expect([path, answer.status, answer.body]).toEqual([path, 404, { message: 'Not found' }]);
    }
  });

  it('answers 501 with its name for what Stokly has and the emulator does not', async () => {
    const answer = await shop.get('/v0/invoices');
    expect([answer.status, answer.body.message]).toEqual([501, 'Not emulated: GET /v0/invoices']);
  });
});
