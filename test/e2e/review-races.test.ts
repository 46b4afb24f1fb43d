import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DecideReview, decideReviewSignal } from '../../src/contract/review.js';
import {
  decide,
  decision,
  type HeldOrder,
  heldOrder,
  refusalOf,
  reviewAttributes,
  reviewHandle,
  untilReview,
} from '../support/reviews.js';
import {
  changeOrder,
  controlDotdigital,
  instant,
  newBuyer,
  orderEvent,
  placeOrder,
  recordOf,
} from '../support/shop-events.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(async () => {
  await world.close();
});

const ROUNDS = 100;
const CUSTOMERS = 10;

/** Orders that are held, several a customer. */
async function heldOrders(): Promise<HeldOrder[]> {
  const perCustomer = Array.from({ length: CUSTOMERS }, async () => {
    const buyer = await newBuyer(world);
    const orders = await Promise.all(
      Array.from({ length: ROUNDS / CUSTOMERS }, () => placeOrder(world, buyer.customerId, { displayTotal: '13.00' })),
    );
    await Promise.all(orders.map((order) => orderEvent(world, order)));
    await world.settled(buyer.customerId, ({ outcomes }) => outcomes.held === orders.length);
    return orders.map((order) => ({ buyer, order }));
  });
  return (await Promise.all(perCustomer)).flat();
}

interface Round {
  readonly held: HeldOrder;
  readonly winner: DecideReview;
  readonly told: string;
}

/** Two people decide otherwise at the same moment. */
async function race(held: HeldOrder): Promise<Round> {
  const { stake } = await untilReview(world, held);
  const mine = { action: 'acceptStated', actor: 'jane', reason: 'as stated', moneyHash: stake.moneyHash } as const;
  const yours = { action: 'exclude', actor: 'tom', reason: 'a mistake', moneyHash: stake.moneyHash } as const;
  const [first, second] = await Promise.allSettled([decide(world, held, mine), decide(world, held, yours)]);
  expect([first.status, second.status].toSorted()).toEqual(['fulfilled', 'rejected']);
  const loser = first.status === 'rejected' ? first : second;
  const told = loser.status === 'rejected' ? await refusalOf(Promise.reject(loser.reason as Error)) : '';
  return { held, winner: first.status === 'fulfilled' ? mine : yours, told };
}

describe('two people at once', () => {
  it(`in ${ROUNDS} rounds exactly one wins, the other is told by whom, and what stands is what the winner decided`, async () => {
    const all = await heldOrders();
    expect(all).toHaveLength(ROUNDS);
    const rounds: Round[] = [];
    for (let at = 0; at < all.length; at += CUSTOMERS) {
      rounds.push(...(await Promise.all(all.slice(at, at + CUSTOMERS).map(race))));
    }
    const wins = { jane: 0, tom: 0 };
    for (const { held, winner, told } of rounds) {
      expect(told).toMatch(
        new RegExp(`^(${winner.actor} decided ${winner.action} already|the review is closed|the money)`),
      );
      const { decision: made } = await reviewHandle(world, held).result();
      expect(made).toMatchObject({
        action: winner.action,
        actors: [winner.actor],
        decisionId: expect.stringMatching(/\/1$/),
      });
      const record = await recordOf(world, held.order);
      expect(record?.['order_total']).toBe(winner.action === 'exclude' ? undefined : 13);
      wins[winner.actor as 'jane' | 'tom'] += 1;
    }
    process.stdout.write(`of ${ROUNDS} rounds jane won ${wins.jane}, tom ${wins.tom}\n`);
    expect(wins.jane + wins.tom).toBe(ROUNDS);
  }, 300_000);
});

