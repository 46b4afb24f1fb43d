import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { WORKFLOW_TYPES } from '../contract/ids.js';
import { routeOrderStart, wakeCustomerStart } from '../contract/wake-start.js';
import type { Dispatch } from './wake-for-event.js';

/** All that the relay asks of Temporal. */
export interface RelayTemporal {
  /** Resolves when Temporal has it durably; rejects when it was refused or `deadlineAt` (epoch ms) passed. */
  accept(dispatch: Exclude<Dispatch, { kind: 'nothing' }>, deadlineAt: number): Promise<void>;
  /** Rejects when Temporal does not answer by `deadlineAt`. */
  ping(deadlineAt: number): Promise<void>;
}

/** Repeating any of it is safe: the workflows remember event ids, and a route run's id is its event's. */
export function createRelayTemporal(client: Client, namespace: string): RelayTemporal {
  return {
    accept: (dispatch, deadlineAt) => client.withDeadline(deadlineAt, () => send(client, dispatch)),
    ping: async (deadlineAt) => {
      await client.withDeadline(deadlineAt, () => client.workflowService.describeNamespace({ namespace }));
    },
  };
}

async function send(client: Client, dispatch: Exclude<Dispatch, { kind: 'nothing' }>): Promise<void> {
  if (dispatch.kind === 'wake-customer') {
    const { customerId, wake } = dispatch;
    await client.workflow.signalWithStart(WORKFLOW_TYPES.syncCustomer, wakeCustomerStart(customerId, wake));
    return;
  }
  try {
    await client.workflow.start(WORKFLOW_TYPES.routeOrder, routeOrderStart(dispatch.wake));
  } catch (error) {
    // The event came before and was routed to its end: there is nothing left to do for it.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
