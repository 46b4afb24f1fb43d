import { parse } from 'lossless-json';

/**
 * What Dotdigital should hold, reckoned from what Stokly's stand-in holds, in whole pence, without any code of the product: a
 * misreading of the rules cannot hide itself. Knows currencies with two decimals and whole pieces; for the rest it says so.
 */

/** Numbers of wire JSON are kept as their digits behind this mark, so that `12` is neither `12.00` nor the text "12". */
const NUMBER_MARK = '#';

export type Row = Readonly<Record<string, unknown>>;

export function parseDigits(json: string): unknown {
  return parse(json, undefined, (digits) => `${NUMBER_MARK}${digits}`);
}

/** Canonical text of a value: keys sorted, digits as they are. */
export function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${fields.map(([key, entry]) => `${key}:${canonicalText(entry)}`).join(',')}}`;
}

export interface StoklyTruth {
  readonly orders: readonly Row[];
  readonly refunds: readonly Row[];
  readonly customers: readonly Row[];
}

export async function readStokly(stoklyUrl: string): Promise<StoklyTruth> {
  const response = await fetch(`${stoklyUrl}/__emulator/state`);
  const { orders, refunds, customers } = parseDigits(await response.text()) as StoklyTruth;
  return { orders, refunds, customers };
}

/** Skipped orders have no record; one whose parts do not make its total, or whose refunds do not fit it, is held. */
export interface ExpectedOrder {
  readonly orderId: string;
  readonly key: string;
  readonly customerId: string | null;
  readonly outcome: 'synced' | 'held' | 'skipped';
  readonly record: Row;
  readonly grossPence: number;
  readonly refundedPence: number;
  readonly status: string;
  readonly placedAt: string;
  readonly despatchedAt: string | null;
  readonly lastRefundAt: string | null;
}

export function expectedOrder(order: Row, allRefunds: readonly Row[]): ExpectedOrder {
  const orderId = text(order['saleOrderId']);
  const refunds = allRefunds.filter((refund) => refund['saleOrderId'] === orderId && refund['status'] === 'completed');
  const lines = rows(order['lines']).filter((line) => (line['parentId'] ?? null) === null);
  const grossPence = pence(order['displayTotal']);
  const refundedPence = sum(refunds.map((refund) => pence(refund['displayTotal'])));
  const deliveryPence = pence(order['displayShipping']) + pence(order['displayShippingTax']);
  const discountPence = pence(order['displayDiscount']) + pence(order['displayDiscountTax']);
  const linesPence = sum(lines.map((line) => pence(line['displayLineTotal'])));
  const lastRefundAt =
    refunds
      .map((refund) => instant(refund['createdAt']))
      .sort()
      .at(-1) ?? null;
  const status = statusOf(lines, { grossPence, refundedPence });
  const isLeftOut = order['stage'] !== 'order' || order['customerId'] === null || status === 'cancelled';
  const addsUp = linesPence + deliveryPence - discountPence === grossPence;
  return {
    orderId,
    key: digits(order['niceId']),
    customerId: order['customerId'] === null ? null : text(order['customerId']),
    outcome: isLeftOut
      ? 'skipped'
      : addsUp && refundsFit(lines, refunds, { grossPence, refundedPence })
        ? 'synced'
        : 'held',
    grossPence,
    refundedPence,
    status,
    placedAt: instant(order['createdAt']),
    despatchedAt: order['despatchedAt'] === null ? null : instant(order['despatchedAt']),
    lastRefundAt,
    record: {
      id: digits(order['niceId']),
      stokly_order_id: orderId,
      ...(order['sourceReferenceId'] === null ? {} : { source_order_id: order['sourceReferenceId'] }),
      ...(order['channelName'] === null ? {} : { store_name: order['channelName'] }),
      currency: order['currency'],
      purchase_date: instant(order['createdAt']),
      order_status: status,
      refund_status: refundedPence === 0 ? 'none' : refundedPence < grossPence ? 'partial' : 'full',
      order_total: amount(Math.max(0, grossPence - refundedPence)),
      order_subtotal: amount(pence(order['displaySubtotal'])),
      order_gross_total: amount(grossPence),
      refunded_total: amount(refundedPence),
      tax_total: amount(pence(order['displayTax'])),
      delivery_total: amount(deliveryPence),
      discount_amount: amount(discountPence),
      refund_count: `${NUMBER_MARK}${refunds.length}`,
      ...(lastRefundAt === null ? {} : { last_refund_date: lastRefundAt }),
      reconciled_by: 'rules',
      refunds_known: true,
      ...productsOf(lines, refunds),
    },
  };
}

/** No more given back than there was, of lines that are on the order. Refunds of goodwill are not known here. */
function refundsFit(
  lines: readonly Row[],
  refunds: readonly Row[],
  money: { grossPence: number; refundedPence: number },
): boolean {
  const items = refunds.flatMap((refund) => rows(refund['items']));
  const known = new Map(lines.map((line) => [line['lineId'], Number(digits(line['quantity']))]));
  const back = new Map<unknown, number>();
  for (const { lineId, quantity } of items) back.set(lineId, (back.get(lineId) ?? 0) + Number(digits(quantity)));
  return (
    money.refundedPence <= money.grossPence && [...back].every(([lineId, count]) => count <= (known.get(lineId) ?? 0))
  );
}

function productsOf(lines: readonly Row[], refunds: readonly Row[]): Row {
  const kept: Row[] = [];
  const returned: Row[] = [];
  const items = refunds.flatMap((refund) => rows(refund['items']));
  for (const line of lines.filter(({ status }) => status !== 'cancelled')) {
    const ordered = Number(digits(line['quantity']));
    const back = sum(
      items.filter(({ lineId }) => lineId === line['lineId']).map(({ quantity }) => Number(digits(quantity))),
    );
    const gone = line['status'] === 'returned' ? ordered : Math.min(ordered, back);
    const total = pence(line['displayLineTotal']);
    const keptPence = Math.floor((2 * total * (ordered - gone) + ordered) / (2 * ordered));
    if (gone < ordered) kept.push(productOf(line, ordered - gone, keptPence));
    if (gone > 0) returned.push(productOf(line, gone, total - keptPence));
  }
  return {
    ...(kept.length > 0 ? { products: kept } : {}),
    ...(returned.length > 0 ? { returned_products: returned } : {}),
  };
}

function productOf(line: Row, quantity: number, totalPence: number): Row {
  return {
    sku: line['itemSku'],
    name: line['itemName'],
    qty: `${NUMBER_MARK}${quantity}`,
    price: amount(roundToPence(micros(line['displayPrice']))),
    price_inc_tax: amount(roundToPence(micros(line['displayPrice']) + micros(line['displayTax']))),
    line_total: amount(totalPence),
  };
}

function statusOf(lines: readonly Row[], money: { grossPence: number; refundedPence: number }): string {
  const statuses = lines.map((line) => text(line['status'])).filter((status) => status !== 'cancelled');
  if (statuses.length === 0 && lines.length > 0) return 'cancelled';
  if (money.refundedPence > 0 && money.refundedPence >= money.grossPence) return 'refunded';
  const has = (...wanted: readonly string[]): boolean => statuses.some((status) => wanted.includes(status));
  const isDone = has('despatched', 'collected', 'returned');
  if (isDone && has('unprocessed', 'processing')) return 'partially_despatched';
  if (isDone) return ['despatched', 'collected', 'returned'].find((status) => has(status)) ?? '';
  return has('processing') && !has('unprocessed') ? 'processing' : 'unprocessed';
}

/** An order as it is, and the version of it that stands in Dotdigital: of a held one an earlier version, or none. */
export interface StandingOrder {
  readonly now: ExpectedOrder;
  readonly standing: ExpectedOrder | null;
}

/** Contact fields about orders, amounts in pence. Only what stands in Dotdigital counts; held orders for recency alone. */
export function expectedFields(orders: readonly StandingOrder[]): Readonly<Record<string, string | number | null>> {
  const written = orders.flatMap(({ standing }) => standing ?? []);
  const counting = written.filter(({ grossPence, refundedPence }) => grossPence > 0 && refundedPence < grossPence);
  const gross = sum(written.map(({ grossPence }) => grossPence));
  const refunded = sum(written.map(({ refundedPence }) => refundedPence));
  const placed = orders.filter(({ now }) => now.outcome !== 'skipped').map(({ now }) => now.placedAt);
  const newest = [...written].sort(by(({ placedAt, orderId }) => `${placedAt} ${orderId}`)).at(-1);
  const despatched = written.filter(({ despatchedAt }) => despatchedAt !== null);
  const lastDespatched = despatched.sort(by(({ despatchedAt }) => despatchedAt ?? '')).at(-1);
  const count = counting.length;
  return {
    TOTAL_SPEND: gross,
    TOTAL_REFUND: refunded,
    NET_SPEND: gross - refunded,
    NUMBER_OF_ORDERS: count,
    AVG_ORDER_VALUE: count === 0 ? null : Math.floor((2 * (gross - refunded) + count) / (2 * count)),
    FIRST_ORDER_DATE: counting.map(({ placedAt }) => placedAt).sort()[0] ?? null,
    LAST_ORDER_DATE: placed.sort().at(-1) ?? null,
    LAST_ORDER_ID: newest?.key ?? null,
    LAST_ORDER_STATUS: newest?.status ?? null,
    LAST_DESPATCH_ID: lastDespatched?.key ?? null,
    LAST_DESPATCHED: lastDespatched?.despatchedAt ?? null,
    LAST_REFUND_DATE:
      written
        .flatMap(({ lastRefundAt }) => lastRefundAt ?? [])
        .sort()
        .at(-1) ?? null,
    ORDERS_IN_REVIEW: orders.filter(({ now }) => now.outcome === 'held').length,
  };
}

const MONEY_FIELDS = ['TOTAL_SPEND', 'TOTAL_REFUND', 'NET_SPEND', 'AVG_ORDER_VALUE'];

/** A contact's field as it stands, in the form of `expectedFields`. */
export function fieldInPence(name: string, value: unknown): string | number | null {
  if (value === undefined || value === null) return null;
  if (MONEY_FIELDS.includes(name)) return pence(value);
  const shown = digits(value);
  return value === shown ? shown : Number(shown);
}

function by<T>(keyOf: (value: T) => string): (left: T, right: T) => number {
  return (left, right) => (keyOf(left) < keyOf(right) ? -1 : 1);
}

function rows(value: unknown): readonly Row[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error(`the oracle cannot reckon with ${JSON.stringify(value)}`);
  return value;
}

function instant(value: unknown): string {
  return new Date(text(value)).toISOString();
}

/** A number's digits, or a text as it is: Stokly writes amounts as either. */
function digits(value: unknown): string {
  return text(value).replace(NUMBER_MARK, '');
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function amount(valuePence: number): string {
  return `${NUMBER_MARK}${Math.floor(valuePence / 100)}.${String(valuePence % 100).padStart(2, '0')}`;
}

function micros(value: unknown): number {
  const [, whole, fraction = ''] = /^(\d+)(?:\.(\d{1,6}))?$/.exec(digits(value)) ?? [];
  if (whole === undefined) throw new Error(`the oracle cannot reckon with the amount ${JSON.stringify(value)}`);
  return Number(whole) * 1_000_000 + Number(fraction.padEnd(6, '0'));
}

function roundToPence(valueMicros: number): number {
  return Math.floor((valueMicros + 5_000) / 10_000);
}

function pence(value: unknown): number {
  return roundToPence(micros(value));
}
