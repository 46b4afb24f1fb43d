import { describe, expect, onTestFinished, test } from 'vitest';
import type { Fault, SettingsPatch } from '../../emulators/dotdigital/index.js';
import type { CallOptions, ImportedWrite, ImportMemory } from '../../src/dotdigital/api.js';
import type { DotdigitalClient, DotdigitalSettings } from '../../src/dotdigital/client.js';
import { createDotdigitalClient } from '../../src/dotdigital/client.js';
import { callErrorOf, COLLECTION, LIVE, openAccount, type TestAccount } from './account.js';

const HISTORY: CallOptions = { priority: 'history' };

interface Shop extends TestAccount {
  readonly contactIds: readonly number[];
}

/** An account with a collection, a field and some contacts; imports take 20 ms. */
async function openShop(
  given: { emulator?: SettingsPatch; client?: Partial<DotdigitalSettings>; contacts?: number } = {},
): Promise<Shop> {
  const account = await openAccount({ ...given, emulator: { importDelayMs: 20, ...given.emulator } });
  const contacts = Array.from({ length: given.contacts ?? 3 }, (_none, at) => ({ email: `buyer${at}@example.com` }));
  const seeded = await fetch(`${account.url}/__emulator/seed`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      dataFields: [{ name: 'TOTAL_SPEND', type: 'Numeric' }],
      collections: [{ name: COLLECTION, scope: 'contact', type: 'orders' }],
      contacts,
    }),
  });
  const { contactIds } = (await seeded.json()) as { contactIds: number[] };
  account.emulator.account.requests.clear();
  return { ...account, contactIds };
}

const recordOf = (key: string) => ({ id: key, order_total: { decimal: '10.00' } });

function put(client: DotdigitalClient, [contactId, key]: [number, string], options: CallOptions = HISTORY) {
  return client.putRecord({ contactId, collection: COLLECTION, key, record: recordOf(key) }, options);
}

/** Many at once, spread over the contacts. */
async function putMany({ client, contactIds }: Shop, count: number, options: CallOptions = HISTORY) {
  const puts = Array.from({ length: count }, (_none, at) =>
    put(client, [contactIds[at % contactIds.length] ?? 0, `${1000 + at}`], options),
  );
  return await Promise.all(puts);
}

function kindsOf(results: readonly { kind: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of results) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/** Calls by method and path, ids left out; polls are counted as one. */
function callsOf({ emulator }: TestAccount): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { method, path } of emulator.account.requests.all) {
    const name = path.includes('/import')
      ? path.split('/').slice(1, 4).join('/')
      : path.split('/').slice(1, 3).join('/');
    if (method === 'GET' && path.includes('/import/')) continue;
    counts[`${method} ${name}`] = (counts[`${method} ${name}`] ?? 0) + 1;
  }
  return counts;
}

function stored({ emulator }: TestAccount): number {
  return emulator.account.collections.find(COLLECTION)?.records.size ?? 0;
}

class Notes implements ImportMemory {
  readonly noted: ImportedWrite[] = [];
  note(imported: ImportedWrite): void {
    this.noted.push(imported);
  }
  find(kind: ImportedWrite['kind'], write: string): ImportedWrite | null {
    return this.noted.find((imported) => imported.kind === kind && imported.write === write) ?? null;
  }
}

