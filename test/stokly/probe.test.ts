import { expect, test } from 'vitest';
import type { ShapeReport } from '../../src/stokly/probe.js';
import { CANARIES, callErrorOf, LIVE, openShop, orderIdOf, wireCustomer, wireLine, wireRefund } from './shop.js';

test('a probe shows key names, kinds and counts of enums', async () => {
  const shop = await openShop();
  shop.putOrder({ itemStatuses: ['unprocessed', 'despatched'] });
  shop.putOrder({ saleOrderId: orderIdOf(2), niceId: 2, customerId: null, displayTotal: '15.60', stage: 'removed' });
  shop.emulator.account.store.refunds.put(wireRefund());
  shop.emulator.account.store.customers.put(wireCustomer());
  const report = await shop.client.probeShapes(LIVE);
  expect(report.resources.map(({ resource, outcome, rows }) => [resource, outcome, rows])).toEqual([
    ['/v2/saleorders', 'readable', 2],
    ['/v2/saleorders/{id}/items', 'readable', 2],
    ['/v0/refunds', 'readable', 1],
    ['/v0/customers', 'readable', 1],
  ]);
  expect(keyIn(report, 'customerId')).toEqual({ path: 'customerId', kinds: { text: 1, null: 1 } });
  expect(keyIn(report, 'displayTotal')?.kinds).toEqual({ number: 1, text: 1 });
  expect(keyIn(report, 'stage')?.values).toEqual({ order: 1, removed: 1 });
  expect(keyIn(report, 'itemStatuses[]')?.values).toEqual({ unprocessed: 2, despatched: 1 });
});

test('a probe never shows a value that could be personal', async () => {
  const shop = await openShop();
  shop.putOrder({ [CANARIES.email]: 1, status: CANARIES.email, note: { status: [CANARIES.email] } }, [
    wireLine({ itemName: CANARIES.surname }),
  ]);
  shop.emulator.account.store.customers.put(wireCustomer({ type: `a sentence with ${CANARIES.surname} in it` }));
  const shown = JSON.stringify(await shop.client.probeShapes(LIVE));
  for (const canary of [...Object.values(CANARIES), 'Hereford', 'HR1', 'SKU-1', 'Mug', 'WEB-1001'])
    expect(shown).not.toContain(canary);
  expect(shown).toContain('(other)');
});

test('a probe of an account without refunds says so, and goes on', async () => {
  const shop = await openShop({ emulator: { refunds: false } });
  const { resources } = await shop.client.probeShapes(LIVE);
  expect(resources.find(({ resource }) => resource === '/v0/refunds')?.outcome).toBe('not-found');
  expect(resources).toHaveLength(4);
});

test('a probe with refused credentials fails as any call', async () => {
  const shop = await openShop();
  shop.emulator.account.changeSettings({ credentials: { accountKey: 'x', clientId: 'y', secretKey: 'z' } });
  expect((await callErrorOf(shop.client.probeShapes(LIVE))).failure).toBe('credentials-refused');
});

function keyIn({ resources }: ShapeReport, path: string) {
  return resources[0]?.keys.find((key) => key.path === path);
}
