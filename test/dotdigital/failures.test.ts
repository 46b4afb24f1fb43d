import { inspect } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import type { Fault } from '../../emulators/dotdigital/index.js';
import { answering, hit } from './faulty.js';
import { CANARIES, callErrorOf, contactIn, LIVE, openAccount } from './account.js';

/** What each fault of the vendor makes of a read, and of a write. */
const FAULTS: [string, Fault, { failure: string; isEffectUnknown: boolean }][] = [
  ['500', { kind: 'status', status: 500 }, { failure: 'unavailable', isEffectUnknown: true }],
  ['502 with HTML', { kind: 'status', status: 502, body: '<html>' }, { failure: 'unavailable', isEffectUnknown: true }],
  ['503', { kind: 'status', status: 503 }, { failure: 'unavailable', isEffectUnknown: true }],
  ['504', { kind: 'status', status: 504 }, { failure: 'unavailable', isEffectUnknown: true }],
  ['429', { kind: 'status', status: 429 }, { failure: 'rate-limited', isEffectUnknown: false }],
  ['silence before the effect', { kind: 'timeout-before' }, { failure: 'unavailable', isEffectUnknown: true }],
  ['silence after the effect', { kind: 'timeout-after' }, { failure: 'unavailable', isEffectUnknown: true }],
  ['a reset in the body', { kind: 'reset-mid-body' }, { failure: 'unavailable', isEffectUnknown: true }],
  ['HTML with 200', { kind: 'html' }, { failure: 'unreadable-answer', isEffectUnknown: true }],
  ['JSON that is cut', { kind: 'cut-json' }, { failure: 'unreadable-answer', isEffectUnknown: true }],
  ['a byte now and then', { kind: 'byte-a-second', delayMs: 100 }, { failure: 'unavailable', isEffectUnknown: true }],
];

describe.each(FAULTS)('%s', (_name, fault, expected) => {
  test('fails a read, which is then as if never made', async () => {
    const { client, contactId } = await hit(fault);
    const error = await callErrorOf(client.getContact(contactId, LIVE));
    expect(error.failure).toBe(expected.failure);
    expect(error.detail.isEffectUnknown ?? false).toBe(false);
  });

  test('fails a write, and says whether it may have had its effect', async () => {
    const { client, contactId } = await hit(fault);
    const error = await callErrorOf(client.patchContact(contactId, { dataFields: { FIRSTNAME: 'Ann' } }, LIVE));
    expect(error.failure).toBe(expected.failure);
    expect(error.detail.isEffectUnknown ?? false).toBe(expected.isEffectUnknown);
  });
});

describe('a call that its caller gives up', () => {
  test('ends at once, and says that a write may have had its effect', async () => {
    const { client, contactId } = await hit({ kind: 'timeout-before' });
    const caller = new AbortController();
    const failed = callErrorOf(
      client.patchContact(contactId, { dataFields: {} }, { priority: 'live', signal: caller.signal }),
    );
    setImmediate(() => caller.abort());
    expect(await failed).toMatchObject({ failure: 'aborted' });
  });
});

