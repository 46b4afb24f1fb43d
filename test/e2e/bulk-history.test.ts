import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LoggedRequest } from '../../emulators/dotdigital/index.js';
import type { Job } from '../../emulators/dotdigital/jobs.js';
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

/** What fails stops everyone of its world, and is waited for: so there are several, side by side, each with one test at a time. */
const WORLDS = ['with refused credentials', 'with lost answers', 'with slow answers', 'with late imports'] as const;
type WorldName = (typeof WORLDS)[number];

interface Account {
  readonly world: World;
  readonly chronicle: Chronicle;
  /** Single calls and imports that were refused or lost: each fault below costs what it strikes. */
  wastedWritesMax: number;
  /** The end of the test that has it. */
  isFree: Promise<void>;
}

const accounts = new Map<WorldName, Account>();
beforeAll(async () => {
  const made = WORLDS.map(async (name) => {
    const world = await createWorld({
      policy: { unconfirmedAfterMs: UNCONFIRMED_AFTER_MS },
      clients: { importWaitMs: IMPORT_WAIT_MS, timeoutMs: TIMEOUT_MS },
    });
    const isFree = Promise.resolve();
    accounts.set(name, { world, chronicle: followStokly(world), wastedWritesMax: 0, isFree });
  });
  await Promise.all(made);
});
afterAll(async () => {
  await Promise.all([...accounts.values()].map(({ world }) => world.close()));
});

/** Waits until the tests before are through with this world, and leaves it without faults. */
async function inTurn(name: WorldName, test: (account: Account) => Promise<void>): Promise<void> {
  const account = accountOf(name);
  const own = account.isFree.then(() => test(account));
  account.isFree = own.catch(() => undefined).then(() => calm(account));
  await own;
}

function accountOf(name: WorldName): Account {
  const account = accounts.get(name);
  if (account === undefined) throw new Error(`there is no world ${name}`);
  return account;
}

async function calm({ world }: Account): Promise<void> {
  await controlDotdigital(world, 'DELETE', 'faults');
  await controlDotdigital(world, 'POST', 'settings', {
    importDelayMs: 100,
    insightImportsActiveMax: 5,
    areCredentialsRevoked: false,
  });
}

const UNCONFIRMED_AFTER_MS = 5_000;
const IMPORT_WAIT_MS = 1_500;
/** A client's own time, short: an answer that drips is given up after it. */
const TIMEOUT_MS = 1_500;

async function loaded({ world }: Account, count: number, ordersEach: number): Promise<OldCustomer[]> {
  const customers = await oldCustomers(world, count, ordersEach);
  world.dotdigital.account.requests.clear();
  await loadHistories(world, customers);
  await untilLoaded(world, customers);
  return customers;
}

type ImportsEnd = 'not-sent' | 'overdue';
/** Imports of records and of fields that ended so: Dotdigital never said that it took them, or nobody waited any longer. */
async function importsThat({ world }: Account, end: ImportsEnd): Promise<readonly number[]> {
  const text = await world.workerMetrics();
  return ['records', 'fields'].map((kind) => {
    const [, count] = text.split(`lockstep_imports_total{kind="${kind}",result="${end}"} `);
    return Number.parseInt(count ?? 'none is told', 10);
  });
}

const isWell = async ({ world, chronicle, wastedWritesMax }: Account, isLateAllowed = false) => {
  expect(await violationsOf(world, { chronicle, wastedWritesMax, isLateAllowed })).toEqual([]);
};

describe('a history', () => {
  it('goes out in a few imports, records before fields, and raises and creates nobody', async () => {
    const account = accountOf('with late imports');
    const { log } = account.world.dotdigital.account;
    const before = log.count;
    await loaded(account, 60, 5);
    const calls = bulkCalls(account.world);
    process.stdout.write(`300 orders of 60 customers: ${JSON.stringify(calls)}\n`);
    expect(calls.recordPuts + calls.fieldPatches).toBeLessThanOrEqual(24);
    expect(calls.recordImports + calls.fieldImports).toBeLessThanOrEqual(40);
    const byImports = log.all.filter(
      ({ n, actor }) => n > before && actor.by === 'api' && actor.call.endsWith('/import'),
    );
    expect(new Set(byImports.map(({ kind }) => kind))).toEqual(new Set(['record', 'fields']));
    await isWell(account);
  });
});

const RECORDS = '^/insightData/v3/import';
const FIELDS = '^/contacts/v3/import';

const ATTENTION = "CustomerStatus = 'blocked' AND NeedsAttention = 'dotdigital-credentials-refused'";
const countShown = async ({ world }: Account) => (await world.client.workflow.count(ATTENTION)).count;

interface Revoked {
  readonly isThere: (call: LoggedRequest) => boolean;
  readonly begun: readonly OldCustomer[];
  readonly more: readonly OldCustomer[];
}

