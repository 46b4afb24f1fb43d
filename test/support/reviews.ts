import { type WorkflowHandle, WorkflowUpdateFailedError } from '@temporalio/client';
import { reviewWorkflowId } from '../../src/contract/ids.js';
import {
  type DecideReview,
  decideReviewUpdate,
  type ReviewReply,
  type ReviewResult,
  type ReviewState,
  reviewStateQuery,
} from '../../src/contract/review.js';
import {
  type Buyer,
  instant,
  newBuyer,
  orderEvent,
  type PlacedOrder,
  placeOrder,
  seedStokly,
  type Wire,
} from './shop-events.js';
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

/** A refund of one of its two pieces for 6.00 whose document says 7.00, of an order that stands in Dotdigital with 12.00. */
export async function heldForRefund(world: World, rest: Wire = {}): Promise<HeldOrder> {
  const buyer = await newBuyer(world);
  const order = await placeOrder(world, buyer.customerId);
  await orderEvent(world, order);
  await world.settled(buyer.customerId, ({ outcomes, ledgerComplete }) => outcomes.synced === 1 && ledgerComplete);
  await seedStokly(world, {
    refunds: [
      {
        saleOrderId: order.orderId,
        createdAt: instant(9),
        timeUpdated: instant(9),
        status: 'completed',
        displayTotal: '7.00',
        items: [{ lineId: order.lineId, quantity: 1 }],
        ...rest,
      },
    ],
  });
  await orderEvent(world, order, { type: 'order.refunded', updatedAt: instant(9) });
  await world.settled(buyer.customerId, ({ outcomes }) => outcomes.held === 1);
  return { buyer, order };
}

/** The latest run of the order's review. */
export function reviewHandle(
  world: World,
  { order }: Pick<HeldOrder, 'order'>,
): WorkflowHandle<() => Promise<ReviewResult>> {
  return world.client.workflow.getHandle(reviewWorkflowId(order.orderId));
}

export async function reviewOf(world: World, held: Pick<HeldOrder, 'order'>): Promise<ReviewState> {
  return await reviewHandle(world, held).query(reviewStateQuery);
}

/** A decision about the money that is at stake now. */
export async function decision(
  world: World,
  held: Pick<HeldOrder, 'order'>,
  rest: Partial<DecideReview> = {},
): Promise<DecideReview> {
  const { stake } = await untilReview(world, held);
  return { action: 'acceptStated', actor: 'jane', reason: 'checked', moneyHash: stake.moneyHash, ...rest };
}

export async function decide(
  world: World,
  held: Pick<HeldOrder, 'order'>,
  message: DecideReview,
): Promise<ReviewReply> {
  return await reviewHandle(world, held).executeUpdate(decideReviewUpdate, { args: [message] });
}

/** Why an update was refused; fails when it was not. */
export async function refusalOf(update: Promise<unknown>): Promise<string> {
  try {
    await update;
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) return error.cause?.message ?? '';
    throw error;
  }
  throw new Error('the update was not refused');
}

/** The search attributes about reviews, and nothing else. */
export async function reviewAttributes(world: World, held: Pick<HeldOrder, 'order'>): Promise<Record<string, unknown>> {
  const { typedSearchAttributes } = await reviewHandle(world, held).describe();
  const own = typedSearchAttributes.getAll().filter(({ key }) => key.name.startsWith('Review'));
  return Object.fromEntries(own.map(({ key, value }) => [key.name, value]));
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
