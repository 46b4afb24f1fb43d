import { inspect } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import type { FaultInput } from '../../emulators/stokly/index.js';
import { createStoklyClient } from '../../src/stokly/client.js';
import { answerJson, startLocalServer } from '../http/local-server.js';
import {
  CANARIES,
  CUSTOMER_ID,
  callErrorOf,
  clientSettings,
  LIVE,
  openShop,
  pathsOf,
  readOne,
  type TestShop,
} from './shop.js';
import { grantOf, hit, timeoutFor } from './faulty.js';

const FAULTS: [string, FaultInput, string][] = [
  ['500', { kind: 'status', status: 500 }, 'unavailable'],
  ['502', { kind: 'status', status: 502 }, 'unavailable'],
  ['503', { kind: 'status', status: 503 }, 'unavailable'],
  ['429', { kind: 'status', status: 429 }, 'rate-limited'],
  ['a refused filter', { kind: 'status', status: 400 }, 'refused'],
  ['403', { kind: 'status', status: 403 }, 'credentials-refused'],
  ['silence before the answer', { kind: 'timeout-before' }, 'unavailable'],
  ['silence after the answer', { kind: 'timeout-after' }, 'unavailable'],
  ['a reset in the body', { kind: 'reset-mid-body' }, 'unavailable'],
  ['HTML with 200', { kind: 'html' }, 'unreadable-answer'],
  ['JSON that is cut', { kind: 'cut-json' }, 'unreadable-answer'],
  ['wrong types', { kind: 'wrong-types' }, 'unreadable-answer'],
  ['a byte now and then', { kind: 'byte-a-second', latencyMs: 100 }, 'unavailable'],
];

describe.each(FAULTS)('%s', (_name, fault, failure) => {
  test('fails a read, without a second try', async () => {
    const shop = await hit(fault);
    const before = shop.calls().length;
    expect((await callErrorOf(shop.client.checkAccess(LIVE))).failure).toBe(failure);
    expect(shop.calls().length - before).toBe(1);
  });

  test('fails a grant as it fails a read', async () => {
    const shop = await openShop({ client: { timeoutMs: timeoutFor(fault) } });
    shop.fault({ ...fault, match: { path: '^/v1/grant' } });
    const error = await callErrorOf(shop.client.checkAccess(LIVE));
    const expected = failure === 'refused' ? 'credentials-refused' : failure;
    expect(error.failure).toBe(expected);
    expect(shop.calls()).toHaveLength(0);
  });

  test('shows no credentials, no address and no name', async () => {
    const shop = await hit(fault);
    const error = await callErrorOf(shop.client.readCustomer(CUSTOMER_ID, LIVE));
    const all = [
      JSON.stringify(error),
      inspect(error, { depth: 9, showHidden: true }),
      error.stack,
      inspect(error.cause),
    ].join('\n');
    for (const canary of [...Object.values(CANARIES), 'Bearer', 'signature', '127.0.0.1'])
      expect(all).not.toContain(canary);
  });
});

describe('a token', () => {
  test('is shared by all who wait for the first one', async () => {
    const shop = await openShop();
    await Promise.all(Array.from({ length: 10 }, () => shop.client.checkAccess(LIVE)));
    expect(grants(shop)).toBe(1);
  });

  test('that expired is renewed once for all who met it, and each call is made once more', async () => {
    const shop = await openShop();
    shop.putOrder();
    await shop.client.checkAccess(LIVE);
    shop.emulator.account.tokens.revokeAll();
    await Promise.all(Array.from({ length: 5 }, () => readOne(shop.client)));
    expect(grants(shop)).toBe(2);
  });

  test.each([403, 400])('that is over with status %i and its message is renewed too (A1)', async (status) => {
    let reads = 0;
    const server = await startLocalServer((request, response) => {
      if (request.url === '/v1/grant') return answerJson(response, { body: grantOf('t') });
      reads += 1;
      if (reads === 1) return answerJson(response, { status, body: { message: 'jwt expired' } });
      return answerJson(response, { body: { data: [], metadata: { count: 4 } } });
    });
    const client = createStoklyClient(clientSettings(server.url));
    expect(await client.checkAccess(LIVE)).toEqual({ orderCount: 4 });
  });

  test.each(['expiry', 'expiresIn'] as const)(
    'with its end in %s is renewed before it, without a refused call',
    async (grantForm) => {
      let nowMs = Date.now();
      const shop = await openShop({ emulator: { grantForm }, now: () => nowMs });
      await shop.client.checkAccess(LIVE);
      nowMs += 14 * 60_000;
      await shop.client.checkAccess(LIVE);
      expect(grants(shop)).toBe(1);
      nowMs += 45_000;
      await shop.client.checkAccess(LIVE);
      expect(grants(shop)).toBe(2);
      expect(shop.calls()).toHaveLength(3);
    },
  );

  test('whose end is past already, by a clock that is wrong, is used until it is refused', async () => {
    const shop = await openShop({ now: () => Date.now() + 3_600_000 });
    await shop.client.checkAccess(LIVE);
    await shop.client.checkAccess(LIVE);
    expect(grants(shop)).toBe(1);
  });
});

