import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeRead } from '../../../src/activities/fetch-orders.js';
import { newState } from '../../../src/domain/contact-state.js';
import { planDrain } from '../../../src/domain/drain.js';
import type { JudgedOrder } from '../../../src/domain/fetched-order.js';
import type { LedgerEntry, LedgerWritten } from '../../../src/domain/ledger.js';
import { formatMinor } from '../../../src/domain/money.js';
import type { OrderSnapshot } from '../../../src/domain/order.js';
import { mapOrderRecord } from '../../../src/domain/order-record.js';
import { holdsOf, judgeOrder } from '../../../src/domain/reconcile.js';
import { REVIEW_ACTIONS, type ReviewAction, reconciledBy } from '../../../src/domain/review/actions.js';
import type { ReviewDecision } from '../../../src/domain/review/decision.js';
import { spendOf } from '../../../src/domain/spend.js';
import { queueItem } from '../../../src/domain/wake-queue.js';
import { TEST_POLICY } from '../../support/policy.js';
import { order, policy } from '../factories.js';
import { BROKEN } from './broken-orders.js';

/** `TEST_BREAK=accept-any-money` carries decisions out about any money: then this must fail. */
const BREAK = process.env['TEST_BREAK'] ?? null;

/** What an order may turn into: some reconcile, the others fail each rule in turn. */
const SHAPES: readonly OrderSnapshot[] = [
  order(),
  order({ totals: { deliveryMinor: 395, deliveryTaxMinor: 79 } }),
  ...Object.values(BROKEN).filter((snapshot) => snapshot !== BROKEN.readable),
  order({ totals: { totalMinor: 1301 } }),
];
const ORDERS = ['order-1', 'order-2'] as const;
type OrderId = (typeof ORDERS)[number];

type Step =
  | { readonly kind: 'change'; readonly orderId: OrderId; readonly shape: number; readonly isRead: boolean }
  | { readonly kind: 'despatch'; readonly orderId: OrderId }
  /** `isStale`: about the money that was there before the last change, as somebody who was slow would. */
  | { readonly kind: 'decide'; readonly orderId: OrderId; readonly action: ReviewAction; readonly isStale: boolean };

const orderId = fc.constantFrom(...ORDERS);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('change' as const),
    orderId,
    shape: fc.nat(SHAPES.length - 1),
    isRead: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('despatch' as const), orderId }),
  fc.record({
    kind: fc.constant('decide' as const),
    orderId,
    action: fc.constantFrom(...REVIEW_ACTIONS),
    isStale: fc.boolean(),
  }),
);

interface StandingRecord {
  readonly record: ReturnType<typeof mapOrderRecord>['record'];
  readonly snapshot: OrderSnapshot;
}

/** A customer with its orders in Stokly, its ledger, and what stands in Dotdigital: only planning decides what is written. */
class Shop {
  readonly snapshots = new Map<OrderId, OrderSnapshot>();
  readonly before = new Map<OrderId, JudgedOrder>();
  readonly records = new Map<string, StandingRecord>();
  /** `<order>/<hash of its money>/<gross>/<refunded>` that a person said yes to. */
  readonly accepted = new Set<string>();
  entries: readonly LedgerEntry[] = [];
  decisions = 0;
  carriedOut = 0;

  take(one: Step): void {
    switch (one.kind) {
      case 'change': {
        const old = this.read(one.orderId);
        if (old !== null) this.before.set(one.orderId, old);
        const shape = SHAPES[one.shape] ?? order();
        this.snapshots.set(one.orderId, { ...shape, orderId: one.orderId, number: one.orderId });
        if (one.isRead) this.drain(one.orderId, null);
        return;
      }
      case 'despatch': {
        const known = this.snapshots.get(one.orderId);
        if (known === undefined) return;
        this.snapshots.set(one.orderId, { ...known, despatchedAt: '2026-11-20T10:00:00.000Z' });
        this.drain(one.orderId, null);
        return;
      }
      case 'decide':
        this.decide(one);
    }
  }

  private decide({ orderId, action, isStale }: Extract<Step, { kind: 'decide' }>): void {
    const seen = isStale ? this.before.get(orderId) : this.read(orderId);
    const choice = action === 'acceptStated' || action === 'acceptComputed' ? seen?.choices?.[action] : undefined;
    if (seen?.choices === undefined || choice?.isAllowed === false) return;
    this.decisions += 1;
    const amounts = choice === undefined ? null : choice.amounts;
    const now = this.read(orderId);
    const moneyHash = BREAK === 'accept-any-money' && now !== null ? now.moneyHash : seen.moneyHash;
    if (amounts !== null)
      this.accepted.add([orderId, seen.moneyHash, amounts.grossMinor, amounts.refundedMinor].join('/'));
    this.drain(orderId, {
      decisionId: `run/${this.decisions}`,
      action,
      moneyHash,
      actors: ['jane'],
      reason: 'checked',
      at: '2026-11-24T12:00:00.000Z',
      amounts:
        BREAK === 'accept-any-money' && choice !== undefined && now?.choices !== undefined
          ? amountsOf(now, action)
          : amounts,
      trailHash: '',
    });
  }

