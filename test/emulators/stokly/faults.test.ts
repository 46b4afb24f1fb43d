import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answerOf, Shop, tokenOf } from './shop-client.js';

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.open();
  await shop.seed({ orders: [{ saleOrderId: 'o-1' }] });
});
afterEach(async () => {
  await shop.close();
});

const arm = async (fault: object) => shop.control('faults', fault);
const read = async () => shop.get('/v2/saleorders/o-1');

describe('a fault', () => {
  it.each([
    [{ status: 429, retryAfterSecs: 7 }, 429, '7'],
    [{ status: 429 }, 429, null],
    [{ status: 500 }, 500, null],
    [{ status: 502 }, 502, null],
    [{ status: 503 }, 503, null],
    [{ status: 504 }, 504, null],
  ])('%j answers so', async (fault, status, retryAfter) => {
    await arm({ kind: 'status', match: { path: '/v2' }, ...fault });
    const answer = await read();
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([status, retryAfter]);
  });

  it('of a status carries the headers that it is told', async () => {
    await arm({ kind: 'status', status: 429, headers: { 'x-ratelimit-reset': '3' }, match: { path: '/v2' } });
    expect((await read()).headers.get('x-ratelimit-reset')).toBe('3');
  });

  it('of latency answers rightly, later', async () => {
    await arm({ kind: 'latency', latencyMs: 120, match: { path: '/v2' } });
    const startedAt = performance.now();
    expect((await read()).status).toBe(200);
    expect(performance.now() - startedAt).toBeGreaterThan(115);
  });

  it('before the effect never answers, and the call has had no effect', async () => {
    await arm({ kind: 'timeout-before', match: { path: '/v1/grant' } });
    await expect(grantWithin(100)).rejects.toThrow(/time-?out/i);
    expect((await shop.look('state'))['tokens']).toEqual({ live: 0 });
  });

  it('after the effect never answers, and the call has had its effect', async () => {
    await arm({ kind: 'timeout-after', match: { path: '/v1/grant' } });
    await expect(grantWithin(500)).rejects.toThrow(/time-?out/i);
    expect((await shop.look('state'))['tokens']).toEqual({ live: 1 });
  });

  it('of a time-out can drop the connection by itself', async () => {
    await read();
    await arm({ kind: 'timeout-before', latencyMs: 20, match: { path: '/v2' } });
    await expect(read()).rejects.toThrow('fetch failed');
  });

  it('mid-body tears the connection down after the first half', async () => {
    await arm({ kind: 'reset-mid-body', match: { path: '/v2' } });
    await expect(read()).rejects.toThrow(/terminated|fetch failed/);
  });

  it('of HTML answers 200 with a page', async () => {
    await arm({ kind: 'html', match: { path: '/v2' } });
    const answer = await read();
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(answer.text).toContain('<h1>Bad gateway</h1>');
  });

  it('of cut JSON ends in the middle, with a length that is right', async () => {
    const whole = (await read()).text;
    await arm({ kind: 'cut-json', match: { path: '/v2' } });
    const { text } = await read();
    expect(whole.startsWith(text)).toBe(true);
    expect(() => JSON.parse(text) as unknown).toThrow();
  });

  it('of wrong types keeps the envelope and spoils what is in it', async () => {
    await arm({ kind: 'wrong-types', match: { path: '/v2' } });
    expect((await read()).body.data).toMatchObject({
      niceId: 'not a number',
      stage: { text: 'order' },
      customerId: [],
    });
  });

  it('of hostile JSON adds a prototype key and a number beyond 2^53, and leaves the rest right', async () => {
    await arm({ kind: 'hostile-json', match: { path: '/v2' } });
    const { text, body } = await read();
    expect(text).toContain('"__proto__":{"polluted":true}');
    expect(text).toContain('9007199254740993');
    expect(body.data).toMatchObject({ saleOrderId: 'o-1', displayTotal: 12 });
  });

  it('of a byte a second still comes to the end', async () => {
    await arm({ kind: 'byte-a-second', latencyMs: 0, match: { path: '/v0/customers' } });
    const answer = await shop.get('/v0/customers');
    expect(answer.body).toEqual({ data: [], metadata: { count: 0 } });
  });

  it('hits only so many calls, only its method and path, and is counted', async () => {
    await arm([
      { kind: 'status', status: 500, times: 1, match: { method: 'get', path: '/v2/saleorders/[^/]+/items$' } },
    ]);
    const items = async () => (await shop.get('/v2/saleorders/o-1/items')).status;
    expect([(await read()).status, await items(), await items()]).toEqual([200, 500, 200]);
    expect((await shop.look('faults')) as unknown).toMatchObject([{ kind: 'status', hits: 1 }]);
    await shop.delete('faults');
    expect((await shop.look('faults')) as unknown).toEqual([]);
  });

  it('sees the filter of a call', async () => {
    await arm({ kind: 'status', match: { path: '\\[customerId\\]' } });
    const status = async (filter: string) => (await shop.get('/v2/saleorders', { filter })).status;
    expect([await status('[stage]=={order}'), await status('[customerId]=={1}')]).toEqual([200, 503]);
  });

  it('with a probability hits the same calls for the same seed', async () => {
    const draw = async () => {
      await shop.control('reset');
      await arm({ kind: 'status', probability: 0.5, match: { path: '/v9' } });
      const token = tokenOf(await shop.grant());
      const hits: boolean[] = [];
      for (let call = 0; call < 20; call += 1) {
        hits.push((await shop.getAs(token, '/v9')).status === 503);
      }
      return hits;
    };
    const first = await draw();
    expect(new Set(first)).toEqual(new Set([true, false]));
    expect(await draw()).toEqual(first);
  });

  it('never hits the controls, and stands in the log', async () => {
    await arm({ kind: 'status', status: 500 });
    expect((await fetch(`${shop.url}/__emulator/state?part=counts`)).status).toBe(200);
    await fetch(`${shop.url}/v0/items`);
    const log = (await shop.look('requests'))['requests'] as object[];
    expect(log.at(-1)).toMatchObject({ path: '/v0/items', status: 500, fault: 'status' });
  });
});

/** The body does not matter to the fault; the signature is right, so that the grant could work. */
async function grantWithin(timeoutMs: number): Promise<unknown> {
  const signature = createHmac('sha256', 'demo-secret').update('demo-client').digest('hex');
  return answerOf(
    await fetch(`${shop.url}/v1/grant`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ accountkey: 'demo', clientId: 'demo-client', signature }),
      signal: AbortSignal.timeout(timeoutMs),
    }),
  );
}
