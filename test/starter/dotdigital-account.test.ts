import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDotdigitalEmulator, type DotdigitalEmulator } from '../../emulators/dotdigital/index.js';
import { CONTACT_FIELDS } from '../../src/domain/contact-mapping.js';
import { createDotdigitalClient, type DotdigitalClient } from '../../src/dotdigital/client.js';
import { inspectDotdigital, makeMissing } from '../../src/starter/dotdigital-account.js';
import { type Finding, isFine } from '../../src/starter/findings.js';

const OURS = { dataFieldPrefix: '', ordersCollection: 'Orders' };

let emulator: DotdigitalEmulator;
let url: string;
let dotdigital: DotdigitalClient;

beforeEach(async () => {
  emulator = createDotdigitalEmulator();
  ({ url } = await emulator.start());
  dotdigital = createDotdigitalClient({ apiUrl: url, apiUser: emulator.user, apiPassword: emulator.password });
});

afterEach(async () => {
  dotdigital.close();
  await emulator.stop();
});

async function seed(what: object): Promise<void> {
  const response = await fetch(`${url}/__emulator/seed`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(what),
  });
  if (!response.ok) throw new Error(await response.text());
}

async function setUp(where = OURS): Promise<Finding[]> {
  return makeMissing(await inspectDotdigital(dotdigital, where), dotdigital, where);
}

function of(findings: readonly Finding[], subject: string): Finding | undefined {
  return findings.find((finding) => finding.subject === subject);
}

describe('an account', () => {
  it('without anything of ours gets every field and the collection', async () => {
    expect(of(await inspectDotdigital(dotdigital, OURS), 'data field TOTAL_SPEND')).toMatchObject({ state: 'missing' });
    const made = await setUp();
    expect(made.every(isFine)).toBe(true);
    expect(of(made, 'data field TOTAL_SPEND')).toMatchObject({ state: 'created', text: 'Numeric, created' });
    expect(of(made, 'collection Orders')).toMatchObject({ state: 'created' });
    const types = new Map(
      (await dotdigital.listDataFields({ priority: 'live' })).map(({ name, type }) => [name, type]),
    );
    for (const { name, type } of CONTACT_FIELDS) expect(types.get(name)).toBe(type);
  });

  it('that was set up is left as it is', async () => {
    await setUp();
    const again = await setUp();
    expect(again.map(({ state }) => state)).toEqual(again.map(() => 'ok'));
  });

  it('gets fields of its own under a prefix', async () => {
    const made = await setUp({ dataFieldPrefix: 'LS_', ordersCollection: 'StoklyOrders' });
    expect(of(made, 'data field LS_NUMBER_OF_ORDERS')).toMatchObject({ state: 'created' });
    expect(of(made, 'collection StoklyOrders')).toMatchObject({ state: 'created' });
  });

  it('that has one of our fields with another type is wrong, with the setting that helps', async () => {
    await seed({ dataFields: [{ name: 'TOTAL_SPEND', type: 'String' }] });
    const found = of(await inspectDotdigital(dotdigital, OURS), 'data field TOTAL_SPEND');
    expect(found).toMatchObject({ state: 'wrong', text: expect.stringContaining('is String, and must be Numeric') });
    expect(found?.todo).toContain('DATA_FIELD_PREFIX');
  });

  it('whose collection another connector writes to is wrong, with the setting that helps', async () => {
    await seed({
      contacts: [{ email: 'a@example.com' }],
      collections: [{ name: 'Orders', scope: 'contact', type: 'orders' }],
      records: [
        { collection: 'Orders', key: '1', email: 'a@example.com', json: { id: '1', stokly_order_id: 'x' } },
        { collection: 'Orders', key: '2', email: 'a@example.com', json: { id: '2', order_total: 10 } },
      ],
    });
    const found = of(await inspectDotdigital(dotdigital, OURS), 'records of Orders');
    expect(found).toMatchObject({ state: 'wrong', text: expect.stringContaining('1 of 2 looked at') });
    expect(found?.todo).toContain('ORDERS_COLLECTION');
  });

  it('whose collection holds only our records is fine', async () => {
    await seed({
      contacts: [{ email: 'a@example.com' }],
      collections: [{ name: 'Orders', scope: 'contact', type: 'orders' }],
      records: [{ collection: 'Orders', key: '1', email: 'a@example.com', json: { id: '1', stokly_order_id: 'x' } }],
    });
    expect(of(await inspectDotdigital(dotdigital, OURS), 'records of Orders')).toMatchObject({ state: 'ok' });
  });

  it('whose collection is of another kind is wrong', async () => {
    await seed({ collections: [{ name: 'Orders', scope: 'account', type: 'catalog' }] });
    expect(of(await inspectDotdigital(dotdigital, OURS), 'collection Orders')).toMatchObject({ state: 'wrong' });
  });

  it('whose collection differs in case alone is wrong: nobody knows whether both are one', async () => {
    await seed({ collections: [{ name: 'orders', scope: 'contact', type: 'orders' }] });
    expect(of(await inspectDotdigital(dotdigital, OURS), 'collection Orders')).toMatchObject({
      state: 'wrong',
      todo: expect.stringContaining('orders'),
    });
  });
});
