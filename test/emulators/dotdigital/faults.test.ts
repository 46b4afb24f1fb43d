import { describe, expect, it } from 'vitest';
import { type Driver, startDriver } from './driver.js';

const create = (driver: Driver) => driver.call('POST', '/contacts/v3', { identifiers: { email: 'ada@example.com' } });
const isThere = (driver: Driver) => driver.emulator.account.contacts.byEmail('ada@example.com') !== undefined;
const lastRequest = (driver: Driver) => driver.emulator.account.requests.all.at(-1);

/** Sends the create and hangs up once `until` holds. */
async function createAndHangUp(driver: Driver, until: () => boolean): Promise<unknown> {
  const hangUp = new AbortController();
  const answer = fetch(`${driver.url}/contacts/v3`, {
    method: 'POST',
    headers: { authorization: driver.authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ identifiers: { email: 'ada@example.com' } }),
    signal: hangUp.signal,
  }).then(
    (response) => response.status,
    (error: unknown) => (error instanceof Error ? error.name : error),
  );
  await expect.poll(until).toBe(true);
  hangUp.abort();
  return answer;
}

describe('a fault', () => {
  it('delays', async () => {
    const driver = await startDriver();
    await driver.control('POST', 'faults', { kind: 'latency', delayMs: 60, times: 1 });
    const startedAt = performance.now();
    expect((await create(driver)).status).toBe(201);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(55);
  });

  it.each([429, 500, 502, 503, 504])('answers %i before any effect', async (status) => {
    const driver = await startDriver();
    await driver.control('POST', 'faults', { kind: 'status', status, times: 1 });
    expect((await create(driver)).status).toBe(status);
    expect(isThere(driver)).toBe(false);
    expect((await create(driver)).status).toBe(201);
  });

  it('answers 429 with the headers that it is told, or those of the call’s tier', async () => {
    const driver = await startDriver({ rates: { reset: 'delta' } });
    await driver.control('POST', 'faults', [
      { kind: 'status', status: 429, headers: { 'Retry-After': '7' }, times: 1 },
      { kind: 'status', status: 429, rateResetInMs: 3000, times: 1 },
      { kind: 'status', status: 429, times: 1 },
    ]);
    const [plain, tier, bare] = [await create(driver), await create(driver), await create(driver)];
    expect(plain.headers.get('retry-after')).toBe('7');
    expect(tier.headers.get('x-ratelimit-scope')).toBe('mediumCallRate');
    expect([tier.headers.get('x-ratelimit-remaining'), tier.headers.get('x-ratelimit-reset')]).toEqual(['0', '3']);
    expect(bare.headers.has('x-ratelimit-limit')).toBe(false);
  });

  it('answers with every value of another type, or with what a careless parser chokes on, after the effect', async () => {
    const driver = await startDriver();
    await create(driver);
    const answerTo = async (kind: string): Promise<string> => {
      await driver.control('POST', 'faults', { kind, times: 1 });
      const { authorization } = driver;
      return await (
        await fetch(`${driver.url}/contacts/v3/email/ada@example.com`, { headers: { authorization } })
      ).text();
    };
    const wrong = JSON.parse(await answerTo('wrong-types')) as Record<string, unknown>;
    expect([wrong['contactId'], typeof wrong['status']]).toEqual(['not a number', 'object']);
    const hostile = await answerTo('hostile-json');
    expect(hostile).toContain('"__proto__":{"polluted":true},"beyondSafe":9007199254740993');
    expect(JSON.parse(hostile)).toMatchObject({ identifiers: { email: 'ada@example.com' } });
  });

  it('never answers, before the effect', async () => {
    const driver = await startDriver();
    await driver.control('POST', 'faults', { kind: 'timeout-before', times: 1 });
    const ended = await createAndHangUp(driver, () => lastRequest(driver)?.fault === 'timeout-before');
    expect([ended, isThere(driver)]).toEqual(['AbortError', false]);
    expect(lastRequest(driver)).toMatchObject({ status: null, isAnswered: false });
  });

  it('never answers, after the effect', async () => {
    const driver = await startDriver();
    await driver.control('POST', 'faults', { kind: 'timeout-after', times: 1 });
    const ended = await createAndHangUp(driver, () => isThere(driver));
    expect(ended).toBe('AbortError');
    expect(lastRequest(driver)).toMatchObject({ status: 201, isAnswered: false, fault: 'timeout-after' });
    expect((await create(driver)).status).toBe(409);
  });

  it('drops the connection of a call that it never answers, if told when', async () => {
    const driver = await startDriver();
    await driver.control('POST', 'faults', [
      { kind: 'timeout-before', delayMs: 20, times: 1 },
      { kind: 'timeout-after', delayMs: 20, times: 1 },
    ]);
    await expect(create(driver)).rejects.toThrow('fetch failed');
    expect(isThere(driver)).toBe(false);
    await expect(create(driver)).rejects.toThrow('fetch failed');
    expect(isThere(driver)).toBe(true);
  });

  it('lets a call take effect only after its own repeats were answered', async () => {
    const driver = await startDriver();
    await driver.createOrders();
    const contactId = await driver.seedContact({ email: 'ada@example.com' });
    await driver.control('POST', 'faults', { kind: 'late-effect', match: { method: 'PUT' }, afterCalls: 2, times: 1 });
    await expect(driver.put(contactId, '7', { total: 1 })).rejects.toThrow('fetch failed');
    await driver.put(contactId, '8', { total: 0 });
    await driver.put(contactId, '7', { total: 2 });
    await driver.put(contactId, '7', { total: 3 });
    await expect.poll(() => driver.changes('record')).toHaveLength(4);
    const totals = (await driver.changes('record')).flatMap(({ key, json }) => (key === '7' ? [json] : []));
    expect(totals).toEqual(['{"total":2}', '{"total":3}', '{"total":1}']);
  });

  it.each([
    ['its time has come', { delayMs: 20 }],
    ['the fault is removed', {}, 'faults'],
    ['this one fault is removed', {}, 'faults/1'],
  ])('lets a late call take effect without a repeat when %s', async (_when, more, removed?: string) => {
    const driver = await startDriver();
    await driver.control('POST', 'faults', { kind: 'late-effect', times: 1, ...more });
    await driver.control('POST', 'faults', { kind: 'status', match: { path: '^/v2/programs' } });
    await expect(create(driver)).rejects.toThrow('fetch failed');
    if (removed !== undefined) await driver.control('DELETE', removed);
    expect((await driver.call('GET', '/v2/programs')).status).toBe(removed === 'faults' ? 200 : 503);
    await expect.poll(() => isThere(driver)).toBe(true);
    expect(driver.emulator.account.requests.all[0]).toMatchObject({ fault: 'late-effect', isAnswered: false });
  });

  it('resets the connection in the middle of the answer, after the effect', async () => {
    const driver = await startDriver();
    await driver.control('POST', 'faults', { kind: 'reset-mid-body', times: 1 });
    await expect(create(driver)).rejects.toThrow(/terminated|fetch failed/);
    expect(isThere(driver)).toBe(true);
  });

  it('answers 200 with a page instead of JSON, without effect', async () => {
    const driver = await startDriver();
    await driver.control('POST', 'faults', { kind: 'html', times: 1 });
    const answer = await create(driver);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(answer.json).toBeUndefined();
    expect(isThere(driver)).toBe(false);
  });

  it('cuts the JSON short, after the effect', async () => {
    const driver = await startDriver();
    await driver.control('POST', 'faults', { kind: 'cut-json', times: 1 });
    const answer = await create(driver);
    expect([answer.status, answer.json]).toEqual([201, undefined]);
    expect(answer.text.startsWith('{"contactId"')).toBe(true);
    expect(isThere(driver)).toBe(true);
  });

  it('sends a byte at a time', async () => {
    const driver = await startDriver();
    await driver.control('POST', 'faults', { kind: 'byte-a-second', delayMs: 1, times: 1 });
    const startedAt = performance.now();
    const answer = await driver.call('GET', '/contacts/v3/email/nobody@example.com');
    expect(answer.json).toMatchObject({ errorCode: 'contacts:contactNotFound' });
    expect(performance.now() - startedAt).toBeGreaterThan(answer.text.length);
  });
});