describe('records', () => {
  test('that come together go out in one import, and each caller gets its own result', async () => {
    const shop = await openShop();
    const results = await putMany(shop, 200);
    expect(kindsOf(results)).toEqual({ written: 200 });
    expect(stored(shop)).toBe(200);
    expect(callsOf(shop)).toEqual({ 'PUT insightData/v3/import': 1 });
  });

  test('that come alone go out alone, at once', async () => {
    const shop = await openShop();
    await put(shop.client, [shop.contactIds[0] ?? 0, '1'], LIVE);
    await put(shop.client, [shop.contactIds[0] ?? 0, '2'], HISTORY);
    expect(callsOf(shop)).toEqual({ 'PUT insightData/v3': 2 });
  });

  test('keep their decimals digit by digit', async () => {
    const shop = await openShop();
    await putMany(shop, 10);
    const texts = [...(shop.emulator.account.collections.find(COLLECTION)?.records.values() ?? [])];
    expect(texts[0]?.jsonText).toContain('"order_total":10.00');
  });

  test('of a contact that is gone, and those that are refused, are told by name; the others are written', async () => {
    const shop = await openShop();
    const [contactId = 0] = shop.contactIds;
    await put(shop.client, [contactId, '1'], LIVE);
    const bad = { id: '2000', order_total: 'text where a number stands' };
    const results = await Promise.all([
      putMany(shop, 20),
      put(shop.client, [999_999, '3000']),
      shop.client.putRecord({ contactId, collection: COLLECTION, key: '2000', record: bad }, HISTORY),
    ]);
    expect(kindsOf(results[0])).toEqual({ written: 20 });
    expect(results[1]).toEqual({ kind: 'contact-not-found' });
    expect(results[2]).toEqual({
      kind: 'refused',
      code: 'JsonValueIncompatibleWithSchema',
      fields: ['order_total'],
    });
    expect(callsOf(shop)).toEqual({ 'PUT insightData/v3': 1, 'PUT insightData/v3/import': 1 });
  });

  test('that the report does not settle plainly are settled by a single call each', async () => {
    const shop = await openShop();
    shop.fault({ kind: 'partial-import', every: 4, reason: 'Unknown', times: 1 });
    expect(kindsOf(await putMany(shop, 40))).toEqual({ written: 40 });
    expect(stored(shop)).toBe(40);
    expect(callsOf(shop)).toEqual({ 'PUT insightData/v3/import': 1, 'PUT insightData/v3': 10 });
  });

  test('of an import that failed as a whole go out alone, and nothing is in doubt', async () => {
    const shop = await openShop();
    shop.fault({ kind: 'failed-import', times: 1 });
    const results = await putMany(shop, 30);
    expect(results.every((result) => result.kind === 'written' && !('isUncertain' in result))).toBe(true);
    expect(stored(shop)).toBe(30);
  });

  test('of an import that is refused for one that cannot be read: it is found, the others go in imports', async () => {
    const shop = await openShop();
    shop.fault({ kind: 'status', match: { path: 'import$' }, status: 400, body: BAD_JSON, times: 2 });
    expect(kindsOf(await putMany(shop, 64))).toEqual({ written: 64 });
    // The whole, its first half and the quarters of that, its second half.
    expect(callsOf(shop)).toEqual({ 'PUT insightData/v3/import': 5 });
  });

  test('with one key twice never go out together: the later one stands', async () => {
    const shop = await openShop();
    const [contactId = 0] = shop.contactIds;
    const first = Promise.all([putMany(shop, 30), put(shop.client, [contactId, '7'])]);
    const record = { id: '7', order_total: { decimal: '99.00' } };
    const second = shop.client.putRecord({ contactId, collection: COLLECTION, key: '7', record }, HISTORY);
    await first;
    expect(await second).toEqual({ kind: 'written' });
    const found = await shop.client.getRecord({ contactId, collection: COLLECTION, key: '7' }, LIVE);
    expect(found).toMatchObject({ record: { order_total: 99 } });
  });
});

const BAD_JSON = JSON.stringify({ errorCode: 'insightData:badJson', description: 'badly formed' });

