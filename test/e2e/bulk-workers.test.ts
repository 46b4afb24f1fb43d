import type { Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadHistories, oldCustomers, untilLoaded } from '../support/bulk-load.js';
import { controlDotdigital, controlStokly, dotdigitalState } from '../support/shop-events.js';
import { type WorkerProcesses, workerProcesses } from '../support/worker-process.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

/** Two workers, a process each, on one account: each sees the other only in what the vendors say remains. */

const CUSTOMERS = 150;
/** Calls a window of two seconds, small enough that a history of 150 customers takes some windows. */
const LIMITS = { stokly: 80, low: 20, medium: 36, high: 36 } as const;
const WINDOW_MS = 2_000;

let world: World;
let workers: readonly WorkerProcesses[] = [];
const calls: CountedCall[] = [];
beforeAll(async () => {
  world = await createWorld({ hasWorker: false });
  await controlStokly(world, 'POST', 'settings', { rateLimit: LIMITS.stokly, rateWindowMs: WINDOW_MS });
  const { low, medium, high } = LIMITS;
  const rates = { low, medium, high, windowMs: WINDOW_MS, reset: 'delta' };
  await controlDotdigital(world, 'POST', 'settings', { rates });
  // A window that runs already keeps its length.
  world.dotdigital.account.rates.clear();
  for (const server of [world.stokly.app.server, world.dotdigital.app.server]) follow(server);
});
afterAll(async () => {
  await Promise.all(workers.map((processes) => processes.stopAll()));
  await world.close();
});

/** A call that counts against a limit. */
interface CountedCall {
  /** The name by which the worker calls this machine: what tells its calls from the other's. */
  readonly worker: string;
  /** `stokly`, or the tier. */
  readonly budget: string;
  readonly arrivedAtMs: number;
  readonly answeredAtMs: number;
  readonly remaining: number;
  readonly isRefused: boolean;
}

const NAMES = ['127.0.0.1', 'localhost'] as const;

function follow(server: Server): void {
  server.prependListener('request', (request, response) => {
    const arrivedAtMs = performance.now();
    let told: Readonly<Record<string, unknown>> = {};
    // Headers that are handed over together with the status stand nowhere else afterwards.
    const writeHead = response.writeHead.bind(response) as (...given: unknown[]) => typeof response;
    response.writeHead = (...given: unknown[]) => {
      told = Object.fromEntries(Object.entries(given.at(-1) ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
      return writeHead(...given);
    };
    response.once('finish', () => {
      const { 'x-ratelimit-remaining': remaining, 'x-ratelimit-scope': tier } = told;
      if (remaining === undefined) return;
      calls.push({
        worker: request.headers.host?.split(':')[0] ?? '',
        budget: typeof tier === 'string' ? tier : 'stokly',
        arrivedAtMs,
        answeredAtMs: performance.now(),
        remaining: Number(remaining),
        isRefused: response.statusCode === 429,
      });
    });
  });
}

/** A call may be on its way when the answer to another one says that nothing remains. */
const ON_ITS_WAY_MS = 50;

/** Refused calls of a worker that had been told before, in the same window, that nothing remains. */
function sentWhileSpent(): CountedCall[] {
  return calls.filter((call) => {
    if (!call.isRefused) return false;
    const own = calls.filter(({ budget }) => budget === call.budget);
    const last = own.findLast(
      ({ worker, answeredAtMs, remaining }) =>
        worker === call.worker && remaining === 0 && answeredAtMs < call.arrivedAtMs - ON_ITS_WAY_MS,
    );
    // Since then no window has begun: nobody's call was taken.
    return last !== undefined && !own.some((other) => !other.isRefused && isBetween(other, last, call));
  });
}

function isBetween({ arrivedAtMs }: CountedCall, first: CountedCall, second: CountedCall): boolean {
  return arrivedAtMs > first.answeredAtMs && arrivedAtMs < second.arrivedAtMs;
}

/** Each calls the stand-ins by another name of this machine. */
function startWorkers(): void {
  const named = (url: string, name: string) => url.replace(NAMES[0], name);
  workers = NAMES.map((name) =>
    workerProcesses(world, {
      STOKLY_API_URL: named(world.stoklyUrl, name),
      DOTDIGITAL_API_URL: named(world.dotdigitalUrl, name),
      STOKLY_WINDOW_MS: String(WINDOW_MS),
    }),
  );
}

describe('two workers', () => {
  it('stay within one limit together, and load a history between them', async () => {
    startWorkers();
    const running = workers.map((processes) => processes.start());
    const customers = await oldCustomers(world, CUSTOMERS, 2);
    await untilTrue(
      'both are ready',
      () => running.every((worker) => worker.lastLines().includes('worker ready')),
      () => running.map((worker) => worker.lastLines()).join('\n'),
    );
    await loadHistories(world, customers);
    await untilLoaded(world, customers);

    const count = (budget: string, worker?: string) =>
      calls.filter((call) => call.budget === budget && (worker ?? call.worker) === call.worker).length;
    const budgets = [...new Set(calls.map(({ budget }) => budget))].sort();
    const table = budgets.map((budget) => [budget, ...NAMES.map((name) => count(budget, name))].join(' '));
    const refused = calls.filter(({ isRefused }) => isRefused);
    process.stdout.write(`${calls.length} calls of two workers: ${table.join(', ')}; ${refused.length} refused\n`);
    expect(budgets).toEqual(['highCallRate', 'lowCallRate', 'mediumCallRate', 'stokly']);
    // Both have a good part in it, and it takes more than a window allows: else nothing was shared.
    for (const name of NAMES) expect(count('stokly', name)).toBeGreaterThan(LIMITS.stokly / 2);
    expect(count('mediumCallRate')).toBeGreaterThan(2 * LIMITS.medium);
    expect(count('stokly')).toBeGreaterThan(2 * LIMITS.stokly);
    expect(refused.length).toBeLessThanOrEqual(Math.max(2, calls.length * 0.005));
    expect(sentWhileSpent()).toEqual([]);
    const { contacts, records } = await dotdigitalState(world);
    expect(contacts.filter(({ dataFields }) => dataFields['TOTAL_SPEND'] === 24)).toHaveLength(CUSTOMERS);
    expect(records['Orders']).toHaveLength(2 * CUSTOMERS);
    // A call that was refused had no effect: nothing was written twice.
    expect(world.dotdigital.account.log.all.filter(({ kind }) => kind === 'record')).toHaveLength(2 * CUSTOMERS);
  });
});
