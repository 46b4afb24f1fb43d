import { describe, expect, it } from 'vitest';
import { HolderTries } from '../../src/activities/holder-tries.js';
import { wakeHolders } from '../../src/activities/wake-holders.js';
import type { WakeCustomer } from '../../src/contract/messages.js';
import type { PutOrder } from '../../src/domain/drain-plan.js';
import { DotdigitalCallError } from '../../src/dotdigital/errors.js';
import { CUSTOMER_ID, entryFor, judgedOf } from '../support/ledger-factory.js';
import { TEST_POLICY } from '../support/policy.js';

const OTHER = '00000000-0000-4000-8000-00000000c002';
const UPDATED_AT = '2026-11-24T12:00:00.000Z';
const { snapshot, judgement } = judgedOf();
const put: PutOrder = {
  kind: 'put',
  entry: entryFor({ written: null }),
  snapshot,
  judgement,
  isTrimmed: false,
  readBack: false,
  isUncertain: false,
};
const { orderId, number, version } = put.entry;
const contact = { contactId: 12, status: 'subscribed', emailStatus: 'subscribed', email: null };

/** Dotdigital and Temporal as a refused record meets them. */
class Edges {
  readonly woken: { readonly customerId: string; readonly wake: WakeCustomer; readonly priority: string }[] = [];
  reads = 0;
  failure: DotdigitalCallError | null = null;
  /** Temporal takes no signal. */
  isFull = false;
  beats = 0;
  tries: HolderTries | null = null;

  async run(
    given: {
      code?: string;
      priority?: 'live' | 'history';
      /** Attempts that failed here before. */
      failed?: number;
      stoklyId?: string;
      stoklyOrderId?: string;
    } = {},
  ): Promise<string[]> {
    const priority = given.priority ?? 'live';
    const wakes =
      (how: string) =>
      async (customerId: string, wake: WakeCustomer): Promise<void> => {
        if (this.isFull) throw new Error('full');
        this.woken.push({ customerId, wake, priority: how });
      };
    const deps = {
      policy: TEST_POLICY,
      wakeCustomer: wakes('live'),
      loadHistory: wakes('history'),
      dotdigital: {
        findRecordHolder: async () => {
          this.reads += 1;
          if (this.failure !== null) throw this.failure;
          return { ...contact, dataFields: { STOKLY_ID: given.stoklyId ?? OTHER } };
        },
        getRecord: async () => {
          this.reads += 1;
          const record = { stokly_order_id: given.stoklyOrderId ?? orderId };
          return { kind: 'found', contactId: 12, record, updatedAt: UPDATED_AT } as const;
        },
      },
    };
    const code = given.code ?? 'insightData:keyExistingForDifferentContact';
    const results = [{ orderId, what: 'refused', entry: put.entry, code } as const];
    const input = { customerId: CUSTOMER_ID, orders: [put], priority };
    this.tries = new HolderTries([{ holderTries: given.failed ?? 0 }], () => {
      this.beats += 1;
    });
    return await wakeHolders(deps, { input, results, tries: this.tries }, { priority });
  }
}

describe('a record that was refused because it stands under another contact', () => {
  it('has the customer woken whose contact that is, under one id for one record as it stands', async () => {
    const edges = new Edges();
    for (const code of ['insightData:keyExistingForDifferentContact id', 'KeyExistingForDifferentContact'])
      expect(await edges.run({ code })).toEqual([
        `order ${number}: its record stands with customer ${OTHER}, who was woken to give it up`,
      ]);
    const eventId = `moved:${orderId}:${CUSTOMER_ID}:${version}:${UPDATED_AT}`;
    const wake = { eventId, kind: 'order', orderId, isRecordHere: true };
    expect(edges.woken).toEqual(Array(2).fill({ customerId: OTHER, wake, priority: 'live' }));
  });

  it('has him woken behind live work where a history is loaded', async () => {
    const edges = new Edges();
    await edges.run({ priority: 'history' });
    expect(edges.woken).toMatchObject([{ customerId: OTHER, priority: 'history' }]);
  });

  it('has the one customer woken, in whatever case a person imported the ids', async () => {
    const edges = new Edges();
    await edges.run({ stoklyId: OTHER.toUpperCase(), stoklyOrderId: orderId.toUpperCase() });
    expect(edges.woken).toMatchObject([{ customerId: OTHER }]);
  });

  it('asks nothing where it was refused for something else', async () => {
    const edges = new Edges();
    expect(await edges.run({ code: 'insightData:jsonValueIncompatibleWithSchema id' })).toEqual([]);
    expect([edges.reads, edges.woken]).toEqual([0, []]);
  });

  it('wakes nobody under an id that is none', async () => {
    const edges = new Edges();
    expect(await edges.run({ stoklyId: 'ann@example.com' })).toEqual([expect.stringContaining('no customer id')]);
    expect(edges.woken).toEqual([]);
  });
});

describe('whose it is, when Dotdigital does not say', () => {
  const unreadable = new DotdigitalCallError('unreadable-answer', 'GET transactional-data: unreadable at key');
  const down = new DotdigitalCallError('unavailable', 'GET transactional-data: answered 503');

  it.each([
    ['an answer that cannot be read', unreadable, 0],
    ['an outage of this call alone', down, 5],
  ])('is left open, and stops no other order: %s', async (_what, failure, failed) => {
    const edges = new Edges();
    edges.failure = failure;
    expect(await edges.run({ failed })).toEqual([expect.stringContaining(failure.message)]);
  });

  it('is left open where its customer takes no signal, after some tries', async () => {
    const edges = new Edges();
    edges.isFull = true;
    await expect(edges.run({ failed: 4 })).rejects.toThrow('full');
    expect(await edges.run({ failed: 5 })).toEqual([expect.stringContaining(`${OTHER}, who could not be woken`)]);
  });

  it('is asked as often, however many attempts failed of something else: refused credentials', async () => {
    const edges = new Edges();
    edges.failure = new DotdigitalCallError('credentials-refused', 'not sent, the credentials are refused');
    await expect(edges.run()).rejects.toBe(edges.failure);
    expect([edges.tries?.told(), edges.beats]).toEqual([[], 0]);
  });

  it('fails the attempt in an outage, which is everyone’s, and for an error of ours', async () => {
    const edges = new Edges();
    edges.failure = down;
    await expect(edges.run({ failed: 4 })).rejects.toBe(down);
    expect([edges.tries?.told(), edges.beats]).toEqual([[{ holderTries: 5 }], 1]);
    edges.failure = new TypeError('ours') as never;
    await expect(edges.run({ failed: 8 })).rejects.toThrow('ours');
  });
});
