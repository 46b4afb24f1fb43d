import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  bulkCalls,
  countLoaded,
  loadHistories,
  oldCustomers,
  type OldCustomer,
  sellPieces,
  untilLoaded,
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
    clients: { importWaitMs: IMPORT_WAIT_MS, timeoutMs: TIMEOUT_MS },
  });
  chronicle = followStokly(world);
});
afterEach(async () => {
  await controlDotdigital(world, 'DELETE', 'faults');
  await controlDotdigital(world, 'POST', 'settings', {
    importDelayMs: 100,
    insightImportsActiveMax: 5,
    areCredentialsRevoked: false,
  });
});
afterAll(async () => {
  await world.close();
});

const UNCONFIRMED_AFTER_MS = 5_000;
const IMPORT_WAIT_MS = 1_500;
/** A client's own time, short: an answer that drips is given up after it. */
const TIMEOUT_MS = 1_500;

async function loaded(count: number, ordersEach: number): Promise<OldCustomer[]> {
  const customers = await oldCustomers(world, count, ordersEach);
  world.dotdigital.account.requests.clear();
  await loadHistories(world, customers);
  await untilLoaded(world, customers);
  return customers;
}

type ImportsEnd = 'not-sent' | 'overdue';
/** Imports of records and of fields that ended so: Dotdigital never said that it took them, or nobody waited any longer. */
async function importsThat(end: ImportsEnd): Promise<readonly number[]> {
  const text = await world.workerMetrics();
  return ['records', 'fields'].map((kind) => {
    const [, count] = text.split(`lockstep_imports_total{kind="${kind}",result="${end}"} `);
    return Number.parseInt(count ?? 'none is told', 10);
  });
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

const RECORDS = '^/insightData/v3/import';
const FIELDS = '^/contacts/v3/import';

describe('V6 credentials that are revoked', () => {
  const ATTENTION = "CustomerStatus = 'blocked' AND NeedsAttention = 'dotdigital-credentials-refused'";
  const countShown = async () => (await world.client.workflow.count(ATTENTION)).count;
  const isImport = (status: number | null) => () =>
    world.dotdigital.account.requests.all.some(
      (call) => call.path === '/insightData/v3/import' && call.status === status,
    );
  /** Revoked once an import is where it should be, until whoever is not through yet is shown; gives the calls meanwhile. */
  async function revokedWhile(isThere: () => boolean, begun: readonly OldCustomer[], more: readonly OldCustomer[]) {
    const { requests } = world.dotdigital.account;
    await untilTrue('the import is there', isThere);
    await controlDotdigital(world, 'POST', 'settings', { areCredentialsRevoked: true });
    const before = requests.count;
    const overdue = await importsThat('overdue');
    const sinceMs = performance.now();
    await untilTrue('it is refused', () => requests.all.some(({ status }) => status === 401));
    await loadHistories(world, more);
    const waiting = [...begun, ...more].filter((customer) => countLoaded(world, [customer]) === 0);
    await untilTrue(
      'all are shown',
      async () => (await countShown()) >= waiting.length,
      () => `${waiting.length} wait: ${JSON.stringify(bulkCalls(world))}`,
    );
    const calls = requests.all.filter(({ n }) => n > before);
    const endMs = performance.now();
    await controlDotdigital(world, 'POST', 'settings', { areCredentialsRevoked: false, importDelayMs: 100 });
    expect(waiting.length).toBeGreaterThan(more.length);
    // Whose import is asked about hears of it by the answer, and not when patience is over.
    expect(await importsThat('overdue')).toEqual(overdue);
    expect(calls.map(({ status }) => status)).toEqual(calls.map(() => 401));
    // One look at a time, a second and more apart, beside what was on its way: at most a call of each that has begun.
    const looksMax = 1 + Math.ceil((endMs - sinceMs) / 1_000);
    expect(calls.length).toBeLessThanOrEqual(begun.length + looksMax);
  }

  it('while an import is handed in, and while one is asked about: one call looks, and all are loaded when they work', async () => {
    const [handedIn, asked] = [await oldCustomers(world, 10, 3), await oldCustomers(world, 10, 3)];
    const [more, others] = [await oldCustomers(world, 20, 1), await oldCustomers(world, 20, 1)];
    const slow = { kind: 'latency', delayMs: 1_000, match: { method: 'PUT', path: `${RECORDS}$` }, times: 1 };
    await controlDotdigital(world, 'POST', 'faults', slow);
    world.dotdigital.account.requests.clear();
    await loadHistories(world, handedIn);
    await revokedWhile(isImport(null), handedIn, more);
    // Else some of them call just then, beside those of whom it is known what they have begun.
    await untilLoaded(world, [...handedIn, ...more]);

    await controlDotdigital(world, 'POST', 'settings', { importDelayMs: 1_400 });
    world.dotdigital.account.requests.clear();
    await loadHistories(world, asked);
    await revokedWhile(isImport(202), asked, others);
    await untilLoaded(world, [...asked, ...others]);
    await untilTrue('nobody is shown any more', async () => (await countShown()) === 0);
    wastedWritesMax += 80;
  });
});

describe('a history is loaded although an import is', () => {
  type Faults = readonly Readonly<Record<string, unknown>>[];
  const OUTAGES = [{ kind: 'status', status: 503 }, { kind: 'html' }, { kind: 'reset-mid-body' }];
  /** Where each of an activity's tries meets one: the pause before the next doubles, so records and fields meet them apart. */
  const BOTH = [RECORDS, FIELDS];
  /** How many imports, of records and of fields, have to be handed in anew. */
  const groups: [string, Faults, paths: readonly string[], again: readonly [number, number]][] = [
    [
      'V8 fails in part, fails as a whole',
      [{ kind: 'partial-import', every: 3 }, { kind: 'failed-import' }],
      BOTH,
      [0, 0],
    ],
    ['V2, V4, V7 of records answered 503, with HTML, cut off after its effect', OUTAGES, [RECORDS], [3, 0]],
    ['V2, V4, V7 of fields answered 503, with HTML, cut off after its effect', OUTAGES, [FIELDS], [0, 3]],
    [
      'V1 limited, without any time and with Retry-After',
      [
        { kind: 'status', status: 429 },
        { kind: 'status', status: 429, headers: { 'Retry-After': '1' } },
      ],
      BOTH,
      [0, 0],
    ],
    ['V5 answered a byte a second', [{ kind: 'byte-a-second' }], BOTH, [1, 1]],
  ];
  it.each(groups)('%s', async (_name, faults, paths, again) => {
    const before = await importsThat('not-sent');
    for (const fault of faults) {
      for (const path of paths)
        await controlDotdigital(world, 'POST', 'faults', {
          ...fault,
          match: { method: 'PUT', path: `${path}$` },
          times: 1,
        });
    }
    await loaded(12, 3);
    const told = (await controlDotdigital(world, 'GET', 'faults')) as { faults: readonly { struck: number }[] };
    expect(told.faults.map(({ struck }) => struck).slice(0, 2)).toEqual([1, 1]);
    // What an import writes stands before its answer is given up.
    const handedInAgain = async () => (await importsThat('not-sent')).map((count, at) => count - (before[at] ?? 0));
    await expect.poll(handedInAgain).toEqual(again);
    wastedWritesMax += 80;
  });

  it('V5, V2 asked about in vain: the answer drips, then there is none; nothing is written twice', async () => {
    for (const fault of [{ kind: 'byte-a-second' }, { kind: 'status', status: 503 }]) {
      for (const path of [`${RECORDS}/`, `${FIELDS}/`])
        await controlDotdigital(world, 'POST', 'faults', { ...fault, match: { method: 'GET', path }, times: 1 });
    }
    const customers = await loaded(12, 3);
    // What an import writes stands before its report is read.
    await untilTrue('each fault has struck', async () => {
      const told = (await controlDotdigital(world, 'GET', 'faults')) as { faults: readonly { struck: number }[] };
      return told.faults.every(({ struck }) => struck === 1);
    });
    // Of these customers alone: what the test before left in doubt may be mended meanwhile.
    const own = new Set(customers.flatMap(({ orders }) => orders.map(({ number }) => String(number))));
    const { all } = world.dotdigital.account.log;
    expect(all.filter((change) => change.kind === 'record' && own.has(change.key))).toHaveLength(12 * 3);
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
