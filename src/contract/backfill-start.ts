import type { BackfillInput } from './backfill.js';
import { TASK_QUEUE } from './ids.js';
import { HISTORY_PRIORITY, WORKFLOW_TASK_TIMEOUT } from './wake-start.js';

/** Options of the start of `backfillOrdersWorkflow`; a Schedule's action takes the same. One a name at a time. */
export function backfillStart(workflowId: string, input: BackfillInput) {
  const args: [BackfillInput] = [input];
  return {
    workflowId,
    taskQueue: TASK_QUEUE,
    args,
    priority: HISTORY_PRIORITY,
    workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
    staticSummary: 'brings the whole history over',
  };
}
