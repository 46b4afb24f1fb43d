import { expect, it } from 'vitest';
import { launch } from '../../../emulators/stokly/launch.js';
import { Shop } from './shop-client.js';

it('starts with the credentials of the environment', async () => {
  const { emulator, url } = await launch({ STOKLY_EMULATOR_PORT: '0', STOKLY_EMULATOR_SECRET_KEY: 'other' });
  const { status } = await fetch(`${url}/__emulator/state`);
  expect(status).toBe(200);
  expect(emulator.account.settings.credentials).toEqual({
    accountKey: 'demo',
    clientId: 'demo-client',
    secretKey: 'other',
  });
  await emulator.stop();
});

it('names the setting when the port is taken', async () => {
  const shop = await Shop.open();
  const port = new URL(shop.url).port;
  await expect(launch({ STOKLY_EMULATOR_PORT: port })).rejects.toThrow(
    `port ${port} is taken; set STOKLY_EMULATOR_PORT to a free one`,
  );
  await shop.close();
});

it.each(['x', '70000', '-1', ''])('names the setting when the port is "%s"', async (port) => {
  await expect(launch({ STOKLY_EMULATOR_PORT: port })).rejects.toThrow('STOKLY_EMULATOR_PORT must be a port');
});

it('gives the port free again once it is stopped, with calls under way', async () => {
  const shop = await Shop.open();
  await shop.control('faults', { kind: 'timeout-before', match: { path: '/v0/items' } });
  const hanging = fetch(`${shop.url}/v0/items`).catch(() => 'cut');
  await shop.close();
  expect(await hanging).toBe('cut');
  const { emulator } = await launch({ STOKLY_EMULATOR_PORT: new URL(shop.url).port });
  await emulator.stop();
});
