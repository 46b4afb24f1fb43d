import Big from 'big.js';
import type { Difference, Judgement } from './judgement.js';
import { isoInstant, compareInstants } from './instants.js';
import { currencyScale, formatMinor, proportion, toMinorUnits } from './money.js';
import {
  cancelledShare,
  completedRefunds,
  keptQuantity,
  isVoid,
  type OrderLine,
  type OrderSnapshot,
  type OrderStatus,
  orderStatus,
  refundedQuantities,
  refundStatus,
  returnedQuantity,
} from './order.js';
import type { SyncPolicy } from './policy.js';
import type { ReconciledBy } from './review/actions.js';
import { cleanText } from './text.js';

/**
 * Part of every `writtenHash`: raise it when the same snapshot maps to another record or to other contact fields, and
 * everything is written again.
 */
export const MAPPING_VERSION = 1;

/** An amount in a record: the text is sent digit by digit as a JSON number, always with at least two decimals. */
export interface RecordAmount {
  readonly decimal: string;
}

/** A line as it goes to Dotdigital. Whole quantities stand in `qty`, others in `qty_decimal`; see docs/data-mapping.md. */
export interface RecordProduct {
  readonly [key: string]: string | number | RecordAmount;
}

/** The insight-data record of an order. Absent is left out: never null, never an empty array. */
export interface OrderRecord {
  readonly id: string;
  readonly currency: string;
  readonly [key: string]: string | number | boolean | RecordAmount | readonly RecordProduct[];
}

type RecordFields = Omit<OrderRecord, 'id' | 'currency'>;

export interface MappedOrder {
  /** The record's key in the collection, and its `id`. */
  readonly key: string;
  readonly record: OrderRecord;
  /** Not cancelled, total > 0, not fully refunded: counts as an order of the customer once written. */
  readonly isCounting: boolean;
  readonly status: OrderStatus;
}

/**
 * The record of an order, from one snapshot and what the rules made of it. Throws a RangeError for an unknown currency: such an
 * order is held as not readable and never gets here.
 */
export function mapOrderRecord(
  snapshot: OrderSnapshot,
  judgement: Omit<Judgement, 'differences'>,
  policy: Pick<SyncPolicy, 'orderKey'> & { readonly reconciledBy?: ReconciledBy },
): MappedOrder {
  const key = recordKey(snapshot, policy);
  const status = orderStatus(snapshot, judgement);
  const refund = refundStatus(judgement);
  const record: OrderRecord = {
    id: key,
    stokly_order_id: snapshot.orderId,
    ...textField('source_order_id', snapshot.sourceOrderId),
    ...textField('store_name', snapshot.storeName),
    currency: snapshot.currency,
    purchase_date: isoInstant(snapshot.placedAt),
    order_status: status,
    refund_status: refund,
    ...amountFields(snapshot, judgement),
    ...refundFields(snapshot),
    reconciled_by: policy.reconciledBy ?? ('rules' satisfies ReconciledBy),
    refunds_known: snapshot.refundsKnown,
    ...productFields(snapshot),
  };
  const isCounting = status !== 'cancelled' && judgement.grossMinor > 0 && refund !== 'full';
  return { key, record, isCounting, status };
}

/** What `ORDER_KEY` names; the order number where the order has no reference of its channel. */
export function recordKey(snapshot: OrderSnapshot, policy: Pick<SyncPolicy, 'orderKey'>): string {
  const reference = policy.orderKey === 'sourceReferenceId' ? cleanText(snapshot.sourceOrderId) : null;
  return reference ?? snapshot.number;
}

/** The header's amounts; what cancelled lines had in them is taken off wherever it is taken off the total. */
function amountFields(snapshot: OrderSnapshot, judgement: Omit<Judgement, 'differences'>): RecordFields {
  const { totals, currency } = snapshot;
  const { headerCountsCancelled } = judgement;
  const amount = (minor: number) => recordAmount(minor, currency);
  const left = cancelledAmounts(snapshot, headerCountsCancelled);
  const remains = isVoid(snapshot, headerCountsCancelled) ? 0 : 1;
  return {
    order_total: amount(Math.max(0, judgement.grossMinor - judgement.refundedMinor)),
    order_subtotal: amount(remains * Math.max(0, totals.subtotalMinor - left.netMinor)),
    order_gross_total: amount(judgement.grossMinor),
    refunded_total: amount(judgement.refundedMinor),
    tax_total: amount(remains * Math.max(0, totals.taxMinor - left.taxMinor)),
    delivery_total: amount(remains * (totals.deliveryMinor + totals.deliveryTaxMinor)),
    discount_amount: amount(remains * (totals.discountMinor + totals.discountTaxMinor)),
  };
}

/**
 * What leaves the header's amounts because it was cancelled and never paid. Negative where the header left out a line that was
 * paid and given back: it comes back in, as its refund counts (see `Judgement.grossMinor`).
 */
