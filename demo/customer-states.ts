import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { customerWorkflowId } from '../src/contract/ids.js';
import { customerStateQuery, type CustomerState } from '../src/contract/messages.js';

const PARALLEL_MAX = 24;

/**
 * The answers of these customers' workflows; a customer without one is left out. Rejects when a workflow does not answer.
 */
export async function readCustomerStates(
  client: Client,
  customerIds: readonly string[],
  detail: 'summary' | 'full',
): Promise<CustomerState[]> {
  const waiting = [...customerIds];
  const states: CustomerState[] = [];
  const work = async (): Promise<void> => {
    for (let customerId = waiting.pop(); customerId !== undefined; customerId = waiting.pop()) {
      const state = await readCustomerState(client, customerId, detail);
      if (state !== null) states.push(state);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_MAX }, work));
  return states;
}

async function readCustomerState(
  client: Client,
  customerId: string,
  detail: 'summary' | 'full',
): Promise<CustomerState | null> {
  try {
    return await client.workflow.getHandle(customerWorkflowId(customerId)).query(customerStateQuery, detail);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

/** Something of this customer is still to be done. */
export function isAtWork(state: CustomerState): boolean {
  return state.isBusy || state.queued > 0 || state.due.length > 0 || !state.ledgerComplete;
}