describe('which call a fault strikes', () => {
  it('is told by method and path', async () => {
    const driver = await startDriver();
    await driver.control('POST', 'faults', {
      kind: 'status',
      status: 503,
      match: { method: 'POST', path: '^/contacts' },
    });
    expect((await driver.call('GET', '/contacts/v3')).status).toBe(200);
    expect((await driver.call('POST', '/v2/data-fields', { name: 'A', type: 'String' })).status).toBe(201);
    expect((await create(driver)).status).toBe(503);
    await driver.control('DELETE', 'faults');
    expect((await create(driver)).status).toBe(201);
  });

  it('is drawn from a seed, the same each time', async () => {
    const drawn = async (): Promise<number[]> => {
      const driver = await startDriver();
      await driver.control('POST', 'faults', { kind: 'status', status: 500, probability: 0.5, seed: 42 });
      const statuses: number[] = [];
      for (let n = 0; n < 20; n += 1) statuses.push((await driver.call('GET', '/v2/data-fields')).status);
      return statuses;
    };
    const first = await drawn();
    expect(new Set(first)).toEqual(new Set([200, 500]));
    expect(await drawn()).toEqual(first);
  });

  it('is never a control or a page', async () => {
    const driver = await startDriver();
    await driver.control('POST', 'faults', { kind: 'status', status: 500 });
    expect((await driver.call('GET', '/')).status).toBe(200);
    expect((await driver.control('GET', 'faults')).json).toMatchObject({ faults: [{ struck: 0 }] });
  });

  it('is refused when it is misspelt', async () => {
    const driver = await startDriver();
    const answer = await driver.call('POST', '/__emulator/faults', { kind: 'timeout', time: 1 });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('kind');
  });
});
