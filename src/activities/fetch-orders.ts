import { moneyText, snapshotText } from '../domain/canonical.js';
import type { DrainPolicy, FetchedOrder, UnreadableFetched } from '../domain/fetched-order.js';
import { LIMITS } from '../domain/limits.js';
import { orderStatus } from '../domain/order.js';
import type { OrderSnapshot } from '../domain/order.js';
import { MAPPING_VERSION, recordKey } from '../domain/order-record.js';
import type { SyncPolicy } from '../domain/policy.js';
import { orderSkipReasons } from '../domain/reasons.js';
import { holdsOf, judgeOrder, unreadableDifferences } from '../domain/reconcile.js';
import { orderChoices } from '../domain/review/choices.js';
import { isNewer } from '../domain/wake-queue.js';
import type { ListedOrders, ReadOrder, UnreadableOrder } from '../stokly/api.js';
import type { ActivityDeps } from './deps.js';
import { hashText } from './hashing.js';
import type { HistoryTurns } from './history-turns.js';
import { runActivity } from './run-activity.js';

export interface FetchOrdersInput {
  readonly customerId: string;
  readonly orders: readonly OrderWanted[];
  /** Also ask Stokly for all orders of the customer, and read the first of those that are not named here. */
  readonly list: { readonly knownOrderIds: readonly string[] } | null;
  readonly priority: 'live' | 'history';
}

export interface OrderWanted {
  readonly orderId: string;
  /** The version that an event named; null: whatever Stokly shows is right. */
  readonly expectedVersion: string | null;
  /** Stokly was asked often enough: take what it shows. */
  readonly acceptBehind: boolean;
}

export interface FetchOrdersResult {
  readonly orders: readonly FetchedOrder[];
  /** Orders of the customer that were listed and not read. */
  readonly remainingOrderIds: readonly string[];
  /** Whether a list was asked for and is complete. */
  readonly isListed: boolean;
  readonly policy: DrainPolicy;
  /** Of the workflow run that asked; another than the one that reads it: that one is a reset of it. Absent in older results. */
  readonly runId?: string;
}

/**
 * Reads the latest state of orders in Stokly and judges it. Never writes anything. At most `LIMITS.ordersPerDrain` orders and
 * `LIMITS.snapshotBytesPerDrain` bytes; what does not fit comes back as `deferred`.
 * Fails with `Stokly…` of `failures.ts`; what is wrong with one order is an outcome of that order.
 */
export function createFetchOrders(deps: ActivityDeps, turns: HistoryTurns) {
  return async function fetchOrders(input: FetchOrdersInput): Promise<FetchOrdersResult> {
    return await runActivity(async ({ runId, signal, begunAtMs }) => {
      const call = { priority: input.priority, signal, begunAtMs };
      if (input.priority === 'live') turns.liveCame();
      else deps.dotdigital.announce(signal);
      const named = new Set(input.orders.map((order) => order.orderId));
      const known = new Set(input.list?.knownOrderIds ?? []);
      const listed = input.list === null ? NOT_LISTED : await deps.stokly.listCustomerOrders(input.customerId, call);
      const unread = listed.orderIds.filter((orderId) => !named.has(orderId) && !known.has(orderId));
      const room = Math.max(0, LIMITS.ordersPerDrain - input.orders.length);
      const wanted = [...input.orders, ...unread.slice(0, room).map(wantedAsIs)];
      const reads =
        wanted.length === 0
          ? []
          : await deps.stokly.readOrders(
              wanted.map((order) => order.orderId),
              call,
              listed.headers,
            );
      if (input.priority === 'history') await turns.goOn(signal);
      const byId = new Map(wanted.map((order) => [order.orderId, order]));
      return {
        orders: boundBytes(
          reads.map((read) => judgeRead(read, byId.get(read.orderId) ?? wantedAsIs(read.orderId), deps.policy)),
        ),
        remainingOrderIds: unread.slice(room),
        isListed: input.list !== null,
        policy: drainPolicy(deps.policy),
        runId,
      };
    });
  };
}

const NOT_LISTED: ListedOrders = { orderIds: [], headers: new Map() };

