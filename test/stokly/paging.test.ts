import { describe, expect, test } from 'vitest';
import { createStoklyClient } from '../../src/stokly/client.js';
import { answerJson, startLocalServer } from '../http/local-server.js';
import { callErrorOf, clientSettings, LIVE, ORDER_ID, readOne, wireLine, wireOrder } from './shop.js';

/** Pages of 1,000 rows are asked for; this server gives pages of two, as one with a lower limit would. */
const PAGE = 2;

describe('lines on pages that shift while they are read', () => {
  test('are all read, once the list holds still for two passes', async () => {
    const lines = ['a', 'b', 'c', 'd', 'e', 'f'];
    const { client } = await shopWith(lines, (pagesRead) => {
      if (pagesRead === 1) lines.shift();
      if (pagesRead === 1) lines.push('g');
    });
    const order = await readOne(client);
    expect(order.kind === 'read' && order.snapshot.lines.map(({ lineId }) => lineId)).toEqual([
      'b',
      'c',
      'd',
      'e',
      'f',
      'g',
    ]);
  });

  test('that never hold still are an error that passes, not a part of the order', async () => {
    const lines = ['a', 'b', 'c', 'd', 'e', 'f'];
    const { client } = await shopWith(lines, (pagesRead) => lines.splice(0, 1, `n${pagesRead}`));
    expect((await callErrorOf(client.readOrders([ORDER_ID], LIVE))).failure).toBe('unavailable');
  });

  test('cost one call where they fit on one page', async () => {
    const { client, pagesRead } = await shopWith(['a', 'b'], () => undefined);
    expect((await readOne(client)).kind).toBe('read');
    expect(pagesRead()).toBe(1);
  });
});

async function shopWith(lines: readonly string[], afterPage: (pagesRead: number) => unknown) {
  let pagesRead = 0;
  const server = await startLocalServer(({ url }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://local');
    if (pathname === '/v1/grant') {
      return answerJson(response, { body: { data: { authenticationResult: { accessToken: 't' } } } });
    }
    if (pathname.startsWith('/v0/refunds')) return answerJson(response, { body: { data: [], metadata: { count: 0 } } });
    if (!pathname.endsWith('/items')) return answerJson(response, { body: { data: wireOrder() } });
    const from = Number(searchParams.get('page')) * PAGE;
    const data = lines.slice(from, from + PAGE).map((lineId) => wireLine({ lineId }));
    answerJson(response, { body: { data, metadata: { count: lines.length } } });
    pagesRead += 1;
    return afterPage(pagesRead);
  });
  return { client: createStoklyClient(clientSettings(server.url)), pagesRead: () => pagesRead };
}
