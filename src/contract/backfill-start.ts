import type { BackfillInput } from './backfill.js';
import { TASK_QUEUE } from './ids.js';
import { HISTORY_PRIORITY, WORKFLOW_TASK_TIMEOUT } from './wake-start.js';

/** A page waits for its last customer, so many small ones waste less than few large ones. */
export const PAGES = { pageSize: 100, pagesAtOnce: 6 } as const;

/** How long the last customer that is open may wait to be read: less than the three minutes of an attempt, which would have to be made again. */
const READ_WITHIN_MINUTES = 2.5;
/** Calls to Stokly for a customer with a handful of orders. */
const CALLS_A_CUSTOMER = 5;
const PAGE_SIZE_MIN = 10;

/** Pages of a backfill, by what Stokly allows: where it is little, fewer customers are open, none of whom waits in vain. */
export function pagesFor(stoklyCallsAMinute: number): { readonly pageSize: number; readonly pagesAtOnce: number } {
  const customers = (stoklyCallsAMinute * READ_WITHIN_MINUTES) / CALLS_A_CUSTOMER;
  const pageSize = Math.floor(customers / PAGES.pagesAtOnce);
  return { ...PAGES, pageSize: Math.min(PAGES.pageSize, Math.max(PAGE_SIZE_MIN, pageSize)) };
}

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
