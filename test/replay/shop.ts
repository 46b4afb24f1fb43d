import { customerWorkflowId } from '../../src/contract/ids.js';
import type { CustomerState } from '../../src/contract/messages.js';
import { type Buyer, newBuyer, orderEvent, type PlacedOrder, placeOrder, type Wire } from '../support/shop-events.js';
import type { World } from '../support/world.js';
import { CANARY_CUSTOMER, CANARY_ORDER } from './canary.js';

/** One run to be kept. */
export interface RunReference {
  readonly workflowId: string;
  /** Absent: the latest run. */
  readonly runId?: string;
}

/** Something that happens in the shop, and the runs in which it is seen. */
export interface Scenario {
  /** Names of the history files, one for each run that `play` gives, in that order. */
  readonly files: readonly string[];
  readonly play: (world: World) => Promise<readonly RunReference[]>;
}

export const customerRun = (customerId: string): RunReference => ({ workflowId: customerWorkflowId(customerId) });

/** A customer who is the canary. */
export async function canaryBuyer(world: World, rest: Wire = {}): Promise<Buyer> {
  return await newBuyer(world, { ...CANARY_CUSTOMER, ...rest });
}

export async function canaryOrder(world: World, buyer: Buyer, rest: Wire = {}): Promise<PlacedOrder> {
  return await placeOrder(world, buyer.customerId, { ...CANARY_ORDER, ...rest });
}

export interface Purchase {
  readonly buyer: Buyer;
  readonly order: PlacedOrder;
}

/** A customer whose one order is synced, with a complete ledger. */
export async function syncedPurchase(world: World, rest: Wire = {}): Promise<Purchase> {
  const buyer = await canaryBuyer(world, rest);
  const order = await canaryOrder(world, buyer);
  await orderEvent(world, order);
  await world.settled(buyer.customerId, isSynced(1));
  return { buyer, order };
}

export function isSynced(orders: number): (state: CustomerState) => boolean {
  return ({ ledgerComplete, outcomes }) => ledgerComplete && outcomes.synced === orders;
}
