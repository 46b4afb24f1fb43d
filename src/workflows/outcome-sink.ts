import { proxySinks, type Sinks } from '@temporalio/workflow';
import type { SettledOrders } from '../domain/settled.js';

/**
 * How workflow code tells the worker what it counts: a sink makes no command and is silent in a replay. A workflow task that
 * is tried again tells again.
 */
export interface OutcomeSinks extends Sinks {
  lockstepOutcomes: {
    settled(orders: readonly SettledOrders[]): void;
  };
}

const { lockstepOutcomes } = proxySinks<OutcomeSinks>();

export function tellSettled(orders: readonly SettledOrders[]): void {
  if (orders.length > 0) lockstepOutcomes.settled(orders);
}
