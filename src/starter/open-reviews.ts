import { type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import { orderIdOfReview, reviewWorkflowId, WORKFLOW_TYPES } from '../contract/ids.js';
import { type ReviewState, reviewStateQuery } from '../contract/review.js';
import {
  REVIEW_AMOUNT,
  REVIEW_ASSIGNEE,
  REVIEW_CHANNEL,
  REVIEW_RULE,
  REVIEW_STAGE,
} from '../contract/search-attributes.js';
import type { ListedReview } from '../domain/review/listing.js';
import type { TemporalAccess } from '../temporal.js';
import { StarterError } from './context.js';
import { isUnanswered } from './unanswered.js';

const QUERY_TIMEOUT_MS = 5_000;

/** All open reviews, from visibility alone: no worker has to run. */
export async function listOpenReviews({ client }: TemporalAccess): Promise<ListedReview[]> {
  const query = `WorkflowType = '${WORKFLOW_TYPES.reviewOrder}' AND ExecutionStatus = 'Running'`;
  const found = new Map<string, ListedReview>();
  for await (const run of client.workflow.list({ query, pageSize: 1_000 })) {
    const orderId = orderIdOfReview(run.workflowId);
    if (orderId === null) continue;
    const { typedSearchAttributes: attributes, memo } = run;
    found.set(orderId, {
      orderId,
      number: memoText(memo, 'number') ?? orderId,
      customerId: memoText(memo, 'customerId') ?? '',
      heldAt: memoText(memo, 'heldAt') ?? run.startTime.toISOString(),
      stage: attributes.get(REVIEW_STAGE) ?? 'open',
      rules: attributes.get(REVIEW_RULE) ?? [],
      amountMinor: attributes.get(REVIEW_AMOUNT) ?? 0,
      currency: memoText(memo, 'currency') ?? '',
      channel: attributes.get(REVIEW_CHANNEL) ?? null,
      assignee: attributes.get(REVIEW_ASSIGNEE) ?? null,
    });
  }
  return [...found.values()];
}

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

function memoText(memo: Readonly<Record<string, unknown>> | undefined, key: string): string | null {
  const value = memo?.[key];
  return typeof value === 'string' ? value : null;
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
  const open = (await listOpenReviews(access)).find(({ number }) => number === asked);
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
