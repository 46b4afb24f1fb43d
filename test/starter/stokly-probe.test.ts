import { afterEach, beforeEach, expect, it } from 'vitest';
import { createStoklyEmulator, DEMO_CREDENTIALS, type StoklyEmulator } from '../../emulators/stokly/index.js';
import { starter } from './starter-under-test.js';

let emulator: StoklyEmulator;
let url: string;

beforeEach(async () => {
  emulator = createStoklyEmulator();
  ({ url } = await emulator.start());
  await fetch(`${url}/__emulator/seed`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      customers: [{ email: 'canary@example.com', surname: 'Canary' }],
      orders: [{ lines: [{}] }],
    }),
  });
});

afterEach(() => emulator.stop());

it('a probe shows keys, types and enums of the account and no value of a person', async () => {
  const { status, out, err } = await starter(['stokly', 'probe'], {
    STOKLY_API_URL: url,
    STOKLY_ACCOUNT_KEY: DEMO_CREDENTIALS.accountKey,
    STOKLY_CLIENT_ID: DEMO_CREDENTIALS.clientId,
    STOKLY_SECRET_KEY: DEMO_CREDENTIALS.secretKey,
  });
  expect({ status, err }).toEqual({ status: 0, err: [] });
  const text = out.join('\n');
  expect(text).toContain('/v0/customers: readable, 1 rows');
  expect(text).toMatch(/ {2}email +text 1\n/);
  expect(text).toMatch(/ {2}stage +text 1 {2}\(order 1\)/);
  expect(text).not.toMatch(/canary/i);
});