describe('refused credentials', () => {
  test('are tried by one call at a time, at a growing pace, and work again by themselves', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const shop = await openShop();
    const { credentials } = shop.emulator.account.settings;
    shop.emulator.account.changeSettings({ credentials: { ...credentials, secretKey: 'another' } });
    const failures = await Promise.all(Array.from({ length: 10 }, () => callErrorOf(shop.client.checkAccess(LIVE))));
    expect(new Set(failures.map(({ failure }) => failure))).toEqual(new Set(['credentials-refused']));
    expect(grants(shop)).toBe(1);
    for (const afterMs of [1_000, 2_000]) {
      vi.setSystemTime(Date.now() + afterMs);
      await Promise.all(Array.from({ length: 10 }, () => callErrorOf(shop.client.checkAccess(LIVE))));
    }
    expect(grants(shop)).toBe(3);
    shop.emulator.account.changeSettings({ credentials });
    vi.setSystemTime(Date.now() + 4_000);
    await shop.client.checkAccess(LIVE);
    await Promise.all(Array.from({ length: 10 }, () => shop.client.checkAccess(LIVE)));
    expect(grants(shop)).toBe(4);
    vi.useRealTimers();
  });

  test('say when the next look is due, to those who were not let through', async () => {
    const shop = await openShop();
    shop.emulator.account.changeSettings({ credentials: { accountKey: 'x', clientId: 'y', secretKey: 'z' } });
    await callErrorOf(shop.client.checkAccess(LIVE));
    const error = await callErrorOf(shop.client.checkAccess(LIVE));
    expect(error.detail.retryAfterMs).toBeGreaterThan(0);
    expect(error.detail.retryAfterMs).toBeLessThanOrEqual(1_000);
  });

  test('are recognised when each new token is refused too', async () => {
    const server = await startLocalServer((request, response) =>
      request.url === '/v1/grant'
        ? answerJson(response, { body: grantOf('t') })
        : answerJson(response, { status: 401, body: { message: 'jwt expired' } }),
    );
    const client = createStoklyClient(clientSettings(server.url));
    expect((await callErrorOf(client.checkAccess(LIVE))).failure).toBe('credentials-refused');
    expect(server.requests).toHaveLength(4);
    expect((await callErrorOf(client.checkAccess(LIVE))).failure).toBe('credentials-refused');
    expect(server.requests).toHaveLength(4);
  });
});

describe("Stokly's limit", () => {
  test('is learned from what remains, and no call is refused', async () => {
    const shop = await openShop({
      emulator: { rateLimit: 4, rateWindowMs: 1_200 },
      client: { requestsPerMinute: 100, windowMs: 1_200 },
    });
    for (let call = 0; call < 6; call += 1) await shop.client.checkAccess(LIVE);
    expect(shop.emulator.account.rateWindow.counts.refused).toBe(0);
    expect(shop.client.rate().waitedMs).toBeGreaterThan(500);
  });

  test('that was passed says when to come back, with and without Retry-After', async () => {
    const withTime = await hit({ kind: 'status', status: 429, retryAfterSecs: 9 });
    expect((await callErrorOf(withTime.client.checkAccess(LIVE))).detail.retryAfterMs).toBe(9_000);
    const without = await hit({ kind: 'status', status: 429 });
    const { retryAfterMs } = (await callErrorOf(without.client.checkAccess(LIVE))).detail;
    expect(retryAfterMs).toBeGreaterThan(500);
    expect(retryAfterMs).toBeLessThanOrEqual(1_000);
  });

  test.each(['^/v2/saleorders', '^/v1/grant'])(
    'that was passed at %s is waited for by the call itself: nothing before it, nothing lost',
    async (path) => {
      const shop = await openShop({ client: { refusedWaitMsMax: 10_000 } });
      shop.fault({ kind: 'status', status: 429, retryAfterSecs: 1, times: 1, match: { path } });
      const startedAt = Date.now();
      expect(await shop.client.checkAccess(LIVE)).toEqual({ orderCount: 0 });
      expect(Date.now() - startedAt).toBeGreaterThanOrEqual(1_000);
      expect(pathsOf(shop.emulator).filter((called) => new RegExp(path).test(called))).toHaveLength(2);
    },
  );

  test('that ends later than a call may wait is told at once', async () => {
    const shop = await openShop({ client: { refusedWaitMsMax: 10_000 } });
    shop.fault({ kind: 'status', status: 429, retryAfterSecs: 60, match: { path: '^/v2/' } });
    expect((await callErrorOf(shop.client.checkAccess(LIVE))).failure).toBe('rate-limited');
    expect(shop.calls()).toHaveLength(1);
  });

  test('is not waited for by a caller that gives up', async () => {
    const shop = await hit({ kind: 'status', status: 429, retryAfterSecs: 60, times: 1 });
    await callErrorOf(shop.client.checkAccess(LIVE));
    const caller = new AbortController();
    const options = { priority: 'live', signal: caller.signal } as const;
    const failed = [shop.client.checkAccess(options), shop.client.readCustomer(CUSTOMER_ID, options)].map(callErrorOf);
    setImmediate(() => caller.abort());
    for (const error of await Promise.all(failed)) {
      expect(error).toMatchObject({ failure: 'aborted', detail: { isHeldBack: true } });
      expect(error.message).toMatch(
        /: was not sent: \d+ calls in 60 s are allowed, and (no other call waits|\d waits? \(\d of live work\))$/,
      );
    }
  });
});

function grants(shop: TestShop): number {
  return pathsOf(shop.emulator).filter((path) => path === '/v1/grant').length;
}
