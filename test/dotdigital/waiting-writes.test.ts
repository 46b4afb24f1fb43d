import { describe, expect, it } from 'vitest';
import { FloodWatch } from '../../src/dotdigital/flood-watch.js';
import { type WaitingWrite, WritesInLine } from '../../src/dotdigital/waiting-writes.js';

type Item = WaitingWrite<string, never>;

function item(key: string, given: { priority?: 'live' | 'history'; sinceMs?: number; size?: number } = {}): Item {
  return {
    write: key,
    key,
    item: 'x'.repeat(given.size ?? 1),
    options: { priority: given.priority ?? 'history' },
    sinceMs: given.sinceMs ?? 0,
    isAlone: false,
    isUncertain: false,
    isOver: false,
    submittedUnder: null,
    resolve: () => undefined,
    reject: () => undefined,
  };
}

function lineOf(...items: Item[]): WritesInLine<Item> {
  const line = new WritesInLine<Item>();
  for (const one of items) line.join(one);
  return line;
}

const keys = (items: readonly Item[]) => items.map(({ key }) => key);

describe('writes that wait', () => {
  it('go together live ones first, each in the order they came', () => {
    const line = lineOf(item('1'), item('2', { priority: 'live' }), item('3'), item('4', { priority: 'live' }));
    expect(keys(line.takeTogether(3, 100))).toEqual(['2', '4', '1']);
    expect(keys(line.takeTogether(3, 100))).toEqual(['3']);
  });

  it('go together as far as one body may hold them, and one that is larger goes by itself', () => {
    const line = lineOf(item('1', { size: 60 }), item('2', { size: 60 }), item('3', { size: 500 }));
    expect(keys(line.takeTogether(10, 100))).toEqual(['1']);
    expect(keys(line.takeTogether(10, 100))).toEqual(['2']);
    expect(keys(line.takeTogether(10, 100))).toEqual(['3']);
  });

  it('with one key go one after another, never together', () => {
    const [first, second, third] = [item('1'), item('1'), item('1')];
    const line = lineOf(first, second, third);
    expect(line.takeTogether(10, 100)).toEqual([first]);
    expect(line.isEmpty).toBe(true);
    first.isOver = true;
    line.done(first);
    // Told twice that it is done, it lets only one through.
    line.done(first);
    expect(line.takeTogether(10, 100)).toEqual([second]);
    expect(line.isEmpty).toBe(true);
  });

  it('whose caller has gone leave their place to the next of their key', () => {
    const [first, second, third] = [item('1'), item('1'), item('1')];
    const line = lineOf(first, second, third);
    first.isOver = true;
    second.isOver = true;
    line.leave(first);
    expect(line.takeTogether(10, 100)).toEqual([third]);
  });

  it('that are given back go first, those whose caller has gone free their key, and those alone wait apart', () => {
    const [one, two, three] = [item('1'), item('2'), item('3')];
    const line = lineOf(one, two, three);
    line.takeTogether(3, 100);
    const late = item('4');
    const nextOfTwo = item('2');
    line.join(late);
    line.join(nextOfTwo);
    two.isOver = true;
    three.isAlone = true;
    line.giveBack([one, two, three]);
    expect(line.aloneCount).toBe(1);
    expect(keys(line.takeTogether(10, 100))).toEqual(['1', '4', '2']);
    expect(line.take('alone', 10)).toEqual([three]);
  });

  it('say how many they are, since when the first waits and when the last came', () => {
    const line = lineOf(item('1', { sinceMs: 100 }), item('2', { sinceMs: 400 }));
    expect(line.waiting('history', 1_000)).toEqual({ count: 2, oldestMs: 900, quietMs: 600 });
    expect(line.waiting('live', 1_000)).toMatchObject({ count: 0, oldestMs: 0 });
  });
});

describe('a flood', () => {
  it('begins with a dozen writes within seconds, lasts while they come, and ends when they do not', () => {
    const flood = new FloodWatch();
    for (let n = 0; n < 11; n += 1) flood.came(10_000);
    expect(flood.forMs(10_000)).toBeNull();
    flood.came(10_100);
    expect(flood.forMs(10_100)).toBe(0);
    for (let atMs = 10_200; atMs < 60_000; atMs += 200) flood.came(atMs);
    expect(flood.forMs(60_100)).toBe(50_000);
    expect(flood.forMs(72_000)).toBeNull();
  });

  it('is none where one or two come each second', () => {
    const flood = new FloodWatch();
    for (let atMs = 0; atMs < 100_000; atMs += 600) {
      flood.came(atMs);
      expect(flood.forMs(atMs)).toBeNull();
    }
  });
});
