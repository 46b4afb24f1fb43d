import type { WakeCustomer } from '../contract/messages.js';
import { type Change, changeEventId, type WakesDone } from '../domain/poll/change.js';
import type { StoklyApi } from '../stokly/api.js';
import { StoklyCallError } from '../stokly/errors.js';
import { eachAtOnce } from './at-once.js';
import type { ActivityDeps } from './deps.js';
import { kindOf } from './failures.js';
import { runActivity } from './run-activity.js';

export interface WakeChangedInput {
  readonly changes: readonly Change[];
}

/** What of the world it needs. */
interface WakeChangedDeps extends Pick<ActivityDeps, 'wakeCustomer' | 'log'> {
  readonly stokly: Pick<StoklyApi, 'findOrderCustomer'>;
}

/** Signals under way at once: Temporal takes some hundreds a second, and live events want some of them. */
const WAKES_AT_ONCE = 20;

type WakeOutcome = 'woken' | 'without-customer' | 'unknown' | 'failed';

/**
 * Wakes the customers of many changes. One that cannot be woken stops no other: it is named in the result. Safe to repeat: each change has one
 * event id, which its customer remembers.
 */
export function createWakeChanged(deps: WakeChangedDeps) {
  return async function wakeChanged({ changes }: WakeChangedInput): Promise<WakesDone> {
    return await runActivity(async ({ signal }) => {
      const outcomes: WakeOutcome[] = [];
      await eachAtOnce(changes.entries(), WAKES_AT_ONCE, async ([at, change]) => {
        outcomes[at] = await wakeFor(deps, change, signal);
      });
      const having = (outcome: WakeOutcome): number[] =>
        outcomes.flatMap((found, at) => (found === outcome ? [at] : []));
      return { withoutCustomer: having('without-customer'), unknown: having('unknown'), failed: having('failed') };
    });
  };
}

async function wakeFor(deps: WakeChangedDeps, change: Change, signal: AbortSignal): Promise<WakeOutcome> {
  const owner = await ownerOf(deps, change, signal);
  if (owner.kind !== 'found') return owner.kind;
  if (owner.customerId === null) return 'without-customer';
  try {
    await deps.wakeCustomer(owner.customerId, wakeOf(change));
    return 'woken';
  } catch (error) {
    const { stream, id } = change;
    deps.log.warn({ stream, id, customerId: owner.customerId, error: kindOf(error) }, 'not woken: in the next round');
    return 'failed';
  }
}

/** A refund names its order alone. What concerns one order is its outcome; an outage is everyone's, and fails the attempt. */
async function ownerOf({ stokly }: WakeChangedDeps, { customerId, orderId }: Change, signal: AbortSignal) {
  if (customerId !== undefined) return { kind: 'found', customerId } as const;
  try {
    const found = await stokly.findOrderCustomer(orderId ?? '', { priority: 'live', signal });
    return found.kind === 'found' ? found : ({ kind: 'unknown' } as const);
  } catch (error) {
    if (error instanceof StoklyCallError && error.failure === 'unreadable-answer') return { kind: 'failed' } as const;
    throw error;
  }
}

function wakeOf(change: Change): WakeCustomer {
  const { orderId, version } = change;
  const named = version === undefined ? {} : { version };
  const eventId = changeEventId(change);
  return orderId === undefined
    ? { eventId, kind: 'customer', ...named }
    : { eventId, kind: 'order', orderId, ...named };
}
