import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RunningProcess } from '../../demo/processes.js';
import {
  bulkCalls,
  loadHistories,
  oldCustomers,
  type OldCustomer,
  untilLoaded,
  untilReached,
} from '../support/bulk-load.js';
import { type Chronicle, followStokly, violationsOf } from '../support/oracle.js';
import { controlDotdigital, dotdigitalState } from '../support/shop-events.js';
import { type WorkerProcesses, workerProcesses } from '../support/worker-process.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

/**
 * `kill -9` of the worker with hundreds of activities in imports (R1). `KILLED_ACTIVITIES=2000` is the full size, all that one worker
 * can have, and takes some minutes.
 */

const KILLED_ACTIVITIES = Number(process.env['KILLED_ACTIVITIES'] ?? 400);
const TIMEOUT_MS = 225 * Math.max(400, KILLED_ACTIVITIES);

const SOME = { customers: 40, ordersEach: 3 };
const MANY = { customers: KILLED_ACTIVITIES, ordersEach: 2 };
/** Longer than it takes until most of them wait. */
const MANY_DELAY_MS = 30 * KILLED_ACTIVITIES;
/** The promise: after a restart work goes on within this. */
const AT_WORK_MS_MAX = 10_000;

let world: World;
let chronicle: Chronicle;
let processes: WorkerProcesses;
let worker: RunningProcess;
beforeAll(async () => {
  world = await createWorld({ hasWorker: false });
  chronicle = followStokly(world);
  processes = workerProcesses(world, { WRITE_DOUBT_AFTER: '2s' });
  worker = processes.start();
});
afterEach(async () => {
  await controlDotdigital(world, 'DELETE', 'faults');
});
afterAll(async () => {
  await processes.stopAll();
  await world.close();
});

/** Imports take so long that hundreds of writes are in them when the worker dies. */
async function load(importDelayMs: number, { customers: count, ordersEach }: typeof SOME): Promise<OldCustomer[]> {
  await controlDotdigital(world, 'POST', 'settings', { importDelayMs });
  const customers = await oldCustomers(world, count, ordersEach);
  world.dotdigital.account.requests.clear();
  await loadHistories(world, customers);
  return customers;
}

/** Record contents that Dotdigital took, by what had stood there before: nothing, the same, another. */
function contentsTaken(): { first: number; same: number; other: number } {
  const standing = new Map<string, string | null>();
  const counts = { first: 0, same: 0, other: 0 };
  for (const change of world.dotdigital.account.log.all) {
    if (change.kind !== 'record') continue;
    const before = standing.get(change.key);
    counts[before === undefined ? 'first' : before === change.json ? 'same' : 'other'] += 1;
    standing.set(change.key, change.json);
  }
  return counts;
}

const RECORD_IMPORT = '/insightData/v3/import';
const inImports = () =>
  world.dotdigital.account.requests.all
    .filter(({ path, status }) => path === RECORD_IMPORT && status === 202)
    .reduce((sum, { carried }) => sum + carried.length, 0);

describe('R1: kill -9 of the worker', () => {
  it('before it knew that an import was taken: all is written again, to the same effect', async () => {
    const match = { method: 'PUT', path: '/v3/import$' };
    await controlDotdigital(world, 'POST', 'faults', { kind: 'timeout-after', match });
    const customers = await load(100, SOME);
    await untilTrue('an import was taken', () => inImports() >= 30);
    await processes.kill(worker);
    await controlDotdigital(world, 'DELETE', 'faults');
    worker = processes.start();
    await untilLoaded(world, customers);
    expect(contentsTaken().other).toBe(0);
    process.stdout.write(`loaded again ${JSON.stringify(bulkCalls(world))}\n`);
    expect(await violationsOf(world, { chronicle, wastedWritesMax: 50, isLateAllowed: true })).toEqual([]);
  });

  it(
    'while hundreds of activities wait for imports: the next one asks for their reports, and writes little again',
    async () => {
      const { first: before, same: sameBefore } = contentsTaken();
      const customers = await load(MANY_DELAY_MS, MANY);
      await untilReached('most writes are in imports', 0.75 * MANY.customers * MANY.ordersEach, inImports);
      // Heartbeats have told of the imports: a throttled one takes three seconds.
      await new Promise((resolve) => setTimeout(resolve, 3_500));
      await processes.kill(worker);
      const killed = waitingForImports();
      await controlDotdigital(world, 'POST', 'settings', { importDelayMs: 100 });
      const callsBefore = world.dotdigital.account.requests.count;
      const restartedAt = performance.now();
      worker = processes.start();
      await untilTrue('the next worker asks', () => hasAskedSince(callsBefore));
      const atWorkMs = Math.round(performance.now() - restartedAt);
      await untilLoaded(world, customers);
      const taken = contentsTaken();
      process.stdout.write(
        `killed with ${killed} activities in imports: at work after ${atWorkMs} ms, all after ${Math.round(performance.now() - restartedAt)} ms, ${JSON.stringify(taken)}\n`,
      );
      expect(killed).toBeGreaterThanOrEqual(KILLED_ACTIVITIES / 4);
      expect(taken.first - before).toBe(MANY.customers * MANY.ordersEach);
      // What the reports said was not written again; the read-backs of a second attempt find all as it should be.
      expect(taken.same - sameBefore).toBeLessThanOrEqual(MANY.customers / 4);
      expect(taken.other).toBe(0);
      expect(atWorkMs).toBeLessThanOrEqual(AT_WORK_MS_MAX);
      const { contacts } = await dotdigitalState(world);
      const spent = contacts.filter(({ dataFields }) => dataFields['TOTAL_SPEND'] === 12 * MANY.ordersEach);
      expect(spent).toHaveLength(MANY.customers);
    },
    TIMEOUT_MS,
  );
});

function hasAskedSince(callsBefore: number): boolean {
  const { requests } = world.dotdigital.account;
  return requests.all.some(
    ({ n, method, path }) => n > callsBefore && method === 'GET' && path.startsWith(`${RECORD_IMPORT}/`),
  );
}

/** Contacts with a write in an import that has not ended: an activity each. */
function waitingForImports(): number {
  const { requests, log } = world.dotdigital.account;
  const landed = new Set(
    log.all.flatMap(({ actor, contactId }) => (actor.by === 'api' ? [`${actor.request} ${contactId}`] : [])),
  );
  const waiting = requests.all.flatMap(({ n, path, status, carried }) =>
    path.endsWith('/import') && status === 202
      ? carried.flatMap(({ contactId }) => (landed.has(`${n} ${contactId}`) ? [] : [contactId]))
      : [],
  );
  return new Set(waiting).size;
}