describe('a write whose tier allows no more', () => {
  test('says so when its caller gives up, and is not sent', async () => {
    const shop = await openShop({ emulator: { rates: { medium: 1, reset: 'delta' } } });
    const [contactId = 0] = shop.contactIds;
    await put(shop.client, [contactId, '1'], LIVE);
    const caller = new AbortController();
    const failed = callErrorOf(put(shop.client, [contactId, '2'], { priority: 'live', signal: caller.signal }));
    setTimeout(() => caller.abort(), 100);
    const error = await failed;
    expect(error).toMatchObject({ failure: 'aborted', detail: { isHeldBack: true } });
    expect(error.message).toMatch(/: was not sent: 1 calls in 60 s are allowed, and no other call waits$/);
    expect(callsOf(shop)).toEqual({ 'PUT insightData/v3': 1 });
  });

  test('says how many more writes have no turn', async () => {
    const shop = await openShop({ emulator: { rates: { medium: 1, low: 1, reset: 'delta' } } });
    await put(shop.client, [shop.contactIds[0] ?? 0, '1'], LIVE);
    await putMany(shop, 30);
    const caller = new AbortController();
    const failed = Array.from({ length: 5 }, (_none, at) =>
      callErrorOf(put(shop.client, [shop.contactIds[0] ?? 0, `${at}`], { ...HISTORY, signal: caller.signal })),
    );
    setTimeout(() => caller.abort(), 100);
    const [error] = await Promise.all(failed);
    expect(error?.message).toMatch(/ of contact \d+, with 4 more: was not sent: 1 calls in 60 s are allowed, and /);
  });

  test('says so too where the import that carries it has no turn', async () => {
    const shop = await openShop({ client: { refusedWaitMsMax: 90_000 } });
    const refusal = { kind: 'status', status: 429, headers: { 'Retry-After': '60' }, times: 1 } as const;
    shop.fault({ ...refusal, match: { path: 'import$' } });
    const caller = new AbortController();
    const failed = Array.from({ length: 20 }, (_none, at) =>
      callErrorOf(put(shop.client, [shop.contactIds[0] ?? 0, `${at}`], { ...HISTORY, signal: caller.signal })),
    );
    await expect.poll(() => shop.client.rates().lowCallRate?.waiting.history).toBe(1);
    caller.abort();
    for (const error of await Promise.all(failed)) {
      expect(error).toMatchObject({ failure: 'aborted', detail: { isHeldBack: true } });
      expect(error.message).toMatch(/record \d+ of contact \d+: was not sent: /);
    }
    expect(callsOf(shop)).toEqual({ 'PUT insightData/v3/import': 1 });
  });

  test('is told of no limit where its call is out and gets no answer', async () => {
    const shop = await openShop();
    shop.fault({ kind: 'timeout-before' });
    const caller = new AbortController();
    const failed = callErrorOf(put(shop.client, [shop.contactIds[0] ?? 0, '1'], { ...LIVE, signal: caller.signal }));
    setTimeout(() => caller.abort(), 100);
    expect((await failed).detail.isHeldBack).toBeUndefined();
  });
});

describe('an import that Dotdigital does not end', () => {
  test('is not waited for for ever: its writes go out alone, and are said to be uncertain', async () => {
    const shop = await openShop({ client: { importWaitMs: 300 } });
    shop.fault({ kind: 'stuck-import', times: 1 });
    const results = await putMany(shop, 30);
    expect(results).toEqual(results.map(() => ({ kind: 'written', isUncertain: true })));
    expect(stored(shop)).toBe(30);
    expect(callsOf(shop)).toEqual({ 'PUT insightData/v3/import': 1, 'PUT insightData/v3': 30 });
  });

  test('leaves the next imports their way', async () => {
    const shop = await openShop({ client: { importWaitMs: 200 } });
    shop.fault({ kind: 'stuck-import', times: 1 });
    await putMany(shop, 30);
    shop.emulator.account.requests.clear();
    const results = await putMany(shop, 60);
    expect(results).toEqual(results.map(() => ({ kind: 'written' })));
    expect(callsOf(shop)).toEqual({ 'PUT insightData/v3/import': 1 });
  });
});

describe('imports that Dotdigital refuses for too many', () => {
  test('wait for those under way; meanwhile writes go out alone', async () => {
    const shop = await openShop({ emulator: { insightImportsActiveMax: 0 } });
    expect(kindsOf(await putMany(shop, 100))).toEqual({ written: 100 });
    const calls = callsOf(shop);
    expect(calls['PUT insightData/v3']).toBe(100);
    expect(calls['PUT insightData/v3/import']).toBeLessThanOrEqual(2);
  });
});

