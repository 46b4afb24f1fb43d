import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../demo/ports.js';
import type { RunningProcess } from '../../demo/processes.js';
import { newBuyer, orderEvent, placeOrder } from '../support/shop-events.js';
import { type WorkerProcesses, workerProcesses } from '../support/worker-process.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

/** The page as it is in production: a worker in a process of its own, asked over HTTP. */
let world: World;
let processes: WorkerProcesses;
let worker: RunningProcess;
let url: string;
beforeAll(async () => {
  world = await createWorld({ hasWorker: false });
  const port = await freePort();
  url = `http://127.0.0.1:${port}/metrics`;
  processes = workerProcesses(world, { METRICS_PORT: String(port) });
  worker = processes.start();
  await untilTrue('the page is there', async () => (await fetch(url)).ok);
});
afterAll(async () => {
  await processes.stopAll();
  await world.close();
  for (const place of ['output of worker processes', 'pages of worker processes'])
    expect(world.watch.seen().get(place), place).toBeGreaterThan(100);
});

async function readPage(): Promise<string> {
  const text = await (await fetch(url)).text();
  world.watch.hear('pages of worker processes', text);
  return text;
}

describe("a worker's page", () => {
  it("shows what the worker counts, what its process costs and what Temporal's SDK counts", async () => {
    const { customerId } = await newBuyer(world);
    await orderEvent(world, await placeOrder(world, customerId));
    await world.settled(customerId, ({ outcomes, ledgerComplete }) => outcomes.synced === 1 && ledgerComplete);
    const page = await readPage();
    expect(page).toMatch(/^lockstep_event_to_written_seconds_count 1$/m);
    expect(page).toMatch(/^lockstep_orders_settled_total\{outcome="synced",reason="none"\} [1-9]/m);
    expect(page).toMatch(/^lockstep_vendor_calls_total\{vendor="stokly",status="2xx"\} [1-9]/m);
    expect(page).toMatch(/^lockstep_account_counted_timestamp_seconds 1\d{9}/m);
    expect(page).toMatch(/^process_cpu_seconds_total /m);
    expect(page).toMatch(/^temporal_workflow_task_execution_latency_count\{/m);
  });

  it('is one text that Prometheus can read: each metric told once, each line a number', async () => {
    const lines = (await readPage()).split('\n').filter((line) => line !== '');
    const told = lines.flatMap((line) => /^# TYPE (\S+) /.exec(line)?.[1] ?? []);
    expect(new Set(told).size).toBe(told.length);
    const sample =
      /^[a-zA-Z_:][\w:]*(\{([a-zA-Z_]\w*="(\\.|[^"\\])*",?)*\})? (-?[\d.]+(e[+-]?\d+)?|Na[nN]|[+-]Inf)( \d+)?$/;
    expect(lines.filter((line) => !line.startsWith('# ') && !sample.test(line))).toEqual([]);
  });

  it('names the setting where its port is taken: the worker says so in one line and ends', async () => {
    const second = processes.start();
    expect(await second.ended).toBe('status 1');
    expect(second.lastLines()).toContain('set METRICS_PORT to a free one');
    expect(worker.hasEnded()).toBe(false);
  });
});

describe('a worker without Temporal', () => {
  it('says so in one line and ends', async () => {
    const nowhere = workerProcesses(world, { TEMPORAL_ADDRESS: '127.0.0.1:1' });
    const lost = nowhere.start();
    expect(await lost.ended).toBe('status 1');
    expect(lost.lastLines()).toBe(
      'worker: Temporal does not answer at 127.0.0.1:1: is it running, and is TEMPORAL_ADDRESS right?',
    );
    await nowhere.stopAll();
    // Nor is another one, by a test that ran out of time and goes on when all is over.
    expect(() => nowhere.start()).toThrow('no worker is started any more');
  });
});
