import { describe, expect, it } from 'vitest';
import { type BulkSituation, bulkStep, type WaitingWrites } from '../../src/dotdigital/bulk-decision.js';

const NOBODY: WaitingWrites = { count: 0, oldestMs: 0, quietMs: 60_000 };
const FREE = { live: Number.POSITIVE_INFINITY, history: Number.POSITIVE_INFINITY };

/** Nothing waits, nothing is under way, no limit is known. */
function situation(given: {
  live?: Partial<WaitingWrites>;
  history?: Partial<WaitingWrites>;
  floodMs?: number;
  toCome?: number;
  singles?: Partial<BulkSituation['singles']>;
  imports?: Partial<BulkSituation['imports']>;
}): BulkSituation {
  return {
    live: { ...NOBODY, ...given.live },
    history: { ...NOBODY, ...given.history },
    floodMs: given.floodMs ?? null,
    toCome: given.toCome ?? 1,
    singles: { inFlight: 0, room: FREE, resetMs: 0, ...given.singles },
    imports: { underWay: 0, max: 5, isClosed: false, pauseMs: 0, ...given.imports },
  };
}

const none = { live: 0, history: 0 };

describe('when little waits', () => {
  it('sends it at once, call by call, live and history alike', () => {
    const step = bulkStep(situation({ live: { count: 3 }, history: { count: 4, quietMs: 0 } }));
    expect(step).toEqual({ singles: { live: 3, history: 4 }, isImportDue: false });
  });

  it('gives live writes the room that there is', () => {
    const room = { live: 5, history: 5 };
    const step = bulkStep(situation({ live: { count: 4 }, history: { count: 4, quietMs: 0 }, singles: { room } }));
    expect(step.singles).toEqual({ live: 4, history: 1 });
  });

  it('waits for a window that begins soon, and imports even a few before one that does not', () => {
    const shut = { live: 0, history: 0 };
    const few = { count: 2, oldestMs: 2_500 };
    const soon = situation({ live: few, singles: { room: shut, resetMs: 400 } });
    expect(bulkStep(soon)).toEqual({ singles: none, isImportDue: false });
    const late = situation({ live: few, singles: { room: shut, resetMs: 40_000 } });
    expect(bulkStep(late)).toEqual({ singles: none, isImportDue: true });
    const history = situation({ history: { ...few, quietMs: 0 }, singles: { room: shut, resetMs: 40_000 } });
    expect(bulkStep(history)).toEqual({ singles: none, isImportDue: true });
  });
});

describe('live writes', () => {
  it('fall into one import when more wait than single calls can carry, and back when they can', () => {
    const crowd = { count: 300, oldestMs: 300 };
    const short = situation({ live: crowd, singles: { room: { live: 12, history: 0 }, resetMs: 900 } });
    expect(bulkStep(short)).toEqual({ singles: { live: 12, history: 0 }, isImportDue: true });
    expect(bulkStep(situation({ live: { count: 12, oldestMs: 300 } })).isImportDue).toBe(false);
  });

  it('are given a moment to go by single calls', () => {
    expect(bulkStep(situation({ live: { count: 300, oldestMs: 100 } })).isImportDue).toBe(false);
  });

  it('wait for the import before, but not for long', () => {
    const live = { count: 300, oldestMs: 300 };
    expect(bulkStep(situation({ live, imports: { underWay: 1 } })).isImportDue).toBe(false);
    const patient = situation({ live: { ...live, oldestMs: 2_000 }, imports: { underWay: 1 } });
    expect(bulkStep(patient).isImportDue).toBe(true);
  });
});

describe('writes of history', () => {
  it('are gathered from a handful on, and go out when no more come', () => {
    expect(bulkStep(situation({ history: { count: 8, quietMs: 20 } }))).toEqual({ singles: none, isImportDue: false });
    expect(bulkStep(situation({ history: { count: 8, quietMs: 60 } })).isImportDue).toBe(true);
  });

  it('are gathered for longer the longer the flood lasts, to a bound', () => {
    const waiting = (oldestMs: number) => ({ count: 40, oldestMs, quietMs: 10 });
    const due = (oldestMs: number, floodMs: number) =>
      bulkStep(situation({ history: waiting(oldestMs), floodMs })).isImportDue;
    expect([due(900, 1_000), due(1_000, 1_000)]).toEqual([false, true]);
    expect([due(2_900, 3_000), due(3_000, 3_000)]).toEqual([false, true]);
    expect([due(5_900, 3_600_000), due(6_000, 3_600_000)]).toEqual([false, true]);
  });

  it('wait for no others where none are to come, but for the moment between two pieces of work', () => {
    const due = (quietMs: number, toCome: number, floodMs = 3_600_000) =>
      bulkStep(situation({ history: { count: 40, oldestMs: quietMs, quietMs }, floodMs, toCome })).isImportDue;
    expect([due(400, 1), due(399, 0), due(400, 0)]).toEqual([false, false, true]);
    // A short flood's own pause is shorter still.
    expect([due(49, 0, 60), due(50, 0, 60)]).toEqual([false, true]);
  });

  it('are never sent one by one in a flood, however few wait', () => {
    expect(bulkStep(situation({ history: { count: 1, quietMs: 0 }, floodMs: 5_000 })).singles).toEqual(none);
  });

  it('go out when an import is full, whatever is under way', () => {
    const full = { count: 1_500, oldestMs: 10, quietMs: 0 };
    expect(bulkStep(situation({ history: full, floodMs: 5_000, imports: { underWay: 4 } })).isImportDue).toBe(true);
    expect(bulkStep(situation({ history: full, floodMs: 5_000, imports: { underWay: 5 } })).isImportDue).toBe(false);
  });

  it('go one by one while no import is let out for long', () => {
    const shut = { isClosed: true };
    const waiting = { count: 100, oldestMs: 2_000, quietMs: 0 };
    expect(bulkStep(situation({ history: waiting, floodMs: 9_000, imports: shut }))).toEqual({
      singles: { live: 0, history: 48 },
      isImportDue: false,
    });
  });

  it('leave the last of a window to live ones', () => {
    const room = { live: 30, history: 0 };
    expect(bulkStep(situation({ history: { count: 5, quietMs: 0 }, singles: { room } })).singles).toEqual(none);
  });
});

it('paces imports so that their tier lasts to the end of its window', () => {
  const history = { count: 40, oldestMs: 9_000, quietMs: 900 };
  expect(bulkStep(situation({ history, floodMs: 9_000, imports: { pauseMs: 1_700 } })).isImportDue).toBe(false);
});
