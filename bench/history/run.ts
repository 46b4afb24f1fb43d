import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { urlOf } from '../../demo/surroundings.js';
import { type BackfillInput, type BackfillResult, backfillWorkflowId } from '../../src/contract/backfill.js';
import { backfillStart, pagesFor } from '../../src/contract/backfill-start.js';
import { WORKFLOW_TYPES } from '../../src/contract/ids.js';
import { countHistoryEvents } from '../history-events.js';
import { residentBytesOf } from '../process-stats.js';
import type { Stack } from '../stack.js';
import { workerMetric } from '../worker-metrics.js';
import { CALLS_A_WINDOW, type Calls, callsBetween, readCalls, shareOfLimits } from './calls.js';
import { LiveLoad, type LiveResult } from './live.js';
import type { HistoryBenchOptions } from './options.js';
import { reconcile, type Reconciled } from './reconcile.js';
import { generatedShop } from './shop.js';

export interface HistoryResult {
  /** Orders that Stokly counts, and customers that the backfill woke. */
  readonly orders: number;
  readonly customers: number;
  readonly first: BackfillRun;
  /** Over the same data: no write call may be made. Null with `--once`. */
  readonly second: BackfillRun | null;
  readonly workerMiBMax: number | null;
  readonly live: LiveResult | null;
  /** Null with `--once`. */
  readonly money: Reconciled | null;
  readonly isInOrder: boolean;
}

export interface BackfillRun {
  /** Until the workflow's result: every order in one outcome, and checked against Stokly's count. */
  readonly seconds: number;
  readonly isReconciled: boolean;
  readonly calls: Calls;
  /** Of what each limit let out from start to end, the part that was called; null without limits. */
  readonly shareOfLimits: Readonly<Record<string, number>> | null;
  readonly eventsPerOrder: number;
  readonly cpuMsPerOrder: Readonly<Record<string, number | null>>;
}

const CUSTOMERS_SEEDED_AT_A_TIME = 500;
const LOOK_EVERY_MS = 500;
const MIB = 1024 ** 2;
const MINUTE_MS = 60_000;

export async function runHistory(
  stack: Stack,
  options: HistoryBenchOptions,
  tell: (line: string) => void,
): Promise<HistoryResult> {
  const connection = await Connection.connect({ address: stack.temporalAddress });
  const client = new Client({ connection });
  try {
    tell('Filling the shop …');
    await fillShop(stack, options);
    const live = options.liveRate === null ? null : await LiveLoad.prepare(stack, options.liveRate, tell);
    if (options.limitWindowMs !== null) await limit(stack, options.limitWindowMs);
    tell('Backfill …');
    const memory = watchMemory(stack);
    const { limitWindowMs } = options;
    const first = await measured(stack, client, { name: 'bench', limitWindowMs, live, tell });
    const workerMiBMax = await memory.stop();
    tell(`The worker had at most ${workerMiBMax ?? '?'} MiB.`);
    const again = options.isOnce ? null : await runAgain(stack, client, { limitWindowMs, tell });
    const { result } = first;
    return {
      orders: result.orders.inStokly ?? 0,
      customers: result.customers.woken,
      first: first.run,
      second: again?.second ?? null,
      workerMiBMax,
      live: live?.result ?? null,
      money: again?.money ?? null,
      isInOrder: result.isReconciled && (again === null || isSettled(again)),
    };
  } finally {
    await connection.close();
  }
}

async function runAgain(stack: Stack, client: Client, about: Pick<Measure, 'limitWindowMs' | 'tell'>) {
  const { tell } = about;
  tell('A second backfill over the same data …');
  const { run: second } = await measured(stack, client, { ...about, name: 'bench-again', live: null });
  tell('Comparing both sides …');
  return { second, money: await reconcile(stack, client) };
}

function isSettled({ second, money }: { readonly second: BackfillRun; readonly money: Reconciled }): boolean {
  return second.isReconciled && money.unexplained === 0 && money.spendDiffers === 0;
}

