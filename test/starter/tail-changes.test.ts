import { describe, expect, it } from 'vitest';
import { changesSince, tailText } from '../../src/starter/tail-changes.js';
import { entryFor, writtenOf } from '../support/ledger-factory.js';
import { stateOf } from './state-factory.js';

const at = (second: number): string => `2026-11-24T16:35:${String(second).padStart(2, '0')}.000Z`;
const outcome = (second: number, what = 'written: despatched', number = '536365') => ({ at: at(second), number, what });

describe('what tail tells of a customer', () => {
  it('is at first what happened since it began, oldest first', () => {
    const now = stateOf({ entries: [entryFor()], recent: [outcome(9), outcome(8, 'unchanged'), outcome(1)] });
    expect(changesSince(now, null, at(5)).map(({ what }) => what)).toEqual(['unchanged', 'written: despatched']);
  });

  it('is then what was not there before, also within one millisecond', () => {
    const before = stateOf({ recent: [outcome(9)] });
    const now = stateOf({ recent: [outcome(9, 'contact created', '–'), outcome(9)] });
    expect(changesSince(now, before, at(5))).toMatchObject([{ what: 'contact created', number: null }]);
    expect(changesSince(before, before, at(5))).toEqual([]);
  });

  it('says where the order stands and what is written of it', () => {
    const now = stateOf({ entries: [entryFor()], recent: [outcome(9)] });
    const [line] = changesSince(now, stateOf(), at(5));
    expect(line).toMatchObject({ outcome: 'synced', reason: null, written: { grossMinor: 1200, currency: 'GBP' } });
    expect(line === undefined ? '' : tailText(line)).toBe(
      '16:35:09  order 536365  synced  written: despatched  [12.00 GBP, refunded 0.00 GBP]',
    );
  });

  it('names the orders of a drain that was larger than what a customer remembers', () => {
    const written = (number: string, second: number) =>
      entryFor({ number, orderId: number, written: writtenOf({ at: at(second) }) });
    const entries = [written('1', 8), written('2', 9), written('3', 2)];
    const before = stateOf({ entries: [written('3', 2)], recent: [outcome(1)] });
    const now = stateOf({ entries, recent: [outcome(9, 'written: despatched', '2')] });
    expect(changesSince(now, before, at(0)).map(({ number }) => number)).toEqual(['1', '2']);
  });

  it('gives the reason of what is skipped', () => {
    const entries = [entryFor({ outcome: 'skipped', reason: 'no-email', written: null })];
    const [line] = changesSince(stateOf({ entries, recent: [outcome(9, 'skipped: no-email')] }), stateOf(), at(5));
    expect(line === undefined ? '' : tailText(line)).toBe(
      '16:35:09  order 536365  skipped (no-email)  skipped: no-email',
    );
  });
});
