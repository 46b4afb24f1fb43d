import type { CustomerState } from '../../src/contract/messages.js';
import { CUSTOMER_ID } from '../support/ledger-factory.js';

/** An idle customer without orders; a test says only what matters to it. */
export function stateOf(rest: Partial<CustomerState> = {}): CustomerState {
  return {
    customerId: CUSTOMER_ID,
    status: 'idle',
    needsAttention: [],
    ledgerComplete: true,
    contactId: 42,
    customerSkip: null,
    queued: 0,
    due: [],
    isBusy: false,
    lastProblem: null,
    isRehearsal: false,
    outcomes: { synced: 1, held: 0, skipped: 0 },
    skippedByReason: {},
    entries: [],
    unknownOrders: [],
    recent: [],
    ...rest,
  };
}
