import { setTimeout as pause } from 'node:timers/promises';
import type { ShopAction, ShuffledEvent } from './shop-plan.js';
import { control, type SoakStack } from './stack.js';

/** Lets everything happen in the shop at its time; what is late, because the machine is, happens at once. */
export async function playShop(
  stack: SoakStack,
  actions: readonly ShopAction[],
  { startedAtMs, signal }: { startedAtMs: number; signal: AbortSignal },
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const action of actions) {
    const waitMs = startedAtMs + action.atMs - performance.now();
    if (waitMs > 0) await pause(waitMs, undefined, { signal });
    signal.throwIfAborted();
    await playAction(stack, action);
    counts.set(action.kind, (counts.get(action.kind) ?? 0) + 1);
  }
  return counts;
}

async function playAction(stack: SoakStack, { seeds, events }: ShopAction): Promise<void> {
  const emit = events === 'each';
  for (const seed of seeds) await control(stack.stoklyUrl, ['POST', 'seed'], { ...seed, emit });
  if (events === 'each') return;
  for (const event of events) await control(stack.stoklyUrl, ['POST', 'events'], wireEvent(stack, event));
}

function wireEvent({ stokly }: SoakStack, event: ShuffledEvent): Readonly<Record<string, unknown>> {
  const { orderId, customerId, times, isVersionNamed } = event;
  const header = stokly.account.store.order(orderId)?.header;
  const version = header?.['timeUpdated'];
  const updatedAt = isVersionNamed && typeof version === 'string' ? { updatedAt: version } : {};
  return { type: 'order.updated', orderId, customerId, times, ...updatedAt };
}
