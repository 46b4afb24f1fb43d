import type { DrainPolicy } from '../domain/fetched-order.js';
import type { Priority } from '../domain/wake-queue.js';
import { queueOrders, type SyncState } from './sync-state.js';
import { areRehearsalsMadeUp } from './versions.js';

/** Keeps what the settings were under which the last drain read, and queues what a change of them makes due: as urgently as it read. */
export function rememberPolicy(state: SyncState, policy: DrainPolicy, priority: Priority): void {
  state.accountCurrency = policy.accountCurrency;
  if (policy.unconfirmedAfterMs !== undefined) state.unconfirmedAfterMs = policy.unconfirmedAfterMs;
  if (state.isRehearsal && policy.writes && areRehearsalsMadeUp()) makeUpRehearsal(state, priority);
  state.isRehearsal = !policy.writes;
  if (state.mappingVersion !== null && state.mappingVersion !== policy.mappingVersion) {
    const written = state.entries.filter((entry) => entry.written !== null).map((entry) => entry.orderId);
    queueOrders(state, written, 'again');
  }
  state.mappingVersion = policy.mappingVersion;
}

/** While writes were off, orders and the customer's own data were read and counted as if written: all of it is looked at again. */
function makeUpRehearsal(state: SyncState, priority: Priority): void {
  if (priority === 'live') state.isRefreshDue = true;
  else state.isRefreshOfHistoryDue = true;
  queueOrders(
    state,
    state.entries.map((entry) => entry.orderId),
    'again',
  );
}
