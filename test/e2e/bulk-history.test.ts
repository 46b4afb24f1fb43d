import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  bulkCalls,
  countLoaded,
  loadHistories,
  oldCustomers,
  type OldCustomer,
  sellPieces,
} from '../support/bulk-load.js';
import { type Chronicle, followStokly, violationsOf } from '../support/oracle.js';
import { controlDotdigital, instant } from '../support/shop-events.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

/** A history goes out in imports, whatever Dotdigital does with them. The last test looks at what all of them left. */

let world: World;
let chronicle: Chronicle;
/** Single calls and imports that were refused or lost: each fault below costs what it strikes. */
let wastedWritesMax = 0;
beforeAll(async () => {
  world = await createWorld({
    policy: { unconfirmedAfterMs: UNCONFIRMED_AFTER_MS },
    clients: { importWaitMs: IMPORT_WAIT_MS },
  });
  chronicle = followStokly(world);
});
afterEach(async () => {
  await controlDotdigital(world, 'DELETE', 'faults');
  await controlDotdigital(world, 'POST', 'settings', { importDelayMs: 100, insightImportsActiveMax: 5 });
});
afterAll(async () => {
  await world.close();
});

const UNCONFIRMED_AFTER_MS = 5_000;
const IMPORT_WAIT_MS = 1_500;

async function loaded(count: number, ordersEach: number): Promise<OldCustomer[]> {
  const customers = await oldCustomers(world, count, ordersEach);
  world.dotdigital.account.requests.clear();
  await loadHistories(world, customers);
  await untilTrue(
    'all are loaded',
    async () => (await countLoaded(world, customers)) === customers.length,
    () => JSON.stringify(bulkCalls(world)),
  );
  return customers;
}

const isWell = async (isLateAllowed = false) => {
  expect(await violationsOf(world, { chronicle, wastedWritesMax, isLateAllowed })).toEqual([]);
};

describe('a history', () => {
  it('goes out in a few imports, records before fields, and raises and creates nobody', async () => {
    const before = world.dotdigital.account.log.count;
    await loaded(60, 5);
    const calls = bulkCalls(world);
    process.stdout.write(`300 orders of 60 customers: ${JSON.stringify(calls)}\n`);
    expect(calls.recordPuts + calls.fieldPatches).toBeLessThanOrEqual(24);
    expect(calls.recordImports + calls.fieldImports).toBeLessThanOrEqual(40);
    const byImports = world.dotdigital.account.log.all.filter(
      ({ n, actor }) => n > before && actor.by === 'api' && actor.call.endsWith('/import'),
    );
    expect(new Set(byImports.map(({ kind }) => kind))).toEqual(new Set(['record', 'fields']));
    await isWell();
  });
});

const RECORDS = '^/insightData/v3/import$';
const FIELDS = '^/contacts/v3/import$';

describe('a history is loaded although an import is', () => {
  type Faults = readonly Readonly<Record<string, unknown>>[];
  const groups: [string, Faults][] = [
    ['V8 fails in part, fails as a whole', [{ kind: 'partial-import', every: 3 }, { kind: 'failed-import' }]],
    [
      'V2, V4, V7 answered 503, with HTML, cut off after its effect',
      [{ kind: 'status', status: 503 }, { kind: 'html' }, { kind: 'reset-mid-body' }],
    ],
    [
      'V1 limited, without any time and with Retry-After',
      [
        { kind: 'status', status: 429 },
        { kind: 'status', status: 429, headers: { 'Retry-After': '1' } },
      ],
    ],
  ];
  it.each(groups)('%s', async (_name, faults) => {
    for (const fault of faults) {
      for (const path of [RECORDS, FIELDS])
        await controlDotdigital(world, 'POST', 'faults', { ...fault, match: { method: 'PUT', path }, times: 1 });
    }
    await loaded(12, 3);
    const told = (await controlDotdigital(world, 'GET', 'faults')) as { faults: readonly { struck: number }[] };
    expect(told.faults.map(({ struck }) => struck).slice(0, 2)).toEqual([1, 1]);
    wastedWritesMax += 80;
  });

  it('V8 stuck: its writes go out alone, and are read back', async () => {
    for (const path of [RECORDS, FIELDS])
      await controlDotdigital(world, 'POST', 'faults', { kind: 'stuck-import', match: { path }, times: 1 });
    await loaded(10, 3);
  });

  it('V8 refused for too many', async () => {
    await controlDotdigital(world, 'POST', 'settings', { insightImportsActiveMax: 0 });
    await loaded(10, 3);
    expect(bulkCalls(world).recordPuts).toBe(30);
  });
});

describe('an import that lands after a later single write', () => {
  it('is found and mended', async () => {
    const delayMs = 3_500;
    await controlDotdigital(world, 'POST', 'faults', {
      kind: 'late-import',
      delayMs,
      match: { path: RECORDS },
      times: 1,
    });
    const customers = await loaded(3, 4);
    const [one] = customers;
    const [order] = one?.orders ?? [];
    if (order === undefined) throw new Error('no order');
    await sellPieces(world, order, { quantity: 3, at: instant(30) });
    const totals = () =>
      world.dotdigital.account.log.all.flatMap((change) =>
        change.kind === 'record' && change.key === String(order.number)
          ? [(JSON.parse(change.json ?? '{}') as { order_total?: number }).order_total]
          : [],
      );
    await untilTrue(
      'the late import was mended',
      () => totals().length >= 4,
      () => JSON.stringify(totals()),
    );
    expect(totals()).toEqual([12, 18, 12, 18]);
    await isWell(true);
  });
});