describe('a spent budget', () => {
  test.each([
    ['epoch', { reset: 'epoch' }, 0],
    ['delta', { reset: 'delta' }, 0],
    ['nothing, but what remains', { reset: 'missing' }, 0],
    ['Retry-After alone', { hasHeaders: false, hasRetryAfter: true }, 1],
  ] as const)('whose reset is said by %s is not called again before it', async (_form, form, refusals) => {
    const rates = { high: 2, windowMs: 1_500, ...form };
    const { emulator, client } = await openAccount({ emulator: { rates }, client: { rateWindowMs: 1_500 } });
    const contactId = await contactIn(client);
    for (let call = 0; call < 4; call += 1) await client.getContact(contactId, LIVE).catch(() => undefined);
    const statuses = emulator.account.requests.all.filter(({ method }) => method === 'GET').map(({ status }) => status);
    expect(statuses).toHaveLength(4);
    expect(statuses.filter((status) => status === 429)).toHaveLength(refusals);
    expect(client.rates().highCallRate?.waitedMs).toBeGreaterThan(500);
  });

  test('says when the next call may go out', async () => {
    const { client, contactId, emulator } = await hit({ kind: 'status', status: 429, headers: { 'Retry-After': '7' } });
    expect((await callErrorOf(client.getContact(contactId, LIVE))).detail.retryAfterMs).toBe(7_000);
    expect(client.rates().highCallRate?.remaining).toBe(0);
    expect(emulator.account.requests.all).toHaveLength(1);
  });

  test('is waited for by the call itself: a write goes out once more and has one effect', async () => {
    const account = await openAccount({ client: { refusedWaitMsMax: 10_000 } });
    const { client, emulator } = account;
    const contactId = await contactIn(client);
    account.fault({
      kind: 'status',
      status: 429,
      headers: { 'Retry-After': '1' },
      times: 1,
      match: { method: 'PATCH' },
    });
    const startedAt = Date.now();
    const written = await client.patchContact(contactId, { dataFields: { FIRSTNAME: 'Ann' } }, LIVE);
    expect(written).toMatchObject({ kind: 'updated' });
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(1_000);
    const patches = emulator.account.requests.all.filter(({ method }) => method === 'PATCH');
    expect(patches.map(({ status }) => status)).toEqual([429, 200]);
  });

  test('of one tier holds back no other', async () => {
    const { client, contactId } = await hit({
      kind: 'status',
      status: 429,
      rateResetInMs: 60_000,
      times: 1,
      match: { method: 'GET' },
    });
    await callErrorOf(client.getContact(contactId, LIVE));
    expect(await client.patchContact(contactId, { dataFields: { FIRSTNAME: 'Ann' } }, LIVE)).toMatchObject({
      kind: 'updated',
    });
  });

  test('of the flat scheme is a limit too, not a refusal', async () => {
    const { client } = await openAccount({ emulator: { rates: { scheme: 'flat', flat: 1 } } });
    await contactIn(client);
    const error = await callErrorOf(client.findContactByEmail('ann@example.com', LIVE));
    expect(error).toMatchObject({
      failure: 'rate-limited',
      detail: { code: 'ERROR_APIUSAGE_EXCEEDED', retryAfterMs: 1_000 },
    });
  });

  test('too many imports is no spent budget: other calls go on', async () => {
    const { client, contactId } = await hit({
      kind: 'status',
      status: 429,
      times: 1,
      body: '{"errorCode":"contacts:tooManyActiveImports","description":""}',
    });
    expect((await callErrorOf(client.getContact(contactId, LIVE))).detail.code).toBe('contacts:tooManyActiveImports');
    expect(await client.getContact(contactId, LIVE)).toMatchObject({ contactId });
  });

  test('is learned under the name that the answer gives its tier', async () => {
    const client = await answering({
      body: [],
      headers: { 'x-ratelimit-scope': 'oddCallRate', 'x-ratelimit-limit': '9', 'x-ratelimit-remaining': '8' },
    });
    await client.listCollections(LIVE);
    await client.listCollections(LIVE);
    expect(client.rates().oddCallRate).toMatchObject({ limit: 9 });
  });
});

describe('refused credentials', () => {
  test('are tried by one call at a time, and work again by themselves', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { emulator, client } = await openAccount();
    const contactId = await contactIn(client);
    emulator.account.settings = { ...emulator.account.settings, areCredentialsRevoked: true };
    const before = emulator.account.requests.count;
    expect((await callErrorOf(client.getContact(contactId, LIVE))).failure).toBe('credentials-refused');
    for (let call = 0; call < 20; call += 1) {
      expect((await callErrorOf(client.getContact(contactId, LIVE))).detail.retryAfterMs).toBeGreaterThan(0);
    }
    expect(emulator.account.requests.count - before).toBe(1);
    emulator.account.settings = { ...emulator.account.settings, areCredentialsRevoked: false };
    vi.setSystemTime(Date.now() + 1_000);
    expect(await client.getContact(contactId, LIVE)).toMatchObject({ contactId });
    vi.useRealTimers();
  });

  test('of another region are refused credentials, not a refused record', async () => {
    const { client } = await openAccount({ emulator: { isWrongRegion: true } });
    expect((await callErrorOf(client.findContactByEmail('ann@example.com', LIVE))).failure).toBe('credentials-refused');
  });
});

