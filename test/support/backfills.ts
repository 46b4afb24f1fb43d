import type { WorkflowHandle } from '@temporalio/client';
import { createStoklyEmulator, importSample } from '../../emulators/stokly/index.js';
import { plainText } from '../../emulators/stokly/wire.js';
import {
  type BackfillInput,
  type BackfillProgress,
  backfillProgressQuery,
  type BackfillResult,
  backfillWorkflowId,
} from '../../src/contract/backfill.js';
import { backfillStart } from '../../src/contract/backfill-start.js';
import { customerWorkflowId, TASK_QUEUE, WORKFLOW_TYPES } from '../../src/contract/ids.js';
import { compareTexts } from '../../src/domain/instants.js';
import { type Buyer, instant, newBuyer, type PlacedOrder, placeOrder } from './shop-events.js';
import { untilTrue, type World } from './world.js';

/** A test has no minutes. */
export const QUICK = { askAgainMs: 2_000, askAgainMaxMs: 4_000, giveUpMs: 20_000 } as const;

/** Waits for silent customers as good as not at all. */
export const QUICK_TO_GIVE_UP = { askAgainMs: 500, askAgainMaxMs: 500, giveUpMs: 2_500 } as const;

export async function startBackfill(
  world: World,
  name: string,
  rest: Partial<BackfillInput> = {},
): Promise<WorkflowHandle> {
  const input: BackfillInput = { window: { from: null, to: null }, confirmation: null, patience: QUICK, ...rest };
  return await world.client.workflow.start(
    WORKFLOW_TYPES.backfillOrders,
    backfillStart(backfillWorkflowId(name), input),
  );
}

export async function backfillResultOf(handle: WorkflowHandle): Promise<BackfillResult> {
  return (await handle.result()) as BackfillResult;
}

export async function backfill(world: World, name: string, rest: Partial<BackfillInput> = {}): Promise<BackfillResult> {
  return await backfillResultOf(await startBackfill(world, name, rest));
}

export async function progressOf(handle: WorkflowHandle): Promise<BackfillProgress> {
  return await handle.query(backfillProgressQuery);
}

export async function untilProgress(
  handle: WorkflowHandle,
  what: string,
  holds: (progress: BackfillProgress) => boolean,
): Promise<BackfillProgress> {
  let last: BackfillProgress | null = null;
  await untilTrue(
    what,
    async () => {
      last = await progressOf(handle);
      return holds(last);
    },
    () => JSON.stringify(last),
  );
  if (last === null) throw new Error('no progress');
  return last;
}

export interface HistoryCustomer {
  readonly buyer: Buyer;
  readonly orders: readonly PlacedOrder[];
}

/** Customers who bought before Lockstep was there: nobody was told of any of it. */
export async function historyOf(world: World, customers: number, ordersEach = 2): Promise<HistoryCustomer[]> {
  const made: HistoryCustomer[] = [];
  for (let at = 0; at < customers; at += 1) {
    // Several have the same time, over the borders of pages too.
    const buyer = await newBuyer(world, { createdAt: instant(100_000 - Math.floor(at / 7)) });
    const orders: PlacedOrder[] = [];
    for (let number = 0; number < ordersEach; number += 1) orders.push(await placeOrder(world, buyer.customerId));
    made.push({ buyer, orders });
  }
  return made;
}

/**
 * The first customers of the real month who have an e-mail address to themselves, with all their orders and refunds as they were in the end.
 * What becomes of the others is in the sample's own counts; the oracle knows nobody without an address.
 */
export function bringRealMonth(world: World, customers: number): { readonly orders: number } {
  const { account } = createStoklyEmulator();
  account.plan(importSample({ invoices: customers * 4 }));
  account.advanceTo(MONTH_IS_OVER, false);
  const { store } = account;
  const rows = [...store.customers.all()];
  const emails = rows.map(({ email }) => plainText(email) ?? '');
  const taken = rows
    .filter(
      (_, at) => emails[at]?.includes('@') === true && emails.indexOf(emails[at]) === emails.lastIndexOf(emails[at]),
    )
    .filter(({ type }) => plainText(type) === '1')
    .toSorted((a, b) => compareTexts(plainText(a['createdAt']) ?? '', plainText(b['createdAt']) ?? ''))
    .slice(0, customers);
  let orders = 0;
  for (const customer of taken) {
    world.stokly.account.store.customers.put(customer);
    for (const header of store.orders.withOther(plainText(customer['customerId']) ?? '')) {
      const orderId = plainText(header['saleOrderId']) ?? '';
      for (const refund of store.refunds.withOther(orderId)) world.stokly.account.store.refunds.put(refund);
      const whole = store.order(orderId);
      if (whole === null) continue;
      world.stokly.account.store.putOrder(whole);
      orders += 1;
    }
  }
  return { orders };
}

const MONTH_IS_OVER = Date.UTC(2011, 11);

/**
 * A customer of the first page, with an order, whose run can do nothing and answers nobody: what another version carried, and nothing can
 * be made of it.
 */
export async function stuckCustomer(world: World): Promise<{ readonly buyer: Buyer; readonly order: PlacedOrder }> {
  const buyer = await newBuyer(world, { createdAt: instant(200_000) });
  const order = await placeOrder(world, buyer.customerId);
  const workflowId = customerWorkflowId(buyer.customerId);
  const start = { workflowId, taskQueue: TASK_QUEUE, workflowTaskTimeout: '1s' as const };
  const args = [{ customerId: buyer.customerId, carried: 'rubbish' }];
  await world.client.workflow.start(WORKFLOW_TYPES.syncCustomer, { ...start, args });
  return { buyer, order };
}
