import { describe, expect, it } from 'vitest';
import { firstBrokenEntry, type TrailEntry, trailEntry } from '../../../src/domain/review/trail.js';

const AT = '2026-11-24T12:00:00.000Z';

function trailOf(...reasons: string[]): TrailEntry[] {
  const trail: TrailEntry[] = [];
  for (const reason of reasons) {
    const entry = { at: AT, actor: 'jane', action: 'commented' as const, reason, moneyHash: 'm' };
    trail.push(trailEntry(trail.at(-1)?.hash ?? '', entry));
  }
  return trail;
}

describe('a review’s trail', () => {
  const trail = trailOf('one', 'two', 'three');

  it('is whole as it was written', () => {
    expect(firstBrokenEntry(trail, 0)).toBeNull();
    expect(firstBrokenEntry([], 0)).toBeNull();
  });

  it.each(['at', 'actor', 'action', 'reason', 'moneyHash', 'hash'] as const)(
    'shows where somebody changed %s',
    (member) => {
      const changed = trail.map((entry, at) => (at === 1 ? { ...entry, [member]: 'another' } : entry));
      expect(firstBrokenEntry(changed, 0)).toBe(1);
    },
  );

  it('shows that an entry was taken out, or put elsewhere', () => {
    expect(firstBrokenEntry(trail.toSpliced(1, 1), 0)).toBe(1);
    expect(
      firstBrokenEntry(
        [trail[1], trail[0], trail[2]].filter((entry) => entry !== undefined),
        0,
      ),
    ).toBe(0);
    expect(firstBrokenEntry(trail.slice(1), 0)).toBe(0);
  });

  it('may have lost its oldest entries to the bound, and says so', () => {
    expect(firstBrokenEntry(trail.slice(1), 1)).toBeNull();
    expect(firstBrokenEntry([...trail.slice(1, 2), { ...trailOf('x')[0] } as TrailEntry], 1)).toBe(1);
  });
});
