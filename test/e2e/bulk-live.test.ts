import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bulkCalls,
  loadHistories,
  oldCustomers,
  type OldCustomer,
  sellPieces,
  untilLoaded,
} from '../support/bulk-load.js';
import { type Chronicle, followStokly, violationsOf } from '../support/oracle.js';
import { controlDotdigital, instant, recordOf } from '../support/shop-events.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

/** Live events of a shop at ten times what single calls can carry, and of one that is quiet. */

const CUSTOMERS = 60;
/** Single writes a window; each event costs two. */
const SINGLES = 12;
const WINDOW_MS = 4_000;

let world: World;
let chronicle: Chronicle;
let known: OldCustomer[];
beforeAll(async () => {
  world = await createWorld({ hasWorker: false });
  // From the first call on: a window that runs already keeps its length, and no worker knows of any yet.
  world.dotdigital.account.rates.clear();
  await setLimit(PLENTY);
  await world.startWorker();
  chronicle = followStokly(world);
  known = await oldCustomers(world, CUSTOMERS, 1);
  await loadHistories(world, known);
  await untilLoaded(world, known);
});
afterAll(async () => {
  await world.close();
});

const PLENTY = 100_000;

async function setLimit(medium: number): Promise<void> {
  await controlDotdigital(world, 'POST', 'settings', { rates: { medium, low: 35, windowMs: WINDOW_MS } });
}

/** From when on the worker knows it, too: its last window is over. */
async function limitTo(medium: number): Promise<void> {
  await setLimit(medium);
  await new Promise((resolve) => setTimeout(resolve, WINDOW_MS));
}

let pieces = 2;
let minutesAgo = 50;
/** One more piece for each of these customers at once, until Dotdigital shows it. */
async function sellToAll(customers: readonly OldCustomer[]): Promise<void> {
  pieces += 1;
  minutesAgo -= 1;
  world.dotdigital.account.requests.clear();
  const orders = customers.flatMap((customer) => customer.orders);
  const at = instant(minutesAgo);
  await Promise.all(orders.map((order) => sellPieces(world, order, { quantity: pieces, at })));
  for (const order of orders)
    await untilTrue(
      `record ${order.number} shows ${pieces} pieces`,
      async () => (await recordOf(world, order))?.['order_total'] === 6 * pieces,
    );
  await Promise.all(customers.map(({ buyer }) => world.settled(buyer.customerId)));
}

describe('live events', () => {
  it('go out one by one, at once, while single calls can carry them', async () => {
    await sellToAll(known.slice(0, 5));
    expect(bulkCalls(world)).toEqual({ recordImports: 0, fieldImports: 0, recordPuts: 5, fieldPatches: 5 });
  });

  it('fall into imports at ten times that, and back', async () => {
    await limitTo(SINGLES);
    await sellToAll(known.slice(0, 1));
    await sellToAll(known);
    const { recordImports, fieldImports, recordPuts, fieldPatches } = bulkCalls(world);
    process.stdout.write(
      `${CUSTOMERS} events at once, ${SINGLES} writes a window: ${JSON.stringify(bulkCalls(world))}\n`,
    );
    expect(recordImports + fieldImports).toBeGreaterThanOrEqual(2);
    expect(recordImports + fieldImports + recordPuts + fieldPatches).toBeLessThanOrEqual(CUSTOMERS);
    const refused = world.dotdigital.account.requests.all.filter(({ status }) => status === 429);
    expect(refused.length).toBeLessThanOrEqual(2);
    await limitTo(PLENTY);
    await sellToAll(known.slice(0, 5));
    expect(bulkCalls(world)).toEqual({ recordImports: 0, fieldImports: 0, recordPuts: 5, fieldPatches: 5 });
    expect(await violationsOf(world, { chronicle, wastedWritesMax: refused.length })).toEqual([]);
  });
});
