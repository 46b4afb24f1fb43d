/** The one task queue: only then can activities start eagerly. */
export const TASK_QUEUE = 'lockstep';

/** Workflow types by their registered names: who starts one needs no workflow code. */
export const WORKFLOW_TYPES = {
  syncCustomer: 'syncCustomerWorkflow',
  routeOrder: 'routeOrderWorkflow',
  limitConsent: 'limitConsentWorkflow',
  reviewOrder: 'reviewOrderWorkflow',
  digestReviews: 'digestReviewsWorkflow',
  pollChanges: 'pollChangesWorkflow',
  backfillOrders: 'backfillOrdersWorkflow',
  backfillPage: 'backfillPageWorkflow',
} as const;

/** The account's single consent breaker. */
export const CONSENT_BREAKER_WORKFLOW_ID = 'consent-breaker';

const CUSTOMER_PREFIX = 'customer/';
const ROUTE_PREFIX = 'route/';
const REVIEW_PREFIX = 'review/';

export function customerWorkflowId(customerId: string): string {
  return `${CUSTOMER_PREFIX}${customerId}`;
}

export function routeWorkflowId(eventId: string): string {
  return `${ROUTE_PREFIX}${eventId}`;
}

/** One an order: a later review of the same order is a later run of the same id. */
export function reviewWorkflowId(orderId: string): string {
  return `${REVIEW_PREFIX}${orderId}`;
}

/** The customer of a customer workflow's id; null for any other workflow's. */
export function customerIdOf(workflowId: string): string | null {
  return workflowId.startsWith(CUSTOMER_PREFIX) ? workflowId.slice(CUSTOMER_PREFIX.length) : null;
}

/** The order of a review's id; null for any other workflow's. */
export function orderIdOfReview(workflowId: string): string | null {
  return workflowId.startsWith(REVIEW_PREFIX) ? workflowId.slice(REVIEW_PREFIX.length) : null;
}
