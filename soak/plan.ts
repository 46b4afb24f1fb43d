import { createHash } from 'node:crypto';
import { type FaultPace, planFaults, type PlannedFault } from './fault-plan.js';
import { createRandom } from './random.js';
import { planShop, type ShopAction } from './shop-plan.js';

/** All that will happen: from the seed and the pace alone, so that a run can be repeated. */
export interface SoakPlan {
  readonly seed: number;
  readonly actions: readonly ShopAction[];
  readonly faults: readonly PlannedFault[];
  /** The same for the same plan: two runs that show it did the same. */
  readonly fingerprint: string;
}

export interface SoakPace extends FaultPace {
  /** On average, from one thing that happens in the shop to the next. */
  readonly actionEveryMs: number;
}

/** 10 to 30 s from fault to fault, two things a second in the shop, the worker left alone in the second half. */
export function paceOf(minutes: number): SoakPace {
  const loadMs = minutes * 60_000;
  return {
    loadMs,
    actionEveryMs: 500,
    gapMs: [10_000, 30_000],
    lastsMs: [2_000, 8_000],
    workerLeftAloneFromMs: loadMs / 2,
  };
}

/** Every kind of fault within a minute. No worker lives long enough for its memory to be judged. */
export function densePaceOf(minutes: number): SoakPace {
  const loadMs = minutes * 60_000;
  return {
    loadMs,
    actionEveryMs: 250,
    gapMs: [3_000, 6_000],
    lastsMs: [1_000, 2_500],
    workerLeftAloneFromMs: loadMs,
  };
}

export function planSoak(seed: number, pace: SoakPace): SoakPlan {
  // Each has a stream of its own: another kind of fault does not change what happens in the shop.
  const actions = planShop(createRandom(seed), { loadMs: pace.loadMs, everyMs: pace.actionEveryMs });
  const faults = planFaults(createRandom(seed ^ 0x5eed), pace);
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([actions, faults]))
    .digest('hex')
    .slice(0, 12);
  return { seed, actions, faults, fingerprint };
}
