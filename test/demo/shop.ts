import type { CustomerState } from '../../src/contract/messages.js';
import type { LedgerEntry, Outcome } from '../../src/domain/ledger.js';
import type { SkipReason } from '../../src/domain/reasons.js';
import type { WireRecord } from '../../demo/amounts.js';
import { buildReport, type ReportInput, type ReportResult } from '../../demo/report.js';
import type { StoklyOrder } from '../../demo/stokly-side.js';

/** An order of one line with VAT, 12.00 in all; a test says what matters to it. */
export function order(number: string, header: WireRecord = {}, more: Partial<StoklyOrder> = {}): StoklyOrder {
  return {
    header: {
      saleOrderId: `order-${number}`,
      niceId: number,
      customerId: 'customer-1',
      stage: 'order',
      currency: 'GBP',
      displayTotal: '12.00',
      displayShipping: '0.00',
      displayShippingTax: '0.00',
      displayDiscount: '0.00',
      displayDiscountTax: '0.00',
      ...header,
    },
    lines: [line('a', '12.00')],
    refunds: [],
    ...more,
  };
}

export function line(lineId: string, total: string, more: WireRecord = {}): WireRecord {
  return { lineId, parentId: null, status: 'despatched', quantity: '2', displayLineTotal: total, ...more };
}

export function refund(total: string, more: WireRecord = {}): WireRecord {
  return { status: 'completed', displayTotal: total, items: [], ...more };
}

/** A record that agrees with `order(number)`. */
export function record(number: string, json: WireRecord = {}, contactId = '1'): WireRecord {
  return {
    key: number,
    contactId,
    json: {
      stokly_order_id: `order-${number}`,
      currency: 'GBP',
      order_gross_total: '12.00',
      refunded_total: '0.00',
      order_status: 'despatched',
      refund_status: 'none',
      products: [{ line_total: '12.00' }],
      delivery_total: '0.00',
      discount_amount: '0.00',
      ...json,
    },
  };
}

export function contact(contactId: string, customerId: string, fields: WireRecord = {}): WireRecord {
  return { contactId, dataFields: { STOKLY_ID: customerId, ...fields } };
}

/** The spend fields of a contact with one record as above. */
export const SPEND_OF_ONE = { TOTAL_SPEND: '12.00', TOTAL_REFUND: '0', NET_SPEND: '12.00', NUMBER_OF_ORDERS: '1' };

function entry(number: string, outcome: Outcome, reason: SkipReason | null): LedgerEntry {
  return {
    orderId: `order-${number}`,
    number,
    placedAt: '2010-12-01T08:00:00.000Z',
    currency: 'GBP',
    version: null,
    despatchedAt: null,
    lastRefundAt: null,
    outcome,
    reason,
    differences:
      outcome === 'held'
        ? [
            {
              rule: 'lines-add-up',
              severity: 'hold',
              subject: `order ${number}`,
              expected: 'lines make 12.01 GBP',
              observed: 'Stokly states 12.00 GBP',
              differenceMinor: -1,
            },
          ]
        : [],
    heldAt: outcome === 'held' ? '2010-12-01T09:00:00.000Z' : null,
    read: { snapshotHash: '', moneyHash: '', grossMinor: 1200, refundedMinor: 0, status: 'despatched', at: '' },
    // A lie on purpose: no amount of the report may come from here.
    written: null,
  };
}

export type State = Pick<CustomerState, 'customerId' | 'contactId' | 'entries'>;

/** A customer's state: `['1', 'synced']`, `['2', 'skipped', 'no-email']`. */
export function state(
  customerId: string,
  contactId: number | null,
  ...entries: readonly (readonly [string, Outcome, SkipReason?])[]
): State {
  return {
    customerId,
    contactId,
    entries: entries.map(([number, outcome, reason]) => entry(number, outcome, reason ?? null)),
  };
}

/** The report on a shop with one synced order, where the test says nothing else. */
export function reportOn(input: Partial<ReportInput> = {}): ReportResult {
  return buildReport({
    currency: 'GBP',
    stoklyOrders: [order('1')],
    contacts: [contact('1', 'customer-1', SPEND_OF_ONE)],
    records: [record('1')],
    seededContactIds: new Set(),
    customerStates: [state('customer-1', 1, ['1', 'synced'])],
    links: { temporalUi: 'http://ui', dotdigital: 'http://dotdigital', customer: null },
    ...input,
  });
}
