import { setTimeout as pause } from 'node:timers/promises';
import { customerWorkflowId, reviewWorkflowId, WORKFLOW_TYPES } from '../../src/contract/ids.js';
import { customerStateQuery } from '../../src/contract/messages.js';
import { type ReviewResult, reviewStateQuery } from '../../src/contract/review.js';
import { firstBrokenEntry } from '../../src/domain/review/trail.js';
import { failedTasksSoFar } from '../oracle/histories.js';
import { untilQuiet } from '../quiet.js';
import { amount, wireOrder } from '../shop-model.js';
import { control, type SoakStack } from '../stack.js';
import type { PlannedDecision, ReviewPlan } from './plan.js';

interface Account {
  readonly contacts: readonly { contactId: number; email: string; dataFields: Readonly<Record<string, unknown>> }[];
  readonly records: Readonly<Record<string, readonly { key: string; json: Readonly<Record<string, unknown>> }[]>>;
}

/** Between the last kill and the end of the last review: a drain that failed again and again pauses up to five minutes. */
const OVER_MS_MAX = 360_000;
const QUIET_MS_MAX = 420_000;

/**
 * Each decision was carried out, once, on the money that was decided on: the review is over with it, its trail is whole, the
 * record says the money and never said another, and the contact's fields are the sum of its records.
 */
export async function judgeReviews(stack: SoakStack, plan: ReviewPlan): Promise<string[]> {
  const decisions = plan.rounds.flatMap((round) => round.decisions);
  await untilOver(stack);
  const notEnded: string[] = [];
  for (const decision of decisions) notEnded.push(...(await reviewViolations(stack, decision)));
  const signal = AbortSignal.timeout(QUIET_MS_MAX);
  const notQuiet = await untilQuiet(stack, { giveUpAfterMs: QUIET_MS_MAX, signal, tell: () => undefined });
  const account = (await control(stack.dotdigitalUrl, ['GET', 'state'])) as Account;
  return [
    ...notEnded,
    ...(notQuiet === null ? [] : [notQuiet]),
    ...decisions.flatMap((decision) => recordViolations(stack, account, decision)),
    ...plan.customerIds.flatMap((customerId) => sumViolations(account, customerId, decisions)),
    ...(await failedTasksSoFar(stack)),
  ];
}

/** Gives up quietly: each review that is not over is said by itself. */
async function untilOver({ client }: SoakStack): Promise<void> {
  const query = `WorkflowType = '${WORKFLOW_TYPES.reviewOrder}' AND ExecutionStatus = 'Running'`;
  const giveUpAt = performance.now() + OVER_MS_MAX;
  while (performance.now() < giveUpAt) {
    const { count } = await client.workflow.count(query);
    if (count === 0) return;
    await pause(1_000);
  }
}

async function reviewViolations(stack: SoakStack, { order, action }: PlannedDecision): Promise<string[]> {
  const handle = stack.client.workflow.getHandle<() => Promise<ReviewResult>>(reviewWorkflowId(order.orderId));
  if ((await handle.describe()).status.name === 'RUNNING') {
    const seen = await whatIsSeen(stack, order).catch((why: unknown) => String(why));
    return [`order ${order.number}: ${action} was decided and not carried out: ${seen}`];
  }
  const { outcome, decision, trail, trailDropped } = await handle.result();
  const found: string[] = [];
  if (outcome !== 'applied' || decision?.action !== action)
    found.push(
      `order ${order.number}: should be applied with ${action}, is ${outcome} with ${decision?.action ?? 'none'}`,
    );
  const said = trail.map((entry) => entry.action).join(', ');
  const times = isAboveFourEyes(order) ? 2 : 1;
  if (said !== ['opened', ...Array.from({ length: times }, () => action), 'applied'].join(', '))
    found.push(`order ${order.number}: its trail says ${said}`);
  if (firstBrokenEntry(trail, trailDropped) !== null) found.push(`order ${order.number}: its trail is broken`);
  return found;
}

/** What review and customer say of themselves: a race may be seen only once. */
async function whatIsSeen({ client }: SoakStack, { orderId, customerId }: PlannedDecision['order']): Promise<string> {
  const review = await client.workflow.getHandle(reviewWorkflowId(orderId)).query(reviewStateQuery);
  const customer = await client.workflow.getHandle(customerWorkflowId(customerId)).query(customerStateQuery, 'full');
  const { stage, deciding, trail } = review;
  const { status, queued, due, isBusy, lastProblem, recent, entries } = customer;
  const entry = entries.find((known) => known.orderId === orderId);
  return JSON.stringify({ stage, deciding, trail, status, queued, due, isBusy, lastProblem, recent, entry });
}

/** `FOUR_EYES_ABOVE_MINOR` as it stands by itself: what Stokly states is the most that a decision can move. */
const FOUR_EYES_ABOVE = 500;

function isAboveFourEyes(order: PlannedDecision['order']): boolean {
  return Number(wireOrder(order)['displayTotal']) > FOUR_EYES_ABOVE;
}

/** What the decision makes of it, in money's text; null: it is not in Dotdigital. */
function decidedTotal({ order, action }: PlannedDecision): string | null {
  if (action === 'exclude') return null;
  return String(wireOrder({ ...order, isBroken: action === 'acceptStated' })['displayTotal']);
}

function recordViolations(stack: SoakStack, account: Account, decision: PlannedDecision): string[] {
  const { number } = decision.order;
  const own = (account.records['Orders'] ?? []).filter(({ key }) => key === String(number));
  const totals = own.map(({ json }) => Number(json['order_total']).toFixed(2));
  const wanted = decidedTotal(decision);
  const found: string[] = [];
  if (totals.join() !== (wanted ?? ''))
    found.push(`record ${number}: should say ${wanted ?? 'nothing'}, says ${totals.join() || 'nothing'}`);
  const contents = stack.dotdigital.account.log.all.flatMap((change) =>
    change.kind === 'record' && change.key === String(number) && change.json !== null ? [change.json] : [],
  );
  // Written once, or the very same once more after a kill; never another content.
  const different = new Set(contents).size;
  if (different > (wanted === null ? 0 : 1)) found.push(`record ${number}: was written with ${different} contents`);
  return found;
}

function sumViolations(account: Account, customerId: string, decisions: readonly PlannedDecision[]): string[] {
  const contact = account.contacts.find(({ email }) => email.startsWith(customerId));
  const pence = decisions
    .filter(({ order }) => order.customerId === customerId)
    .reduce((sum, decision) => sum + Math.round(Number(decidedTotal(decision) ?? 0) * 100), 0);
  const said = [contact?.dataFields['TOTAL_SPEND'], contact?.dataFields['ORDERS_IN_REVIEW']];
  const isRight = Number(said[0]).toFixed(2) === amount(pence) && said[1] === 0;
  return isRight
    ? []
    : [`contact of customer ${customerId}: should say ${amount(pence)} and 0, says ${said.join(' and ')}`];
}