describe('a 403', () => {
  const NO_RIGHT: Fault = { kind: 'status', status: 403, body: '', match: { path: '^/v2/programs' } };

  test('between calls that are taken is about its call alone: the others go on (D8)', async () => {
    const { client, contactId } = await hit(NO_RIGHT);
    for (let time = 0; time < 3; time += 1) {
      expect(await client.getContact(contactId, LIVE)).toMatchObject({ contactId });
      const error = await callErrorOf(client.listPrograms(LIVE));
      expect(error).toMatchObject({ failure: 'refused', detail: { status: 403 } });
      expect(error.message).toContain('GET programs: answered 403 while other calls are taken');
    }
    expect(await client.getContact(contactId, LIVE)).toMatchObject({ contactId });
  });

  test('that several calls get that were out together is about each of them: the others go on (D8)', async () => {
    const { client, contactId } = await hit(NO_RIGHT);
    const together = await Promise.all(Array.from({ length: 5 }, () => callErrorOf(client.listPrograms(LIVE))));
    expect(together.map(({ failure }) => failure)).toEqual(Array.from({ length: 5 }, () => 'refused'));
    expect(await client.getContact(contactId, LIVE)).toMatchObject({ contactId });
    expect((await callErrorOf(client.listPrograms(LIVE))).failure).toBe('refused');
  });

  test('that comes after others were taken is about its call alone, whatever was so when it was sent (D8)', async () => {
    const { client, contactId, emulator } = await hit({ ...NO_RIGHT, delayMs: 200 });
    expect((await callErrorOf(client.listPrograms(LIVE))).failure).toBe('refused');
    const asked = emulator.account.requests.count;
    const late = callErrorOf(client.listPrograms(LIVE));
    while (emulator.account.requests.count === asked) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await client.getContact(contactId, LIVE)).toMatchObject({ contactId });
    expect((await late).failure).toBe('refused');
  });

  test('after another one is about all: one call at a time looks', async () => {
    const { client, contactId, emulator } = await hit({ kind: 'status', status: 403 });
    const before = emulator.account.requests.count;
    const failures: string[] = [];
    for (let call = 0; call < 10; call += 1) {
      failures.push((await callErrorOf(client.getContact(contactId, LIVE))).failure);
    }
    expect(failures).toEqual(['refused', ...Array.from({ length: 9 }, () => 'credentials-refused')]);
    expect(emulator.account.requests.count - before).toBe(2);
  });

  test('that names a wrong login is refused credentials, whatever was taken before', async () => {
    const body = JSON.stringify({ message: 'Error: ERROR_INVALID_LOGIN' });
    const { client, contactId } = await hit({ kind: 'status', status: 403, body });
    expect((await callErrorOf(client.getContact(contactId, LIVE))).failure).toBe('credentials-refused');
  });
});

describe('an error', () => {
  test.each(FAULTS)('after %s shows no credentials, no address and no name', async (_name, fault) => {
    const { client, contactId } = await hit(fault);
    const fields = { FIRSTNAME: CANARIES.surname, LASTNAME: CANARIES.surname };
    const errors = [
      await callErrorOf(client.findContactByEmail(CANARIES.email, LIVE)),
      await callErrorOf(client.patchContact(contactId, { email: CANARIES.email, dataFields: fields }, LIVE)),
      await callErrorOf(
        client.createContact({ email: CANARIES.email, status: 'subscribed', dataFields: fields }, LIVE),
      ),
    ];
    for (const error of errors) {
      const all = [
        JSON.stringify(error),
        inspect(error, { depth: 9, showHidden: true }),
        error.stack,
        inspect(error.cause),
      ];
      for (const canary of [
        ...Object.values(CANARIES),
        btoa(`apiuser@apiconnector.com:${CANARIES.password}`),
        '127.0.0.1',
      ]) {
        expect(all.join('\n')).not.toContain(canary);
        expect(all.join('\n')).not.toContain(encodeURIComponent(canary));
      }
    }
  });
});
