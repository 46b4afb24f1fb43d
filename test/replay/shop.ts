import { customerWorkflowId } from '../../src/contract/ids.js';
import type { CustomerState } from '../../src/contract/messages.js';
import { type Buyer, newBuyer, orderEvent, type PlacedOrder, placeOrder, type Wire } from '../support/shop-events.js';
import type { World } from '../support/world.js';

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

export interface Purchase {
  readonly buyer: Buyer;
  readonly order: PlacedOrder;
}

/** A customer whose one order is synced, with a complete ledger. */
export async function syncedPurchase(world: World, rest: Wire = {}): Promise<Purchase> {
  const buyer = await newBuyer(world, rest);
  const order = await placeOrder(world, buyer.customerId);
  await orderEvent(world, order);
  await world.settled(buyer.customerId, isSynced(1));
  return { buyer, order };
}

export function isSynced(orders: number): (state: CustomerState) => boolean {
  return ({ ledgerComplete, outcomes }) => ledgerComplete && outcomes.synced === orders;
}