/** Revoked once an import is where it should be, until whoever is not through yet is shown; the calls meanwhile are few. */
async function revokedWhile(account: Account, { isThere, begun, more }: Revoked): Promise<void> {
  const { world } = account;
  const { requests } = world.dotdigital.account;
  const isImport = (call: LoggedRequest) => call.path === '/insightData/v3/import' && isThere(call);
  await untilTrue('the import is there', () => requests.all.some(isImport));
  await controlDotdigital(world, 'POST', 'settings', { areCredentialsRevoked: true });
  const before = requests.count;
  const overdue = await importsThat(account, 'overdue');
  const sinceMs = performance.now();
  await untilTrue('it is refused', () => requests.all.some(({ status }) => status === 401));
  await loadHistories(world, more);
  const waiting = [...begun, ...more].filter((customer) => countLoaded(world, [customer]) === 0);
  await untilTrue(
    'all are shown',
    async () => (await countShown(account)) >= waiting.length,
    () => `${waiting.length} wait: ${JSON.stringify(bulkCalls(world))}`,
  );
  const calls = requests.all.filter(({ n }) => n > before);
  const endMs = performance.now();
  await controlDotdigital(world, 'POST', 'settings', { areCredentialsRevoked: false, importDelayMs: 100 });
  expect(waiting.length).toBeGreaterThan(more.length);
  // Whose import is asked about hears of it by the answer, and not when patience is over.
  expect(await importsThat(account, 'overdue')).toEqual(overdue);
  expect(calls.map(({ status }) => status)).toEqual(calls.map(() => 401));
  // One look at a time, a second and more apart, beside what was on its way: at most a call of each that has begun.
  const looksMax = 1 + Math.ceil((endMs - sinceMs) / 1_000);
  expect(calls.length).toBeLessThanOrEqual(begun.length + looksMax);
}

type Faults = readonly Readonly<Record<string, unknown>>[];
const OUTAGES = [{ kind: 'status', status: 503 }, { kind: 'html' }, { kind: 'reset-mid-body' }];
const LIMITED = [
  { kind: 'status', status: 429 },
  { kind: 'status', status: 429, headers: { 'Retry-After': '1' } },
];
/** Where each of an activity's tries meets one: the pause before the next doubles, so records and fields meet them apart. */
const BOTH = [RECORDS, FIELDS];

interface Handed {
  readonly faults: Faults;
  readonly paths: readonly string[];
  /** How many imports, of records and of fields, have to be handed in anew. */
  readonly again: readonly [number, number];
}

async function isLoadedAlthough(account: Account, { faults, paths, again }: Handed): Promise<void> {
  const { world } = account;
  const before = await importsThat(account, 'not-sent');
  for (const fault of faults) {
    for (const path of paths)
      await controlDotdigital(world, 'POST', 'faults', {
        ...fault,
        match: { method: 'PUT', path: `${path}$` },
        times: 1,
      });
  }
  await loaded(account, 12, 3);
  const told = (await controlDotdigital(world, 'GET', 'faults')) as { faults: readonly { struck: number }[] };
  expect(told.faults.map(({ struck }) => struck).slice(0, 2)).toEqual([1, 1]);
  // What an import writes stands before its answer is given up.
  let handedIn: readonly number[] = [];
  await untilTrue(
    `imports are handed in anew, ${again.join(' and ')}`,
    async () => {
      handedIn = (await importsThat(account, 'not-sent')).map((count, at) => count - (before[at] ?? 0));
      return String(handedIn) === String(again);
    },
    () => String(handedIn),
  );
  account.wastedWritesMax += 80;
}

