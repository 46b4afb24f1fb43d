import {
  backfillWorkflowId,
  cancelBackfillSignal,
  pauseBackfillSignal,
  resumeBackfillSignal,
} from '../../src/contract/backfill.js';
import { customerWorkflowId } from '../../src/contract/ids.js';
import {
  backfill,
  backfillResultOf,
  QUICK_TO_GIVE_UP,
  startBackfill,
  stuckCustomer,
  untilProgress,
} from '../support/backfills.js';
import { newBuyer, placeOrder } from '../support/shop-events.js';
import type { World } from '../support/world.js';
import { customerRun, type RunReference, type Scenario, syncedPurchase } from './shop.js';

/** The whole history: done, steered, cancelled; the page and the customers that answer it. */
export const BACKFILL_SCENARIOS: readonly Scenario[] = [
  { files: ['backfill-done', 'backfill-page', 'customer-answers', 'customer-loaded'], play: done },
  { files: ['backfill-cancelled'], play: cancelled },
  { files: ['backfill-unanswered', 'backfill-page-unanswered'], play: unanswered },
];

async function done(world: World): Promise<RunReference[]> {
  const { buyer } = await syncedPurchase(world);
  const fresh = await newBuyer(world);
  await placeOrder(world, fresh.customerId);
  const held = await newBuyer(world);
  await placeOrder(world, held.customerId, { displayTotal: '13.00' });
  const result = await backfill(world, 'recorded', { pageSize: 100 });
  if (!result.isReconciled) throw new Error(`it does not add up: ${JSON.stringify(result)}`);
  const page = `${backfillWorkflowId('recorded')}/1`;
  return [
    { workflowId: backfillWorkflowId('recorded') },
    { workflowId: page },
    customerRun(buyer.customerId),
    customerRun(fresh.customerId),
  ];
}

async function cancelled(world: World): Promise<RunReference[]> {
  await world.stopWorker();
  const handle = await startBackfill(world, 'recorded-cancelled');
  await handle.signal(pauseBackfillSignal, { actor: 'jane', reason: 'a sale is on' });
  await world.startWorker();
  await untilProgress(handle, 'it is paused', ({ paused }) => paused !== null);
  await handle.signal(resumeBackfillSignal, {});
  await untilProgress(handle, 'it goes on', ({ paused, pagesOpen }) => paused === null && pagesOpen > 0);
  await handle.signal(cancelBackfillSignal, {});
  await backfillResultOf(handle);
  return [{ workflowId: backfillWorkflowId('recorded-cancelled') }];
}

/** A page that ends without a customer who is silent, and the end that names it. */
async function unanswered(world: World): Promise<RunReference[]> {
  const { buyer } = await stuckCustomer(world);
  const result = await backfill(world, 'recorded-unanswered', { patience: QUICK_TO_GIVE_UP });
  if (result.customers.unanswered !== 1) throw new Error(`nobody is silent: ${JSON.stringify(result)}`);
  await world.client.workflow.getHandle(customerWorkflowId(buyer.customerId)).terminate();
  const backfillId = backfillWorkflowId('recorded-unanswered');
  return [{ workflowId: backfillId }, { workflowId: `${backfillId}/1` }];
}
