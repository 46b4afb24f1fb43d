import { describe, expect, it } from 'vitest';
import { densePaceOf, paceOf, planSoak } from '../../soak/plan.js';

describe('the plan of a soak', () => {
  it('depends on the seed alone', () => {
    expect(planSoak(42, paceOf(3))).toEqual(planSoak(42, paceOf(3)));
    expect(planSoak(42, paceOf(3)).fingerprint).not.toBe(planSoak(43, paceOf(3)).fingerprint);
  });

  it('breaks something every 10 to 30 s, and leaves the worker alone in the second half', () => {
    const { faults } = planSoak(42, paceOf(30));
    const gapsMs = faults.slice(1).map(({ atMs }, index) => atMs - (faults[index]?.atMs ?? 0));
    expect(Math.min(...gapsMs)).toBeGreaterThanOrEqual(10_000);
    // Where only the worker's faults are left to deal, one turn is passed over.
    expect(Math.max(...gapsMs)).toBeLessThanOrEqual(60_000);
    const ofWorker = faults.filter(({ what }) => what === 'kill worker' || what === 'stop worker');
    expect(ofWorker.length).toBeGreaterThan(3);
    expect(Math.max(...ofWorker.map(({ atMs }) => atMs))).toBeLessThan(15 * 60_000);
  });

  it('deals every kind of fault within a minute where they come densely', () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const kinds = new Set(planSoak(seed, densePaceOf(1)).faults.map(({ what }) => what));
      expect(kinds.size, `seed ${seed}`).toBe(7);
    }
  });

  it('never lets two faults meet', () => {
    for (const pace of [paceOf(10), densePaceOf(2)]) expect(pace.lastsMs[1]).toBeLessThan(pace.gapMs[0]);
  });

  it('lets every kind of thing happen in the shop within ten minutes', () => {
    const kinds = new Set(planSoak(7, paceOf(10)).actions.map(({ kind }) => kind));
    expect(kinds.size).toBe(14);
  });
});
