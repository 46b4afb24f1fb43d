import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { loadHistoryPort } from '../../src/temporal-ports.js';
import { type Buyer, changeOrder, newBuyer, orderEvent, type PlacedOrder, placeOrder } from './shop-events.js';
import { untilTrue, type World } from './world.js';

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
export function countLoaded({ dotdigital }: World, customers: readonly OldCustomer[]): number {
  const { contacts } = dotdigital.account;
  const countOf = (email: string) => Number(contacts.byEmail(email)?.dataFields.get('NUMBER_OF_ORDERS') ?? 0);
  return customers.filter(({ buyer, orders }) => countOf(buyer.email) === orders.length).length;
}

/** Waits for as long as there are more of them from time to time: thousands take longer than a condition may. */
export async function untilLoaded(world: World, customers: readonly OldCustomer[]): Promise<void> {
  await untilReached('all are loaded', customers.length, () => countLoaded(world, customers));
}

/** As `untilTrue`, of a count that grows: gives up when it has stood still for a minute. */
export async function untilReached(what: string, wanted: number, count: () => number): Promise<void> {
  for (let last = -1; last < wanted; await pause(LOOK_MS)) {
    await untilTrue(
      what,
      () => count() > last,
      () => `${last} of ${wanted}`,
    );
    last = count();
  }
}

const LOOK_MS = 50;

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
