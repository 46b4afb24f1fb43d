import type { CustomerProfile } from '../../src/domain/customer.js';
import type { LedgerEntry, LedgerWritten } from '../../src/domain/ledger.js';
import type { OrderLine, OrderSnapshot, OrderTotals } from '../../src/domain/order.js';
import type { RulesPolicy } from '../../src/domain/reconcile.js';
import type { RefundLine, RefundSnapshot } from '../../src/domain/refund.js';

/** The defaults of the settings. */
export const policy: RulesPolicy = { roundingToleranceMinor: 1, goodwillMaxMinor: 1000 };

export function line(change: Partial<OrderLine> = {}): OrderLine {
  const { quantity = 1, unitGrossMinor = 1200 } = change;
  const totalMinor = change.totalMinor ?? quantity * unitGrossMinor;
  return {
    lineId: 'line-1',
    sku: 'MUG-RED',
    name: 'Red mug',
    quantity,
    status: 'despatched',
    unitNetMinor: Math.round((unitGrossMinor * 5) / 6),
    unitGrossMinor,
    totalMinor,
    taxMinor: Math.round(totalMinor / 6),
    ...change,
  };
}

/** An order whose header is what its lines come to, unless the test says otherwise. */
export function order(
  change: Omit<Partial<OrderSnapshot>, 'totals'> & { totals?: Partial<OrderTotals> } = {},
): OrderSnapshot {
  const { lines = [line()], totals = {}, ...rest } = change;
  const { discountMinor = 0, discountTaxMinor = 0, deliveryMinor = 0, deliveryTaxMinor = 0 } = totals;
  const lineTotal = lines.reduce((sum, one) => sum + one.totalMinor, 0);
  const lineTax = lines.reduce((sum, one) => sum + one.taxMinor, 0);
  return {
    orderId: 'order-1',
    number: '536365',
    customerId: 'customer-1',
    sourceOrderId: 'WEB-1',
    storeName: 'Web shop',
    stage: 'order',
    placedAt: '2026-11-02T10:00:00.000Z',
    version: '2026-11-03T16:00:00.000Z',
    orderVersion: '2026-11-03T16:00:00.000Z',
    despatchedAt: '2026-11-03T16:00:00.000Z',
    currency: 'GBP',
    lines,
    refunds: [],
    refundsKnown: true,
    ...rest,
    totals: {
      subtotalMinor: lineTotal - lineTax,
      discountMinor,
      discountTaxMinor,
      deliveryMinor,
      deliveryTaxMinor,
      taxMinor: lineTax + deliveryTaxMinor - discountTaxMinor,
      totalMinor: lineTotal + deliveryMinor + deliveryTaxMinor - discountMinor - discountTaxMinor,
      refundedMinor: null,
      ...totals,
    },
  };
}

export function refundLine(change: Partial<RefundLine> = {}): RefundLine {
  return { lineId: 'line-1', quantity: 1, totalMinor: 1200, taxMinor: 200, ...change };
}

export function refund(change: Partial<RefundSnapshot> = {}): RefundSnapshot {
  const { lines = [refundLine()], deliveryMinor = 0, deliveryTaxMinor = 0, adjustmentMinor = 0 } = change;
  return {
    refundId: 'refund-1',
    number: '12',
    createdAt: '2026-11-10T09:00:00.000Z',
    status: 'completed',
    currency: 'GBP',
    deliveryMinor,
    deliveryTaxMinor,
    adjustmentMinor,
    taxMinor: lines.reduce((sum, one) => sum + one.taxMinor, 0) + deliveryTaxMinor,
    totalMinor:
      lines.reduce((sum, one) => sum + one.totalMinor, 0) + deliveryMinor + deliveryTaxMinor + adjustmentMinor,
    lines,
    ...change,
  };
}

export function written(change: Partial<LedgerWritten> = {}): LedgerWritten {
  return {
    hash: 'hash',
    recordKey: '536365',
    grossMinor: 1200,
    refundedMinor: 0,
    toleratedMinor: 0,
    isCounting: true,
    status: 'despatched',
    despatchedAt: null,
    lastRefundAt: null,
    at: '2026-11-04T00:00:00.000Z',
    isUnconfirmed: false,
    ...change,
  };
}

export function entry(change: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    orderId: 'order-1',
    number: '536365',
    placedAt: '2026-11-02T10:00:00.000Z',
    currency: 'GBP',
    version: null,
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
      status: 'despatched',
      at: '2026-11-04T00:00:00.000Z',
    },
    written: written(),
    ...change,
  };
}

export function profile(change: Partial<CustomerProfile> = {}): CustomerProfile {
  return {
    customerId: 'customer-1',
    type: '1',
    isActive: true,
    email: 'ada@shop-buyer.example',
    forename: 'Ada',
    surname: 'Byron',
    postcode: 'SW1A 1AA',
    city: 'London',
    country: 'GB',
    consent: 'granted',
    version: null,
    ...change,
  };
}