// In the order in which they begin: the worlds in turn.
describe.concurrent('a history is loaded although', () => {
  it('V6: credentials are revoked while an import is handed in: one call looks, and all are loaded when they work', () =>
    inTurn('with refused credentials', async (account) => {
      const { world } = account;
      const [begun, more] = [await oldCustomers(world, 10, 3), await oldCustomers(world, 20, 1)];
      const slow = { kind: 'latency', delayMs: 1_000, match: { method: 'PUT', path: `${RECORDS}$` }, times: 1 };
      await controlDotdigital(world, 'POST', 'faults', slow);
      world.dotdigital.account.requests.clear();
      await loadHistories(world, begun);
      await revokedWhile(account, { isThere: ({ status }) => status === null, begun, more });
      // Else some of them call just then, beside those of whom it is known what they have begun.
      await untilLoaded(world, [...begun, ...more]);
      account.wastedWritesMax += 40;
    }));

  const LOST: [string, Handed][] = [
    [
      'V2, V4, V7: records are answered 503, with HTML, cut off after the effect',
      { faults: OUTAGES, paths: [RECORDS], again: [3, 0] },
    ],
    [
      'V8: an import fails in part, fails as a whole',
      { faults: [{ kind: 'partial-import', every: 3 }, { kind: 'failed-import' }], paths: BOTH, again: [0, 0] },
    ],
    [
      'V2, V4, V7: fields are answered 503, with HTML, cut off after the effect',
      { faults: OUTAGES, paths: [FIELDS], again: [0, 3] },
    ],
  ];
  const SLOW: [string, Handed][] = [
    ['V5: an import is answered a byte a second', { faults: [{ kind: 'byte-a-second' }], paths: BOTH, again: [1, 1] }],
    [
      'V1: an import is limited, without any time and with Retry-After',
      { faults: LIMITED, paths: BOTH, again: [0, 0] },
    ],
  ];
  // The first of its world: what a test before left in doubt would be put once more.
  it('V8: an import is refused for too many', () =>
    inTurn('with lost answers', async (account) => {
      await controlDotdigital(account.world, 'POST', 'settings', { insightImportsActiveMax: 0 });
      await loaded(account, 10, 3);
      expect(bulkCalls(account.world).recordPuts).toBe(30);
    }));

  it.each(LOST)('%s', (_name, handed) => inTurn('with lost answers', (account) => isLoadedAlthough(account, handed)));
  it.each(SLOW)('%s', (_name, handed) => inTurn('with slow answers', (account) => isLoadedAlthough(account, handed)));

  it('V6: credentials are revoked while an import is asked about: one call looks, and all are loaded when they work', () =>
    inTurn('with refused credentials', async (account) => {
      const { world } = account;
      const [begun, more] = [await oldCustomers(world, 10, 3), await oldCustomers(world, 20, 1)];
      await controlDotdigital(world, 'POST', 'settings', { importDelayMs: 1_400 });
      world.dotdigital.account.requests.clear();
      await loadHistories(world, begun);
      await revokedWhile(account, { isThere: ({ status }) => status === 202, begun, more });
      await untilLoaded(world, [...begun, ...more]);
      await untilTrue('nobody is shown any more', async () => (await countShown(account)) === 0);
      account.wastedWritesMax += 40;
    }));

  it('V5, V2: an import is asked about in vain: the answer drips, then there is none; nothing is written twice', () =>
    inTurn('with slow answers', async (account) => {
      const { world } = account;
      for (const fault of [{ kind: 'byte-a-second' }, { kind: 'status', status: 503 }]) {
        for (const path of [`${RECORDS}/`, `${FIELDS}/`])
          await controlDotdigital(world, 'POST', 'faults', { ...fault, match: { method: 'GET', path }, times: 1 });
      }
      const customers = await loaded(account, 12, 3);
      // What an import writes stands before its report is read.
      await untilTrue('each fault has struck', async () => {
        const told = (await controlDotdigital(world, 'GET', 'faults')) as { faults: readonly { struck: number }[] };
        return told.faults.every(({ struck }) => struck === 1);
      });
      // Of these customers alone: what the test before left in doubt may be mended meanwhile.
      const own = new Set(customers.flatMap(({ orders }) => orders.map(({ number }) => String(number))));
      const { all } = world.dotdigital.account.log;
      expect(all.filter((change) => change.kind === 'record' && own.has(change.key))).toHaveLength(12 * 3);
    }));

  it('V8: an import is stuck: its writes go out alone, and are read back', () =>
    inTurn('with slow answers', async (account) => {
      for (const path of BOTH)
        await controlDotdigital(account.world, 'POST', 'faults', { kind: 'stuck-import', match: { path }, times: 1 });
      await loaded(account, 10, 3);
    }));
});

/** The next import of records is carried out when this is called, and not before. */
function holdNextImport({ world }: Account): () => void {
  const { jobs } = world.dotdigital.account;
  const submit = jobs.submit.bind(jobs);
  let held: Job | null = null;
  jobs.submit = (job) => {
    if (held !== null || job.kind !== 'insight-import') return submit(job);
    held = submit({ ...job, isStuck: true });
    return held;
  };
  return () => void held?.run?.();
}

describe('an import that lands after a later single write', () => {
  it('is found and mended', async () => {
    const account = accountOf('with late imports');
    const { log, requests } = account.world.dotdigital.account;
    const letLand = holdNextImport(account);
    const customers = await loaded(account, 12, 3);
    const inImport = requests.all.find(({ path }) => path === '/insightData/v3/import')?.carried.map(({ key }) => key);
    const order = customers.flatMap(({ orders }) => orders).find(({ number }) => inImport?.includes(String(number)));
    if (order === undefined) throw new Error('no order went out in an import');
    await sellPieces(account.world, order, { quantity: 3, at: instant(30) });
    const totals = () =>
      log.all.flatMap((change) =>
        change.kind === 'record' && change.key === String(order.number)
          ? [(JSON.parse(change.json ?? '{}') as { order_total?: number }).order_total]
          : [],
      );
    const untilTotals = (...wanted: readonly number[]) =>
      untilTrue(
        `its totals were ${wanted.join(', ')}`,
        () => String(totals()) === String(wanted),
        () => String(totals()),
      );
    await untilTotals(12, 18);
    letLand();
    await untilTotals(12, 18, 12, 18);
    account.wastedWritesMax += 80;
  });
});

describe('in the end', () => {
  it.each(WORLDS)('all is as the oracle says in the world %s', async (name) => {
    const account = accountOf(name);
    await account.isFree;
    await isWell(account, true);
  });
});
