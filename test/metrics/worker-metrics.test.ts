import { describe, expect, it } from 'vitest';
import { CUSTOMER_STATUSES } from '../../src/contract/messages.js';
import { ATTENTIONS } from '../../src/domain/attention.js';
import type { AccountCounts } from '../../src/metrics/account-counts.js';
import type { LimiterStates } from '../../src/metrics/limiter-meters.js';
import { createWorkerMetrics, type WorkerMetricsSources } from '../../src/metrics/worker-metrics.js';

const NO_LIMITERS: LimiterStates = { stokly: {}, dotdigital: {} };

function countsOf(rest: Partial<AccountCounts> = {}): AccountCounts {
  const none = <Key extends string>(keys: readonly Key[]) =>
    Object.fromEntries(keys.map((key) => [key, 0])) as Record<Key, number>;
  return {
    ordersHeld: 0,
    ordersSkipped: 0,
    customersByStatus: none(CUSTOMER_STATUSES),
    customersByAttention: none(ATTENTIONS),
    routesOpen: 0,
    pollSucceededAtMs: 0,
    tasksWaiting: { workflow: 0, activity: 0 },
    ...rest,
  };
}

function metricsOf(sources: Partial<WorkerMetricsSources> = {}) {
  return createWorkerMetrics({ account: async () => countsOf(), limiters: () => NO_LIMITERS, ...sources });
}

/** The value of one series as the page shows it; undefined where it does not stand there. */
function valueOf(text: string, series: string): number | undefined {
  const line = text.split('\n').find((one) => one.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

describe('what a worker counts', () => {
  it('stands at zero from the start, so that its first event can be alerted on', async () => {
    const text = await metricsOf().text();
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    const families = text.split('\n').filter((line) => line.startsWith('# TYPE '));
    for (const family of families) {
      const name = family.split(' ')[2] ?? '';
      expect(lines.some((line) => line.startsWith(name))).toBe(true);
    }
    const notZero = lines.filter((line) => !line.endsWith(' 0') && !line.startsWith('lockstep_account_counted'));
    expect(notZero).toEqual([]);
  });

  it('are outcomes by reason, as many as a drain settled', async () => {
    const metrics = metricsOf();
    metrics.ordersSettled([
      { outcome: 'synced', reason: null, orders: 3 },
      { outcome: 'skipped', reason: 'no-email', orders: 2 },
    ]);
    metrics.ordersSettled([{ outcome: 'held', reason: null, orders: 1 }]);
    const text = await metrics.text();
    const settled = (outcome: string, reason: string) =>
      valueOf(text, `lockstep_orders_settled_total{outcome="${outcome}",reason="${reason}"}`);
    expect([settled('synced', 'none'), settled('held', 'none'), settled('skipped', 'no-email')]).toEqual([3, 1, 2]);
    expect(settled('skipped', 'no-consent')).toBe(0);
  });

  it('is the time to the write, never below zero where two clocks differ', async () => {
    const metrics = metricsOf();
    metrics.eventWritten(0.6);
    metrics.eventWritten(-3);
    const text = await metrics.text();
    expect(valueOf(text, 'lockstep_event_to_written_seconds_count')).toBe(2);
    expect(valueOf(text, 'lockstep_event_to_written_seconds_sum')).toBe(0.6);
    expect(valueOf(text, 'lockstep_event_to_written_seconds_bucket{le="0.5"}')).toBe(1);
  });

  it.each([
    [200, '2xx'],
    [201, '2xx'],
    [302, '3xx'],
    [400, '4xx'],
    [401, '401'],
    [429, '429'],
    [503, '5xx'],
    ['timed-out', 'timed-out'],
    [999, 'other'],
    ['whatever a sender says', 'other'],
  ])('are calls: %s under %s', async (result, status) => {
    const metrics = metricsOf();
    metrics.vendorCalled('dotdigital', { result, seconds: 0.2 });
    const text = await metrics.text();
    expect(valueOf(text, `lockstep_vendor_calls_total{vendor="dotdigital",status="${status}"}`)).toBe(1);
    expect(valueOf(text, `lockstep_vendor_calls_total{vendor="stokly",status="${status}"}`)).toBe(0);
    expect(valueOf(text, 'lockstep_vendor_call_seconds_count{vendor="dotdigital"}')).toBe(1);
  });
});

describe('the lines before the vendors', () => {
  const stateOf = (live: number, waitedMs: number) => ({ waiting: { live, history: 7 }, waitedMs });

  it('are shown tier by tier, with all the time that was waited, counted once', async () => {
    let states: LimiterStates = { stokly: { all: stateOf(2, 1_500) }, dotdigital: { lowCallRate: stateOf(1, 0) } };
    const metrics = metricsOf({ limiters: () => states });
    await metrics.text();
    states = { stokly: { all: stateOf(0, 4_000) }, dotdigital: { lowCallRate: stateOf(3, 500) } };
    const text = await metrics.text();
    expect(valueOf(text, 'lockstep_limiter_waited_seconds_total{vendor="stokly",tier="all"}')).toBe(4);
    expect(valueOf(text, 'lockstep_limiter_waited_seconds_total{vendor="dotdigital",tier="lowCallRate"}')).toBe(0.5);
    expect(valueOf(text, 'lockstep_limiter_waiting{vendor="stokly",tier="all",priority="live"}')).toBe(0);
    expect(valueOf(text, 'lockstep_limiter_waiting{vendor="dotdigital",tier="lowCallRate",priority="live"}')).toBe(3);
    expect(valueOf(text, 'lockstep_limiter_waiting{vendor="stokly",tier="all",priority="history"}')).toBe(7);
  });

  it('show tiers that nobody knew as one, whatever the vendor calls them', async () => {
    const metrics = metricsOf({
      limiters: () => ({ stokly: {}, dotdigital: { bulk: stateOf(1, 0), x: stateOf(4, 0) } }),
    });
    const text = await metrics.text();
    expect(valueOf(text, 'lockstep_limiter_waiting{vendor="dotdigital",tier="other",priority="live"}')).toBe(5);
    expect(text).not.toContain('bulk');
  });
});

describe('the numbers over the account', () => {
  it('are asked for when somebody looks, and not again within 15 s', async () => {
    let nowMs = 1_000_000;
    let asked = 0;
    const account = async () => countsOf({ ordersHeld: (asked += 1) });
    const metrics = metricsOf({ account, now: () => nowMs });
    const heldNow = async () => valueOf(await metrics.text(), 'lockstep_orders_held');
    expect([await heldNow(), await heldNow()]).toEqual([1, 1]);
    nowMs += 15_000;
    expect(await heldNow()).toBe(2);
  });

  it('stay as they were while Temporal does not answer, and say how old they are', async () => {
    let nowMs = 1_000_000;
    let isUp = true;
    const account = async () => {
      if (!isUp) throw new Error('14 UNAVAILABLE');
      return countsOf({ ordersHeld: 4, customersByStatus: { ...countsOf().customersByStatus, blocked: 9 } });
    };
    const metrics = metricsOf({ account, now: () => nowMs });
    await metrics.text();
    isUp = false;
    nowMs += 60_000;
    const text = await metrics.text();
    expect(valueOf(text, 'lockstep_orders_held')).toBe(4);
    expect(valueOf(text, 'lockstep_customers{status="blocked"}')).toBe(9);
    expect(valueOf(text, 'lockstep_account_counted_timestamp_seconds')).toBe(1_000);
  });
});
