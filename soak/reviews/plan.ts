import { createRandom, type Random } from '../random.js';
import { type ModelOrder, newLine } from '../shop-model.js';

/** Decisions that write, or take away, what they are about. */
export type PlannedAction = 'acceptStated' | 'acceptComputed' | 'exclude';

/** Moments at which something is killed: each is waited for, so that the kill falls into it. */
export type KillMoment = 'decided' | 'read' | 'written';
export type Killed = 'worker' | 'temporal' | 'both';

export interface PlannedDecision {
  readonly order: ModelOrder;
  readonly action: PlannedAction;
  readonly actor: string;
}

/** One restart: decisions are sent, and while they are carried out something is killed. */
export interface ReviewRound {
  readonly decisions: readonly PlannedDecision[];
  readonly moment: KillMoment;
  readonly killed: Killed;
}

export interface ReviewPlan {
  readonly seed: number;
  readonly customerIds: readonly string[];
  readonly rounds: readonly ReviewRound[];
}

const DECISIONS_A_ROUND = 2;
/** Keeps each customer's ledger at 20 orders, however long it runs. */
const ORDERS_A_CUSTOMER = 20;
const FIRST_NUMBER = 600_000;

const ACTORS = ['jane', 'tom', 'mary'] as const;

/** Who decides what, and what is killed when. From the seed alone. */
export function planReviews(seed: number, restarts: number): ReviewPlan {
  const random = createRandom(seed);
  const customers = Math.ceil((restarts * DECISIONS_A_ROUND) / ORDERS_A_CUSTOMER);
  const customerIds = Array.from({ length: customers }, () => random.uuid());
  const rounds = Array.from({ length: restarts }, (_, round) => planRound(random, { round, customerIds }));
  return { seed, customerIds, rounds };
}

function planRound(random: Random, at: { round: number; customerIds: readonly string[] }): ReviewRound {
  const moment: KillMoment = random.pick(['decided', 'read', 'written']);
  // A worker that lives on would wait for the held call as long as a call may take.
  const killed: Killed =
    moment === 'decided' ? random.pick(['worker', 'temporal', 'both']) : random.pick(['worker', 'both']);
  const decisions = Array.from({ length: DECISIONS_A_ROUND }, (_, nth) => {
    const index = at.round * DECISIONS_A_ROUND + nth;
    // Where a record is to be in flight, one is written.
    const action: PlannedAction =
      moment === 'written'
        ? random.pick(['acceptStated', 'acceptComputed'])
        : random.pick(['acceptStated', 'acceptComputed', 'exclude']);
    const customerId = at.customerIds[index % at.customerIds.length] ?? '';
    return { order: brokenOrder(random, { index, customerId }), action, actor: random.pick(ACTORS) };
  });
  return { decisions, moment, killed };
}

function brokenOrder(random: Random, { index, customerId }: { index: number; customerId: string }): ModelOrder {
  return {
    orderId: random.uuid(),
    number: FIRST_NUMBER + index,
    customerId,
    deliveryPence: random.pick([0, 300, 480]),
    lines: Array.from({ length: random.whole(1, 3) }, () => newLine(random)),
    stage: 'open',
    isBroken: true,
    refunded: new Map(),
    wrongRefundId: null,
  };
}
