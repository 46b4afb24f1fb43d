import { randomUUID } from 'node:crypto';
import { WorkflowFailedError } from '@temporalio/client';
import { TASK_QUEUE, WORKFLOW_TYPES } from '../../src/contract/ids.js';
import type { PollChangesInput } from '../../src/contract/poll.js';
import { beginRound } from '../../src/domain/poll/round.js';
import { installPoll, poll, pollRuns } from '../support/polls.js';
import { controlStokly, newBuyer, placeOrder, seedStokly } from '../support/shop-events.js';
import { clearFaults, strike } from '../support/vendor-weather.js';
import type { World } from '../support/world.js';
import type { RunReference, Scenario } from './shop.js';

/** Rounds of the poll. The later ones find what the earlier ones left. */
export const POLL_SCENARIOS: readonly Scenario[] = [
  { files: ['poll-woken', 'poll-waiting', 'poll-made-up'], play: woken },
  { files: ['poll-stream-failed', 'poll-failed'], play: failed },
  { files: ['poll-continued'], play: continued },
  { files: ['poll-open-orders-taken', 'poll-open-orders-differ'], play: openOrders },
];

const now = (): string => new Date().toISOString();

async function lastRun(world: World): Promise<RunReference> {
  const { workflowId, runId } = (await pollRuns(world)).at(-1) ?? { workflowId: '', runId: '' };
  return { workflowId, runId };
}

async function polled(world: World): Promise<RunReference> {
  await poll(world).catch((error: unknown) => {
    if (!(error instanceof WorkflowFailedError)) throw error;
  });
  return await lastRun(world);
}

/** One of each stream; then a refund whose order is not there yet, which the next round takes up. */
async function woken(world: World): Promise<RunReference[]> {
  await installPoll(world);
  await poll(world);
  const buyer = await newBuyer(world);
  const order = await placeOrder(world, buyer.customerId, { timeUpdated: now() });
  await placeOrder(world, null, { timeUpdated: now() });
  await seedStokly(world, {
    refunds: [{ refundId: randomUUID(), saleOrderId: order.orderId, items: [{ lineId: order.lineId }] }],
  });
  const first = await polled(world);
  const late = { ...(await placeOrder(world, null)), customerId: buyer.customerId };
  await seedStokly(world, { orders: [{ saleOrderId: late.orderId, deleted: true }] });
  await seedStokly(world, { refunds: [{ refundId: randomUUID(), saleOrderId: late.orderId }] });
  const second = await polled(world);
  await seedStokly(world, { orders: [{ saleOrderId: late.orderId, customerId: buyer.customerId, lines: [{}] }] });
  return [first, second, await polled(world)];
}

/** Refunds alone cannot be read; then nothing can. */
async function failed(world: World): Promise<RunReference[]> {
  await installPoll(world);
  const refused = { kind: 'status', status: 400 };
  await strike(world, 'stokly', { ...refused, match: { method: 'GET', path: '^/v0/refunds' } });
  const stream = await polled(world);
  await strike(world, 'stokly', refused);
  const all = await polled(world);
  await clearFaults(world);
  return [stream, all];
}

/** As a run goes on that another one had to leave off. */
async function continued(world: World): Promise<RunReference[]> {
  const workflowId = `poll-continued-${randomUUID()}`;
  const args: [PollChangesInput] = [{ carried: beginRound(null, Date.now()) }];
  await world.client.workflow.execute(WORKFLOW_TYPES.pollChanges, { workflowId, taskQueue: TASK_QUEUE, args });
  return [{ workflowId }];
}

/** Without `timeUpdated`. */
async function openOrders(world: World): Promise<RunReference[]> {
  await installPoll(world);
  const { policy } = world;
  await world.stopWorker();
  world.policy = { ...policy, timeUpdatedKnown: false };
  await controlStokly(world, 'POST', 'settings', { timeUpdated: false });
  await world.startWorker();
  const buyer = await newBuyer(world);
  const order = await placeOrder(world, buyer.customerId);
  const taken = await polled(world);
  await seedStokly(world, { orders: [{ saleOrderId: order.orderId, itemStatuses: ['despatched'] }] });
  const differ = await polled(world);
  await world.stopWorker();
  world.policy = policy;
  await controlStokly(world, 'POST', 'settings', { timeUpdated: true });
  await world.startWorker();
  return [taken, differ];
}
