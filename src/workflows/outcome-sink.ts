import { proxySinks, type Sinks } from '@temporalio/workflow';
import type { HistoryAnswer } from '../domain/backfill/answer.js';
import type { SettledOrders } from '../domain/settled.js';

/**
 * How workflow code tells the worker what it counts: a sink makes no command and is silent in a replay. A workflow task that
 * is tried again tells again.
 */
export interface OutcomeSinks extends Sinks {
  lockstepOutcomes: {
    settled(orders: readonly SettledOrders[]): void;
    /** For the workflow of that id, which waits for it. */
    historyLoaded(workflowId: string, answer: HistoryAnswer): void;
  };
}

const { lockstepOutcomes } = proxySinks<OutcomeSinks>();

export function tellSettled(orders: readonly SettledOrders[]): void {
  if (orders.length > 0) lockstepOutcomes.settled(orders);
}

/** The worker gathers answers and sends many in one signal; one that is lost with its worker is asked for again. */
export function tellHistoryLoaded(workflowId: string, answer: HistoryAnswer): void {
  lockstepOutcomes.historyLoaded(workflowId, answer);
}
