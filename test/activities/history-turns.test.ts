import { setMaxListeners } from 'node:events';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WriteCustomerInput } from '../../src/activities/customer-write.js';
import type { ActivityDeps } from '../../src/activities/deps.js';
import { createFetchOrders } from '../../src/activities/fetch-orders.js';
import { HistoryTurns } from '../../src/activities/history-turns.js';
import { createWakePage, type WakePageResult } from '../../src/activities/wake-page.js';
import { createWriteCustomer } from '../../src/activities/write-customer.js';
import { LIMITS } from '../../src/domain/limits.js';
import { NO_SPEND } from '../../src/domain/spend.js';
import type { DotdigitalApi } from '../../src/dotdigital/api.js';
import { CUSTOMER_ID } from '../support/ledger-factory.js';
import { TEST_POLICY } from '../support/policy.js';

const TURN_MS = 1_000 / LIMITS.historyTurnsASecond;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** How many of so many turns, asked for at once, came within that time. */
async function turnsWithin(turns: HistoryTurns, { asked, ms }: { asked: number; ms: number }): Promise<number> {
  let came = 0;
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  for (let n = 0; n < asked; n += 1) void turns.goOn(signal).then(() => (came += 1));
  await vi.advanceTimersByTimeAsync(ms);
  return came;
}

describe('history beside live work', () => {
  it('waits for nothing while no live work comes', async () => {
    expect(await turnsWithin(new HistoryTurns(), { asked: 1_000, ms: 0 })).toBe(1_000);
  });

  it('takes turns, one after the other, while live work comes', async () => {
    const turns = new HistoryTurns();
    turns.liveCame();
    expect(await turnsWithin(turns, { asked: 100, ms: 1_000 - TURN_MS / 2 })).toBe(LIMITS.historyTurnsASecond);
  });

  it('waits for a turn no longer than a live order of the same customer may', async () => {
    const turns = new HistoryTurns();
    turns.liveCame();
    expect(await turnsWithin(turns, { asked: 1_000, ms: LIMITS.historyTurnWaitMaxMs + 1 })).toBe(1_000);
  });

  it('begins with nobody while customers in hand wait, however long that takes', async () => {
    const turns = new HistoryTurns();
    turns.liveCame();
    const { signal } = new AbortController();
    const order: string[] = [];
    for (let n = 0; n < 3; n += 1) void turns.begin(signal).then(() => order.push('begins'));
    for (let n = 0; n < 2; n += 1) void turns.goOn(signal).then(() => order.push('goes on'));
    await vi.advanceTimersByTimeAsync(2.5 * TURN_MS);
    void turns.goOn(signal).then(() => order.push('goes on'));
    await vi.advanceTimersByTimeAsync(10 * TURN_MS);
    expect(order).toEqual(['goes on', 'goes on', 'begins', 'goes on', 'begins', 'begins']);
  });

  it('bounds no wait of those who are still to be woken', async () => {
    const turns = new HistoryTurns();
    const { signal } = new AbortController();
    setMaxListeners(0, signal);
    let begun = 0;
    turns.liveCame();
    for (let n = 0; n < 300; n += 1) void turns.begin(signal).then(() => (begun += 1));
    await vi.advanceTimersByTimeAsync(LIMITS.historyTurnWaitMaxMs + TURN_MS / 2);
    expect(begun).toBe(1 + LIMITS.historyTurnWaitMaxMs / TURN_MS);
    // Live work is over: all go.
    await vi.advanceTimersByTimeAsync(LIMITS.liveQuietAfterMs);
    expect(begun).toBe(300);
  });

  it('goes on at full speed when live work has been quiet for a while', async () => {
    const turns = new HistoryTurns();
    turns.liveCame();
    await vi.advanceTimersByTimeAsync(LIMITS.liveQuietAfterMs + 1);
    expect(await turnsWithin(turns, { asked: 100, ms: 0 })).toBe(100);
  });

  it('keeps nobody whose attempt is over', async () => {
    const turns = new HistoryTurns();
    turns.liveCame();
    const attempt = new AbortController();
    const first = turns.goOn(attempt.signal);
    await vi.advanceTimersByTimeAsync(0);
    await first;
    let isOver = false;
    const waiting = turns.goOn(attempt.signal).then(() => (isOver = true));
    attempt.abort();
    await waiting;
    expect(isOver).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });
});

