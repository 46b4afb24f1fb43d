import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { customerWorkflowId, TASK_QUEUE } from '../../src/contract/ids.js';
import { wakeCustomerSignal } from '../../src/contract/messages.js';
import { commentReviewSignal } from '../../src/contract/review.js';
import { newState } from '../../src/domain/contact-state.js';
import { firstBrokenEntry } from '../../src/domain/review/trail.js';
import { newSyncState, type SyncState } from '../../src/workflows/sync-state.js';
import {
  decide,
  decision,
  type HeldOrder,
  heldOrder,
  reviewAttributes,
  reviewHandle,
  untilReview,
} from '../support/reviews.js';
import {
  changeOrder,
  controlStokly,
  instant,
  newBuyer,
  orderEvent,
  type PlacedOrder,
  placeOrder,
  recordOf,
} from '../support/shop-events.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

let world: World;
/** Begun first: a review asks again only after 20 s (`LIMITS.reviewAskAgainMs`), and the other tests take as long. */
let interrupted: HeldOrder;
beforeAll(async () => {
  world = await createWorld();
  interrupted = await terminatedInHand();
});
afterAll(async () => {
  await world.close();
});

async function changed(held: HeldOrder, rest: Record<string, unknown>, minutesAgo = 8): Promise<void> {
  await changeOrder(world, held.order, { ...rest, timeUpdated: instant(minutesAgo) });
  await orderEvent(world, held.order, { updatedAt: instant(minutesAgo) });
}

const customer = (held: HeldOrder) => world.client.workflow.getHandle(customerWorkflowId(held.buyer.customerId));

/** Its customer's workflow is terminated while it carries out a decision. */
async function terminatedInHand(): Promise<HeldOrder> {
  const held = await heldOrder(world);
  const made = await decision(world, held);
  await controlStokly(world, 'POST', 'faults', {
    match: { method: 'GET', path: '/v2/saleorders/' },
    kind: 'timeout-before',
  });
  await decide(world, held, made);
  await untilTrue('its order is being read', async () => {
    const faults = (await controlStokly(world, 'GET', 'faults')) as readonly { hits: number }[];
    return faults.some(({ hits }) => hits > 0);
  });
  await customer(held).terminate('by hand');
  await controlStokly(world, 'DELETE', 'faults');
  return held;
}

describe('a review closes by itself', () => {
  it('as superseded when a newer state adds up, and is opened anew when a later one does not', async () => {
    const held = await heldOrder(world);
    const first = await reviewHandle(world, held).describe();
    await untilReview(world, held);
    await changed(held, {});
    expect(await reviewHandle(world, held).result()).toMatchObject({ outcome: 'superseded', decision: null });
    await untilTrue(
      'it is searchable',
      async () => (await reviewAttributes(world, held))['ReviewStage'] === 'superseded',
    );
    await changed(held, { displayTotal: '15.00' }, 7);
    await untilReview(world, held, ({ stage }) => stage === 'open');
    expect((await reviewHandle(world, held).describe()).runId).not.toBe(first.runId);
  });

  it('as withdrawn when Stokly removes the order', async () => {
    const held = await heldOrder(world);
    await untilReview(world, held);
    await changed(held, { stage: 'removed' });
    const result = await reviewHandle(world, held).result();
    expect(result).toMatchObject({ outcome: 'withdrawn', decision: null, text: expect.stringContaining('removed') });
  });

  it('as withdrawn when the customer is deleted', async () => {
    const held = await heldOrder(world);
    await untilReview(world, held);
    await world.send('customer.deleted', { customerId: held.buyer.customerId });
    const result = await reviewHandle(world, held).result();
    expect(result).toMatchObject({ outcome: 'withdrawn', text: expect.stringContaining('customer-deleted') });
  });

  it('when the order moves, and the other customer’s workflow opens its own', async () => {
    const held = await heldOrder(world);
    const { runId } = await reviewHandle(world, held).describe();
    await untilReview(world, held);
    const other = await newBuyer(world);
    const moved = { ...held.order, customerId: other.customerId };
    await changeOrder(world, moved, { displayTotal: '13.00', timeUpdated: instant(8) });
    await orderEvent(world, held.order, { updatedAt: instant(8) });
    const first = world.client.workflow.getHandle(reviewHandle(world, held).workflowId, runId);
    expect(await first.result()).toMatchObject({ outcome: 'withdrawn' });
    const again = await untilReview(world, held, ({ customerId }) => customerId === other.customerId);
    expect(again.stage).toBe('open');
    await decide(world, held, await decision(world, held));
    await world.settled(other.customerId, ({ outcomes }) => outcomes.synced === 1);
    expect(await recordOf(world, held.order)).toMatchObject({ order_total: 13 });
  });
});

