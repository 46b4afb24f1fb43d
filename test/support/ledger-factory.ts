import type { WriteCustomerInput } from '../../src/activities/customer-write.js';
import type { JudgedOrder } from '../../src/domain/fetched-order.js';
import type { LedgerEntry, LedgerWritten } from '../../src/domain/ledger.js';
import type { OrderSnapshot } from '../../src/domain/order.js';
import type { Difference } from '../../src/domain/reconcile.js';
import { NO_SPEND } from '../../src/domain/spend.js';

/** Valid ledger objects; a test says only what matters to it. */
export const CUSTOMER_ID = '00000000-0000-4000-8000-00000000c001';

/** A write of a customer whose contact is not known yet, without an order. */
export const UNKNOWN_CUSTOMER: Omit<WriteCustomerInput, 'priority'> = {
  customerId: CUSTOMER_ID,
  contact: null,
  isRefreshAsked: false,
  orders: [],
  others: NO_SPEND,
  isLedgerComplete: false,
};

export function snapshotOf(rest: Partial<OrderSnapshot> = {}): OrderSnapshot {
  return {
    orderId: '00000000-0000-4000-8000-000000000001',
    number: '536365',
    customerId: CUSTOMER_ID,
    sourceOrderId: null,
    storeName: 'Web',
    stage: 'order',
    placedAt: '2010-12-01T08:26:00.000Z',
    version: '2010-12-01T08:26:00.000Z',
    orderVersion: '2010-12-01T08:26:00.000Z',
    despatchedAt: null,
    currency: 'GBP',
    totals: {
      subtotalMinor: 1000,
      discountMinor: 0,
      discountTaxMinor: 0,
      deliveryMinor: 0,
      deliveryTaxMinor: 0,
      taxMinor: 200,
      totalMinor: 1200,
      refundedMinor: 0,
    },
    lines: [
      {
        lineId: '00000000-0000-4000-8000-0000000000a1',
        sku: '85123A',
        name: 'WHITE HANGING HEART',
        quantity: 2,
        status: 'unprocessed',
        unitNetMinor: 500,
        unitGrossMinor: 600,
        totalMinor: 1200,
        taxMinor: 200,
      },
    ],
    refunds: [],
    refundsKnown: true,
    ...rest,
  };
}

export const HOLDING: Difference = {
  rule: 'lines-add-up',
  severity: 'hold',
  subject: 'order 536365',
  expected: '12.00 GBP',
  observed: '13.00 GBP',
  differenceMinor: 100,
};

export function judgedOf(
  rest: Partial<Omit<JudgedOrder, 'snapshot'>> & {
    snapshot?: Partial<OrderSnapshot>;
    differences?: readonly Difference[];
  } = {},
): JudgedOrder {
  const { snapshot: given, differences, ...others } = rest;
  const snapshot = snapshotOf({ ...(rest.orderId === undefined ? {} : { orderId: rest.orderId }), ...given });
  return {
    kind: 'read',
    orderId: snapshot.orderId,
    snapshot,
    isTrimmed: false,
    isBehind: false,
    judgement: {
      differences: differences ?? [],
      toleratedMinor: 0,
      roundingMinor: 0,
      headerCountsCancelled: false,
      grossMinor: snapshot.totals.totalMinor,
      refundedMinor: 0,
    },
    status: 'unprocessed',
    lastRefundAt: null,
    skipReasons: [],
    snapshotHash: 'snapshot-hash',
    moneyHash: 'money-hash',
    ...others,
  };
}

export function writtenOf(rest: Partial<LedgerWritten> = {}): LedgerWritten {
  return {
    hash: 'written-hash',
    recordKey: '536365',
    grossMinor: 1200,
    refundedMinor: 0,
    toleratedMinor: 0,
    isCounting: true,
    status: 'unprocessed',
    despatchedAt: null,
    lastRefundAt: null,
    at: '2010-12-01T08:27:00.000Z',
    isUnconfirmed: false,
    ...rest,
  };
}

export function entryFor(rest: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    orderId: '00000000-0000-4000-8000-000000000001',
    number: '536365',
    placedAt: '2010-12-01T08:26:00.000Z',
    currency: 'GBP',
    version: '2010-12-01T08:26:00.000Z',
    despatchedAt: null,
    lastRefundAt: null,
    outcome: 'synced',
    reason: null,
    differences: [],
    heldAt: null,
    read: {
      snapshotHash: 's',
      moneyHash: 'm',
      grossMinor: 1200,
      refundedMinor: 0,
      status: 'unprocessed',
      at: '2010-12-01T08:27:00.000Z',
    },
    written: writtenOf(),
    ...rest,
  };
}