describe('what concerns everyone', () => {
  const faults: [string, Fault, string, boolean][] = [
    ['an outage', { kind: 'status', status: 503 }, 'unavailable', true],
    ['a page of HTML', { kind: 'html' }, 'unreadable-answer', true],
    ['a cut answer', { kind: 'cut-json' }, 'unreadable-answer', true],
    ['a connection that breaks after the effect', { kind: 'reset-mid-body' }, 'unavailable', true],
    ['wrong types', { kind: 'wrong-types' }, 'unreadable-answer', true],
  ];
  test.each(faults)('is told to each of its callers, on its record: %s', async (_name, fault, failure, isUnknown) => {
    const shop = await openShop();
    shop.fault({ ...fault, match: { method: 'PUT' } });
    const puts = Array.from({ length: 12 }, (_none, at) => put(shop.client, [shop.contactIds[0] ?? 0, `${at}`]));
    const errors = await Promise.all(puts.map((call) => callErrorOf(call)));
    for (const [at, error] of errors.entries()) {
      expect(error.failure).toBe(failure);
      expect(error.detail.isEffectUnknown ?? false).toBe(isUnknown);
      expect(error.message).toContain(`record ${at} of contact ${shop.contactIds[0]}`);
    }
  });

  test('faults of the questions about an import lose nothing', async () => {
    const shop = await openShop();
    for (const fault of [
      { kind: 'status', status: 500, times: 2 },
      { kind: 'html', times: 1 },
      { kind: 'cut-json', times: 1 },
      { kind: 'wrong-types', times: 1 },
      { kind: 'hostile-json', times: 1 },
      { kind: 'reset-mid-body', times: 1 },
    ] as const)
      shop.fault({ ...fault, match: { method: 'GET' } });
    expect(kindsOf(await putMany(shop, 30))).toEqual({ written: 30 });
    expect(callsOf(shop)).toEqual({ 'PUT insightData/v3/import': 1 });
  });

  test('an answer of a byte a second to such a question is not waited for: it is asked again, and no write goes alone', async () => {
    const shop = await openShop({ client: { importWaitMs: 2_000 } });
    shop.fault({ kind: 'byte-a-second', times: 1, match: { method: 'GET' } });
    const results = await putMany(shop, 30);
    expect(results.every((result) => result.kind === 'written' && !('isUncertain' in result))).toBe(true);
    expect(callsOf(shop)).toEqual({ 'PUT insightData/v3/import': 1 });
  });

  test('credentials that are revoked while an import is under way', async () => {
    const shop = await openShop({ emulator: { importDelayMs: 600 } });
    const puts = Array.from({ length: 12 }, (_none, at) => put(shop.client, [shop.contactIds[0] ?? 0, `${at}`]));
    const errors = Promise.all(puts.map((call) => callErrorOf(call)));
    await expect.poll(() => callsOf(shop)['PUT insightData/v3/import']).toBe(1);
    shop.emulator.account.settings.areCredentialsRevoked = true;
    for (const error of await errors) expect(error.failure).toBe('credentials-refused');
  });
});

describe('fields of contacts', () => {
  const setAll = async ({ client, contactIds }: Shop, more: readonly number[] = []) =>
    await Promise.all(
      [...contactIds, ...more].map((contactId) => client.putFields(contactId, { TOTAL_SPEND: 17.5 }, HISTORY)),
    );

  test('go out in one import that creates nobody and touches no status', async () => {
    const shop = await openShop({ contacts: 40 });
    const before = shop.emulator.account.log.count;
    const results = await setAll(shop, [999_998]);
    expect(kindsOf(results)).toEqual({ updated: 40, 'contact-not-found': 1 });
    expect(callsOf(shop)).toEqual({ 'PUT contacts/v3/import': 1 });
    const changes = shop.emulator.account.log.all.filter(({ n }) => n > before);
    expect(new Set(changes.map(({ kind }) => kind))).toEqual(new Set(['fields']));
    expect(changes).toHaveLength(40);
  });

  test('bring back nobody who was deleted', async () => {
    const shop = await openShop({ contacts: 20 });
    const [first = 0] = shop.contactIds;
    const binned = shop.emulator.account.contacts.byId(first);
    if (binned === undefined) throw new Error('no contact');
    shop.emulator.account.contacts.bin(binned, { by: 'person', action: 'delete' });
    const before = shop.emulator.account.log.count;
    const results = await setAll(shop);
    expect(results[0]).toEqual({ kind: 'contact-not-found' });
    expect(kindsOf(results)).toEqual({ updated: 19, 'contact-not-found': 1 });
    const changes = shop.emulator.account.log.all.filter(({ n }) => n > before);
    expect(changes.filter(({ kind }) => kind === 'status')).toEqual([]);
  });

  test('that are refused are named', async () => {
    const shop = await openShop({ contacts: 20 });
    const [first = 0] = shop.contactIds;
    const results = await Promise.all([
      shop.client.putFields(first, { TOTAL_SPEND: 'much' }, HISTORY),
      ...shop.contactIds.slice(1).map((contactId) => shop.client.putFields(contactId, { TOTAL_SPEND: 1 }, HISTORY)),
    ]);
    expect(results[0]).toEqual({ kind: 'refused', code: 'ApiSchemaViolation', fields: ['TOTAL_SPEND'] });
    expect(kindsOf(results)).toEqual({ updated: 19, refused: 1 });
  });
});

