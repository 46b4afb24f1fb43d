import { expect, it } from 'vitest';
import { unreadableEntry } from '../../src/domain/entry.js';
import type { UnreadableFetched } from '../../src/domain/fetched-order.js';
import { entryFor } from '../support/ledger-factory.js';

const known = entryFor();
const unreadable: UnreadableFetched = {
  kind: 'unreadable',
  orderId: known.orderId,
  number: known.orderId,
  customerId: null,
  placedAt: '',
  version: null,
  currency: '',
  differences: [],
  skipReasons: [],
  hash: 'h',
};

it('an order that can be read no more keeps the number, time, currency and amounts that are known of it', () => {
  const { number, placedAt, currency, written } = known;
  expect(unreadableEntry(unreadable, known, 0)).toMatchObject({ number, placedAt, currency, written, outcome: 'held' });
  expect(unreadableEntry(unreadable, known, 0).read).toMatchObject({ grossMinor: known.read.grossMinor });
});

it('an order that never could be read has its id for a number, and a number that can be read is taken', () => {
  expect(unreadableEntry(unreadable, null, 0).number).toBe(known.orderId);
  expect(unreadableEntry({ ...unreadable, number: '536399' }, known, 0).number).toBe('536399');
});
