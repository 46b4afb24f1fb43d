import { type Client, WithStartWorkflowOperation, WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import { breakerUnanswered } from './activities/failures.js';
import { CONSENT_BREAKER_WORKFLOW_ID, TASK_QUEUE, WORKFLOW_TYPES } from './contract/ids.js';
import {
  type AdmitLowering,
  admitLoweringUpdate,
  type CustomerStatus,
  type LoweringAnswer,
  type WakeCustomer,
} from './contract/messages.js';
import type { ReviewNews } from './contract/review.js';
import { openReviewStart } from './contract/review-start.js';
import { CUSTOMER_STATUS } from './contract/search-attributes.js';
import { HISTORY_PRIORITY, LIVE_PRIORITY, wakeCustomerStart, WORKFLOW_TASK_TIMEOUT } from './contract/wake-start.js';

/** An Update has no time-out of its own: without a worker for the breaker the asking activity must not hang. */
const ADMIT_TIMEOUT_MS = 20_000;

/** Signals the customer's workflow, starting it where there is none. Safe to repeat. */
export function wakeCustomerPort(client: Client): (customerId: string, wake: WakeCustomer) => Promise<void> {
  return async (customerId, wake) => {
    await client.workflow.signalWithStart(WORKFLOW_TYPES.syncCustomer, wakeCustomerStart(customerId, wake));
  };
}

/**
 * The same for a backfill: what it starts goes behind live work, and says from the start what it will be once its orders are loaded. Said at
 * the end instead, it would cost each customer one more event and Temporal's list of workflows one more write, a sixth of all its work.
 */
export function loadHistoryPort(client: Client): (customerId: string, wake: WakeCustomer) => Promise<void> {
  return async (customerId, wake) => {
    const start = {
      ...wakeCustomerStart(customerId, wake),
      priority: HISTORY_PRIORITY,
      typedSearchAttributes: [{ key: CUSTOMER_STATUS, value: 'idle' satisfies CustomerStatus }],
    };
    await client.workflow.signalWithStart(WORKFLOW_TYPES.syncCustomer, start);
  };
}

/** Opens the order's review, or tells the one that is open. Safe to repeat. */
export function openReviewPort(client: Client): (news: Extract<ReviewNews, { kind: 'open' }>) => Promise<void> {
  return async (news) => {
    await client.workflow.signalWithStart(WORKFLOW_TYPES.reviewOrder, openReviewStart(news));
  };
}

/** Asks the consent breaker, starting it where there is none. Asked again with the same `updateId`, it counts once. */
export function admitLoweringPort(client: Client): (ask: AdmitLowering, updateId: string) => Promise<LoweringAnswer> {
  return async (ask, updateId) => {
    const startWorkflowOperation = new WithStartWorkflowOperation(WORKFLOW_TYPES.limitConsent, {
      workflowId: CONSENT_BREAKER_WORKFLOW_ID,
      taskQueue: TASK_QUEUE,
      args: [],
      workflowIdConflictPolicy: 'USE_EXISTING',
      // Live writes wait for its answer: behind them it would not be heard while they keep coming.
      priority: LIVE_PRIORITY,
      workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
      staticSummary: 'counts lowered subscriptions, stops a flood',
    });
    try {
      return await client.withDeadline(Date.now() + ADMIT_TIMEOUT_MS, () =>
        client.workflow.executeUpdateWithStart(admitLoweringUpdate, { args: [ask], updateId, startWorkflowOperation }),
      );
    } catch (error) {
      if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) throw breakerUnanswered(ask.customerId);
      throw error;
    }
  };
}
