import { type MoneyTotals, minorIn, recordsIn, textIn, totals, type WireRecord } from './amounts.js';

/** A record of the orders collection, as the Dotdigital emulator holds it now. */
export interface OrderRecordFacts {
  /** Stokly's id of the order. */
  readonly orderId: string | null;
  readonly key: string;
  readonly contactId: string;
  readonly currency: string;
  /** `order_gross_total` and `refunded_total`. */
  readonly money: MoneyTotals;
  /** Counts as an order of the contact: not cancelled, worth something, not fully refunded. */
  readonly isCounting: boolean;
  /** By how much its own lines, delivery and discount miss its total: what was let pass as rounding. */
  readonly roundingMinor: number;
}

export interface ContactFacts {
  readonly contactId: string;
  /** Whose contact it is; null while nobody claimed it. */
  readonly customerId: string | null;
  readonly fields: WireRecord;
}

export function recordFacts(record: WireRecord): OrderRecordFacts {
  const json = (record['json'] ?? {}) as WireRecord;
  const currency = textIn(json, 'currency') ?? '';
  const money = totals(
    minorIn(json, 'order_gross_total', currency) ?? 0,
    minorIn(json, 'refunded_total', currency) ?? 0,
  );
  const isCancelled = textIn(json, 'order_status') === 'cancelled';
  return {
    orderId: textIn(json, 'stokly_order_id'),
    key: textIn(record, 'key') ?? '',
    contactId: textIn(record, 'contactId') ?? '',
    currency,
    money,
    isCounting: !isCancelled && money.gross > 0 && textIn(json, 'refund_status') !== 'full',
    roundingMinor: Math.abs(money.gross - partsOf(json, currency)),
  };
}

function partsOf(json: WireRecord, currency: string): number {
  const lines = [...recordsIn(json['products']), ...recordsIn(json['returned_products'])];
  const minor = (record: WireRecord, field: string): number => minorIn(record, field, currency) ?? 0;
  return (
    lines.reduce((sum, line) => sum + minor(line, 'line_total'), 0) +
    minor(json, 'delivery_total') -
    minor(json, 'discount_amount')
  );
}

export function contactFacts(contact: WireRecord): ContactFacts {
  const fields = (contact['dataFields'] ?? {}) as WireRecord;
  return { contactId: textIn(contact, 'contactId') ?? '', customerId: textIn(fields, 'STOKLY_ID'), fields };
}

/** What a contact's fields say otherwise than its records, in words; empty where both agree. */
export function spendDifferences(
  contact: ContactFacts,
  records: readonly OrderRecordFacts[],
  currency: string,
): string[] {
  const counted = records.filter((record) => record.currency === currency);
  const gross = counted.reduce((sum, { money }) => sum + money.gross, 0);
  const refunded = counted.reduce((sum, { money }) => sum + money.refunded, 0);
  const expected: Record<string, number | null> = {
    TOTAL_SPEND: gross,
    TOTAL_REFUND: refunded,
    NET_SPEND: gross - refunded,
  };
  const found = Object.entries(expected)
    .filter(([field, minor]) => minorIn(contact.fields, field, currency) !== minor)
    .map(
      ([field, minor]) =>
        `${field} is ${textIn(contact.fields, field) ?? 'empty'}, its records make ${minor} (minor units)`,
    );
  const orders = counted.filter((record) => record.isCounting).length;
  const stated = textIn(contact.fields, 'NUMBER_OF_ORDERS');
  if (stated === null || Number(stated) !== orders) {
    found.push(`NUMBER_OF_ORDERS is ${stated ?? 'empty'}, its records make ${orders}`);
  }
  return found;
}
