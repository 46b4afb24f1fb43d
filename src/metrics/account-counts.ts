import type { Client } from '@temporalio/client';
import { TASK_QUEUE, WORKFLOW_TYPES } from '../contract/ids.js';
import { CUSTOMER_STATUSES, type CustomerStatus } from '../contract/messages.js';
import { ORDERS_HELD, ORDERS_SKIPPED } from '../contract/search-attributes.js';
import { ATTENTIONS, type Attention } from '../domain/attention.js';

/** What stands in Temporal at this moment, over the whole account; the same whichever worker asks, and right after a restart. */
export interface AccountCounts {
  readonly ordersHeld: number;
  readonly ordersSkipped: number;
  readonly customersByStatus: Readonly<Record<CustomerStatus, number>>;
  readonly customersByAttention: Readonly<Record<Attention, number>>;
  /** Orders whose customer is still looked for. */
  readonly routesOpen: number;
  /** When the last round of the poll came to its end (epoch ms); 0: Temporal keeps none. */
  readonly pollSucceededAtMs: number;
  /** Tasks that no worker has taken yet; Temporal says them approximately. */
  readonly tasksWaiting: Readonly<Record<TaskKind, number>>;
}

export const TASK_KINDS = ['workflow', 'activity'] as const;
export type TaskKind = (typeof TASK_KINDS)[number];

/** Longer than any count of a store that is well, shorter than whoever looks at the page waits. */
const READ_TIMEOUT_MS = 2_000;

/** Values of Temporal's enum `TaskQueueType`. */
const TASK_QUEUE_TYPES: Readonly<Record<TaskKind, number>> = { workflow: 1, activity: 2 };

/**
 * Asks Temporal's visibility and its task queue; costs some 15 counts and a list of one where little is held or skipped. Rejects when Temporal
 * has not answered all of it within 2 s.
 */
export async function readAccountCounts(client: Client, namespace: string): Promise<AccountCounts> {
  return await client.withDeadline(Date.now() + READ_TIMEOUT_MS, async () => {
    const [customersByStatus, customersByAttention, workflow, activity] = await Promise.all([
      countEach(client, CUSTOMER_STATUSES, 'CustomerStatus'),
      countAttentions(client),
      countWaiting(client, namespace, 'workflow'),
      countWaiting(client, namespace, 'activity'),
    ]);
    const [ordersHeld, ordersSkipped, routesOpen, pollSucceededAtMs] = await Promise.all([
      sumOf(client, ORDERS_HELD),
      sumOf(client, ORDERS_SKIPPED),
      count(client, `WorkflowType = '${WORKFLOW_TYPES.routeOrder}' AND ${RUNNING}`),
      lastPollMs(client),
    ]);
    const tasksWaiting = { workflow, activity };
    return {
      ordersHeld,
      ordersSkipped,
      customersByStatus,
      customersByAttention,
      routesOpen,
      pollSucceededAtMs,
      tasksWaiting,
    };
  });
}

/** A run that continued as new keeps its search attributes: only the running one counts. */
const RUNNING = "ExecutionStatus = 'Running'";
const CUSTOMERS = `WorkflowType = '${WORKFLOW_TYPES.syncCustomer}' AND ${RUNNING}`;

/** Up to this number an attribute is summed by counting, beyond it by listing. */
const STEPS_MAX = 10;
/** Customers listed with more than that each; what lies beyond is left out. */
const LISTED_MAX = 2_000;

/**
 * The sum of a number over all customers. Temporal's visibility counts and does not add up, and a list of all would grow with
 * the account: every customer with at least 1, at least 2, … is counted instead, until none is left.
 */
async function sumOf(client: Client, key: typeof ORDERS_HELD): Promise<number> {
  let sum = 0;
  for (let step = 1; step <= STEPS_MAX; step += 1) {
    const customers = await count(client, `${CUSTOMERS} AND ${key.name} >= ${step}`);
    if (customers === 0) return sum;
    sum += customers;
  }
  let listed = 0;
  for await (const { typedSearchAttributes } of client.workflow.list({
    query: `${CUSTOMERS} AND ${key.name} > ${STEPS_MAX}`,
  })) {
    sum += Math.max(0, (typedSearchAttributes.get(key) ?? 0) - STEPS_MAX);
    listed += 1;
    if (listed >= LISTED_MAX) break;
  }
  return sum;
}

async function countEach<Value extends string>(
  client: Client,
  values: readonly Value[],
  attribute: string,
): Promise<Record<Value, number>> {
  const counts = await Promise.all(values.map((value) => count(client, `${CUSTOMERS} AND ${attribute} = '${value}'`)));
  return zero(values, (index) => counts[index] ?? 0);
}

/** Mostly nothing needs a person: then one count says so for all. */
async function countAttentions(client: Client): Promise<Record<Attention, number>> {
  const customers = await count(client, `${CUSTOMERS} AND NeedsAttention IS NOT NULL`);
  if (customers === 0) return zero(ATTENTIONS, () => 0);
  return await countEach(client, ATTENTIONS, 'NeedsAttention');
}

function zero<Value extends string>(
  values: readonly Value[],
  countAt: (index: number) => number,
): Record<Value, number> {
  return Object.fromEntries(values.map((value, index) => [value, countAt(index)])) as Record<Value, number>;
}

async function count(client: Client, query: string): Promise<number> {
  const { count: found } = await client.workflow.count(query);
  return found;
}

/** Temporal lists what closed last first. */
async function lastPollMs(client: Client): Promise<number> {
  const query = `WorkflowType = '${WORKFLOW_TYPES.pollChanges}' AND ExecutionStatus = 'Completed'`;
  for await (const { closeTime } of client.workflow.list({ query, pageSize: 1 })) return closeTime?.getTime() ?? 0;
  return 0;
}

async function countWaiting(client: Client, namespace: string, kind: TaskKind): Promise<number> {
  const { stats } = await client.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: TASK_QUEUE },
    taskQueueType: TASK_QUEUE_TYPES[kind],
    reportStats: true,
  });
  return Number(stats?.approximateBacklogCount ?? 0);
}
