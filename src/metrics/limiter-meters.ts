import type { Registry } from 'prom-client';
import type { Vendor } from './call-meters.js';
import { counter, gauge } from './meters.js';

/** What a limiter says of itself (`http/limiter.ts`), as far as it is shown. */
interface LimiterState {
  readonly waiting: { readonly live: number; readonly history: number };
  /** Of all calls that have waited here since the start. */
  readonly waitedMs: number;
}

/** By tier; a vendor with one budget has the tier `all`. */
export type LimiterStates = Readonly<Record<Vendor, Readonly<Record<string, LimiterState>>>>;

/** Dotdigital names its tiers in its answers: one that is not known yet is shown as `other`. */
const TIERS: Readonly<Record<Vendor, readonly string[]>> = {
  stokly: ['all'],
  dotdigital: ['lowCallRate', 'mediumCallRate', 'highCallRate', 'unlimitedCallRate', 'other'],
};
const ALL_TIERS = [...TIERS.stokly, ...TIERS.dotdigital];
const PRIORITIES = ['live', 'history'] as const;

/** Everyone who waits, tier by tier; told anew each time that somebody looks. */
export function limiterMeters(registry: Registry): (states: LimiterStates) => void {
  const limiters = [...seriesOf('stokly'), ...seriesOf('dotdigital')];
  const vendors = ['stokly', 'dotdigital'] as const;
  const waited = counter(registry, {
    name: 'lockstep_limiter_waited_seconds_total',
    help: "Time that calls have waited for a vendor's limit, all together, by vendor and tier.",
    labels: { vendor: vendors, tier: ALL_TIERS },
    series: limiters,
  });
  const waiting = gauge(registry, {
    name: 'lockstep_limiter_waiting',
    help: "Calls that wait for a vendor's limit now, by vendor, tier and priority.",
    labels: { vendor: vendors, tier: ALL_TIERS, priority: PRIORITIES },
    series: limiters.flatMap((limiter) => PRIORITIES.map((priority) => ({ ...limiter, priority }))),
  });
  const waitedBefore = new Map<string, number>();
  return (states) => {
    for (const vendor of vendors) {
      const byTier = sumByTier(vendor, states[vendor]);
      for (const [tier, state] of byTier) {
        const key = `${vendor}/${tier}`;
        waited.inc({ vendor, tier }, Math.max(0, state.waitedMs - (waitedBefore.get(key) ?? 0)) / 1000);
        waitedBefore.set(key, state.waitedMs);
        for (const priority of PRIORITIES) waiting.set({ vendor, tier, priority }, state.waiting[priority]);
      }
    }
  };
}

function seriesOf(vendor: Vendor): { vendor: Vendor; tier: string }[] {
  return TIERS[vendor].map((tier) => ({ vendor, tier }));
}

function sumByTier(vendor: Vendor, states: Readonly<Record<string, LimiterState>>): Map<string, LimiterState> {
  const sums = new Map<string, LimiterState>();
  for (const [name, state] of Object.entries(states)) {
    const tier = TIERS[vendor].includes(name) ? name : 'other';
    const before = sums.get(tier) ?? { waiting: { live: 0, history: 0 }, waitedMs: 0 };
    const live = before.waiting.live + state.waiting.live;
    const history = before.waiting.history + state.waiting.history;
    sums.set(tier, { waiting: { live, history }, waitedMs: before.waitedMs + state.waitedMs });
  }
  return sums;
}