export function cancelledAmounts(snapshot: OrderSnapshot, headerCountsCancelled: boolean) {
  const refunded = refundedQuantities(snapshot);
  let totalMinor = 0;
  let taxMinor = 0;
  for (const line of snapshot.lines.filter(({ status }) => status === 'cancelled')) {
    const quantity = refunded.get(line.lineId) ?? 0;
    totalMinor += cancelledShare(line.totalMinor, line, quantity) - (headerCountsCancelled ? 0 : line.totalMinor);
    taxMinor += cancelledShare(line.taxMinor, line, quantity) - (headerCountsCancelled ? 0 : line.taxMinor);
  }
  return { totalMinor, taxMinor, netMinor: totalMinor - taxMinor };
}

/** How many refunds counted and when the last was; left out where the account cannot tell. */
function refundFields(snapshot: OrderSnapshot): RecordFields {
  if (!snapshot.refundsKnown) return {};
  const refunds = completedRefunds(snapshot);
  const last = refunds
    .map((refund) => refund.createdAt)
    .sort(compareInstants)
    .at(-1);
  return { refund_count: refunds.length, ...(last === undefined ? {} : { last_refund_date: isoInstant(last) }) };
}

/** Every line once in each list that it has a part in: kept, come back. The cancelled part is in neither. */
function productFields(snapshot: OrderSnapshot): RecordFields {
  const refunded = refundedQuantities(snapshot);
  const products: RecordProduct[] = [];
  const returned: RecordProduct[] = [];
  for (const line of snapshot.lines) {
    const split = splitLine(line, refunded.get(line.lineId) ?? 0);
    const product = (quantity: number, totalMinor: number) =>
      productOf(line, { quantity, totalMinor, currency: snapshot.currency });
    if (split.keptQuantity > 0) products.push(product(split.keptQuantity, split.keptMinor));
    if (split.returnedQuantity > 0) returned.push(product(split.returnedQuantity, split.returnedMinor));
  }
  return {
    ...(products.length > 0 ? { products } : {}),
    ...(returned.length > 0 ? { returned_products: returned } : {}),
  };
}

/** A line's total over its kept and its returned part, to the penny: kept by proportion, returned the rest. */
function splitLine(line: OrderLine, refundedQuantity: number) {
  const kept = keptQuantity(line, refundedQuantity);
  const returned = returnedQuantity(line, refundedQuantity);
  const bought = line.totalMinor - cancelledShare(line.totalMinor, line, refundedQuantity);
  const keptMinor = kept === 0 ? 0 : proportion(line.totalMinor, kept, line.quantity);
  return { keptQuantity: kept, returnedQuantity: returned, keptMinor, returnedMinor: bought - keptMinor };
}

function productOf(line: OrderLine, part: { quantity: number; totalMinor: number; currency: string }): RecordProduct {
  return {
    ...textField('sku', line.sku),
    ...textField('name', line.name),
    ...quantityField(part.quantity),
    price: recordAmount(line.unitNetMinor, part.currency),
    price_inc_tax: recordAmount(line.unitGrossMinor, part.currency),
    line_total: recordAmount(part.totalMinor, part.currency),
  };
}

/** Dotdigital locks a key to the JSON type of its first value: `qty` is an integer for ever, 2.5 kg need another key. */
function quantityField(quantity: number): Record<string, number | RecordAmount> {
  if (Number.isSafeInteger(quantity)) return { qty: quantity };
  return { qty_decimal: { decimal: new Big(quantity).toFixed() } };
}

function textField(name: string, text: string | null): Record<string, string> {
  const cleaned = cleanText(text);
  return cleaned === null ? {} : { [name]: cleaned };
}

/** At least two decimals whatever the currency: `1000` (JPY) and `10.00` under one key could be two JSON types. */
function recordAmount(minor: number, currency: string): RecordAmount {
  const text = formatMinor(minor, currency);
  return { decimal: currencyScale(currency) === 0 ? `${text}.00` : text };
}

/**
 * `record-adds-up`: the parts as they would stand in Dotdigital, read back from the record itself. Σ kept and returned lines
 * + delivery − discount = gross total, but for exactly the rounding that `lines-add-up` let pass. Null when kept.
 */
export function recordDifference(record: OrderRecord, judgement: Pick<Judgement, 'roundingMinor'>): Difference | null {
  const { currency } = record;
  const minor = (value: unknown) => readAmount(value, currency);
  const lines = [...productsIn(record.products), ...productsIn(record.returned_products)];
  const parts =
    lines.reduce((sum, line) => sum + minor(line.line_total), 0) +
    minor(record.delivery_total) -
    minor(record.discount_amount);
  const expected = parts + judgement.roundingMinor;
  const gross = minor(record.order_gross_total);
  if (gross === expected) return null;
  return {
    rule: 'record-adds-up',
    severity: 'hold',
    subject: `order ${record.id}`,
    expected: `products, returned products and delivery less discount make ${formatMinor(expected, currency)} ${currency}`,
    observed: `the record's total is ${formatMinor(gross, currency)} ${currency}`,
    differenceMinor: gross - expected,
  };
}

function productsIn(value: unknown): RecordProduct[] {
  return Array.isArray(value) ? value : [];
}

function readAmount(value: unknown, currency: string): number {
  const decimal = typeof value === 'object' && value !== null && 'decimal' in value ? String(value.decimal) : '';
  const minor = toMinorUnits(decimal, currency);
  if (minor === null) throw new RangeError('the record has an amount that cannot be read back');
  return minor;
}
