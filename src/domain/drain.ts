import type { DrainContext, DrainInput, DrainPlan, MovedOrder, OrderWrite } from './drain-plan.js';
import { entryOf, unreadableEntry } from './entry.js';
import type { FetchedOrder, JudgedOrder, UnreadableFetched } from './fetched-order.js';
import type { LedgerEntry } from './ledger.js';
import { firstReason, type SkipReason } from './reasons.js';
import { pauseForBehind, pauseForNotFound, type QueueItem, queueItem } from './wake-queue.js';

type MutablePlan = {
  entries: Map<string, LedgerEntry>;
  writes: OrderWrite[];
  requeue: QueueItem[];
  moved: MovedOrder[];
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
  plan.requeue.push({ ...item, why: 'behind', tries: item.tries + 1, dueAtMs: input.nowMs + pauseMs });
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
  planSkip(step, { ...known, heldAt: null }, 'removed');
}

function planRead(step: Step, order: JudgedOrder | UnreadableFetched): void {
  const { plan, context, input, item } = step;
  const customerId = order.kind === 'read' ? order.snapshot.customerId : order.customerId;
  const before = plan.entries.get(order.orderId) ?? null;
  // An unreadable order may not name its customer; then it stays with the one that the event named.
  if (customerId !== context.customerId && (order.kind === 'read' || customerId !== null)) {
    planMove(step, { before, customerId, version: order.kind === 'read' ? order.snapshot.version : order.version });
    return;
  }
  const entry =
    order.kind === 'read' ? entryOf(order, before, input.nowMs) : unreadableEntry(order, before, input.nowMs);
  const reason = firstReason([...order.skipReasons, ...standingReasons(context)]);
  if (reason !== null) {
    planSkip(step, entry, reason);
    return;
  }
  const differences = order.kind === 'read' ? order.judgement.differences : order.differences;
  if (differences.some((difference) => difference.severity === 'hold')) {
    planFailing(step, entry);
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
    entry: { ...entry, outcome: 'synced', reason: null, heldAt: null },
    snapshot: order.snapshot,
    isTrimmed: order.isTrimmed,
    judgement: order.judgement,
    readBack: item.why === 'unconfirmed',
    isUncertain: context.uncertainOrderIds.includes(order.orderId),
  });
}

/** While the contact is not known, `writeCustomer` finds the customer's reason anew in each drain. */
function standingReasons(context: DrainContext): SkipReason[] {
  if (context.customerSkip === null) return [];
  return context.isStopped || context.contact !== null ? [context.customerSkip] : [];
}

function planSkip({ plan, context }: Step, entry: LedgerEntry, reason: SkipReason): void {
  const skipped: LedgerEntry = { ...entry, outcome: 'skipped', reason, heldAt: null };
  plan.entries.set(entry.orderId, skipped);
  plan.skipped.push(skipped);
  if (entry.written !== null && !context.isStopped) {
    plan.writes.push({
      kind: 'delete',
      orderId: entry.orderId,
      number: entry.number,
      recordKey: entry.written.recordKey,
      entry: skipped,
    });
  }
}

/** Held only if it still fails on a second read, `holdAfterMs` after the first that failed. */
function planFailing({ plan, input, item }: Step, entry: LedgerEntry): void {
  const failingSinceMs = item.failingSinceMs === 0 ? input.nowMs : item.failingSinceMs;
  const holdAtMs = failingSinceMs + input.policy.holdAfterMs;
  const wasHeld = plan.entries.get(entry.orderId)?.outcome === 'held';
  if (!wasHeld && input.nowMs < holdAtMs) {
    plan.requeue.push({ ...item, why: 'second-read', failingSinceMs, dueAtMs: holdAtMs });
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
}

function planMove(
  { plan, context, item }: Step,
  move: { before: LedgerEntry | null; customerId: string | null; version: string | null },
): void {
  const { before, customerId, version } = move;
  if (before !== null) {
    plan.entries.delete(before.orderId);
    plan.notes.push({ number: before.number, what: 'moved to another customer' });
    if (before.written !== null && !context.isStopped) {
      plan.writes.push({
        kind: 'delete',
        orderId: before.orderId,
        number: before.number,
        recordKey: before.written.recordKey,
        entry: null,
      });
    }
  }
  if (customerId !== null) plan.moved.push({ orderId: item.orderId, customerId, version });
}
