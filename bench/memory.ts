import { setTimeout as pause } from 'node:timers/promises';
import { urlOf } from '../demo/surroundings.js';
import { Arrivals } from './arrivals.js';
import { residentBytesOf } from './process-stats.js';
import { customerIds, customerObject, eventOf, ordersOf, placedObject } from './shop.js';
import type { Stack } from './stack.js';
import { workerMetric } from './worker-metrics.js';

export interface MemoryOptions {
  /** Each has one order. */
  readonly customers: number;
  readonly tell: (line: string) => void;
}

export interface MemorySample {
  /** Customers whose order stands in Dotdigital. */
  readonly customers: number;
  readonly seconds: number;
  /** Workflows in the worker's cache. */
  readonly cached: number;
  /** Resident, in MiB; null where there is no /proc. */
  readonly workerMiB: number | null;
  readonly temporalMiB: number | null;
}

export interface MemoryResult {
  readonly samples: readonly MemorySample[];
  readonly workerMiBMax: number | null;
  /** The most that the worker's cache ever held when looked at. */
  readonly cachedMax: number;
  readonly lost: number;
}

const SAMPLES = 10;
/** What only a garbage collection gives back is still there this much later; what a collection in peace leaves is to be seen. */
const PEACE_MS = 10_000;
const MIB = 1024 ** 2;

/** Brings one order of each of many customers through and looks at the worker's memory on the way. */
export async function runMemory(stack: Stack, { customers, tell }: MemoryOptions): Promise<MemoryResult> {
  const startedAtMs = Date.now();
  const ids = customerIds(customers);
  const orders = ordersOf(ids, { from: 0, count: customers });
  const arrivals = new Arrivals(stack.dotdigital);
  await stack.stokly.seed('customers', ids.map(customerObject));
  await stack.stokly.seed('orders', orders.map(placedObject));
  const samples = [await sample(stack, { customers: 0, startedAtMs })];
  let lost = 0;
  const step = Math.ceil(customers / SAMPLES);
  for (let from = 0; from < customers; from += step) {
    const events = orders.slice(from, from + step).map((order) => eventOf(order, 'unprocessed'));
    await stack.sender.sendAll(events);
    lost += (await arrivals.waitFor(events)).length;
    samples.push(await sample(stack, { customers: Math.min(from + step, customers), startedAtMs }));
    tell(describe(samples.at(-1)));
  }
  await pause(PEACE_MS);
  samples.push(await sample(stack, { customers, startedAtMs }));
  const sizes = samples.flatMap(({ workerMiB }) => workerMiB ?? []);
  return {
    samples,
    workerMiBMax: sizes.length === 0 ? null : Math.max(...sizes),
    cachedMax: Math.max(...samples.map(({ cached }) => cached)),
    lost,
  };
}

async function sample(
  { processes, ports }: Stack,
  { customers, startedAtMs }: { customers: number; startedAtMs: number },
): Promise<MemorySample> {
  return {
    customers,
    seconds: Math.round((Date.now() - startedAtMs) / 1_000),
    cached: await workerMetric(urlOf(ports.metrics), 'temporal_sticky_cache_size'),
    workerMiB: inMiB(await residentBytesOf(processes.worker.pid)),
    temporalMiB: inMiB(await residentBytesOf(processes.temporal.pid)),
  };
}

function inMiB(bytes: number | null): number | null {
  return bytes === null ? null : Math.round(bytes / MIB);
}

function describe(now: MemorySample | undefined): string {
  if (now === undefined) return '';
  const { customers, seconds, cached, workerMiB } = now;
  return `${customers} customers after ${seconds} s: ${cached} workflows cached, worker ${workerMiB ?? 'unknown'} MiB`;
}
