import type { ActivityDeps } from './deps.js';
import { createCompareHistory } from './compare-history.js';
import { createCountHistory } from './count-history.js';
import { createFetchOrders } from './fetch-orders.js';
import { HistoryTurns } from './history-turns.js';
import { createListChanges } from './list-changes.js';
import { createListCustomers } from './list-customers.js';
import { createListOpenChanges } from './list-open-changes.js';
import { createListReviews } from './list-reviews.js';
import { createNotify } from './notify.js';
import { createOpenReview } from './open-review.js';
import { createResolveOrderCustomer } from './resolve-order-customer.js';
import { createWakeChanged } from './wake-changed.js';
import { createWakeCustomer } from './wake-customer.js';
import { createWakePage } from './wake-page.js';
import { createWriteCustomer } from './write-customer.js';

/** The only seam between workflows and the world. */
export function createActivities(deps: ActivityDeps) {
  const turns = new HistoryTurns();
  return {
    fetchOrders: createFetchOrders(deps, turns),
    writeCustomer: createWriteCustomer(deps, turns),
    resolveOrderCustomer: createResolveOrderCustomer(deps),
    wakeCustomer: createWakeCustomer(deps),
    openReview: createOpenReview(deps),
    listChanges: createListChanges(deps),
    listOpenChanges: createListOpenChanges(deps),
    wakeChanged: createWakeChanged(deps),
    listReviews: createListReviews(deps),
    notify: createNotify(deps),
    listCustomers: createListCustomers(deps),
    wakePage: createWakePage(deps, turns),
    countHistory: createCountHistory(deps),
    compareHistory: createCompareHistory(deps),
  };
}

export type Activities = ReturnType<typeof createActivities>;
