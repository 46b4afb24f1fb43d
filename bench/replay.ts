import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { customerWorkflowId } from '../src/contract/ids.js';
import { Arrivals } from './arrivals.js';
import { CostMeter } from './costs.js';
import { makeKnown } from './known.js';
import { percentile } from './load.js';
import { type RecordedRun, replayTimes } from './replay-times.js';
import { type BenchOrder, customerIds, eventOf, ordersOf, placedObject } from './shop.js';
import type { Stack } from './stack.js';

export interface ReplayedHistory {
  readonly what: string;
  readonly events: number;
  readonly bytes: number;
  /** The middle one of several replays, by the clock and in CPU time. */
  readonly replayMs: number;
  readonly cpuMs: number;
}

/** A run ends after this many orders, when nothing waits. */
const ORDERS_OF_A_QUIET_RUN = 40;
/** Under fire a run ends at 2,000 events; so many orders make more than that, each with an event at least. */
const ORDERS_UNDER_FIRE = 1_900;
const EVENTS_UNDER_FIRE = 2_000;
const LISTED_TIMEOUT_MS = 60_000;
const LOOK_AGAIN_MS = 250;

/** Makes two real histories, a customer's forty quiet orders and one under fire, and replays both several times. */
export async function runReplay(stack: Stack, tell: (line: string) => void): Promise<readonly ReplayedHistory[]> {
  const [quiet = '', busy = ''] = customerIds(2);
  const arrivals = new Arrivals(stack.dotdigital);
  const meter = await CostMeter.open(stack);
  const connection = await Connection.connect({ address: stack.temporalAddress });
  const client = new Client({ connection });
  try {
    await makeKnown({ stack, arrivals, meter }, [quiet, busy]);
    tell('Recording 40 orders, one after the other …');
    const some = ordersOf([quiet], { from: 2, count: ORDERS_OF_A_QUIET_RUN });
    await stack.stokly.seed('orders', some.map(placedObject));
    for (const order of some) await send({ stack, arrivals }, [order]);
    tell(`Recording a customer under fire: ${ORDERS_UNDER_FIRE} orders at once …`);
    const many = ordersOf([busy], { from: 100, count: ORDERS_UNDER_FIRE });
    await stack.stokly.seed('orders', many.map(placedObject));
    await send({ stack, arrivals }, many);
    const histories = [
      { what: '40 orders', history: await endedRun(client, quiet, ORDERS_OF_A_QUIET_RUN) },
      { what: 'under fire', history: await endedRun(client, busy, EVENTS_UNDER_FIRE) },
    ];
    tell('Replaying …');
    return await replayAll(histories);
  } finally {
    await meter.close();
    await connection.close();
  }
}

async function send(
  { stack, arrivals }: { stack: Stack; arrivals: Arrivals },
  orders: readonly BenchOrder[],
): Promise<void> {
  const events = orders.map((order) => eventOf(order, 'unprocessed'));
  await stack.sender.sendAll(events);
  const lost = await arrivals.waitFor(events);
  if (lost.length > 0) throw new Error(`${lost.length} of ${events.length} orders never came to Dotdigital`);
}

/** The customer's first run with at least so many events that has continued as new: whole, and what a worker replays. */
async function endedRun(client: Client, customerId: string, eventsMin: number): Promise<RecordedRun> {
  const workflowId = customerWorkflowId(customerId);
  const giveUpAtMs = Date.now() + LISTED_TIMEOUT_MS;
  for (;;) {
    for await (const run of client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
      if (run.status.name !== 'CONTINUED_AS_NEW' || (run.historyLength ?? 0) < eventsMin) continue;
      return await historyOf(client.workflow.getHandle(workflowId, run.runId));
    }
    if (Date.now() > giveUpAtMs) throw new Error(`${workflowId} has no ended run of ${eventsMin} events`);
    await pause(LOOK_AGAIN_MS);
  }
}

async function historyOf(handle: WorkflowHandle): Promise<RecordedRun> {
  return { workflowId: handle.workflowId, history: await handle.fetchHistory() };
}

async function replayAll(histories: readonly { what: string; history: RecordedRun }[]): Promise<ReplayedHistory[]> {
  const times = await replayTimes(histories.map(({ history }) => history));
  return histories.map(({ what, history }, at) => ({
    what,
    events: history.history.events?.length ?? 0,
    bytes: JSON.stringify(history.history).length,
    replayMs: percentile(
      (times[at] ?? []).map(({ tookMs }) => tookMs),
      50,
    ),
    cpuMs: percentile(
      (times[at] ?? []).map(({ cpuMs }) => cpuMs),
      50,
    ),
  }));
}