function wantedAsIs(orderId: string): OrderWanted {
  return { orderId, expectedVersion: null, acceptBehind: true };
}

function drainPolicy(policy: SyncPolicy): DrainPolicy {
  return {
    holdAfterMs: policy.holdAfterMs,
    accountCurrency: policy.accountCurrency,
    mappingVersion: MAPPING_VERSION,
    writes: policy.writes,
    unconfirmedAfterMs: policy.unconfirmedAfterMs,
  };
}

/** Judges one read. Pure; exported for tests. */
export function judgeRead(read: ReadOrder, wanted: OrderWanted, policy: SyncPolicy): FetchedOrder {
  if (read.kind === 'not-found') return read;
  if (read.kind === 'unreadable') return judgeUnreadable(read, policy);
  const { snapshot } = read;
  const isBehind = isOlderThanWanted(snapshot, wanted, policy);
  if (isBehind && !wanted.acceptBehind) return { kind: 'behind', orderId: read.orderId, seenVersion: snapshot.version };
  const judgement = judgeOrder(snapshot, policy);
  const status = orderStatus(snapshot, judgement);
  const skipReasonsFor = (one: string) => orderSkipReasons({ ...snapshot, status: one, policy });
  return {
    kind: 'read',
    orderId: read.orderId,
    snapshot,
    isTrimmed: false,
    isBehind,
    judgement,
    status,
    lastRefundAt: lastRefundAt(snapshot),
    skipReasons: skipReasonsFor(status),
    recordKey: recordKey(snapshot, policy),
    ...(holdsOf(judgement).length === 0 ? {} : { choices: orderChoices(snapshot, judgement, skipReasonsFor) }),
    snapshotHash: hashText(snapshotText(snapshot)),
    moneyHash: hashText(moneyText(snapshot)),
  };
}

function isOlderThanWanted(snapshot: OrderSnapshot, wanted: OrderWanted, policy: SyncPolicy): boolean {
  if (!policy.timeUpdatedKnown || wanted.expectedVersion === null || snapshot.version === null) return false;
  return isNewer(wanted.expectedVersion, snapshot.version);
}

function judgeUnreadable(read: UnreadableOrder, policy: SyncPolicy): UnreadableFetched {
  return {
    kind: 'unreadable',
    orderId: read.orderId,
    number: read.number ?? read.orderId,
    customerId: read.customerId,
    placedAt: read.placedAt ?? '',
    version: read.version,
    currency: read.currency ?? '',
    differences: unreadableDifferences(read.problems),
    skipReasons: orderSkipReasons({
      stage: read.stage ?? 'order',
      // Not null: a customer that cannot be read is no till sale.
      customerId: read.customerId ?? 'unreadable',
      storeName: read.storeName,
      status: 'unreadable',
      policy: { ...policy, orderStatusesSynced: ['unreadable'] },
    }),
    hash: hashText(read.problems.join('\n')),
  };
}

function lastRefundAt(snapshot: OrderSnapshot): string | null {
  const completed = snapshot.refunds
    .filter((refund) => refund.status === 'completed')
    .map((refund) => refund.createdAt);
  return completed.reduce<string | null>((latest, at) => (latest === null || isNewer(at, latest) ? at : latest), null);
}

/**
 * Keeps an activity's result within `LIMITS.snapshotBytesPerDrain`: what does not fit is deferred to the next drain; an order
 * that is too large by itself goes alone, without its lines and refunds.
 */
export function boundBytes(orders: readonly FetchedOrder[]): FetchedOrder[] {
  let used = 0;
  return orders.map((order) => {
    if (order.kind !== 'read') return order;
    const bytes = Buffer.byteLength(JSON.stringify(order));
    if (used > 0 && used + bytes > LIMITS.snapshotBytesPerDrain) return { kind: 'deferred', orderId: order.orderId };
    used += bytes;
    if (bytes <= LIMITS.snapshotBytesPerDrain) return order;
    return { ...order, isTrimmed: true, snapshot: { ...order.snapshot, lines: [], refunds: [] } };
  });
}
