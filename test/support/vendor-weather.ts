import type { temporal } from '@temporalio/proto';
import { customerWorkflowId } from '../../src/contract/ids.js';
import { activityTroubles, readRuns } from './histories.js';
import {
  type Buyer,
  changeOrder,
  controlDotdigital,
  controlStokly,
  instant,
  newBuyer,
  orderEvent,
  type PlacedOrder,
  placeOrder,
} from './shop-events.js';
import { untilTrue, type World } from './world.js';

export type Vendor = 'stokly' | 'dotdigital';

/** A call to one of the stand-ins, as its log has it. `path` is decoded where the stand-in decodes it. */
export interface VendorCall {
  readonly vendor: Vendor;
  readonly atMs: number;
  readonly method: string;
  readonly path: string;
  readonly status: number | null;
}

export interface Purchase {
  readonly buyer: Buyer;
  readonly order: PlacedOrder;
}

export async function newPurchase(world: World, rest: Record<string, unknown> = {}): Promise<Purchase> {
  const buyer = await newBuyer(world);
  return { buyer, order: await placeOrder(world, buyer.customerId, rest) };
}

/** The order is of so many pieces at 6.00 from now on, and its event is sent. */
export async function changePieces(world: World, { order }: Purchase, quantity: number): Promise<void> {
  const [net, tax, total] = [`${quantity * 5}.00`, `${quantity}.00`, `${quantity * 6}.00`];
  const line = { lineId: order.lineId, quantity, displayPrice: '5.000000', displayTax: '1.000000' };
  const lines = [{ ...line, displayLineTotal: total, displayLineTax: tax }];
  const header = { displaySubtotal: net, displayTax: tax, displayTotal: total };
  await changeOrder(world, order, { timeUpdated: instant(5), lines, ...header });
  await orderEvent(world, order, { updatedAt: instant(5) });
}

export async function strike(world: World, vendor: Vendor, fault: Readonly<Record<string, unknown>>): Promise<void> {
  await (vendor === 'stokly' ? controlStokly : controlDotdigital)(world, 'POST', 'faults', fault);
}

export async function clearFaults(world: World): Promise<void> {
  await controlStokly(world, 'DELETE', 'faults');
  await controlDotdigital(world, 'DELETE', 'faults');
}

/** How often each armed fault has struck, in the order in which they were armed. */
export async function strikes(world: World): Promise<number[]> {
  const stokly = (await controlStokly(world, 'GET', 'faults')) as readonly { hits: number }[];
  const dotdigital = (await controlDotdigital(world, 'GET', 'faults')) as { faults: readonly { struck: number }[] };
  return [...stokly.map(({ hits }) => hits), ...dotdigital.faults.map(({ struck }) => struck)];
}

/** Every call to both stand-ins since their logs were cleared, in the order of arrival at each. */
export function callsOf(world: World): VendorCall[] {
  const stokly = world.stokly.account.requests.report().requests.map(
    ({ at, method, path, status }): VendorCall => ({
      vendor: 'stokly',
      atMs: Date.parse(at),
      method,
      path,
      status,
    }),
  );
  const dotdigital = world.dotdigital.account.requests.all.map(
    ({ at, method, path, status }): VendorCall => ({
      vendor: 'dotdigital',
      atMs: Date.parse(at),
      method,
      path,
      status,
    }),
  );
  return [...stokly, ...dotdigital];
}

/** Waits until all these orders are written and counted, and nothing needs anyone. */
export async function untilSynced(world: World, purchases: readonly Purchase[]): Promise<void> {
  const untilOne = ({ buyer, order }: Purchase) =>
    world.settled(
      buyer.customerId,
      ({ ledgerComplete, entries, needsAttention }) =>
        ledgerComplete &&
        needsAttention.length === 0 &&
        entries.some(({ orderId, outcome }) => orderId === order.orderId && outcome === 'synced'),
    );
  await Promise.all(purchases.map(untilOne));
}

/** What Temporal shows of a customer when no worker runs. */
export async function shownOf(world: World, customerId: string): Promise<Record<string, unknown>> {
  const { typedSearchAttributes } = await world.client.workflow.getHandle(customerWorkflowId(customerId)).describe();
  return Object.fromEntries(typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]));
}

type Pending = temporal.api.workflow.v1.IPendingActivityInfo;

/** The customer's activity that is under way or waits for its next attempt; undefined for none. */
export async function pendingActivity(world: World, customerId: string): Promise<Pending | undefined> {
  const { raw } = await world.client.workflow.getHandle(customerWorkflowId(customerId)).describe();
  return raw.pendingActivities?.[0];
}

/** Waits until an attempt of the customer's activity failed; gives what Temporal's UI then shows of it. */
export async function lastFailureOf(world: World, customerId: string): Promise<string> {
  let message = '';
  await untilTrue('an attempt failed', async () => {
    message = (await pendingActivity(world, customerId))?.lastFailure?.message ?? '';
    return message !== '';
  });
  return message;
}

/**
 * Makes the customer's activity give up as it does after ten minutes of failures: the server is told, as an operator could tell
 * it, that the next attempt is the last one. What the workflow gets is the same: the failure of the last attempt.
 */
export async function exhaustActivity(world: World, customerId: string): Promise<void> {
  let pending: Pending | undefined;
  await untilTrue('an attempt failed', async () => {
    pending = await pendingActivity(world, customerId);
    return (pending?.attempt ?? 0) > 1;
  });
  await world.client.workflowService.updateActivityOptions({
    namespace: world.namespace,
    execution: { workflowId: customerWorkflowId(customerId) },
    id: pending?.activityId ?? '',
    activityOptions: { retryPolicy: { maximumAttempts: (pending?.attempt ?? 0) + 1 } },
    updateMask: { paths: ['retry_policy.maximum_attempts'] },
  });
}

/** Attempts, failures and time-outs of activities that were more than they should be, in all runs of all customers. */
export async function troublesOf(world: World): Promise<string[]> {
  return (await readRuns(world)).flatMap(activityTroubles);
}
