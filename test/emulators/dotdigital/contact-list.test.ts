import { expect, it } from 'vitest';
import { startDriver } from './driver.js';

interface Page {
  readonly _items: { readonly contactId: number; readonly dataFields?: object }[];
  readonly _links: { readonly next?: { readonly link: string; readonly marker: string } };
}

it('lists contacts in pages whose markers lead to the end, each contact once', async () => {
  const driver = await startDriver();
  const ids: number[] = [];
  for (let n = 0; n < 5; n += 1) ids.push(await driver.seedContact({ email: `p${n}@example.com` }));
  const seen: number[] = [];
  let path: string | undefined = '/contacts/v3?limit=2';
  let pages = 0;
  while (path !== undefined) {
    const page = (await driver.call('GET', path)).json as Page;
    seen.push(...page._items.map(({ contactId }) => contactId));
    const next = page._links.next?.link;
    path = next === undefined ? undefined : next.slice(driver.url.length);
    pages += 1;
  }
  expect(seen).toEqual(ids);
  expect(pages).toBe(3);
});

it('does not shift when a contact goes between two pages', async () => {
  const driver = await startDriver();
  const ids: number[] = [];
  for (let n = 0; n < 4; n += 1) ids.push(await driver.seedContact({ email: `p${n}@example.com` }));
  const first = (await driver.call('GET', '/contacts/v3?limit=2')).json as Page;
  await driver.person(ids[0] ?? 0, 'delete');
  const marker = encodeURIComponent(first._links.next?.marker ?? '');
  const second = (await driver.call('GET', `/contacts/v3?limit=2&marker=${marker}`)).json as Page;
  expect(second._items.map(({ contactId }) => contactId)).toEqual(ids.slice(2));
});

it('filters by time of change and of creation, one at a time', async () => {
  const driver = await startDriver();
  await driver.control('POST', 'clock', { freezeAt: '2024-01-01T00:00:00Z' });
  const early = await driver.seedContact({ email: 'early@example.com' });
  await driver.control('POST', 'clock', { freezeAt: '2024-02-01T00:00:00Z' });
  const late = await driver.seedContact({ email: 'late@example.com' });
  const since = async (filter: string) =>
    ((await driver.call('GET', `/contacts/v3?${filter}=gte::2024-02-01T00:00:00Z`)).json as Page)._items.map(
      ({ contactId }) => contactId,
    );
  expect(await since('~created')).toEqual([late]);
  await driver.patch(early, { dataFields: { FIRSTNAME: 'Ada' } });
  expect(await since('~modified')).toEqual([early, late]);
  const both = await driver.call(
    'GET',
    '/contacts/v3?~created=gte::2024-01-01T00:00:00Z&~modified=gte::2024-01-01T00:00:00Z',
  );
  const wrong = await driver.call('GET', '/contacts/v3?~modified=2024-01-01T00:00:00Z');
  expect([both.json, wrong.json]).toMatchObject([
    { errorCode: 'contacts:invalidFilter' },
    { errorCode: 'contacts:invalidFilter' },
  ]);
});

it('gives ids and identifiers, and fields and channels only when asked', async () => {
  const driver = await startDriver();
  await driver.seedContact({ email: 'ada@example.com', dataFields: { FIRSTNAME: 'Ada', LASTNAME: 'L' } });
  const bare = (await driver.call('GET', '/contacts/v3')).json as Page;
  expect(bare._items[0]).not.toHaveProperty('dataFields');
  const some = (await driver.call('GET', '/contacts/v3?data-fields=firstname')).json as Page;
  expect(some._items[0]?.dataFields).toEqual({ FIRSTNAME: 'Ada' });
  const all = await driver.call('GET', '/contacts/v3?data-fields=[[ALL]]&include=channelProperties');
  expect(all.json).toMatchObject({
    _items: [
      { dataFields: { FIRSTNAME: 'Ada', LASTNAME: 'L' }, channelProperties: { email: { status: 'subscribed' } } },
    ],
  });
});

it('leaves the bin out unless switched', async () => {
  const driver = await startDriver();
  await driver.seedContact({ email: 'ada@example.com', binned: true });
  expect((await driver.call('GET', '/contacts/v3')).json).toMatchObject({ _items: [] });
  await driver.settings({ isBinListed: true });
  expect((await driver.call('GET', '/contacts/v3')).json).toMatchObject({ _items: [{ status: 'binned' }] });
});

it.each(['limit=0', 'limit=5001', 'limit=x', 'marker=nonsense'])('refuses %s', async (query) => {
  const driver = await startDriver();
  expect((await driver.call('GET', `/contacts/v3?${query}`)).status).toBe(400);
});
