import { describe, expect, it } from 'vitest';
import { ImportsToldInHeartbeats } from '../../src/activities/import-memory.js';

const sent = (write: string, importId = 'import-1') =>
  ({ importId, kind: 'records', write, sentAtMs: 1_764_000_000_000 }) as const;

describe('which write went out in which import', () => {
  it('is known to the next attempt, from what heartbeats told', () => {
    let beats = 0;
    const first = new ImportsToldInHeartbeats(undefined, () => {
      beats += 1;
    });
    first.note(sent('a'));
    first.note(sent('b'));
    first.note({ ...sent('a', 'import-2'), kind: 'fields' });
    expect(beats).toBe(3);
    const told: unknown = JSON.parse(JSON.stringify(first.told()));
    const next = new ImportsToldInHeartbeats(told, () => undefined);
    expect(next.find('records', 'a')).toEqual(sent('a'));
    expect(next.find('fields', 'a')?.importId).toBe('import-2');
    expect(next.find('records', 'c')).toBeNull();
    // A third attempt is to know it too, also when the second one had nothing to add.
    expect(next.told()).toEqual(first.told());
  });

  it('is the last one where a write went out twice', () => {
    const memory = new ImportsToldInHeartbeats(undefined, () => undefined);
    memory.note(sent('a'));
    memory.note(sent('a', 'import-2'));
    expect(memory.find('records', 'a')?.importId).toBe('import-2');
  });

  it.each([
    [null],
    [undefined],
    [17],
    ['text'],
    [{}],
    [[null]],
    [[{ importId: 1 }]],
    [[{ ...sent('a'), writes: [1] }]],
  ])('is not known from what another version may have told: %j', (progress) => {
    expect(new ImportsToldInHeartbeats(progress, () => undefined).told()).toEqual([]);
  });

  it('stays small', () => {
    const memory = new ImportsToldInHeartbeats(undefined, () => undefined);
    for (let n = 0; n < 1_000; n += 1) memory.note(sent(`write-${n}`));
    expect(JSON.stringify(memory.told()).length).toBeLessThan(10_000);
    expect(memory.told()[0]?.writes).toContain('write-999');
  });
});
