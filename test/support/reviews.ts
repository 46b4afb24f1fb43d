import type { WorkflowHandle } from '@temporalio/client';
import { reviewWorkflowId } from '../../src/contract/ids.js';
import { type ReviewResult, type ReviewState, reviewStateQuery } from '../../src/contract/review.js';
import { type Buyer, newBuyer, orderEvent, type PlacedOrder, placeOrder, type Wire } from './shop-events.js';
import { untilTrue, type World } from './world.js';

/** An order that waits for a person. */
export interface HeldOrder {
  readonly buyer: Buyer;
  readonly order: PlacedOrder;
}

/** Its one line makes 12.00; the header says 13.00, unless told otherwise. */
export async function heldOrder(world: World, rest: Wire = { displayTotal: '13.00' }): Promise<HeldOrder> {
  const buyer = await newBuyer(world);
  const order = await placeOrder(world, buyer.customerId, rest);
  await orderEvent(world, order);
  await world.settled(buyer.customerId, ({ outcomes, ledgerComplete }) => outcomes.held === 1 && ledgerComplete);
  return { buyer, order };
}

/** The latest run of the order's review. */
export function reviewHandle(world: World, { order }: Pick<HeldOrder, 'order'>): WorkflowHandle<() => Promise<ReviewResult>> {
  return world.client.workflow.getHandle(reviewWorkflowId(order.orderId));
}

export async function reviewOf(world: World, held: Pick<HeldOrder, 'order'>): Promise<ReviewState> {
  return await reviewHandle(world, held).query(reviewStateQuery);
}

/** Waits until the order's review is there, and as it should be. */
export async function untilReview(
  world: World,
  held: Pick<HeldOrder, 'order'>,
  until: (state: ReviewState) => boolean = () => true,
): Promise<ReviewState> {
  let last: ReviewState | null = null;
  await untilTrue(
    `the review of order ${held.order.number} is as it should be`,
    async () => {
      last = await reviewOf(world, held);
      return until(last);
    },
    () => JSON.stringify(last, null, 1),
  );
  if (last === null) throw new Error('no review');
  return last;
}
