import type { DrainPlan } from '../domain/drain-plan.js';
import { moveEventId } from '../domain/moves.js';
import { live } from './activity-proxies.js';
import type { SyncState } from './sync-state.js';

/**
 * Wakes the customers that orders moved to, after their records were deleted here. One whose record had to stay is handed over
 * under another id: once it is deleted its new customer hears of it again.
 */
export async function handOver(state: SyncState, plan: DrainPlan): Promise<void> {
  for (const { orderId, customerId, version } of plan.moved) {
    const isGivenUp = plan.writes.some((write) => write.kind === 'delete' && write.orderId === orderId);
    const eventId = moveEventId(orderId, [state.customerId, version ?? Date.now(), ...(isGivenUp ? [] : ['kept'])]);
    await live.wakeCustomer.executeWithOptions({ summary: 'order moved: wake its customer' }, [
      { customerId, wake: { eventId, kind: 'order', orderId, ...(version === null ? {} : { version }) } },
    ]);
  }
}
