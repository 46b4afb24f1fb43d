import type { BackfillInput } from './backfill.js';
import { TASK_QUEUE } from './ids.js';
import { HISTORY_PRIORITY, WORKFLOW_TASK_TIMEOUT } from './wake-start.js';

/** A page waits for its last customer, so many small ones waste less than few large ones. */
export const PAGES = { pageSize: 100, pagesAtOnce: 6 } as const;

/**
 * Options of the start of `backfillOrdersWorkflow`; a Schedule's action takes the same. One a name at a time. How large pages are, and how many are
 * open, stands in the input: a workflow that took it from the code would open others when a newer version replays it.
 */
export function backfillStart(workflowId: string, input: BackfillInput) {
  const args: [BackfillInput] = [{ ...PAGES, ...input }];
  return {
    workflowId,
    taskQueue: TASK_QUEUE,
    args,
    priority: HISTORY_PRIORITY,
    workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
    staticSummary: 'brings the whole history over',
  };
}
