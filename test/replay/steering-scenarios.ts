import { customerWorkflowId } from '../../src/contract/ids.js';
import { newBuyer, orderEvent, placeOrder } from '../support/shop-events.js';
import type { World } from '../support/world.js';
import { customerRun, isSynced, type RunReference, type Scenario, syncedPurchase } from './shop.js';

/** What people do about settings and notices. */
export const STEERING_SCENARIOS: readonly Scenario[] = [
  { files: ['rehearsed'], play: rehearsed },
  { files: ['notice-cleared'], play: noticeCleared },
];

/** Two orders while writes are off; then writes are on, one of them is looked at, and both are written. */
async function rehearsed(world: World): Promise<RunReference[]> {
  const buyer = await newBuyer(world);
  await withWrites(world, false);
  try {
    const orders = [await placeOrder(world, buyer.customerId), await placeOrder(world, buyer.customerId)] as const;
    for (const order of orders) await orderEvent(world, order);
    await world.settled(buyer.customerId, isSynced(2));
    await withWrites(world, true);
    await orderEvent(world, orders[0]);
    await world.settled(buyer.customerId, ({ entries }) => entries.every(({ written }) => written !== null));
  } finally {
    if (!world.policy.writes) await withWrites(world, true);
  }
  return [customerRun(buyer.customerId)];
}

async function withWrites(world: World, writes: boolean): Promise<void> {
  await world.stopWorker();
  world.policy = { ...world.policy, writes };
  await world.startWorker();
}

/** A signal that cannot be understood; then somebody has looked, and has the customer written again. */
async function noticeCleared(world: World): Promise<RunReference[]> {
  const { buyer } = await syncedPurchase(world);
  const handle = world.client.workflow.getHandle(customerWorkflowId(buyer.customerId));
  await handle.signal('wakeCustomer', { rubbish: true });
  await world.settled(buyer.customerId, ({ needsAttention }) => needsAttention.includes('malformed-message'));
  await handle.signal('wakeCustomer', { eventId: `resync-${buyer.customerId}`, kind: 'resync' });
  await world.settled(buyer.customerId, ({ needsAttention }) => needsAttention.length === 0);
  return [customerRun(buyer.customerId)];
}