async function fillShop({ stokly }: Stack, { dataPath, customers }: HistoryBenchOptions): Promise<void> {
  if (dataPath !== null) {
    await stokly.seedSample(dataPath);
    return;
  }
  for (let from = 0; from < customers; from += CUSTOMERS_SEEDED_AT_A_TIME) {
    const count = Math.min(CUSTOMERS_SEEDED_AT_A_TIME, customers - from);
    const shop = generatedShop({ from, count });
    await stokly.seed('customers', shop.customers);
    await stokly.seed('orders', shop.orders);
    await stokly.seed('refunds', shop.refunds);
  }
}

async function limit({ stokly, dotdigital }: Stack, windowMs: number): Promise<void> {
  const { stokly: callsOfStokly, ...rates } = CALLS_A_WINDOW;
  await stokly.limit(callsOfStokly, windowMs);
  await dotdigital.limit(rates, windowMs);
}

interface Measure {
  readonly name: string;
  readonly limitWindowMs: number | null;
  readonly live: LiveLoad | null;
  readonly tell: (line: string) => void;
}

async function measured(
  stack: Stack,
  client: Client,
  { name, limitWindowMs, live, tell }: Measure,
): Promise<{ run: BackfillRun; result: BackfillResult }> {
  const before = await readCalls(stack);
  const eventsBefore = await countHistoryEvents(client);
  const startedAtMs = Date.now();
  const start = backfillStart(backfillWorkflowId(name), {
    window: { from: null, to: null },
    ...(limitWindowMs === null ? {} : pagesFor((CALLS_A_WINDOW.stokly * MINUTE_MS) / limitWindowMs)),
    confirmation: { actor: 'bench', at: new Date(startedAtMs).toISOString(), programs: [] },
  });
  const handle = await client.workflow.start<(input: BackfillInput) => Promise<BackfillResult>>(
    WORKFLOW_TYPES.backfillOrders,
    start,
  );
  const [result] = await Promise.all([handle.result(), live?.play()]);
  const seconds = Math.round((Date.now() - startedAtMs) / 100) / 10;
  const after = await readCalls(stack);
  const orders = Math.max(1, result.orders.inStokly ?? 0);
  const calls = callsBetween(before, after, orders);
  const eventsPerOrder = round(((await countHistoryEvents(client)) - eventsBefore) / orders);
  const { dotdigitalWritesPer1000Orders, stoklyPerOrder } = calls.calls;
  const outcomes = `${result.orders.withOutcome} of ${result.orders.inStokly ?? '?'} orders in an outcome`;
  const cost = `${dotdigitalWritesPer1000Orders} writes in 1,000, ${stoklyPerOrder} reads and ${eventsPerOrder} events an order`;
  tell(`… ${seconds} s, ${outcomes}; ${cost}; CPU ms an order ${JSON.stringify(calls.cpu)}`);
  const { isReconciled } = result;
  const shares = limitWindowMs === null ? null : shareOfLimits(calls.calls.byCall, { seconds, limitWindowMs });
  if (shares !== null) tell(`… of what the limits let out, called: ${JSON.stringify(shares)}`);
  return {
    result,
    run: { seconds, isReconciled, calls: calls.calls, shareOfLimits: shares, eventsPerOrder, cpuMsPerOrder: calls.cpu },
  };
}

function watchMemory({ processes, ports }: Stack): { stop(): Promise<number | null> } {
  let most: number | null = null;
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      const bytes = await residentBytesOf(processes.worker.pid);
      if (bytes !== null) most = Math.max(most ?? 0, bytes / MIB);
      await pause(LOOK_EVERY_MS);
    }
  })();
  return {
    async stop() {
      isOver = true;
      await watching;
      // The page answers: the worker that was watched is the one that lives.
      await workerMetric(urlOf(ports.metrics), 'lockstep_vendor_calls_total');
      return most === null ? null : Math.round(most);
    },
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
