import { customerWorkflowId, routeWorkflowId, TASK_QUEUE } from './ids.js';
import { type RouteOrderInput, type SyncCustomerInput, type WakeCustomer, wakeCustomerSignal } from './messages.js';
import { ORDER_ID } from './search-attributes.js';

/** Live work goes before history. Whoever starts a workflow sets its priority for good: activities inherit it. */
export const LIVE_PRIORITY = { priorityKey: 1 } as const;
export const HISTORY_PRIORITY = { priorityKey: 5 } as const;
/** After `kill -9` of a worker the server gives its workflow task to another one this much later. */
export const WORKFLOW_TASK_TIMEOUT = '5s' as const;

/**
 * Options of the one `signalWithStart` that wakes a customer: the relay, the starter and the activity `wakeCustomer` all
 * do it alike. Repeating it is safe: the workflow remembers event ids.
 */
export function wakeCustomerStart(customerId: string, wake: WakeCustomer) {
  const args: [SyncCustomerInput] = [{ customerId }];
  const signalArgs: [WakeCustomer] = [wake];
  return {
    workflowId: customerWorkflowId(customerId),
    taskQueue: TASK_QUEUE,
    args,
    signal: wakeCustomerSignal,
    signalArgs,
    priority: LIVE_PRIORITY,
    workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
    staticSummary: 'keeps one customer in lockstep',
  } as const;
}

/**
 * Options of the `start` of `routeOrderWorkflow`. The id is the event's: a repeat while it runs joins it, and one after
 * its end is refused as already started, which means done.
 */
export function routeOrderStart(wake: RouteOrderInput['wake']) {
  const args: [RouteOrderInput] = [{ wake }];
  return {
    workflowId: routeWorkflowId(wake.eventId),
    taskQueue: TASK_QUEUE,
    args,
    workflowIdReusePolicy: 'REJECT_DUPLICATE' as const,
    workflowIdConflictPolicy: 'USE_EXISTING' as const,
    typedSearchAttributes: [{ key: ORDER_ID, value: wake.orderId }],
    priority: LIVE_PRIORITY,
    workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
    staticSummary: 'finds the customer of one order',
  };
}
