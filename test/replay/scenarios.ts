import { BACKFILL_SCENARIOS } from './backfill-scenarios.js';
import { CUSTOMER_SCENARIOS } from './customer-scenarios.js';
import { DIGEST_SCENARIOS } from './digest-scenarios.js';
import { FAULT_SCENARIOS } from './fault-scenarios.js';
import { POLL_SCENARIOS } from './poll-scenarios.js';
import { REVIEW_SCENARIOS } from './review-scenarios.js';
import { ROUTE_SCENARIOS } from './route-scenarios.js';
import type { Scenario } from './shop.js';
import { STEERING_SCENARIOS } from './steering-scenarios.js';

/** All that is recorded, each in a run of its own. */
export const SCENARIOS: readonly Scenario[] = [
  ...CUSTOMER_SCENARIOS,
  ...ROUTE_SCENARIOS,
  ...FAULT_SCENARIOS,
  ...STEERING_SCENARIOS,
  ...REVIEW_SCENARIOS,
  ...DIGEST_SCENARIOS,
  ...POLL_SCENARIOS,
  ...BACKFILL_SCENARIOS,
];
