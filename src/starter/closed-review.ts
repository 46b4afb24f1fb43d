import type { WorkflowHandle } from '@temporalio/client';
import type { ReviewResult } from '../contract/review.js';

/** What a closed review left: its workflow's result. */
export async function readClosedReview(handle: WorkflowHandle): Promise<ReviewResult> {
  return (await handle.result()) as ReviewResult;
}