/** Counts instead of waiting. */
class CountedTurns extends HistoryTurns {
  taken = 0;
  live = 0;

  override async begin(): Promise<void> {
    this.taken += 1;
  }

  override async goOn(): Promise<void> {
    this.taken += 1;
  }

  override liveCame(): void {
    this.live += 1;
  }
}

const QUIET_DOTDIGITAL = { announce: () => ({ handedIn: () => undefined }) } as Partial<DotdigitalApi> as DotdigitalApi;

/** A customer in whom nothing changes: neither vendor is asked. */
const UNCHANGED: Omit<WriteCustomerInput, 'priority'> = {
  customerId: CUSTOMER_ID,
  contact: {
    contactId: 1,
    consent: 'granted',
    consentFlag: null,
    profileHash: null,
    fieldsHash: null,
    fieldsSet: [],
    wasRecreated: false,
  },
  isRefreshAsked: false,
  orders: [],
  others: NO_SPEND,
  isLedgerComplete: false,
};

describe('turns', () => {
  it('are taken by each customer that a backfill wakes', async () => {
    const turns = new CountedTurns();
    const woken: string[] = [];
    const deps = { loadHistory: async (customerId: string) => void woken.push(customerId) } as Partial<ActivityDeps>;
    const answerTo = {
      workflowId: 'backfill/all/1',
      loadId: 'load',
      since: new Date().toISOString(),
      window: { from: null, to: null },
    };
    const page = { customerIds: ['one', 'two', 'three'], answerTo, ask: 1 };
    await new MockActivityEnvironment().run(createWakePage(deps as ActivityDeps, turns), page);
    expect([woken.length, turns.taken]).toEqual([3, 3]);
  });

  it('say whom they did not come to in time, for another ask', async () => {
    const activity = new MockActivityEnvironment();
    const woken: string[] = [];
    const deps = {
      loadHistory: async (customerId: string) => {
        woken.push(customerId);
        activity.cancel();
      },
    } as Partial<ActivityDeps>;
    const answerTo = { workflowId: 'backfill/all/1', loadId: 'load', since: '', window: { from: null, to: null } };
    const customerIds = Array.from({ length: 30 }, (_, n) => `customer-${n}`);
    const wakePage = createWakePage(deps as ActivityDeps, new HistoryTurns());
    const { refused }: WakePageResult = await activity.run(wakePage, { customerIds, answerTo, ask: 1 });
    expect([...woken, ...refused].toSorted()).toEqual(customerIds.toSorted());
    expect(refused.length).toBeGreaterThan(0);
  });

  it.each([
    ['history', { taken: 1, live: 0 }],
    ['live', { taken: 0, live: 1 }],
  ] as const)('are taken by a write of history, and made by one of live work: %s', async (priority, counted) => {
    const turns = new CountedTurns();
    const deps = { policy: TEST_POLICY, dotdigital: QUIET_DOTDIGITAL, now: Date.now } as Partial<ActivityDeps>;
    const write = createWriteCustomer(deps as ActivityDeps, turns);
    await new MockActivityEnvironment().run(write, { ...UNCHANGED, priority });
    expect({ taken: turns.taken, live: turns.live }).toEqual(counted);
  });

  it.each([
    ['history', { taken: 1, live: 0 }],
    ['live', { taken: 0, live: 1 }],
  ] as const)('are taken by a read of history, and made by one of live work: %s', async (priority, counted) => {
    const turns = new CountedTurns();
    const deps = { policy: TEST_POLICY, dotdigital: QUIET_DOTDIGITAL } as Partial<ActivityDeps>;
    const fetch = createFetchOrders(deps as ActivityDeps, turns);
    await new MockActivityEnvironment().run(fetch, { customerId: CUSTOMER_ID, orders: [], list: null, priority });
    expect({ taken: turns.taken, live: turns.live }).toEqual(counted);
  });
});
