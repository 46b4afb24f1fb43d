import type { DrainContext, DrainInput, DrainPlan, MovedOrder, OrderWrite, PlannedReview } from './drain-plan.js';
import { entryOf, unreadableEntry } from './entry.js';
import type { FetchedOrder, JudgedOrder, UnreadableFetched } from './fetched-order.js';
import { type LedgerEntry, withoutLeftKey } from './ledger.js';
import { firstReason, type SkipReason } from './reasons.js';
import { isAccept } from './review/actions.js';
import type { ReviewDecision } from './review/decision.js';
import { acceptedOrder, stakeOf, underDecision } from './review/plan-review.js';
import { again, pauseForBehind, pauseForNotFound, type QueueItem, queueItem } from './wake-queue.js';

type MutablePlan = {
  entries: Map<string, LedgerEntry>;
  writes: OrderWrite[];
  requeue: QueueItem[];
  moved: MovedOrder[];
  reviews: PlannedReview[];
  refusals: Map<string, string>;
  held: LedgerEntry[];
  skipped: LedgerEntry[];
  unknownOrderIds: string[];
  notes: { number: string; what: string }[];
};

/** Decides for each order of a drain: write, delete, hold, skip, look again later, or hand to another customer. Pure. */
export function planDrain(context: DrainContext, input: DrainInput): DrainPlan {
  const plan: MutablePlan = {
    entries: new Map(context.entries.map((entry) => [entry.orderId, entry])),
    writes: [],
    requeue: [],
    moved: [],
    reviews: [],
    refusals: new Map(),
    held: [],
    skipped: [],
    unknownOrderIds: [],
    notes: [],
  };
  const items = new Map(input.taken.map((item) => [item.orderId, item]));
  for (const order of input.fetched) {
    planOrder({ plan, context, input, item: items.get(order.orderId) ?? queueItem(order.orderId, 'history') }, order);
  }
  return { ...plan, entries: [...plan.entries.values()] };
}

interface Step {
  readonly plan: MutablePlan;
  readonly context: DrainContext;
  readonly input: DrainInput;
  readonly item: QueueItem;
}

function planOrder(step: Step, order: FetchedOrder): void {
  switch (order.kind) {
    case 'deferred':
      step.plan.requeue.push(step.item);
      return;
    case 'behind':
      planBehind(step);
      return;
    case 'not-found':
      planNotFound(step);
      return;
    case 'unreadable':
    case 'read':
      planRead(step, order);
      return;
  }
}

function planBehind({ plan, input, item }: Step): void {
  const pauseMs = pauseForBehind(item.tries) ?? 0;
  plan.requeue.push(again(item, { why: 'behind', tries: item.tries + 1, dueAtMs: input.nowMs + pauseMs }));
}

function planNotFound(step: Step): void {
  const { plan, input, item } = step;
  const pauseMs = pauseForNotFound(item, input.nowMs);
  if (pauseMs !== null) {
    const waitingSinceMs = item.waitingSinceMs === 0 ? input.nowMs : item.waitingSinceMs;
    plan.requeue.push({
      ...item,
      why: 'not-found',
      tries: item.tries + 1,
      waitingSinceMs,
      dueAtMs: input.nowMs + pauseMs,
    });
    return;
  }
  const known = plan.entries.get(item.orderId);
  if (known === undefined) {
    plan.unknownOrderIds.push(item.orderId);
    plan.notes.push({ number: item.orderId, what: 'not in Stokly after a day of asking' });
    return;
  }
  planSkip(step, { ...known, heldAt: null }, { reason: 'removed' });
}

function planRead(step: Step, order: JudgedOrder | UnreadableFetched): void {
  const { plan, context } = step;
  const customerId = order.kind === 'read' ? order.snapshot.customerId : order.customerId;
  const before = plan.entries.get(order.orderId) ?? null;
  // An unreadable order may not name its customer; then it stays with the one that the event named.
  if (customerId !== context.customerId && (order.kind === 'read' || customerId !== null)) {
    planMove(step, { before, customerId, order });
    return;
  }
  const { under, decision } = decided(step, order, before);
  if (under.kind === 'accepted' && order.kind === 'read') {
    planJudged(step, acceptedOrder(order, under.choice), { before, decision });
    return;
  }
  if (under.kind === 'refused') plan.refusals.set(order.orderId, under.why);
  planJudged(step, order, { before, decision: under.kind === 'excluded' ? decision : null });
}

/** What a person decided about the very money that was read: just now, or at an earlier time. */
function decided({ context }: Step, order: JudgedOrder | UnreadableFetched, before: LedgerEntry | null) {
  const pending = context.decisions?.[order.orderId] ?? null;
  const underPending = underDecision(order, pending);
  if (underPending.kind !== 'none') return { under: underPending, decision: pending };
  const standing = before?.decision ?? null;
  return { under: underDecision(order, standing), decision: standing };
}

