export { backfillOrdersWorkflow } from './backfill-orders.js';
export { backfillPageWorkflow } from './backfill-page.js';
export { digestReviewsWorkflow } from './digest-reviews.js';
export { limitConsentWorkflow } from './limit-consent.js';
export { pollChangesWorkflow } from './poll-changes.js';
export { reviewOrderWorkflow } from './review-order.js';
export { routeOrderWorkflow } from './route-order.js';
export { syncCustomerWorkflow } from './sync-customer.js';
