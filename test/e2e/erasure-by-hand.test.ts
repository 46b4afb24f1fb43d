import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { customerWorkflowId } from '../../src/contract/ids.js';
import { contactOf, controlDotdigital, newBuyer, orderEvent, placeOrder, recordOf } from '../support/shop-events.js';
import { starterOn } from '../support/starter-on-world.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(async () => {
  await world.close();
});

// docs/going-live.md, "A request for erasure": what it promises of each step.
it('a customer who is excluded, resynced and deleted by hand is gone everywhere, and a late event brings nothing back', async () => {
  const buyer = await newBuyer(world);
  const order = await placeOrder(world, buyer.customerId);
  await orderEvent(world, order);
  await world.settled(buyer.customerId, ({ outcomes }) => outcomes.synced === 1);
  expect(await recordOf(world, order)).toBeDefined();

  await world.stopWorker();
  world.policy = { ...world.policy, customersExcluded: [buyer.customerId] };
  await world.startWorker();
  const resync = await starterOn(world, ['resync', '--customer', buyer.customerId]);
  expect(resync).toMatchObject({ status: 0 });
  const state = await world.settled(buyer.customerId, ({ outcomes }) => outcomes.skipped === 1);
  expect(state.entries.map(({ reason }) => reason)).toEqual(['excluded-customer']);
  expect(await recordOf(world, order)).toBeUndefined();

  const contact = await contactOf(world, buyer.email);
  await controlDotdigital(world, 'POST', 'person', { action: 'hardDelete', contactId: contact?.contactId });
  const run = world.client.workflow.getHandle(customerWorkflowId(buyer.customerId));
  await run.terminate('erasure');
  await world.client.workflowService.deleteWorkflowExecution({
    namespace: world.namespace,
    workflowExecution: { workflowId: run.workflowId },
  });
  await untilTrue('the run is deleted', () =>
    run.describe().then(
      () => false,
      () => true,
    ),
  );

  await orderEvent(world, order, { eventId: `late-${randomUUID()}` });
  const late = await world.settled(buyer.customerId, ({ outcomes }) => outcomes.skipped === 1);
  expect(late.contactId).toBeNull();
  expect(await recordOf(world, order)).toBeUndefined();
  expect((await contactOf(world, buyer.email))?.dataFields ?? {}).not.toHaveProperty('STOKLY_ID');
});
