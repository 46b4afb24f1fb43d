import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import type { ActivityDeps } from '../../src/activities/deps.js';
import { createFetchOrders } from '../../src/activities/fetch-orders.js';
import { HistoryTurns } from '../../src/activities/history-turns.js';
import { createListCustomers } from '../../src/activities/list-customers.js';
import { createWriteCustomer } from '../../src/activities/write-customer.js';
import type { DotdigitalApi } from '../../src/dotdigital/api.js';
import type { CallOptions, StoklyApi } from '../../src/stokly/api.js';
import { CUSTOMER_ID, UNKNOWN_CUSTOMER } from '../support/ledger-factory.js';
import { TEST_POLICY } from '../support/policy.js';

const ASKED_AT_MS = 1_000;

/** Vendors that know nobody, and what they were asked with. */
function watchedVendors() {
  const ages: (number | undefined)[] = [];
  let announced = 0;
  const seen = (call: CallOptions) => void ages.push(call.begunAtMs);
  const stokly: Partial<StoklyApi> = {
    listCustomerOrders: async (_customerId, call) => {
      seen(call);
      return { orderIds: [], headers: new Map() };
    },
    listCustomersPage: async (_page, call) => {
      seen(call);
      return { customers: [], unreadable: { count: 0, ids: [] }, isLast: true };
    },
    readCustomer: async (_customerId, call) => {
      seen(call);
      return null;
    },
  };
  const dotdigital: Partial<DotdigitalApi> = {
    announce: () => {
      announced += 1;
      return { handedIn: () => undefined };
    },
    beforeWork: async () => {},
  };
  const deps = { stokly, dotdigital, policy: TEST_POLICY, pace: () => [] } as unknown as ActivityDeps;
  return { deps, ages, announcedCount: () => announced };
}

const attempt = (number: number) => new MockActivityEnvironment({ attempt: number, scheduledTimestampMs: ASKED_AT_MS });

const list = { customerId: CUSTOMER_ID, orders: [], list: { knownOrderIds: [] } } as const;

describe('calls that wait for a limit', () => {
  it('are as old as the read that they are part of, whatever attempt it is', async () => {
    const { deps, ages } = watchedVendors();
    const fetch = createFetchOrders(deps, new HistoryTurns());
    for (const number of [1, 2]) await attempt(number).run(fetch, { ...list, priority: 'history' as const });
    expect(ages).toEqual([ASKED_AT_MS, ASKED_AT_MS]);
  });

  it('go before all reads where a customer is written, and not when that is tried again', async () => {
    const { deps, ages } = watchedVendors();
    const write = createWriteCustomer(deps, new HistoryTurns());
    for (const number of [1, 2])
      await attempt(number).run(write, { ...UNKNOWN_CUSTOMER, priority: 'history' as const });
    expect(ages).toEqual([0, ASKED_AT_MS]);
  });

  it('go before all reads where a page is listed', async () => {
    const { deps, ages } = watchedVendors();
    const page = { after: null, size: 10, window: { from: null, to: null } };
    await attempt(1).run(createListCustomers(deps), page);
    expect(ages).toEqual([0]);
  });
});

it.each([
  ['history', 2],
  ['live', 0],
] as const)('reads and writes of %s announce writes: %i', async (priority, count) => {
  const { deps, announcedCount } = watchedVendors();
  const turns = new HistoryTurns();
  await attempt(1).run(createFetchOrders(deps, turns), { ...list, priority });
  await attempt(1).run(createWriteCustomer(deps, turns), { ...UNKNOWN_CUSTOMER, priority });
  expect(announcedCount()).toBe(count);
});
