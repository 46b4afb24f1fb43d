export { limitConsentWorkflow } from './limit-consent.js';
export { routeOrderWorkflow } from './route-order.js';
export { syncCustomerWorkflow } from './sync-customer.js';
