import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { createWakeChanged } from '../../src/activities/wake-changed.js';
import type { WakeCustomer } from '../../src/contract/messages.js';
import type { Change } from '../../src/domain/poll/change.js';
import { StoklyCallError } from '../../src/stokly/errors.js';

const AT = '2026-11-24T12:00:00.000Z';
const order = (id: string, customerId: string | null): Change => ({
  stream: 'orders',
  id,
  orderId: id,
  customerId,
  at: AT,
  version: AT,
});
const refund = (id: string, orderId: string): Change => ({ stream: 'refunds', id, orderId, at: AT, version: AT });

/** Temporal and Stokly as these changes meet them. */
class Edges {
  readonly woken: { readonly customerId: string; readonly wake: WakeCustomer }[] = [];
  readonly logged: unknown[] = [];
  underWay = 0;
  underWayMax = 0;

  async run(changes: readonly Change[]) {
    const note = (fields: unknown): void => void this.logged.push(fields);
    const wakeChanged = createWakeChanged({
      stokly: { findOrderCustomer: (orderId) => this.findOrderCustomer(orderId) },
      wakeCustomer: (customerId, wake) => this.wake(customerId, wake),
      log: { info: note, warn: note, error: note, debug: note },
    });
    return await new MockActivityEnvironment().run(() => wakeChanged({ changes }));
  }

  async wake(customerId: string, wake: WakeCustomer): Promise<void> {
    this.underWay += 1;
    this.underWayMax = Math.max(this.underWayMax, this.underWay);
    await new Promise((resolve) => setImmediate(resolve));
    this.underWay -= 1;
    if (customerId === 'full') throw new Error('exceeded workflow execution limit for signal events');
    this.woken.push({ customerId, wake });
  }

  async findOrderCustomer(orderId: string) {
    if (orderId === 'not-shown') return { kind: 'not-found' } as const;
    if (orderId === 'unreadable') throw new StoklyCallError('unreadable-answer', 'GET saleorders: no customer');
    if (orderId === 'down') throw new StoklyCallError('unavailable', 'GET saleorders: no answer');
    return { kind: 'found', customerId: orderId === 'till' ? null : `buyer of ${orderId}` } as const;
  }
}

describe('waking for what changed', () => {
  it('tells each customer what to look at, in which version, under one event id a change', async () => {
    const edges = new Edges();
    const customer: Change = { stream: 'customers', id: 'c-2', customerId: 'c-2', at: AT, version: AT };
    const done = await edges.run([order('o-1', 'c-1'), refund('r-1', 'o-2'), customer]);
    expect(done).toEqual({ withoutCustomer: [], unknown: [], failed: [] });
    expect(edges.woken).toEqual([
      { customerId: 'c-1', wake: { eventId: `poll:orders:o-1:${AT}`, kind: 'order', orderId: 'o-1', version: AT } },
      { customerId: 'c-2', wake: { eventId: `poll:customers:c-2:${AT}`, kind: 'customer', version: AT } },
      {
        customerId: 'buyer of o-2',
        wake: { eventId: `poll:refunds:r-1:${AT}`, kind: 'order', orderId: 'o-2', version: AT },
      },
    ]);
  });

  it('names those that could not be woken by their place, and wakes all others', async () => {
    const edges = new Edges();
    const done = await edges.run([
      order('o-1', 'full'),
      order('o-2', null),
      refund('r-1', 'not-shown'),
      refund('r-2', 'unreadable'),
      refund('r-3', 'till'),
      order('o-3', 'c-3'),
    ]);
    expect(done).toEqual({ withoutCustomer: [1, 4], unknown: [2], failed: [0, 3] });
    expect(edges.woken.map(({ customerId }) => customerId)).toEqual(['c-3']);
    expect(JSON.stringify(edges.logged)).not.toContain('exceeded');
  });

  it('fails as a whole while Stokly is down, so that it is tried again', async () => {
    const failure: unknown = await new Edges().run([refund('r-1', 'down')]).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect(failure).toMatchObject({ type: 'StoklyUnavailable', nonRetryable: false });
  });

  it('has some under way at once, and no more', async () => {
    const edges = new Edges();
    await edges.run(Array.from({ length: 200 }, (_, n) => order(`o-${n}`, `c-${n}`)));
    expect(edges.woken).toHaveLength(200);
    expect(edges.underWayMax).toBe(20);
  });
});
