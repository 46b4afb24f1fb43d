import type { Arrivals } from './arrivals.js';
import type { CostMeter } from './costs.js';
import { customerObject, eventOf, ordersOf, placedObject } from './shop.js';
import type { Stack } from './stack.js';

export interface Known {
  readonly stack: Stack;
  readonly arrivals: Arrivals;
  readonly meter: CostMeter;
}

/** A customer's first order also makes its contact and loads its ledger: what is measured afterwards is a shop that runs. */
export async function makeKnown({ stack, arrivals, meter }: Known, customers: readonly string[]): Promise<void> {
  await stack.stokly.seed('customers', customers.map(customerObject));
  const orders = ordersOf(customers, { from: 0, count: customers.length });
  await stack.stokly.seed('orders', orders.map(placedObject));
  const events = orders.map((order) => eventOf(order, 'unprocessed'));
  await stack.sender.sendAll(events);
  const lost = await arrivals.waitFor(events);
  if (lost.length > 0) throw new Error(`${lost.length} of ${events.length} first orders never came to Dotdigital`);
  await meter.untilIdle(customers.length);
}
