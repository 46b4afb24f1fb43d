import { randomUUID } from 'node:crypto';
import { loadHistoryPort } from '../../src/temporal-ports.js';
import {
  type Buyer,
  changeOrder,
  dotdigitalState,
  newBuyer,
  orderEvent,
  type PlacedOrder,
  placeOrder,
} from './shop-events.js';
import type { World } from './world.js';

/** A customer with some orders that no event told of. */
export interface OldCustomer {
  readonly buyer: Buyer;
  readonly orders: readonly PlacedOrder[];
}

export async function oldCustomers(world: World, count: number, ordersEach: number): Promise<OldCustomer[]> {
  const made: OldCustomer[] = [];
  for (let at = 0; at < count; at += 1) {
    const buyer = await newBuyer(world);
    const orders: PlacedOrder[] = [];
    for (let n = 0; n < ordersEach; n += 1) orders.push(await placeOrder(world, buyer.customerId));
    made.push({ buyer, orders });
  }
  return made;
}

/** Wakes all of them with "load your history", as a backfill does. */
export async function loadHistories(world: World, customers: readonly OldCustomer[]): Promise<void> {
  const load = loadHistoryPort(world.client);
  await Promise.all(
    customers.map(({ buyer }) => load(buyer.customerId, { eventId: `load_${randomUUID()}`, kind: 'load-history' })),
  );
}

/** So many pieces at 6.00 from now on; its event is sent. */
export async function sellPieces(world: World, order: PlacedOrder, { quantity, at }: { quantity: number; at: string }) {
  const line = {
    lineId: order.lineId,
    quantity,
    displayLineTotal: `${6 * quantity}.00`,
    displayLineTax: `${quantity}.00`,
  };
  await changeOrder(world, order, { timeUpdated: at, lines: [line] });
  await orderEvent(world, order);
}

/** Customers whose contact counts all of their orders: the very last write about them is in. */
export async function countLoaded(world: World, customers: readonly OldCustomer[]): Promise<number> {
  const { contacts } = await dotdigitalState(world);
  const counts = new Map(contacts.map(({ email, dataFields }) => [email, Number(dataFields['NUMBER_OF_ORDERS'] ?? 0)]));
  return customers.filter(({ buyer, orders }) => counts.get(buyer.email) === orders.length).length;
}

export interface BulkCalls {
  readonly recordImports: number;
  readonly fieldImports: number;
  readonly recordPuts: number;
  readonly fieldPatches: number;
}

/** Write calls since the log was cleared. */
export function bulkCalls(world: World): BulkCalls {
  const calls = world.dotdigital.account.requests.all.map(({ method, path }) => `${method} ${path}`);
  const count = (pattern: RegExp) => calls.filter((call) => pattern.test(call)).length;
  return {
    recordImports: count(/^PUT \/insightData\/v3\/import$/),
    fieldImports: count(/^PUT \/contacts\/v3\/import$/),
    recordPuts: count(/^PUT \/insightData\/v3\/contacts\//),
    fieldPatches: count(/^PATCH \/contacts\/v3\//),
  };
}
