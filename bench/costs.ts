import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { WORKFLOW_TYPES } from '../src/contract/ids.js';
import { CUSTOMER_STATUS } from '../src/contract/search-attributes.js';
import { urlOf } from '../demo/surroundings.js';
import { countHistoryEvents } from './history-events.js';
import { cpuMsOfEach, type ProcessName, type Stack } from './stack.js';
import { workerMetric } from './worker-metrics.js';

const IDLE_TIMEOUT_MS = 120_000;
const LOOK_AGAIN_MS = 250;

/** What has been spent since the start, in all. */
interface Reading {
  /** Null where the system does not say. */
  readonly cpuMs: Readonly<Record<ProcessName | 'sender', number | null>>;
  readonly historyEvents: number;
  readonly workflowTasks: number;
  readonly activities: number;
  readonly stoklyCalls: Readonly<Record<string, number>>;
  readonly dotdigitalCalls: Readonly<Record<string, number>>;
}

/** What one order cost. */
export interface CostsPerOrder {
  readonly cpuMs: Readonly<Record<ProcessName | 'sender', number | null>>;
  readonly historyEvents: number;
  readonly workflowTasks: number;
  readonly activities: number;
  readonly stoklyCalls: number;
  readonly dotdigitalCalls: number;
  /** The same calls by method and path. */
  readonly calls: Readonly<Record<string, number>>;
}

/** Reads what is spent before and after some work. Nothing may be in hand at either moment. */
export class CostMeter {
  readonly #stack: Stack;
  readonly #connection: Connection;
  readonly #client: Client;

  private constructor(stack: Stack, connection: Connection) {
    this.#stack = stack;
    this.#connection = connection;
    this.#client = new Client({ connection });
  }

  static async open(stack: Stack): Promise<CostMeter> {
    return new CostMeter(stack, await Connection.connect({ address: stack.temporalAddress }));
  }

  /** Runs the work and gives what it cost an order. */
  async measure<T>(orders: number, work: () => Promise<T>): Promise<{ result: T; costs: CostsPerOrder }> {
    const { stokly, dotdigital } = this.#stack;
    await stokly.forgetCalls();
    await dotdigital.forgetCalls();
    const historyBefore = await this.#historyEvents();
    const before = await this.#read(historyBefore);
    const result = await work();
    // CPU first: reading the histories costs the server some, too.
    const after = await this.#read(0);
    const historyEvents = await this.#historyEvents();
    return { result, costs: perOrder(before, { ...after, historyEvents }, orders) };
  }

  /** Waits until so many customers say that their ledger is complete and nothing waits. */
  async untilIdle(customers: number): Promise<void> {
    const query = `WorkflowType = '${WORKFLOW_TYPES.syncCustomer}' AND ${CUSTOMER_STATUS.name} = 'idle'`;
    const giveUpAtMs = Date.now() + IDLE_TIMEOUT_MS;
    for (;;) {
      const { count } = await this.#client.workflow.count(query);
      if (count >= customers) return;
      if (Date.now() > giveUpAtMs) throw new Error(`only ${count} of ${customers} customers have come to rest`);
      await pause(LOOK_AGAIN_MS);
    }
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #read(historyEvents: number): Promise<Reading> {
    const { processes, stokly, dotdigital } = this.#stack;
    const cpu = await cpuMsOfEach(processes);
    const { user, system } = process.cpuUsage();
    const workerUrl = urlOf(this.#stack.ports.metrics);
    return {
      cpuMs: { ...cpu, sender: (user + system) / 1_000 },
      historyEvents,
      workflowTasks: await workerMetric(workerUrl, 'temporal_workflow_task_execution_latency_count'),
      activities: await workerMetric(workerUrl, 'temporal_activity_task_received'),
      stoklyCalls: await stokly.calls(),
      dotdigitalCalls: await dotdigital.calls(),
    };
  }

  /** Over all runs of all customers. */
  #historyEvents(): Promise<number> {
    return countHistoryEvents(this.#client, `WorkflowType = '${WORKFLOW_TYPES.syncCustomer}'`);
  }
}

function perOrder(before: Reading, after: Reading, orders: number): CostsPerOrder {
  const cpuMs = Object.fromEntries(
    Object.entries(after.cpuMs).map(([name, ms]) => {
      const start = before.cpuMs[name as ProcessName | 'sender'];
      return [name, ms === null || start === null ? null : rounded((ms - start) / orders)];
    }),
  );
  const calls = (counts: Readonly<Record<string, number>>) =>
    Object.fromEntries(Object.entries(counts).map(([call, count]) => [call, rounded(count / orders)]));
  const total = (counts: Readonly<Record<string, number>>) =>
    rounded(Object.values(counts).reduce((sum, count) => sum + count, 0) / orders);
  return {
    cpuMs: cpuMs as CostsPerOrder['cpuMs'],
    historyEvents: rounded((after.historyEvents - before.historyEvents) / orders),
    workflowTasks: rounded((after.workflowTasks - before.workflowTasks) / orders),
    activities: rounded((after.activities - before.activities) / orders),
    stoklyCalls: total(after.stoklyCalls),
    dotdigitalCalls: total(after.dotdigitalCalls),
    calls: { ...calls(after.stoklyCalls), ...calls(after.dotdigitalCalls) },
  };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
