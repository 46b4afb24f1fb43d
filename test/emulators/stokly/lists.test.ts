import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Shop } from './shop-client.js';

let shop: Shop;

beforeAll(async () => {
  shop = await Shop.open();
  await shop.seed({
    customers: [
      { customerId: 'c-1', email: 'a@example.com', barcode: '007', fullName: 'Ann Archer' },
      { customerId: 'c-2', email: null, barcode: '8', fullName: 'Ben Bell', status: 2 },
    ],
    orders: [
      order(1, { customerId: 'c-1', itemStatuses: ['unprocessed'], sourceReferenceId: '0100' }),
      order(2, { customerId: 'c-1', lines: [{ status: 'despatched' }, { status: 'cancelled' }] }),
      order(3, { customerId: 'c-2', stage: 'removed', sourceReferenceId: 'WEB-3' }),
      order(4, { customerId: null, sourceReferenceId: null }),
      order(10, { customerId: 'c-2', itemStatuses: ['despatched'], sourceReferenceId: '100' }),
    ],
  });
});
afterAll(async () => {
  await shop.close();
});

function order(niceId: number, fields: object): object {
  const day = String(niceId).padStart(2, '0');
  return {
    saleOrderId: `o-${niceId}`,
    niceId,
    createdAt: `2026-01-${day}T10:00:00.000Z`,
    timeUpdated: `2026-02-${day}T10:00:00.000Z`,
    ...fields,
  };
}

async function numbers(filter: string, query: Record<string, string> = {}): Promise<unknown[]> {
  return (await shop.list('/v2/saleorders', { filter, ...query })).map((row) => row['niceId']);
}

describe('a filter', () => {
  it.each([
    ['[niceId]=={2}', [2]],
    ['[niceId]!={2}', [1, 3, 4, 10]],
    ['[niceId]>>{4}', [10]],
    ['[niceId]<<{3}', [1, 2]],
    ['[niceId]>={4}', [4, 10]],
    ['[niceId]<={2}', [1, 2]],
    ['[niceId]=*{10,1,77}', [1, 10]],
    ['[saleOrderId]=={o-3}', [3]],
    ['[saleOrderId]=*{o-3,o-1,o-3}', [1, 3]],
    ['[customerId]=={c-1}', [1, 2]],
    ['[customerId]=*{c-2,c-1,nobody}', [1, 2, 3, 10]],
    ['[customerId]=*{c-2,c-1}&&[niceId]>>{2}', [3, 10]],
    ['[createdAt]>={2026-01-02T10:00:00.000Z}&&[createdAt]<<{2026-01-04T10:00:00.000Z}', [2, 3]],
    ['([itemStatuses]::{unprocessed}||[itemStatuses]::{processing})&&[niceId]>>{1}', [3, 4]],
    ['[customerId]=={@null;}&&[createdAt]>={2026-01-04T10:00:00.000Z}', [4]],
    ['[customerId]=={@string;c-2}', [3, 10]],
    ['[customerId]=={@null;}', [4]],
    ['[customerId]!={@null;}', [1, 2, 3, 10]],
    ['[sourceReferenceId]=={@string;100}', [10]],
    ['[sourceReferenceId]::{00}', [1, 10]],
    ['[sourceReferenceId]!:{00}', [2, 3, 4]],
    ['[stage]=={order}', [1, 2, 4, 10]],
    ['[itemStatuses]::{despatched}', [2, 10]],
    ['[itemStatuses]!:{despatched}', [1, 3, 4]],
    ['[itemStatuses]=={despatched}', [10]],
    ['[createdAt]>={2026-01-03T10:00}', [3, 4, 10]],
    ['[createdAt]>>{2026-01-03T12:00:00.000+02:00}', [4, 10]],
    ['[timeUpdated]>>{2026-02-04T09:59:59.999Z}', [4, 10]],
    ['[customerId]=={c-1}&&[niceId]>>{1}', [2]],
    ['[niceId]=={1}||[niceId]=={4}', [1, 4]],
    ['[customerId]=={c-1}||[customerId]=={c-2}&&[stage]=={removed}', [1, 2, 3]],
    ['([customerId]=={c-1}||[customerId]=={c-2})&&[stage]=={removed}', [3]],
    ['(([niceId]=={1}))', [1]],
    ['[customerId]=={nobody}', []],
  ])('%s finds orders %j', async (filter, found) => {
    expect(await numbers(filter, { sortField: 'niceId' })).toEqual(found);
  });

  it.each([
    ['[noSuch]=={1}', 'Unknown filter field [noSuch] on saleorders'],
    ['[displayTotal]>>{1}', 'Unknown filter field [displayTotal] on saleorders'],
    ['[niceId]~~{1}', 'Invalid filter: expected an operator out of == != :: !: =* >> << >= <= at position 8'],
    ['[niceId]=1', 'Invalid filter: expected an operator out of == != :: !: =* >> << >= <= at position 8'],
    ['[niceId]==1', 'Invalid filter: expected a value in {} at position 10'],
    ['[niceId]=={1', 'Invalid filter: expected a closing "}" at position 11'],
    ['{niceId}==[1]', 'Invalid filter: expected a condition like [field]=={value} at position 0'],
    ['[niceId]=={1}&&', 'Invalid filter: expected a condition like [field]=={value} at position 15'],
    ['([niceId]=={1}', 'Invalid filter: expected ")" at position 14'],
    ['[niceId]=={1} ', 'Invalid filter: expected "&&", "||" or the end at position 13'],
    ['[niceId]=={one}', 'Invalid filter: "one" is not a number'],
    ['[createdAt]>>{yesterday}', 'Invalid filter: "yesterday" is not a date'],
    ['[customerId]>>{@null;}', 'Invalid filter: [customerId]>> cannot be used with null'],
    ['[customerId]=={@uuid;1}', 'Invalid filter: unknown value type @uuid'],
    ['[itemStatuses]>>{a}', 'Invalid filter: [itemStatuses]>> needs a field that has an order'],
  ])('%s is refused, with the reason', async (filter, message) => {
    const answer = await shop.get('/v2/saleorders', { filter });
    expect([answer.status, answer.body]).toEqual([400, { message }]);
  });

  it('that was sent with a bare && is refused with how to send it', async () => {
    const answer = await shop.get('/v2/saleorders?filter=[niceId]=={1}&&[stage]=={order}');
    expect([answer.status, answer.body.message]).toEqual([
      400,
      'Unknown parameter [stage] ("&&" inside a filter must be sent as %26%26)',
    ]);
  });

  it('works on customers, by name too, and keeps a barcode that looks like a number as text', async () => {
    const found = async (filter: string) =>
      (await shop.list('/v0/customers', { filter })).map((row) => row['customerId']);
    expect(await found('[name]::{Archer}')).toEqual(['c-1']);
    expect(await found('[barcode]=={@string;007}')).toEqual(['c-1']);
    expect(await found('[barcode]=={@string;7}')).toEqual([]);
    expect(await found('[email]=={a@example.com}')).toEqual(['c-1']);
    expect(await found('[status]=={2}')).toEqual(['c-2']);
  });

  it('drops the children of bundles from the lines of an order', async () => {
    const { orders } = await shop.seed({
      orders: [{ saleOrderId: 'o-bundle', lines: [{ lineId: 'l-1' }, { lineId: 'l-2', parentId: 'l-1' }] }],
    });
    const path = `/v2/saleorders/${orders[0]}/items`;
    expect((await shop.list(path)).length).toBe(2);
    expect((await shop.list(path, { filter: '[parentId]=={@null;}' })).map((row) => row['lineId'])).toEqual(['l-1']);
    await shop.seed({ orders: [{ saleOrderId: 'o-bundle', deleted: true }] });
  });
});

