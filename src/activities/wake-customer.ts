import type { WakeCustomer } from '../contract/messages.js';
import type { ActivityDeps } from './deps.js';
import { runActivity } from './run-activity.js';

export interface WakeCustomerInput {
  readonly customerId: string;
  readonly wake: WakeCustomer;
}

/** Signals a customer's workflow, starting it where there is none. Safe to repeat: the event id is remembered there. */
export function createWakeCustomer(deps: ActivityDeps) {
  return async function wakeCustomer(input: WakeCustomerInput): Promise<void> {
    await runActivity(() => deps.wakeCustomer(input.customerId, input.wake));
  };
}
