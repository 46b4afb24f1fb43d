import { type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import { orderIdOfReview, reviewWorkflowId, WORKFLOW_TYPES } from '../contract/ids.js';
import { type ReviewState, reviewStateQuery } from '../contract/review.js';
import { listOpenReviews, memoText } from '../review-list.js';
import { isUnanswered, type TemporalAccess } from '../temporal.js';
import { StarterError } from './context.js';

const QUERY_TIMEOUT_MS = 5_000;

/** Ids of the orders whose last review is closed, newest first. */
export async function listClosedReviews({ client }: TemporalAccess): Promise<string[]> {
  const query = `WorkflowType = '${WORKFLOW_TYPES.reviewOrder}' AND ExecutionStatus = 'Completed'`;
  const found = new Set<string>();
  for await (const { workflowId } of client.workflow.list({ query, pageSize: 1_000 })) {
    const orderId = orderIdOfReview(workflowId);
    if (orderId !== null) found.add(orderId);
  }
  return [...found];
}

const ORDER_NUMBER = /^[^\s/]{1,100}$/;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/**
 * The order whose review is meant, by its number or its id. Only Temporal is asked.
 * @throws StarterError when no review of that number was ever opened
 */
export async function findReview(access: TemporalAccess, order: string): Promise<string> {
  const asked = order.trim();
  if (UUID.test(asked.toLowerCase())) return asked.toLowerCase();
  if (!ORDER_NUMBER.test(asked)) throw new StarterError('give the order’s number (536365) or its id (a UUID)');
  const open = (await listOpenReviews(access.client)).find(({ number }) => number === asked);
  if (open !== undefined) return open.orderId;
  const query = `WorkflowType = '${WORKFLOW_TYPES.reviewOrder}' AND ExecutionStatus = 'Completed'`;
  for await (const { workflowId, memo } of access.client.workflow.list({ query, pageSize: 1_000 })) {
    const orderId = orderIdOfReview(workflowId);
    if (orderId !== null && memoText(memo, 'number') === asked) return orderId;
  }
  throw new StarterError(`no review of order ${asked}, open or closed: starter reviews list shows the open ones`);
}

/** What can be learned about an order's review right now. */
export type ReviewView =
  | { readonly kind: 'open'; readonly state: ReviewState }
  | { readonly kind: 'closed' }
  /** No worker answers. */
  | { readonly kind: 'unanswered' }
  | { readonly kind: 'none' };

export async function askReview(access: TemporalAccess, orderId: string): Promise<ReviewView> {
  const handle = reviewHandle(access, orderId);
  try {
    const { status } = await access.client.withDeadline(Date.now() + QUERY_TIMEOUT_MS, () => handle.describe());
    if (status.name !== 'RUNNING') return { kind: status.name === 'COMPLETED' ? 'closed' : 'none' };
    const state = await access.client.withDeadline(Date.now() + QUERY_TIMEOUT_MS, () => handle.query(reviewStateQuery));
    return { kind: 'open', state };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { kind: 'none' };
    if (isUnanswered(error)) return { kind: 'unanswered' };
    throw error;
  }
}

export function reviewHandle({ client }: TemporalAccess, orderId: string): WorkflowHandle {
  return client.workflow.getHandle(reviewWorkflowId(orderId));
}

/** The review's page in Temporal's UI. */
export function reviewLink(uiUrl: string, namespace: string, orderId: string): string {
  const workflowId = encodeURIComponent(reviewWorkflowId(orderId));
  return `${uiUrl}/namespaces/${encodeURIComponent(namespace)}/workflows/${workflowId}`;
}
