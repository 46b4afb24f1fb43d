import { loadStarterConfig } from '../config.js';
import type { CustomerState } from '../contract/messages.js';
import type { TemporalAccess } from '../temporal.js';
import { awaitCustomer, awaitedLine, type Awaited } from './await-customer.js';
import { SCHEMA_VERSION, type StarterContext, StarterError, using } from './context.js';
import { customerLink, type CustomerView, viewCustomer, wake } from './customer-workflow.js';
import { outcomeText } from './outcome-text.js';
import { findCustomer, type FoundCustomer, type Target } from './target.js';

export interface ResyncOptions {
  readonly json: boolean;
  /** How long to wait for the outcome; 0: not at all. */
  readonly waitMs: number;
}

/**
 * Has Lockstep forget what it wrote of an order, or of all orders of a customer, so that it is written again: for after
 * someone changed or deleted it in Dotdigital. Safe to repeat. Resolves with the exit status: 0 also when the outcome is
 * not known yet.
 */
export async function runResync(target: Target, options: ResyncOptions, context: StarterContext): Promise<number> {
  const config = loadStarterConfig(['temporal', 'temporalUiUrl', 'stokly'], context.env);
  const found = await using(context.createStokly(config.stokly), (stokly) => findCustomer(stokly, target));
  const { customerId, orderId } = found;
  return using(await context.connectTemporal(config.temporal), async (temporal) => {
    const before = await viewCustomer(temporal, customerId);
    refuseStopped(customerId, before);
    if (!options.json) context.print(whatWillHappen(target, before));
    const { eventId } = await resync(temporal, found);
    const awaited = await awaitCustomer(temporal, customerId, { orderId, waitMs: options.waitMs });
    const link = customerLink(config.temporalUiUrl, temporal.namespace, customerId);
    if (options.json) {
      const { isDone, why, state } = awaited;
      const order = state === null ? null : orderIn(state, orderId);
      const outcomes = state?.outcomes ?? null;
      const result = { customerId, orderId, eventId, isDone, why, outcomes, order, link };
      context.print(JSON.stringify({ schemaVersion: SCHEMA_VERSION, ...result }));
    } else {
      for (const line of resultLines(awaited, orderId)) context.print(line);
      context.print(link);
    }
    return 0;
  });
}

async function resync(temporal: TemporalAccess, { customerId, orderId }: FoundCustomer) {
  return await wake(temporal, customerId, orderId === null ? { kind: 'resync' } : { kind: 'resync', orderId });
}

/** Nothing is ever written for a stopped customer: a resync would seem to work and do nothing. */
function refuseStopped(customerId: string, view: CustomerView): void {
  const status = view.kind === 'answers' ? view.state.status : view.kind === 'no-worker' ? view.status : null;
  if (status !== 'stopped') return;
  const why = view.kind === 'answers' ? ` (${view.state.customerSkip ?? 'no reason known'})` : '';
  throw new StarterError(
    `customer ${customerId} is stopped${why}, nothing is written for it: release it first, see starter release --help`,
  );
}

function whatWillHappen(target: Target, view: CustomerView): string {
  if (target.kind === 'order') {
    return `What was written of order ${target.order} is forgotten; it is read, judged and written again, and the contact's fields with it.`;
  }
  const { synced, held, skipped } = view.kind === 'answers' ? view.state.outcomes : { synced: 0, held: 0, skipped: 0 };
  const orders = view.kind === 'answers' ? `all ${synced + held + skipped} orders` : 'all orders';
  return `What was written of ${orders} of customer ${target.customerId} is forgotten; they are read, judged and written again, and the contact's fields with them.`;
}

function orderIn(state: CustomerState, orderId: string | null) {
  return state.entries.find((entry) => entry.orderId === orderId) ?? null;
}

function resultLines(awaited: Awaited, orderId: string | null): string[] {
  const { state } = awaited;
  if (state === null) return [awaitedLine(awaited)];
  const entry = orderIn(state, orderId);
  if (entry !== null) return [awaitedLine(awaited), `order ${entry.number}: ${outcomeText(entry)}`];
  const { synced, held, skipped } = state.outcomes;
  const later = state.due.length === 0 ? '' : `; ${state.due.length} are looked at again later`;
  return [awaitedLine(awaited), `${synced} synced, ${held} held, ${skipped} skipped${later}`];
}