  private read(orderId: OrderId): JudgedOrder | null {
    const snapshot = this.snapshots.get(orderId);
    if (snapshot === undefined) return null;
    const wanted = { orderId, expectedVersion: null, acceptBehind: true };
    const read = judgeRead({ kind: 'read', orderId, snapshot }, wanted, TEST_POLICY);
    return read.kind === 'read' ? read : null;
  }

  private drain(orderId: OrderId, decision: ReviewDecision | null): void {
    const fetched = this.read(orderId);
    if (fetched === null) return;
    const plan = planDrain(
      {
        customerId: 'customer-1',
        entries: this.entries,
        contact: newState(7, 'granted'),
        customerSkip: null,
        isStopped: false,
        uncertainOrderIds: [],
        ...(decision === null ? {} : { decisions: { [orderId]: decision } }),
      },
      {
        taken: [queueItem(orderId, 'event')],
        fetched: [fetched],
        policy: { holdAfterMs: 0, accountCurrency: 'GBP', mappingVersion: 1, writes: true },
        nowMs: Date.parse('2026-11-24T12:00:00Z'),
      },
    );
    let entries = plan.entries;
    for (const write of plan.writes) {
      if (write.kind === 'delete') {
        this.records.delete(write.orderId);
        entries = entries.map((one) => (one.orderId === write.orderId ? { ...one, written: null } : one));
        continue;
      }
      const { acceptedAs } = write;
      const mapped = mapOrderRecord(write.snapshot, write.judgement, {
        orderKey: 'niceId',
        ...(acceptedAs === undefined ? {} : { reconciledBy: reconciledBy(acceptedAs) }),
      });
      if (acceptedAs !== undefined) this.carriedOut += 1;
      this.records.set(orderId, { record: mapped.record, snapshot: write.snapshot });
      const written: LedgerWritten = {
        hash: 'hash',
        recordKey: mapped.key,
        grossMinor: write.judgement.grossMinor,
        refundedMinor: write.judgement.refundedMinor,
        toleratedMinor: write.judgement.toleratedMinor,
        isCounting: mapped.isCounting,
        status: mapped.status,
        despatchedAt: write.snapshot.despatchedAt,
        lastRefundAt: write.entry.lastRefundAt,
        at: '2026-11-24T12:00:00.000Z',
        isUnconfirmed: false,
      };
      entries = [...entries.filter((one) => one.orderId !== orderId), { ...write.entry, written }];
    }
    this.entries = entries;
  }

  /** Each record reconciles, or a person accepted its very money. */
  check(): void {
    for (const [id, { record, snapshot }] of this.records) {
      const judgement = judgeOrder(snapshot, policy);
      const gross = decimal(record['order_gross_total']);
      const refunded = decimal(record['refunded_total']);
      if (holdsOf(judgement).length === 0) {
        expect([record['reconciled_by'], gross, refunded]).toEqual([
          'rules',
          formatMinor(judgement.grossMinor, 'GBP'),
          formatMinor(judgement.refundedMinor, 'GBP'),
        ]);
        continue;
      }
      const wanted = { orderId: id, expectedVersion: null, acceptBehind: true };
      const read = judgeRead({ kind: 'read', orderId: id, snapshot }, wanted, TEST_POLICY);
      const moneyHash = read.kind === 'read' ? read.moneyHash : '';
      expect([...this.accepted]).toContain([id, moneyHash, inMinor(gross), inMinor(refunded)].join('/'));
    }
    const spend = spendOf(this.entries, 'GBP');
    const sum = (key: string): number =>
      [...this.records.values()].reduce((total, { record }) => total + inMinor(decimal(record[key])), 0);
    expect([spend.grossMinor, spend.refundedMinor]).toEqual([sum('order_gross_total'), sum('refunded_total')]);
    const held = this.entries.filter(({ outcome }) => outcome === 'held').length;
    expect(spend.ordersInReview).toBe(held);
  }
}

function amountsOf(order: JudgedOrder, action: ReviewAction): ReviewDecision['amounts'] {
  const choice = action === 'acceptStated' || action === 'acceptComputed' ? order.choices?.[action] : undefined;
  return choice?.isAllowed === true ? choice.amounts : null;
}

function decimal(value: unknown): string {
  return (value as { decimal: string }).decimal;
}

function inMinor(text: string): number {
  return Math.round(Number(text) * 100);
}

describe('whatever happens to orders, and whatever people decide, also too late', () => {
  it('each record reconciles or a person accepted its very money, and the contact says the sum of its records', () => {
    let carriedOut = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 8, maxLength: 30 }), (steps) => {
        const shop = new Shop();
        for (const one of steps) {
          shop.take(one);
          shop.check();
        }
        carriedOut += shop.carriedOut;
      }),
      { numRuns: 200 },
    );
    expect(carriedOut).toBeGreaterThan(50);
  });
});
