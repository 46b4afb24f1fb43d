import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReviewResult } from '../../src/contract/review.js';
import type { ReviewAction } from '../../src/domain/review/actions.js';
import { firstBrokenEntry } from '../../src/domain/review/trail.js';
import {
  decide,
  decision,
  heldForRefund,
  type HeldOrder,
  heldOrder,
  refusalOf,
  reviewHandle,
  untilReview,
} from '../support/reviews.js';
import {
  changeOrder,
  clearRequests,
  contactOf,
  instant,
  newBuyer,
  orderEvent,
  placeOrder,
  recordOf,
  requestPaths,
  seedStokly,
} from '../support/shop-events.js';
import { createWorld, type World } from '../support/world.js';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(async () => {
  await world.close();
});

/** What Dotdigital says about the order's money, record and contact; null where there is no record. */
async function moneyOf({ buyer, order }: HeldOrder) {
  const record = await recordOf(world, order);
  const fields = (await contactOf(world, buyer.email))?.dataFields ?? {};
  return {
    record:
      record === undefined
        ? null
        : [record['order_total'], record['order_gross_total'], record['refunded_total'], record['reconciled_by']],
    contact: [fields['TOTAL_SPEND'], fields['TOTAL_REFUND'], fields['NET_SPEND'], fields['NUMBER_OF_ORDERS']],
    inReview: [fields['ORDERS_IN_REVIEW'], fields['SPEND_IN_REVIEW']],
  };
}

async function decided(held: HeldOrder, action: ReviewAction): Promise<ReviewResult> {
  await decide(world, held, await decision(world, held, { action }));
  return await reviewHandle(world, held).result();
}

describe('an order of 12.00 with a refund of 6.00 that says 7.00', () => {
  it('keeps what stood in Dotdigital while it waits, and shows what each decision would write', async () => {
    const held = await heldForRefund(world);
    expect(await moneyOf(held)).toMatchObject({ record: [12, 12, 0, 'rules'], contact: [12, 0, 12, 1] });
    const { stake, stage, number } = await untilReview(world, held);
    expect([stage, number]).toEqual(['open', String(held.order.number)]);
    expect(stake).toMatchObject({
      differences: [{ rule: 'refund-adds-up', differenceMinor: 100 }],
      amountMinor: 1200,
      currency: 'GBP',
      channel: 'Online shop',
      choices: {
        acceptStated: { isAllowed: true, amounts: { grossMinor: 1200, refundedMinor: 700 } },
        acceptComputed: { isAllowed: true, amounts: { grossMinor: 1200, refundedMinor: 600 } },
      },
    });
  });

  it.each([
    ['acceptStated', [5, 12, 7, 'review-stated'], [12, 7, 5, 1]],
    ['acceptComputed', [6, 12, 6, 'review-computed'], [12, 6, 6, 1]],
    ['exclude', null, [0, 0, 0, 0]],
  ] as const)('under %s stands with that money on record and contact alike', async (action, record, contact) => {
    const held = await heldForRefund(world);
    expect(await decided(held, action)).toMatchObject({
      outcome: 'applied',
      decision: { action, actors: ['jane'], reason: 'checked' },
    });
    const state = await world.settled(held.buyer.customerId, ({ outcomes }) => outcomes.held === 0);
    expect(await moneyOf(held)).toEqual({ record, contact, inReview: [0, 0] });
    expect(state.needsAttention).toEqual([]);
    expect(state.outcomes).toEqual(
      action === 'exclude' ? { synced: 0, held: 0, skipped: 1 } : { synced: 1, held: 0, skipped: 0 },
    );
  });

  it('mended in Stokly and rechecked is written by the rules', async () => {
    const held = await heldForRefund(world, { refundId: '00000000-0000-4000-8000-00000000f00d' });
    await seedStokly(world, {
      refunds: [
        { refundId: '00000000-0000-4000-8000-00000000f00d', saleOrderId: held.order.orderId, displayTotal: '6.00' },
      ],
    });
    expect(await decided(held, 'recheck')).toMatchObject({ outcome: 'applied', decision: { action: 'recheck' } });
    expect(await moneyOf(held)).toMatchObject({ record: [6, 12, 6, 'rules'], contact: [12, 6, 6, 1] });
  });

  it('rechecked as it is stays open, and the trail says that it was in vain', async () => {
    const held = await heldForRefund(world);
    const reply = await decide(world, held, await decision(world, held, { action: 'recheck' }));
    expect(reply).toMatchObject({ stage: 'deciding' });
    const state = await untilReview(world, held, ({ stage, trail }) => stage === 'open' && trail.length > 2);
    expect(state.trail.map(({ action, actor }) => [action, actor])).toEqual([
      ['opened', 'lockstep'],
      ['recheck', 'jane'],
      ['refused', 'lockstep'],
    ]);
    expect(await moneyOf(held)).toMatchObject({ record: [12, 12, 0, 'rules'] });
  });

  it('ties the ledger to the trail: the decision’s hash is in it, and every entry covers the one before', async () => {
    const held = await heldForRefund(world);
    const { trail, trailDropped, trailHash } = await decided(held, 'acceptStated');
    expect(firstBrokenEntry(trail, trailDropped)).toBeNull();
    expect(trail.map(({ action }) => action)).toEqual(['opened', 'acceptStated', 'applied']);
    expect(trail.at(-1)?.hash).toBe(trailHash);
    const [entry] = (await world.state(held.buyer.customerId)).entries;
    expect(entry?.decision?.trailHash).toBe(trail[1]?.hash);
    expect(entry).not.toHaveProperty('review');
  });
});

