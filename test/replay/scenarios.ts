import { CUSTOMER_SCENARIOS } from './customer-scenarios.js';
import { FAULT_SCENARIOS } from './fault-scenarios.js';
import { ROUTE_SCENARIOS } from './route-scenarios.js';
import type { Scenario } from './shop.js';

/** All that is recorded, each in a run of its own. */
export const SCENARIOS: readonly Scenario[] = [...CUSTOMER_SCENARIOS, ...ROUTE_SCENARIOS, ...FAULT_SCENARIOS];
