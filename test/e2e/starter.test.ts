import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { createDotdigitalEmulator, type DotdigitalEmulator } from '../../emulators/dotdigital/index.js';
import { createStoklyEmulator, DEMO_CREDENTIALS, type StoklyEmulator } from '../../emulators/stokly/index.js';
import { customerWorkflowId } from '../../src/contract/ids.js';
import { SEARCH_ATTRIBUTES } from '../../src/contract/search-attributes.js';
import { starter } from '../starter/starter-under-test.js';

/** A bare Temporal namespace and both emulators; no worker runs. */
let connection: Connection;
let stokly: StoklyEmulator;
let dotdigital: DotdigitalEmulator;
let stoklyUrl: string;
let dotdigitalUrl: string;
let namespace: string;

beforeAll(async () => {
  connection = await Connection.connect({ address: inject('temporalAddress') });
  stokly = createStoklyEmulator();
  dotdigital = createDotdigitalEmulator();
  ({ url: stoklyUrl } = await stokly.start());
  ({ url: dotdigitalUrl } = await dotdigital.start());
});

afterAll(async () => {
  await stokly.stop();
  await dotdigital.stop();
  await connection.close();
});

beforeEach(async () => {
  await post(stoklyUrl, 'reset', {});
  await post(dotdigitalUrl, 'reset', {});
  namespace = `starter-${randomUUID()}`;
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: msToTs('1 day'),
  });
  await visible();
});

/** A new namespace takes a moment to reach every part of the server. */
async function visible(): Promise<void> {
  await expect
    .poll(
      () =>
        connection.operatorService.listSearchAttributes({ namespace }).then(
          () => true,
          () => false,
        ),
      { timeout: 20_000 },
    )
    .toBe(true);
}

async function post(url: string, control: string, body: object): Promise<Record<string, string[]>> {
  const response = await fetch(`${url}/__emulator/${control}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
  return JSON.parse((await response.text()) || '{}');
}

function run(...args: string[]) {
  return starter(args, {
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    TEMPORAL_NAMESPACE: namespace,
    STOKLY_API_URL: stoklyUrl,
    STOKLY_ACCOUNT_KEY: DEMO_CREDENTIALS.accountKey,
    STOKLY_CLIENT_ID: DEMO_CREDENTIALS.clientId,
    STOKLY_SECRET_KEY: DEMO_CREDENTIALS.secretKey,
    DOTDIGITAL_API_URL: dotdigitalUrl,
    DOTDIGITAL_API_USER: dotdigital.user,
    DOTDIGITAL_API_PASSWORD: dotdigital.password,
  });
}

async function types(): Promise<Record<string, number>> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  return Object.fromEntries(SEARCH_ATTRIBUTES.map(({ key }) => [key.name, Number(customAttributes[key.name] ?? 0)]));
}

describe('setup', () => {
  it('prepares a bare Temporal and an empty account, after which doctor is content', async () => {
    expect((await run('doctor')).status).toBe(1);
    const first = await run('setup');
    expect(first.err).toEqual([]);
    expect(first.status).toBe(0);
    expect(first.out.at(-1)).toBe('Ready for worker and relay.');
    const numbers = { Keyword: 2, Int: 3, KeywordList: 7 } as const;
    expect(await types()).toEqual(
      Object.fromEntries(SEARCH_ATTRIBUTES.map(({ key, typeName }) => [key.name, numbers[typeName]])),
    );
    const doctor = await run('doctor');
    expect(doctor).toMatchObject({ status: 0, err: [] });
    expect(doctor.out.at(-1)).toBe('All is well.');
  });

  it('repeated creates nothing', async () => {
    await run('setup');
    const again = await run('setup', '--json');
    expect(again.status).toBe(0);
    const { isReady, findings } = JSON.parse(again.out[0] ?? '');
    expect(isReady).toBe(true);
    expect(findings.filter((finding: { state: string }) => finding.state !== 'ok')).toEqual([]);
  });

  it('stops where a search attribute has another type, and changes nothing', async () => {
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: { OrdersHeld: 2 } });
    await expect.poll(async () => (await types())['OrdersHeld'], { timeout: 20_000 }).toBe(2);
    const { status, out } = await run('setup');
    expect(status).toBe(1);
    expect(out.join('\n')).toContain('✗ search attribute OrdersHeld: is Keyword, and must be Int');
    expect(out.at(-1)).toBe('Nothing was changed: put right what has a ✗ first.');
    expect(await types()).toMatchObject({ CustomerStatus: 0 });
    expect((await run('doctor')).out.join('\n')).toContain('✗ data field TOTAL_SPEND: not there');
  });

  it('stops where another connector writes, and changes nothing', async () => {
    await post(dotdigitalUrl, 'seed', {
      contacts: [{ email: 'a@example.com' }],
      collections: [{ name: 'Orders', scope: 'contact', type: 'orders' }],
      records: [{ collection: 'Orders', key: '1', email: 'a@example.com', json: { id: '1' } }],
    });
    const { status, out } = await run('setup');
    expect(status).toBe(1);
    expect(out.join('\n')).toContain('another connector writes here');
    expect(await types()).toMatchObject({ CustomerStatus: 0 });
  });
});

describe('wake', () => {
  it('of an order starts its customer with one signal', async () => {
    const [customerId = ''] =
      (await post(stoklyUrl, 'seed', { customers: [{ email: 'a@example.com' }] }))['customers'] ?? [];
    const [orderId = ''] =
      (await post(stoklyUrl, 'seed', { orders: [{ customerId, niceId: 77, lines: [{}] }] }))['orders'] ?? [];
    const woken = await run('wake', '--order', '77', '--json');
    expect(woken).toMatchObject({ status: 0, err: [] });
    expect(JSON.parse(woken.out[0] ?? '')).toMatchObject({ customerId, orderId });
    const { events } = await new Client({ connection, namespace }).workflow
      .getHandle(customerWorkflowId(customerId))
      .fetchHistory();
    expect(events?.filter((event) => (event.workflowExecutionSignaledEventAttributes ?? null) !== null)).toHaveLength(
      1,
    );
    // No worker runs: what can be known without one is shown.
    const shown = await run('show', '--order', orderId);
    expect(shown.status).toBe(0);
    expect(shown.out.join('\n')).toContain('no worker answers');
  });

  it('of an order without customer says that there is nobody to wake', async () => {
    await post(stoklyUrl, 'seed', { orders: [{ customerId: null, niceId: 78, lines: [{}] }] });
    const { status, err } = await run('wake', '--order', '78');
    expect(status).toBe(1);
    expect(err).toEqual(['starter: order 78 has no customer (a till sale, for instance): there is nobody to wake']);
    expect((await run('show', '--order', '78')).out.join('\n')).toContain('no-customer');
  });

  it('of a customer that Stokly does not have starts nothing', async () => {
    const customerId = randomUUID();
    expect(await run('wake', '--customer', customerId)).toMatchObject({
      status: 1,
      err: [`starter: Stokly has no customer ${customerId}`],
    });
    expect(await run('show', '--customer', customerId)).toMatchObject({ status: 1 });
  });
});
