import type { SearchAttributeUpdatePair, TypedSearchAttributes } from '@temporalio/common';
import { CUSTOMER_STATUS, NEEDS_ATTENTION, ORDERS_HELD, ORDERS_SKIPPED } from '../contract/search-attributes.js';
import { attentionOf, countOutcomes, statusOf } from './customer-state.js';
import type { SyncState } from './sync-state.js';
import { areSkippedShown } from './versions.js';

/** What an operator must see when no worker runs: only what differs from what Temporal has, since each upsert is an event. */
export function searchAttributeChanges(state: SyncState, current: TypedSearchAttributes): SearchAttributeUpdatePair[] {
  const changes: SearchAttributeUpdatePair[] = [];
  const status = statusOf(state);
  if (current.get(CUSTOMER_STATUS) !== status) changes.push({ key: CUSTOMER_STATUS, value: status });
  const { held, skipped } = countOutcomes(state);
  if ((current.get(ORDERS_HELD) ?? 0) !== held) changes.push({ key: ORDERS_HELD, value: held });
  if ((current.get(ORDERS_SKIPPED) ?? 0) !== skipped && areSkippedShown()) {
    changes.push({ key: ORDERS_SKIPPED, value: skipped });
  }
  const attention = attentionOf(state);
  if ((current.get(NEEDS_ATTENTION) ?? []).join() !== attention.join()) {
    changes.push({ key: NEEDS_ATTENTION, value: attention.length === 0 ? null : attention });
  }
  return changes;
}
