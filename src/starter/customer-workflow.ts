import { randomUUID } from 'node:crypto';
import { WorkflowNotFoundError } from '@temporalio/client';
import { customerWorkflowId, WORKFLOW_TYPES } from '../contract/ids.js';
import { type CustomerState, customerStateQuery, type WakeCustomer } from '../contract/messages.js';
import { CUSTOMER_STATUS, NEEDS_ATTENTION } from '../contract/search-attributes.js';
import { wakeCustomerStart } from '../contract/wake-start.js';
import { isUnanswered, type TemporalAccess } from '../temporal.js';

/** What can be learned about a customer's workflow right now. */
export type CustomerView =
  | { readonly kind: 'answers'; readonly state: CustomerState }
  /** No worker answers its query: search attributes are all there is. */
  | { readonly kind: 'no-worker'; readonly status: string | null; readonly needsAttention: readonly string[] }
  /** Nothing ever woke this customer, or its workflow was terminated. */
  | { readonly kind: 'none' };

const QUERY_TIMEOUT_MS = 5_000;
const WAKE_TIMEOUT_MS = 10_000;

export async function viewCustomer(access: TemporalAccess, customerId: string): Promise<CustomerView> {
  const asked = await askCustomer(access, customerId, 'full');
  if (asked.kind !== 'unanswered') return asked;
  const handle = access.client.workflow.getHandle(customerWorkflowId(customerId));
  const { typedSearchAttributes } = await access.client.withDeadline(Date.now() + QUERY_TIMEOUT_MS, () =>
    handle.describe(),
  );
  return {
    kind: 'no-worker',
    status: typedSearchAttributes.get(CUSTOMER_STATUS) ?? null,
    needsAttention: typedSearchAttributes.get(NEEDS_ATTENTION) ?? [],
  };
}

/** Its own answer, within five seconds. `summary` leaves the ledger's entries out. */
export async function askCustomer(
  { client }: TemporalAccess,
  customerId: string,
  detail: 'summary' | 'full',
): Promise<Extract<CustomerView, { kind: 'answers' | 'none' }> | { readonly kind: 'unanswered' }> {
  const handle = client.workflow.getHandle(customerWorkflowId(customerId));
  try {
    const state = await client.withDeadline(Date.now() + QUERY_TIMEOUT_MS, () =>
      handle.query(customerStateQuery, detail),
    );
    return { kind: 'answers', state };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { kind: 'none' };
    if (isUnanswered(error)) return { kind: 'unanswered' };
    throw error;
  }
}

/** Each call is a wake of its own: it carries a new event id. Resolves when Temporal has it. */
export async function wake(
  { client }: TemporalAccess,
  customerId: string,
  asked: Omit<WakeCustomer, 'eventId'>,
): Promise<{ readonly eventId: string }> {
  const eventId = `starter-${randomUUID()}`;
  const options = wakeCustomerStart(customerId, { ...asked, eventId });
  await client.withDeadline(Date.now() + WAKE_TIMEOUT_MS, () =>
    client.workflow.signalWithStart(WORKFLOW_TYPES.syncCustomer, options),
  );
  return { eventId };
}

/** The customer's page in Temporal's UI. */
export function customerLink(uiUrl: string, namespace: string, customerId: string): string {
  const workflowId = encodeURIComponent(customerWorkflowId(customerId));
  return `${uiUrl}/namespaces/${encodeURIComponent(namespace)}/workflows/${workflowId}`;
}
