import type { Client } from '@temporalio/client';
import { orderIdOfReview, WORKFLOW_TYPES } from './contract/ids.js';
import {
  REVIEW_AMOUNT,
  REVIEW_ASSIGNEE,
  REVIEW_CHANNEL,
  REVIEW_RULE,
  REVIEW_STAGE,
} from './contract/search-attributes.js';
import type { DigestInput } from './domain/review/digest.js';

/** All open reviews, from visibility alone: no worker has to run, and no review is asked. */
export async function listOpenReviews(client: Client): Promise<DigestInput[]> {
  const query = `WorkflowType = '${WORKFLOW_TYPES.reviewOrder}' AND ExecutionStatus = 'Running'`;
  const found = new Map<string, DigestInput>();
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
      isQuiet: memo?.['isQuiet'] === true,
    });
  }
  return [...found.values()];
}

/** What was said of a review when it was opened. */
export function memoText(memo: Readonly<Record<string, unknown>> | undefined, key: string): string | null {
  const value = memo?.[key];
  return typeof value === 'string' ? value : null;
}
