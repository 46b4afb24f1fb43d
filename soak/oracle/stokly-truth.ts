import {
  amountOf,
  decimalsOf,
  digits,
  isAmount,
  micros,
  NUMBER_MARK,
  parseDigits,
  penceOf,
  roundMicros,
  text,
} from './amounts.js';

/**
 * What Dotdigital should hold, reckoned from what Stokly's stand-in holds, in whole pence (or yen, or fils), without any code of
 * the product: a misreading of the rules cannot hide itself. Knows an account in pounds and whole pieces; for the rest it says so.
 */

export type Row = Readonly<Record<string, unknown>>;

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
  readonly currency: string;
  /** In the smallest unit of the order's currency, as all that is called pence here. */
  readonly grossPence: number;
  readonly refundedPence: number;
  readonly status: string;
  readonly placedAt: string;
  readonly despatchedAt: string | null;
  readonly lastRefundAt: string | null;
}

export function expectedOrder(order: Row, allRefunds: readonly Row[]): ExpectedOrder {
  if (!isAmount(order['displayTotal'])) return unreadableOrder(order);
  const orderId = text(order['saleOrderId']);
  const currency = text(order['currency']);
  const digitsKept = decimalsOf(currency);
  const pence = (value: unknown): number => penceOf(value, digitsKept);
  const amount = (valuePence: number): string => amountOf(valuePence, digitsKept);
  const refunds = allRefunds.filter((refund) => refund['saleOrderId'] === orderId && refund['status'] === 'completed');
  const lines = rows(order['lines']).filter((line) => (line['parentId'] ?? null) === null);
  const grossPence = pence(order['displayTotal']);
  const refundedPence = sum(refunds.map((refund) => pence(refund['displayTotal'])));
  const deliveryPence = pence(order['displayShipping']) + pence(order['displayShippingTax']);
  const discountPence = pence(order['displayDiscount']) + pence(order['displayDiscountTax']);
  const linesPence = sum(lines.map((line) => lineTotal(line, digitsKept)));
  const lastRefundAt =
    refunds
      .map((refund) => instant(refund['createdAt']))
      .sort()
      .at(-1) ?? null;
  const status = statusOf(lines, { grossPence, refundedPence });
  const isLeftOut = order['stage'] !== 'order' || (order['customerId'] ?? null) === null || status === 'cancelled';
  const addsUp = linesPence + deliveryPence - discountPence === grossPence;
  return {
    orderId,
    key: digits(order['niceId']),
    customerId: (order['customerId'] ?? null) === null ? null : text(order['customerId']),
    outcome: isLeftOut
      ? 'skipped'
      : addsUp && refundsFit(lines, refunds, { grossPence, refundedPence })
        ? 'synced'
        : 'held',
    currency,
    grossPence,
    refundedPence,
    status,
    placedAt: instant(order['createdAt']),
    despatchedAt: (order['despatchedAt'] ?? null) === null ? null : instant(order['despatchedAt']),
    lastRefundAt,
    record: {
      id: digits(order['niceId']),
      stokly_order_id: orderId,
      ...given('source_order_id', order['sourceReferenceId']),
      ...given('store_name', order['channelName']),
      currency,
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
      ...productsOf(lines, refunds, digitsKept),
    },
  };
}

/** Held for a person: nothing can be reckoned with it. */
function unreadableOrder(order: Row): ExpectedOrder {
  return {
    orderId: text(order['saleOrderId']),
    key: digits(order['niceId']),
    customerId: text(order['customerId']),
    outcome: 'held',
    record: {},
    currency: text(order['currency']),
    grossPence: 0,
    refundedPence: 0,
    status: '',
    placedAt: instant(order['createdAt']),
    despatchedAt: null,
    lastRefundAt: null,
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

function productsOf(lines: readonly Row[], refunds: readonly Row[], digitsKept: number): Row {
  const kept: Row[] = [];
  const returned: Row[] = [];
  const items = refunds.flatMap((refund) => rows(refund['items']));
  for (const line of lines.filter(({ status }) => status !== 'cancelled')) {
    const ordered = Number(digits(line['quantity']));
    const back = sum(
      items.filter(({ lineId }) => lineId === line['lineId']).map(({ quantity }) => Number(digits(quantity))),
    );
    const gone = line['status'] === 'returned' ? ordered : Math.min(ordered, back);
    const total = lineTotal(line, digitsKept);
    const productOf = (quantity: number, totalPence: number): Row =>
      product(line, { quantity, totalPence, digitsKept });
    const keptPence = Math.floor((2 * total * (ordered - gone) + ordered) / (2 * ordered));
    if (gone < ordered) kept.push(productOf(ordered - gone, keptPence));
    if (gone > 0) returned.push(productOf(gone, total - keptPence));
  }
  return {
    ...(kept.length > 0 ? { products: kept } : {}),
    ...(returned.length > 0 ? { returned_products: returned } : {}),
  };
}

function product(line: Row, part: { quantity: number; totalPence: number; digitsKept: number }): Row {
  const amount = (valuePence: number): string => amountOf(valuePence, part.digitsKept);
  const [net, tax] = [micros(line['displayPrice']), micros(line['displayTax'])];
  return {
    ...given('sku', line['itemSku']),
    ...given('name', line['itemName']),
    qty: `${NUMBER_MARK}${part.quantity}`,
    price: amount(roundMicros(net, part.digitsKept)),
    price_inc_tax: amount(roundMicros(net + tax, part.digitsKept)),
    line_total: amount(part.totalPence),
  };
}

/** As stated; where it is not, what the pieces come to. */
function lineTotal(line: Row, digitsKept: number): number {
  const stated = line['displayLineTotal'] ?? null;
  if (stated !== null) return penceOf(stated, digitsKept);
  const unit = micros(line['displayPrice']) + micros(line['displayTax']);
  return roundMicros(unit * Number(digits(line['quantity'])), digitsKept);
}

/** A text that says something, without what no other system can store: halves of characters and NUL. */
function given(name: string, value: unknown): Row {
  const whole = Array.from(text(value ?? '')).filter((character) => {
    const code = character.codePointAt(0) ?? 0;
    return code !== 0 && (code < 0xd800 || code > 0xdfff);
  });
  const shown = whole.join('').trim();
  return shown === '' || shown === 'undefined' ? {} : { [name]: shown };
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

function rows(value: unknown): readonly Row[] {
  return Array.isArray(value) ? value : [];
}

function instant(value: unknown): string {
  return new Date(text(value)).toISOString();
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