describe('a newer version', () => {
  it('between looking at a review and deciding: the decision is refused, and says what to look at', async () => {
    const held = await heldOrder(world);
    const seen = await decision(world, held);
    await changeOrder(world, held.order, { displayTotal: '14.00', timeUpdated: instant(8) });
    await orderEvent(world, held.order, { updatedAt: instant(8) });
    const now = await untilReview(world, held, ({ stake }) => stake.moneyHash !== seen.moneyHash);
    expect(await refusalOf(decide(world, held, seen))).toContain(`the hash is ${now.stake.moneyHash} now`);
    expect(await recordOf(world, held.order)).toBeUndefined();
  });

  it('between the decision and its reading: nothing is written, the same run goes on with the new money', async () => {
    const held = await heldOrder(world);
    const made = await decision(world, held);
    const { runId } = await reviewHandle(world, held).describe();
    await world.stopWorker();
    await reviewHandle(world, held).signal(decideReviewSignal, made);
    await changeOrder(world, held.order, { displayTotal: '14.00', timeUpdated: instant(8) });
    await world.startWorker();
    const state = await untilReview(world, held, ({ trail }) => trail.at(-1)?.action === 'replaced');
    expect(state).toMatchObject({ stage: 'open', deciding: null });
    expect(state.trail.map(({ action }) => action)).toEqual(['opened', 'acceptStated', 'changed', 'replaced']);
    expect((await reviewHandle(world, held).describe()).runId).toBe(runId);
    expect(await recordOf(world, held.order)).toBeUndefined();
    await decide(world, held, await decision(world, held));
    expect(await reviewHandle(world, held).result()).toMatchObject({ outcome: 'applied' });
    expect(await recordOf(world, held.order)).toMatchObject({ order_total: 14 });
  });

  it('between the decision and its reading that adds up: the rules write it, and the review is superseded', async () => {
    const held = await heldOrder(world);
    const made = await decision(world, held);
    await world.stopWorker();
    await reviewHandle(world, held).signal(decideReviewSignal, made);
    await changeOrder(world, held.order, { timeUpdated: instant(8) });
    await world.startWorker();
    expect(await reviewHandle(world, held).result()).toMatchObject({ outcome: 'superseded', decision: null });
    expect(await recordOf(world, held.order)).toMatchObject({ order_total: 12, reconciled_by: 'rules' });
  });

  it('while the decision is being written: it stands, and the newer money is held on its own', async () => {
    const held = await heldOrder(world);
    await controlDotdigital(world, 'POST', 'faults', {
      match: { method: 'PUT', path: '^/insightData/v3/contacts/' },
      kind: 'latency',
      delayMs: 1500,
      times: 1,
    });
    await decide(world, held, await decision(world, held));
    await untilTrue('its record is being written', async () => {
      const { faults } = (await controlDotdigital(world, 'GET', 'faults')) as { faults: readonly { struck: number }[] };
      return faults.every(({ struck }) => struck > 0);
    });
    await changeOrder(world, held.order, { displayTotal: '14.00', timeUpdated: instant(8) });
    await orderEvent(world, held.order, { updatedAt: instant(8) });
    const state = await untilReview(world, held, ({ stake, stage }) => {
      return stage === 'open' && stake.choices.acceptStated.amounts?.grossMinor === 1400;
    });
    expect(state.trail[0]?.action).toBe('opened');
    expect(await recordOf(world, held.order)).toMatchObject({ order_total: 13, reconciled_by: 'review-stated' });
    await controlDotdigital(world, 'DELETE', 'faults');
  });
});

describe('a review that nobody decides', () => {
  it('reminds, then escalates, each once, and decides nothing', async () => {
    await world.stopWorker();
    world.reviewPolicy = { ...world.reviewPolicy, remindAfterMs: 1000, escalateAfterMs: 2500 };
    await world.startWorker();
    const held = await heldOrder(world);
    await untilReview(world, held, ({ stage }) => stage === 'reminded');
    const state = await untilReview(world, held, ({ stage }) => stage === 'escalated');
    expect(state.trail.map(({ action }) => action)).toEqual(['opened', 'reminded', 'escalated']);
    await untilTrue(
      'it is searchable',
      async () => (await reviewAttributes(world, held))['ReviewStage'] === 'escalated',
    );
    expect(state).toMatchObject({ deciding: null, awaited: null });
    expect(await recordOf(world, held.order)).toBeUndefined();
    const { historyLength } = await reviewHandle(world, held).describe();
    await decide(world, held, await decision(world, held));
    expect((await reviewHandle(world, held).result()).outcome).toBe('applied');
    expect(historyLength).toBeLessThan(40);
  });
});
