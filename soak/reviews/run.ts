import { WorkflowNotFoundError } from '@temporalio/client';
import { reviewWorkflowId } from '../../src/contract/ids.js';
import {
  type DecideReview,
  decideReviewSignal,
  type ReviewState,
  reviewStateQuery,
} from '../../src/contract/review.js';
import { wireOrder } from '../shop-model.js';
import type { SoakBreak } from '../planted-defect.js';
import { control, type ProgramName, type SoakStack } from '../stack.js';
import { untilTrue } from '../until-true.js';
import { withStack } from '../with-stack.js';
import { judgeReviews } from './judge.js';
import { type KillMoment, type Killed, planReviews, type ReviewPlan, type ReviewRound } from './plan.js';

export interface ReviewSoakOptions {
  readonly seed: number;
  readonly restarts: number;
  readonly temporalCliPath: string;
  readonly plantedDefect: SoakBreak | null;
  /** Keeps the folder with Temporal's database and the log of all processes. */
  readonly isKeeping: boolean;
  readonly signal: AbortSignal;
  /** Told what happens, a line each. */
  readonly tell: (line: string) => void;
}

export interface ReviewSoakReport {
  readonly seed: number;
  readonly secs: number;
  readonly restarts: Readonly<Record<string, number>>;
  readonly decisions: Readonly<Record<string, number>>;
  readonly customers: number;
  readonly violations: readonly string[];
}

/** People decide about held orders while worker and Temporal are killed: no decision may be lost, none carried out twice. */
export async function runReviewSoak(options: ReviewSoakOptions): Promise<ReviewSoakReport> {
  const plan = planReviews(options.seed, options.restarts);
  return await withStack({ ...options, duplicates: 0, loss: 0 }, (stack) => soak(stack, plan, options));
}

async function soak(stack: SoakStack, plan: ReviewPlan, options: ReviewSoakOptions): Promise<ReviewSoakReport> {
  const { tell, signal, plantedDefect } = options;
  tell('Starting Temporal, both stand-ins, worker and relay …');
  await stack.start();
  const startedAtMs = performance.now();
  tell(`${plan.rounds.length * 2} orders do not add up. Waiting until each has its review …`);
  await placeOrders(stack, plan);
  for (const [nth, round] of plan.rounds.entries()) {
    signal.throwIfAborted();
    tell(`${nth + 1} of ${plan.rounds.length}: ${actionsText(round)}; kills ${round.killed} when ${round.moment}`);
    await playRound(stack, round, plantedDefect === 'lose-decision' && nth === 0);
  }
  tell('Nothing is killed any more. Judging …');
  const violations = [...stack.unexpectedEnds, ...(await judgeReviews(stack, plan))];
  return {
    seed: plan.seed,
    secs: Math.round((performance.now() - startedAtMs) / 1000),
    restarts: countOf(plan.rounds.map(({ killed, moment }) => `${killed} when ${moment}`)),
    decisions: countOf(plan.rounds.flatMap(({ decisions }) => decisions.map(({ action }) => action))),
    customers: plan.customerIds.length,
    violations,
  };
}

function actionsText({ decisions }: ReviewRound): string {
  return decisions.map(({ action, order }) => `${action} ${order.number}`).join(', ');
}

async function placeOrders(stack: SoakStack, { customerIds, rounds }: ReviewPlan): Promise<void> {
  const customers = customerIds.map((customerId) => ({
    customerId,
    email: `${customerId}@example.com`,
    marketingConsent: true,
  }));
  const orders = rounds.flatMap(({ decisions }) => decisions.map(({ order }) => order));
  await control(stack.stoklyUrl, ['POST', 'seed'], { customers, orders: orders.map(wireOrder), emit: true });
  for (const { orderId } of orders) await untilReviewed(stack, orderId);
}

/** As soon as the review answers. */
async function untilReviewed({ client }: SoakStack, orderId: string): Promise<ReviewState> {
  let seen: ReviewState | null = null;
  await untilTrue(`order ${orderId} has a review that answers`, async () => {
    try {
      seen = await client.workflow.getHandle(reviewWorkflowId(orderId)).query(reviewStateQuery);
      return true;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  });
  if (seen === null) throw new Error('no review');
  return seen;
}

/** Above the four-eyes limit; no plan has that name. */
const SECOND_ACTOR = 'ann';

async function playRound(stack: SoakStack, round: ReviewRound, isFirstLost: boolean): Promise<void> {
  const messages: (readonly [string, DecideReview])[] = [];
  for (const { order, action, actor } of round.decisions) {
    const { stake, needsSecond } = await untilReviewed(stack, order.orderId);
    const message = { action, actor, reason: 'checked against the invoice', moneyHash: stake.moneyHash };
    messages.push([order.orderId, message]);
    if (needsSecond) messages.push([order.orderId, { ...message, actor: SECOND_ACTOR }]);
  }
  await arm(stack, round.moment);
  for (const [orderId, message] of messages.slice(isFirstLost ? 1 : 0)) {
    await stack.client.workflow.getHandle(reviewWorkflowId(orderId)).signal(decideReviewSignal, message);
  }
  await untilTrue(`a decision is ${round.moment}`, () => isReached(stack, round.moment));
  await restart(stack, round.killed);
  await disarm(stack);
}

/** Calls that are held until the fault is taken away: the kill falls between the decision and its write, or its answer. */
async function arm(stack: SoakStack, moment: KillMoment): Promise<void> {
  if (moment === 'read') {
    const match = { method: 'GET', path: '/v2/saleorders/' };
    await control(stack.stoklyUrl, ['POST', 'faults'], { match, kind: 'timeout-before' });
  }
  if (moment === 'written') {
    const match = { method: 'PUT', path: '^/insightData/v3/contacts/' };
    await control(stack.dotdigitalUrl, ['POST', 'faults'], { match, kind: 'timeout-after' });
  }
}

async function isReached(stack: SoakStack, moment: KillMoment): Promise<boolean> {
  if (moment === 'read') {
    const faults = (await control(stack.stoklyUrl, ['GET', 'faults'])) as readonly { hits: number }[];
    return faults.some(({ hits }) => hits > 0);
  }
  if (moment === 'written') {
    const { faults } = (await control(stack.dotdigitalUrl, ['GET', 'faults'])) as { faults: { struck: number }[] };
    return faults.some(({ struck }) => struck > 0);
  }
  return true;
}

async function disarm(stack: SoakStack): Promise<void> {
  await control(stack.stoklyUrl, ['DELETE', 'faults']);
  await control(stack.dotdigitalUrl, ['DELETE', 'faults']);
}

const PROGRAMS: Readonly<Record<Killed, readonly ProgramName[]>> = {
  worker: ['worker'],
  temporal: ['temporal'],
  both: ['worker', 'temporal'],
};

async function restart(stack: SoakStack, killed: Killed): Promise<void> {
  const programs = PROGRAMS[killed];
  for (const name of programs) await stack.end(name, 'SIGKILL');
  for (const name of programs.toReversed()) await stack.run(name);
}

function countOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
