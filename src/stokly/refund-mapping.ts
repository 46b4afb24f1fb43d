import type { RefundSnapshot } from '../domain/refund.js';
import { AmountReader } from './amount-reader.js';
import { type WireRefund, wireRefund } from './wire.js';
import { problemsOf } from './wire-values.js';

export interface MappedRefund {
  /** Null when it cannot be read; then `problems` says what. */
  readonly snapshot: RefundSnapshot | null;
  /** Its `timeUpdated`, as far as that can be read. */
  readonly version: string | null;
  readonly problems: readonly string[];
}

/** `at` is where the refund stands, for problems: `refunds.0`. Money given back for another order is not this one's. */
export function mapRefund(raw: unknown, at: string, orderId: string): MappedRefund {
  const parsed = wireRefund.safeParse(raw);
  if (!parsed.success) return { snapshot: null, version: readVersion(raw), problems: problemsOf(parsed.error, at) };
  if (parsed.data.saleOrderId !== orderId)
    return { snapshot: null, version: null, problems: [`${at}.saleOrderId: another than was asked for`] };
  const amounts = new AmountReader(`${at}.`);
  const snapshot = snapshotOf(parsed.data, amounts);
  const isReadable = amounts.problems.length === 0;
  return { snapshot: isReadable ? snapshot : null, version: parsed.data.timeUpdated, problems: amounts.problems };
}

function snapshotOf(refund: WireRefund, amounts: AmountReader): RefundSnapshot {
  const read = (key: string, text: string) => amounts.read(key, text, refund.currency);
  return {
    refundId: refund.refundId,
    number: refund.niceId,
    createdAt: refund.createdAt,
    status: refund.status,
    currency: refund.currency,
    deliveryMinor: read('displayShipping', refund.displayShipping),
    deliveryTaxMinor: read('displayShippingTax', refund.displayShippingTax),
    adjustmentMinor: read('displayAdjustment', refund.displayAdjustment),
    taxMinor: read('displayTax', refund.displayTax),
    totalMinor: read('displayTotal', refund.displayTotal),
    lines: refund.items.map((line, index) => ({
      lineId: line.lineId,
      quantity: line.quantity,
      totalMinor: read(`items.${index}.displayLineTotal`, line.displayLineTotal),
      taxMinor: read(`items.${index}.displayLineTax`, line.displayLineTax),
    })),
  };
}

function readVersion(raw: unknown): string | null {
  const value = typeof raw === 'object' && raw !== null && 'timeUpdated' in raw ? raw.timeUpdated : undefined;
  const parsed = wireRefund.shape.timeUpdated.safeParse(value);
  return parsed.success ? parsed.data : null;
}
