import { expect, it } from 'vitest';
import { WritesToCome } from '../../src/dotdigital/writes-to-come.js';

const counted = (toCome: WritesToCome) => [toCome.count('records'), toCome.count('fields')];

it('counts who will hand in records, and who will hand in fields, until they did', () => {
  const toCome = new WritesToCome();
  const { signal } = new AbortController();
  const first = toCome.announce(signal);
  const second = toCome.announce(signal);
  expect(counted(toCome)).toEqual([2, 2]);
  first.handedIn('records');
  first.handedIn('records');
  expect(counted(toCome)).toEqual([1, 2]);
  first.handedIn('fields');
  expect(counted(toCome)).toEqual([1, 1]);
  // A customer whose records all stand already hands in fields alone.
  second.handedIn('fields');
  expect(counted(toCome)).toEqual([0, 0]);
});

it('waits for nothing of a piece of work that is over, and counts none twice', () => {
  const toCome = new WritesToCome();
  const attempt = new AbortController();
  const announced = toCome.announce(attempt.signal);
  attempt.abort();
  expect(counted(toCome)).toEqual([0, 0]);
  announced.handedIn('records');
  expect(counted(toCome)).toEqual([0, 0]);
  toCome.announce(attempt.signal);
  expect(counted(toCome)).toEqual([0, 0]);
});