describe('pages and sorts', () => {
  it('counts pages from zero and counts all that match', async () => {
    const page = async (at: string) => shop.get('/v2/saleorders', { page: at, size: '2', sortField: 'niceId' });
    const pages = [await page('0'), await page('1'), await page('2'), await page('3')];
    expect(pages.map(({ body }) => (body.data as { niceId: number }[]).map(({ niceId }) => niceId))).toEqual([
      [1, 2],
      [3, 4],
      [10],
      [],
    ]);
    expect(pages.map(({ body }) => body.metadata)).toEqual(Array.from({ length: 4 }, () => ({ count: 5 })));
  });

  it('sorts by number as numbers, by date, and downwards', async () => {
    expect(await numbers('', { sortField: 'niceId', sortDirection: 'DESC' })).toEqual([10, 4, 3, 2, 1]);
    expect(await numbers('', { sortField: 'timeUpdated', sortDirection: 'ASC' })).toEqual([1, 2, 3, 4, 10]);
    expect(await numbers('')).toEqual([1, 2, 3, 4, 10]);
  });

  it('puts null first and breaks ties by id', async () => {
    expect(await numbers('', { sortField: 'customerId' })).toEqual([4, 1, 2, 10, 3]);
  });

  it.each([
    [{ size: '1001' }, 'size must be a whole number from 1 to 1000'],
    [{ size: '0' }, 'size must be a whole number from 1 to 1000'],
    [{ page: '-1' }, 'page must be a whole number from 0'],
    [{ page: 'x' }, 'page must be a whole number from 0'],
    [{ sortField: 'displayTotal' }, 'Unknown sort field displayTotal on saleorders'],
    [{ sortField: 'niceId', sortDirection: 'UP' }, 'sortDirection must be ASC or DESC'],
    [{ limit: '5' }, 'Unknown parameter limit'],
  ])('refuses %j', async (query, message) => {
    const answer = await shop.get('/v2/saleorders', query as Record<string, string>);
    expect([answer.status, answer.body.message]).toEqual([400, message]);
  });

  it('gives 100 rows where no size is asked for, and up to 1000 where it is: lines of an order too', async () => {
    const big = await Shop.open();
    await big.seed({
      orders: [
        {
          saleOrderId: 'o-long',
          lines: Array.from({ length: 1200 }, (_line, position) => ({ lineId: `l-${position}` })),
        },
      ],
    });
    const path = '/v2/saleorders/o-long/items';
    expect((await big.list(path)).length).toBe(100);
    expect((await big.list(path, { size: '1000' })).length).toBe(1000);
    expect((await big.list(path, { size: '1000', page: '1' })).at(-1)?.['lineId']).toBe('l-1199');
    await big.close();
  });

  it('gives stock of each item per location with its roll-up', async () => {
    const sample = await Shop.open();
    await sample.control('seed', { sample: { invoices: 1 } });
    const items = await sample.list('/v0/items');
    const filter = `[itemId]=={${String(items[0]?.['itemId'])}}`;
    const stock = await sample.list('/v1/inventory-records', { filter });
    expect(stock.map((row) => row['locationId'])).toContain('UNASSIGNED');
    expect(new Set(stock.map((row) => row['onHand'])).size).toBe(1);
    await sample.close();
  });
});
