import { loadStarterConfig } from '../config.js';
import type { TemporalAccess } from '../temporal.js';
import { forEachBounded, listCustomerIds } from './all-customers.js';
import { SCHEMA_VERSION, type StarterContext, using } from './context.js';
import { askCustomer, wake } from './customer-workflow.js';
import { askReview } from './open-reviews.js';

interface Missing {
  readonly customerId: string;
  /** Numbers of held orders without an open review. */
  readonly orders: readonly string[];
}

/**
 * Has a review opened for every held order that has none: orders held before reviews were there, or whose review somebody terminated.
 * Resolves with the exit status.
 */
export async function runReviewsOpenMissing(
  options: { readonly json: boolean },
  context: StarterContext,
): Promise<number> {
  const config = loadStarterConfig(['temporal'], context.env);
  return using(await context.connectTemporal(config.temporal), async (temporal) => {
    const customerIds = await listCustomerIds(temporal, 'OrdersHeld > 0');
    const missing: Missing[] = [];
    await forEachBounded(customerIds, async (customerId) => {
      const orders = await missingOf(temporal, customerId);
      if (orders === 'unknown' || orders.length > 0) {
        await wake(temporal, customerId, { kind: 'open-reviews' });
        missing.push({ customerId, orders: orders === 'unknown' ? [] : orders });
      }
    });
    const found = missing.flatMap(({ orders }) => orders);
    if (options.json) context.print(JSON.stringify({ schemaVersion: SCHEMA_VERSION, customers: missing }));
    else {
      context.print(`${customerIds.length} customers have held orders; ${missing.length} were woken to open reviews.`);
      if (found.length > 0) context.print(`Without a review: ${found.join(', ')}`);
    }
    return 0;
  });
}

/** `unknown`: no worker answers; waking it does no harm. */
async function missingOf(temporal: TemporalAccess, customerId: string): Promise<readonly string[] | 'unknown'> {
  const asked = await askCustomer(temporal, customerId, 'full');
  if (asked.kind !== 'answers') return asked.kind === 'none' ? [] : 'unknown';
  const missing: string[] = [];
  for (const { orderId, number, outcome, review } of asked.state.entries) {
    if (outcome !== 'held') continue;
    if (review === undefined || (await isGone(temporal, orderId))) missing.push(number);
  }
  return missing;
}

async function isGone(temporal: TemporalAccess, orderId: string): Promise<boolean> {
  const { kind } = await askReview(temporal, orderId);
  return kind === 'none' || kind === 'closed';
}