describe('an order with a refund of another order’s line', () => {
  const stranger = {
    lineId: '00000000-0000-4000-8000-0000000000ff',
    quantity: 1,
    displayLineTotal: '6.00',
    displayLineTax: '1.00',
  };

  it('keeps all its pieces under what is accepted, with the money given back', async () => {
    const held = await heldForRefund(world, { displayTotal: '6.00', items: [stranger] });
    expect(await decided(held, 'acceptComputed')).toMatchObject({ outcome: 'applied' });
    expect(await moneyOf(held)).toMatchObject({ record: [6, 12, 6, 'review-computed'], contact: [12, 6, 6, 1] });
    expect((await recordOf(world, held.order))?.['products']).toMatchObject([{ qty: 2, line_total: 12 }]);
  });
});

describe('an order that cannot be read', () => {
  it('stops nobody else; it can only be rechecked or excluded, and says so', async () => {
    const buyer = await newBuyer(world);
    const poisonous = await placeOrder(world, buyer.customerId, { displayTotal: 'not-a-number' });
    const good = await placeOrder(world, buyer.customerId);
    await orderEvent(world, poisonous);
    await orderEvent(world, good);
    await world.settled(buyer.customerId, ({ outcomes }) => outcomes.held === 1 && outcomes.synced === 1);
    const held = { buyer, order: poisonous };
    expect(await refusalOf(decide(world, held, await decision(world, held)))).toContain('readable fails');
    expect(await decided(held, 'exclude')).toMatchObject({ outcome: 'applied' });
    const state = await world.settled(buyer.customerId, ({ outcomes }) => outcomes.skipped === 1);
    expect(state.skippedByReason).toEqual({ 'excluded-by-review': 1 });
    expect(await recordOf(world, good)).toMatchObject({ order_total: 12 });
  });
});

describe('a decision that would leave a difference', () => {
  it('is refused with the reason, and decides nothing', async () => {
    const held = await heldForRefund(world, {
      displayTotal: '15.00',
      items: [
        {
          lineId: '00000000-0000-4000-8000-0000000000fe',
          quantity: 1,
          displayLineTotal: '15.00',
          displayLineTax: '2.50',
        },
      ],
    });
    const computed = await decision(world, held, { action: 'acceptComputed' });
    expect(await refusalOf(decide(world, held, computed))).toContain('would still be 3.00 GBP more than was paid');
    expect(await untilReview(world, held)).toMatchObject({ stage: 'open', trail: [{ action: 'opened' }] });
  });
});

describe('what happens to the order after a decision', () => {
  it('a later despatch is written under it; other money opens a new review', async () => {
    const held = await heldOrder(world);
    await decided(held, 'acceptStated');
    const total = { displayTotal: '13.00' };
    await changeOrder(world, held.order, { ...total, timeUpdated: instant(8), lastDespatchedDate: instant(8) });
    await orderEvent(world, held.order, { updatedAt: instant(8) });
    await world.settled(held.buyer.customerId, ({ entries }) => entries[0]?.version === instant(8));
    expect(await moneyOf(held)).toMatchObject({ record: [13, 13, 0, 'review-stated'], inReview: [0, 0] });
    await changeOrder(world, held.order, { displayTotal: '14.00', timeUpdated: instant(7) });
    await orderEvent(world, held.order, { updatedAt: instant(7) });
    await world.settled(held.buyer.customerId, ({ outcomes }) => outcomes.held === 1);
    const again = await untilReview(world, held, ({ stage }) => stage === 'open');
    expect(again.stake.choices.acceptStated.amounts).toEqual({ grossMinor: 1400, refundedMinor: 0 });
    expect(await moneyOf(held)).toMatchObject({ record: [13, 13, 0, 'review-stated'] });
  });

  it('an excluded one stays out, also when it is looked at again and when everything is written anew', async () => {
    const held = await heldOrder(world);
    await decided(held, 'exclude');
    await clearRequests(world);
    await orderEvent(world, held.order);
    await world.client.workflow
      .getHandle(`customer/${held.buyer.customerId}`)
      .signal('wakeCustomer', { eventId: 'anew', kind: 'resync' });
    await world.settled(
      held.buyer.customerId,
      ({ recent }) => recent.filter(({ what }) => what.startsWith('skipped')).length >= 2,
    );
    const { dotdigital } = await requestPaths(world);
    expect(dotdigital.filter((path) => path.startsWith('PUT'))).toEqual([]);
    expect(await recordOf(world, held.order)).toBeUndefined();
  });
});
