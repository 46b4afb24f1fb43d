import { setTimeout as pause } from 'node:timers/promises';
import { type Client, ServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { customerWorkflowId } from '../src/contract/ids.js';
import { customerStateQuery, type CustomerState } from '../src/contract/messages.js';

/** A query is a workflow task of its own: more at once only wait for each other. */
const PARALLEL_MAX = 8;
/** A busy server or worker lets a query time out; it is not lost, only late. */
const TRIES_MAX = 5;
const TRY_AGAIN_MS = 1_000;

/** The answers of these customers' workflows; a customer without one is left out. Rejects when one does not answer at all. */
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
  for (let tries = 1; ; tries += 1) {
    try {
      return await client.workflow.getHandle(customerWorkflowId(customerId)).query(customerStateQuery, detail);
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      if (!(error instanceof ServiceError) || tries === TRIES_MAX) throw error;
      await pause(TRY_AGAIN_MS);
    }
  }
}

/** Something of this customer is still to be done. */
export function isAtWork(state: CustomerState): boolean {
  return (
    state.isBusy ||
    state.queued > 0 ||
    state.due.length > 0 ||
    state.contactReadBackAt !== undefined ||
    !state.ledgerComplete
  );
}
