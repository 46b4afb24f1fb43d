import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RunningProcess } from '../../demo/processes.js';
import { POLL_SCHEDULE_ID, type PollChangesResult } from '../../src/contract/poll.js';
import { type Chronicle, followStokly, violationsOf } from '../support/oracle.js';
import { poll, pollRuns, triggerPoll } from '../support/polls.js';
import {
  type Buyer,
  controlStokly,
  newBuyer,
  orderEvent,
  type PlacedOrder,
  placeOrder,
  seedStokly,
} from '../support/shop-events.js';
import { clearFaults, strike } from '../support/vendor-weather.js';
import { type WorkerProcesses, workerProcesses } from '../support/worker-process.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

/** `kill -9` of the worker in the middle of a round (R1). The process makes its own Schedule. */
let world: World;
let chronicle: Chronicle;
let processes: WorkerProcesses;
let worker: RunningProcess;
beforeAll(async () => {
  world = await createWorld({ hasWorker: false });
  chronicle = followStokly(world);
  processes = workerProcesses(world, { POLL_EVERY: '8760h' });
  worker = processes.start();
  await untilTrue('the worker has made the schedule', async () => {
    try {
      await world.client.schedule.getHandle(POLL_SCHEDULE_ID).describe();
      return true;
    } catch {
      return false;
    }
  });
  await poll(world);
});
afterEach(async () => {
  await clearFaults(world);
});
afterAll(async () => {
  await processes.stopAll();
  await world.close();
});

const OLD = '2026-11-01T10:00:00.000Z';

async function known(): Promise<{ buyer: Buyer; order: PlacedOrder }> {
  const buyer = await newBuyer(world, { createdAt: OLD, timeUpdated: OLD });
  const order = await placeOrder(world, buyer.customerId);
  await orderEvent(world, order);
  await world.settled(buyer.customerId, ({ ledgerComplete, outcomes }) => ledgerComplete && outcomes.synced === 1);
  return { buyer, order };
}

/** Kills the worker while calls of this path get no answer, and starts another one; what the round came to in the end. */
async function killedWhile(path: string): Promise<PollChangesResult> {
  await strike(world, 'stokly', { kind: 'timeout-before', match: { method: 'GET', path } });
  await triggerPoll(world);
  await untilTrue('the round is in the middle of it', async () => {
    const faults = (await controlStokly(world, 'GET', 'faults')) as readonly { hits: number }[];
    return faults.some(({ hits }) => hits > 0);
  });
  await processes.kill(worker);
  await clearFaults(world);
  const startedAt = performance.now();
  worker = processes.start();
  const run = (await pollRuns(world)).at(-1);
  const result = (await world.client.workflow.getHandle(run?.workflowId ?? '').result()) as PollChangesResult;
  process.stdout.write(`killed with ${path} open: over after ${Math.round(performance.now() - startedAt)} ms\n`);
  return result;
}

describe('R1: kill -9 of the worker in a round', () => {
  it('while Stokly has not answered: another goes on, and nothing is lost', async () => {
    const buyer = await newBuyer(world);
    await placeOrder(world, buyer.customerId, { timeUpdated: new Date().toISOString() });
    const result = await killedWhile('^/v0/customers\\?');
    expect(result).toMatchObject({ found: { orders: 1, customers: 1 }, woken: 2, problems: {} });
    await world.settled(buyer.customerId, ({ outcomes }) => outcomes.synced === 1);
  });

  it('while it wakes: another wakes again, and each customer takes it once', async () => {
    const refunded = [await known(), await known(), await known()];
    for (const { order } of refunded) {
      await seedStokly(world, {
        refunds: [{ refundId: randomUUID(), saleOrderId: order.orderId, items: [{ lineId: order.lineId }] }],
      });
    }
    const result = await killedWhile(refunded[1]?.order.orderId ?? '');
    expect(result).toMatchObject({ found: { refunds: 3 }, woken: 3, problems: {} });
    for (const { buyer } of refunded) {
      await world.settled(buyer.customerId, ({ entries }) => entries[0]?.lastRefundAt !== null);
    }
    expect(await poll(world)).toMatchObject({ found: { orders: 0, refunds: 0, customers: 0 } });
  });

  it('leaves all as the oracle says', async () => {
    expect(await violationsOf(world, { chronicle, wastedWritesMax: 0 })).toEqual([]);
  });
});