describe('a review goes on', () => {
  it('when a newer state does not add up either: it shows what is at stake now', async () => {
    const held = await heldOrder(world);
    const { runId } = await reviewHandle(world, held).describe();
    await untilReview(world, held);
    await changed(held, { displayTotal: '16.50' });
    const state = await untilReview(world, held, ({ trail }) => trail.some(({ action }) => action === 'replaced'));
    expect(state.stake.choices.acceptStated.amounts).toEqual({ grossMinor: 1650, refundedMinor: 0 });
    await untilTrue('it is searchable', async () => (await reviewAttributes(world, held))['ReviewAmount'] === 1650);
    expect((await reviewHandle(world, held).describe()).runId).toBe(runId);
  });

  it('unmoved by a despatch: its money is the same', async () => {
    const held = await heldOrder(world);
    await untilReview(world, held);
    await changed(held, { displayTotal: '13.00', lastDespatchedDate: instant(8) });
    await world.settled(held.buyer.customerId, ({ entries }) => entries[0]?.version === instant(8));
    expect((await untilReview(world, held)).trail).toHaveLength(1);
  });

  it('when the customer’s workflow is terminated: a decision starts it again and is carried out', async () => {
    const held = await heldOrder(world);
    const made = await decision(world, held);
    await customer(held).terminate('by hand');
    await decide(world, held, made);
    expect(await reviewHandle(world, held).result()).toMatchObject({ outcome: 'applied' });
    const state = await world.settled(held.buyer.customerId, ({ ledgerComplete }) => ledgerComplete);
    expect(state.outcomes).toEqual({ synced: 1, held: 0, skipped: 0 });
    expect(await recordOf(world, held.order)).toMatchObject({ order_total: 13 });
  });

  it('over a continue-as-new: nothing of it is lost', async () => {
    const held = await heldOrder(world);
    await untilReview(world, held);
    const handle = reviewHandle(world, held);
    const { runId } = await handle.describe();
    const comments = 120;
    for (let n = 0; n < comments; n += 30) {
      await Promise.all(
        Array.from({ length: 30 }, (_, at) =>
          handle.signal(commentReviewSignal, { actor: 'jane', text: `comment ${n + at}` }),
        ),
      );
    }
    // Each wakes the workflow once more, until the run is long enough.
    let extra = 0;
    await untilTrue('it continues as new', async () => {
      extra += 1;
      await handle.signal(commentReviewSignal, { actor: 'jane', text: `one more ${extra}` });
      return (await handle.describe()).runId !== runId;
    });
    const state = await untilReview(
      world,
      held,
      ({ trail, trailDropped }) => trail.length + trailDropped === 1 + comments + extra,
    );
    expect(state.trail).toHaveLength(Math.min(200, 1 + comments + extra));
    expect(firstBrokenEntry(state.trail, state.trailDropped)).toBeNull();
    await decide(world, held, await decision(world, held));
    expect(await handle.result()).toMatchObject({
      outcome: 'applied',
      decision: { decisionId: expect.stringMatching(/\/1$/) },
    });
  });
});

describe('an order without a review', () => {
  it('has one opened when somebody terminated it and asks for what is missing', async () => {
    const held = await heldOrder(world);
    await untilReview(world, held);
    await reviewHandle(world, held).terminate('by hand');
    await customer(held).signal(wakeCustomerSignal, { eventId: 'open-missing-1', kind: 'open-reviews' });
    await untilTrue(
      'it is open again',
      async () => (await reviewHandle(world, held).describe()).status.name === 'RUNNING',
    );
    expect((await untilReview(world, held)).stage).toBe('open');
  });

  it('because it was held before there were reviews has one opened in the customer’s next drain, whatever that is about', async () => {
    const held = await heldOrder(world);
    await untilReview(world, held);
    const { entries, contactId } = await world.state(held.buyer.customerId);
    await reviewHandle(world, held).terminate('there were none');
    await customer(held).terminate('of an older version');
    const older = entries.map((entry) => {
      const { review: _, ...rest } = entry;
      return rest;
    });
    const carried: SyncState = {
      ...newSyncState(held.buyer.customerId),
      entries: older,
      contact: newState(contactId ?? 0, 'granted'),
      isLedgerComplete: true,
      isListDue: false,
    };
    await world.client.workflow.start('syncCustomerWorkflow', {
      workflowId: customer(held).workflowId,
      taskQueue: TASK_QUEUE,
      args: [{ customerId: held.buyer.customerId, carried }],
    });
    await orderEvent(world, await placeOrder(world, held.buyer.customerId));
    await untilTrue('it is open', async () => (await reviewHandle(world, held).describe()).status.name === 'RUNNING');
    expect((await untilReview(world, held)).stage).toBe('open');
  });

  it('that is open takes no notice of being asked for', async () => {
    const held = await heldOrder(world);
    const { trailHash } = await untilReview(world, held);
    await customer(held).signal(wakeCustomerSignal, { eventId: 'open-missing-2', kind: 'open-reviews' });
    await world.settled(
      held.buyer.customerId,
      ({ recent }) => recent.filter(({ what }) => what.startsWith('held')).length === 2,
    );
    expect((await untilReview(world, held)).trailHash).toBe(trailHash);
  });
});

describe('a customer with held orders among others', () => {
  it('has one open review for each of them, and none for the others', async () => {
    const buyer = await newBuyer(world);
    const orders: PlacedOrder[] = [];
    for (const total of ['13.00', '12.00', '14.00'])
      orders.push(await placeOrder(world, buyer.customerId, { displayTotal: total }));
    for (const order of orders) await orderEvent(world, order);
    await world.settled(buyer.customerId, ({ outcomes }) => outcomes.held === 2 && outcomes.synced === 1);
    const numbers: string[] = [];
    await untilTrue('both are listed', async () => {
      numbers.length = 0;
      const query = `WorkflowType = 'reviewOrderWorkflow' AND ExecutionStatus = 'Running'`;
      for await (const { workflowId } of world.client.workflow.list({ query })) {
        const order = orders.find(({ orderId }) => workflowId === `review/${orderId}`);
        if (order !== undefined) numbers.push(String(order.number));
      }
      return numbers.length === 2;
    });
    expect(numbers.toSorted()).toEqual([orders[0]?.number, orders[2]?.number].map(String));
  });
});

describe('a review whose customer’s workflow was terminated with the decision in hand', () => {
  it('asks again', async () => {
    expect(await reviewHandle(world, interrupted).result()).toMatchObject({ outcome: 'applied' });
    expect(await recordOf(world, interrupted.order)).toMatchObject({ order_total: 13 });
  });
});