describe('an attempt that takes over from one that died', () => {
  test('asks for the report of the import, and writes nothing again', async () => {
    const shop = await openShop({ emulator: { importDelayMs: 500 } });
    const memory = new Notes();
    const gone = new AbortController();
    const errors = Array.from({ length: 20 }, (_none, at) =>
      callErrorOf(
        put(shop.client, [shop.contactIds[0] ?? 0, `${at}`], { ...HISTORY, imports: memory, signal: gone.signal }),
      ),
    );
    await expect.poll(() => memory.noted.length).toBe(20);
    gone.abort();
    await Promise.all(errors);
    const next = createDotdigitalClient({
      apiUrl: shop.url,
      apiUser: shop.emulator.user,
      apiPassword: shop.emulator.password,
    });
    onTestFinished(() => next.close());
    const again = Array.from({ length: 20 }, (_none, at) =>
      put(next, [shop.contactIds[0] ?? 0, `${at}`], { ...HISTORY, imports: memory }),
    );
    expect(kindsOf(await Promise.all(again))).toEqual({ written: 20 });
    expect(callsOf(shop)).toEqual({ 'PUT insightData/v3/import': 1 });
  });

  test('writes again what an unknown import was to carry, and says that it is uncertain', async () => {
    const shop = await openShop();
    const memory: ImportMemory = {
      note: () => undefined,
      find: (kind, write) => ({ importId: 'gone', kind, write, sentAtMs: Date.now() }),
    };
    const result = await put(shop.client, [shop.contactIds[0] ?? 0, '1'], { ...LIVE, imports: memory });
    expect(result).toEqual({ kind: 'written', isUncertain: true });
  });
});

describe('a burst of live writes', () => {
  test('falls into imports when single calls cannot carry it, and back', async () => {
    const shop = await openShop({
      emulator: { rates: { medium: 20, low: 35, windowMs: 1_000 } },
      client: { rateWindowMs: 1_000, refusedWaitMsMax: 10_000 },
    });
    await put(shop.client, [shop.contactIds[0] ?? 0, '1'], LIVE);
    const results = await putMany(shop, 200, LIVE);
    expect(kindsOf(results)).toEqual({ written: 200 });
    const burst = callsOf(shop);
    expect(burst['PUT insightData/v3']).toBeLessThanOrEqual(60);
    expect(burst['PUT insightData/v3/import']).toBeLessThanOrEqual(3);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    shop.emulator.account.requests.clear();
    await put(shop.client, [shop.contactIds[0] ?? 0, '2'], LIVE);
    expect(callsOf(shop)).toEqual({ 'PUT insightData/v3': 1 });
  });

  test('is not held up by a flood of history', async () => {
    const shop = await openShop({ emulator: { importDelayMs: 400 } });
    const flood = putMany(shop, 500);
    await expect.poll(() => callsOf(shop)['PUT insightData/v3/import']).toBe(1);
    await put(shop.client, [shop.contactIds[0] ?? 0, '1'], LIVE);
    expect(stored(shop)).toBe(1);
    await flood;
  });
});