/** `decision`: the one that is carried out now, or was before; null where none applies to this money. */
function planJudged(
  step: Step,
  order: JudgedOrder | UnreadableFetched,
  known: { readonly before: LedgerEntry | null; readonly decision: ReviewDecision | null },
): void {
  const { plan, context, input, item } = step;
  const { before, decision } = known;
  const read =
    order.kind === 'read' ? entryOf(order, before, input.nowMs) : unreadableEntry(order, before, input.nowMs);
  const entry: LedgerEntry = decision === null ? read : { ...read, decision };
  const isExcluded = decision?.action === 'exclude';
  const reason = firstReason([
    ...order.skipReasons,
    ...standingReasons(context),
    ...(isExcluded ? (['excluded-by-review'] as const) : []),
  ]);
  if (reason !== null) {
    // A ledger that was lost knows of no record; what a person has just taken out is deleted all the same.
    const isNews = isExcluded && context.decisions?.[order.orderId] === decision;
    // A put was sent, and what became of it was never heard: the ledger knows of no record, and yet one may stand.
    const isLost = context.areLostPutsDeleted === true && context.uncertainOrderIds.includes(entry.orderId);
    const recordKey = (isNews || isLost) && order.kind === 'read' ? (order.recordKey ?? null) : null;
    planSkip(step, entry, { reason, recordKey });
    return;
  }
  const differences = order.kind === 'read' ? order.judgement.differences : order.differences;
  if (differences.some((difference) => difference.severity === 'hold')) {
    planFailing(step, entry, order);
    return;
  }
  if (order.kind !== 'read') return;
  if (order.isBehind)
    plan.notes.push({
      number: entry.number,
      what: 'taken as read: Stokly never showed the version that the event named',
    });
  plan.writes.push({
    kind: 'put',
    entry: { ...withoutLeftKey(entry), outcome: 'synced', reason: null, heldAt: null },
    snapshot: order.snapshot,
    isTrimmed: order.isTrimmed,
    judgement: order.judgement,
    ...(decision !== null && isAccept(decision.action) ? { acceptedAs: decision.action } : {}),
    readBack: item.why === 'unconfirmed',
    // A deletion that is to be repeated may land late as well.
    isUncertain: context.uncertainOrderIds.includes(order.orderId) || entry.leftKey !== undefined,
  });
}

/** While the contact is not known, `writeCustomer` finds the customer's reason anew in each drain. */
function standingReasons(context: DrainContext): SkipReason[] {
  if (context.customerSkip === null) return [];
  return context.isStopped || context.contact !== null ? [context.customerSkip] : [];
}

function planSkip(
  { plan, context, item }: Step,
  entry: LedgerEntry,
  { reason, recordKey = null }: { readonly reason: SkipReason; readonly recordKey?: string | null },
): void {
  const skipped: LedgerEntry = { ...entry, outcome: 'skipped', reason, heldAt: null };
  plan.entries.set(entry.orderId, skipped);
  plan.skipped.push(skipped);
  const readBack = item.why === 'unconfirmed';
  const standing = entry.written?.recordKey ?? (readBack ? entry.leftKey : undefined) ?? recordKey;
  if (standing !== null && !context.isStopped) {
    const { orderId, number } = entry;
    const isUncertain = entry.written?.isUnconfirmed === true || context.uncertainOrderIds.includes(orderId);
    const doubt = { ...(isUncertain ? { isUncertain } : {}), ...(readBack ? { readBack } : {}) };
    plan.writes.push({ kind: 'delete', orderId, number, recordKey: standing, entry: skipped, ...doubt });
  }
}

/** Held only if it still fails on a second read, `holdAfterMs` after the first that failed. */
function planFailing(
  { plan, context, input, item }: Step,
  entry: LedgerEntry,
  order: JudgedOrder | UnreadableFetched,
): void {
  const failingSinceMs = item.failingSinceMs === 0 ? input.nowMs : item.failingSinceMs;
  const holdAtMs = failingSinceMs + input.policy.holdAfterMs;
  // A decision is answered at once: who made it waits.
  const isDecided = context.decisions?.[entry.orderId] !== undefined;
  const wasHeld = isDecided || plan.entries.get(entry.orderId)?.outcome === 'held';
  if (!wasHeld && input.nowMs < holdAtMs) {
    plan.requeue.push(again(item, { why: 'second-read', failingSinceMs, dueAtMs: holdAtMs }));
    plan.notes.push({ number: entry.number, what: `does not add up; read again ${new Date(holdAtMs).toISOString()}` });
    return;
  }
  const held: LedgerEntry = {
    ...entry,
    outcome: 'held',
    reason: null,
    heldAt: entry.heldAt ?? new Date(input.nowMs).toISOString(),
  };
  plan.entries.set(entry.orderId, held);
  plan.held.push(held);
  // A result from before reviews says nothing of choices: then the order is read again (`queueUnreviewed`).
  const areChoicesKnown = order.kind === 'unreadable' || order.choices !== undefined;
  if (areChoicesKnown && (isDecided || held.review?.moneyHash !== held.read.moneyHash)) {
    const { orderId, number } = held;
    plan.reviews.push({ orderId, number, stake: stakeOf(order, held, input.nowMs) });
  }
}

function planMove(
  { plan, context, item }: Step,
  move: { before: LedgerEntry | null; customerId: string | null; order: JudgedOrder | UnreadableFetched },
): void {
  const { before, customerId, order } = move;
  const { orderId } = order;
  const number = before?.number ?? (order.kind === 'read' ? order.snapshot.number : order.number);
  if (before !== null) {
    plan.entries.delete(orderId);
    plan.notes.push({ number, what: 'moved to another customer' });
  }
  // Said by the customer that is refused it: it stands here, though the ledger may have lost it.
  const said = item.isRecordHere === true && order.kind === 'read' ? order.recordKey : undefined;
  const recordKey = before?.written?.recordKey ?? said;
  if (recordKey !== undefined && !context.isStopped)
    plan.writes.push({ kind: 'delete', orderId, number, recordKey, entry: null });
  const version = order.kind === 'read' ? order.snapshot.version : order.version;
  if (customerId !== null) plan.moved.push({ orderId: item.orderId, customerId, version });
}
