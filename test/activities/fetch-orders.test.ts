import { describe, expect, it } from 'vitest';
import { boundBytes, judgeRead } from '../../src/activities/fetch-orders.js';
import { LIMITS } from '../../src/domain/limits.js';
import type { OrderSnapshot } from '../../src/domain/order.js';
import type { UnreadableOrder } from '../../src/stokly/api.js';
import { judgedOf, snapshotOf } from '../support/ledger-factory.js';
import { TEST_POLICY } from '../support/policy.js';

const ORDER = '00000000-0000-4000-8000-000000000001';
const asIs = { orderId: ORDER, expectedVersion: null, acceptBehind: true };
const read = (rest: Partial<OrderSnapshot> = {}) => ({
  kind: 'read' as const,
  orderId: ORDER,
  snapshot: snapshotOf(rest),
});

describe('an order as it was read', () => {
  it('is judged, with two hashes: despatch changes the one, not the one over money', () => {
    const before = judgeRead(read(), asIs, TEST_POLICY);
    const after = judgeRead(read({ despatchedAt: '2010-12-02T16:00:00.000Z' }), asIs, TEST_POLICY);
    if (before.kind !== 'read' || after.kind !== 'read') throw new Error('both are readable');
    expect(after.moneyHash).toBe(before.moneyHash);
    expect(after.snapshotHash).not.toBe(before.snapshotHash);
  });

  it('is behind when the event named a newer version than Stokly shows', () => {
    const wanted = { orderId: ORDER, expectedVersion: '2010-12-01T09:00:00.000Z', acceptBehind: false };
    expect(judgeRead(read(), wanted, TEST_POLICY)).toEqual({
      kind: 'behind',
      orderId: ORDER,
      seenVersion: '2010-12-01T08:26:00.000Z',
    });
    expect(judgeRead(read(), { ...wanted, acceptBehind: true }, TEST_POLICY)).toMatchObject({
      kind: 'read',
      isBehind: true,
    });
  });

  it('is never behind on an account without versions', () => {
    const wanted = { orderId: ORDER, expectedVersion: '2010-12-01T09:00:00.000Z', acceptBehind: false };
    expect(judgeRead(read(), wanted, { ...TEST_POLICY, timeUpdatedKnown: false })).toMatchObject({
      kind: 'read',
      isBehind: false,
    });
  });

  it.each([
    ['removed', { stage: 'removed' }],
    ['no-customer', { customerId: null }],
    ['excluded-channel', { storeName: 'Amazon' }],
  ])('is left out as %s', (reason, rest) => {
    expect(judgeRead(read(rest), asIs, { ...TEST_POLICY, channelsExcluded: ['Amazon'] })).toMatchObject({
      skipReasons: [reason],
    });
  });
});

describe('an order that cannot be read', () => {
  const unreadable: UnreadableOrder = {
    kind: 'unreadable',
    orderId: ORDER,
    number: null,
    customerId: null,
    stage: null,
    storeName: null,
    placedAt: null,
    version: null,
    currency: null,
    problems: ['displayTotal: expected an amount'],
  };

  it('fails the rule readable, and is no till sale only because its customer cannot be read', () => {
    expect(judgeRead(unreadable, asIs, TEST_POLICY)).toMatchObject({
      kind: 'unreadable',
      number: ORDER,
      skipReasons: [],
      differences: [{ rule: 'readable', severity: 'hold' }],
    });
  });

  it('is left out all the same when it is removed', () => {
    expect(judgeRead({ ...unreadable, stage: 'removed' }, asIs, TEST_POLICY)).toMatchObject({
      skipReasons: ['removed'],
    });
  });
});

describe('the size of a drain', () => {
  const line = snapshotOf().lines[0];
  if (line === undefined) throw new Error('the factory has a line');
  const withLines = (orderId: string, count: number) =>
    judgedOf({
      orderId,
      snapshot: { lines: Array.from({ length: count }, (_, n) => ({ ...line, lineId: `line-${n}` })) },
    });

  it('defers orders beyond 256 KB to the next drain, in the order asked', () => {
    const bound = boundBytes([withLines('a', 900), withLines('b', 900), withLines('c', 1)]);
    expect(bound.map(({ orderId, kind }) => [orderId, kind])).toEqual([
      ['a', 'read'],
      ['b', 'deferred'],
      ['c', 'read'],
    ]);
    expect(JSON.stringify(bound).length).toBeLessThan(LIMITS.snapshotBytesPerDrain + 5_000);
  });

  it('lets an order that is larger by itself go without its lines', () => {
    const [alone] = boundBytes([withLines('a', 3_000)]);
    expect(alone).toMatchObject({ kind: 'read', isTrimmed: true, snapshot: { lines: [], refunds: [] } });
  });
});
