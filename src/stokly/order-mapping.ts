import { lineAmounts } from '../domain/money.js';
import { deriveDiscountTax, type OrderLine, type OrderSnapshot, type OrderTotals } from '../domain/order.js';
import type { RefundSnapshot } from '../domain/refund.js';
import type { ReadOrder, UnreadableOrder } from './api.js';
import { AmountReader } from './amount-reader.js';
import { type MappedRefund, mapRefund } from './refund-mapping.js';
import { type WireOrder, wireLine, wireLineParent, wireOrder } from './wire.js';
import { problemsOf } from './wire-values.js';

/** All that was read of one order, unparsed. */
export interface OrderParts {
  readonly orderId: string;
  readonly header: unknown;
  readonly lines: readonly unknown[];
  readonly refunds: readonly unknown[];
}

export interface MappingSettings {
  readonly refundsKnown: boolean;
  readonly timeUpdatedKnown: boolean;
}

/** Problems named of one order; more say nothing new and would fill a workflow's history. */
const PROBLEMS_MAX = 10;

/** Makes a snapshot of an order's parts, or says what of it cannot be read. */
export function mapOrder(parts: OrderParts, settings: MappingSettings): ReadOrder {
  const refunds = parts.refunds.map((raw, index) => mapRefund(raw, `refunds.${index}`, parts.orderId));
  const problems = refunds.flatMap((refund) => refund.problems);
  const header = wireOrder.safeParse(parts.header);
  const amounts = new AmountReader();
  const lines = header.success ? readLines(parts.lines, header.data.currency, problems) : [];
  const totals = header.success ? readTotals(header.data, lines, amounts) : null;
  problems.push(...(header.success ? amounts.problems : problemsOf(header.error)));
  if (header.success && header.data.saleOrderId !== parts.orderId)
    problems.push('saleOrderId: another than was asked for');
  if (!header.success || totals === null || problems.length > 0) {
    return unreadable(parts, settings, { problems, refunds });
  }
  const read = refunds.flatMap(({ snapshot }) => (snapshot === null ? [] : [snapshot]));
  const version = settings.timeUpdatedKnown ? newestVersion(header.data.timeUpdated, refunds) : null;
  return {
    kind: 'read',
    orderId: parts.orderId,
    snapshot: snapshotOf(header.data, { totals, lines, refunds: read, version, settings }),
  };
}

interface SnapshotParts {
  readonly totals: OrderTotals;
  readonly lines: readonly OrderLine[];
  readonly refunds: readonly RefundSnapshot[];
  readonly version: string | null;
  readonly settings: MappingSettings;
}

function snapshotOf(order: WireOrder, parts: SnapshotParts): OrderSnapshot {
  return {
    orderId: order.saleOrderId,
    number: order.niceId,
    customerId: order.customerId,
    sourceOrderId: order.sourceReferenceId,
    storeName: order.channelName,
    stage: order.stage,
    placedAt: order.createdAt,
    version: parts.version,
    orderVersion: parts.settings.timeUpdatedKnown ? order.timeUpdated : null,
    despatchedAt: order.despatchedAt,
    currency: order.currency,
    totals: parts.totals,
    lines: parts.lines,
    refunds: parts.refunds,
    refundsKnown: parts.settings.refundsKnown,
  };
}

function readTotals(order: WireOrder, lines: readonly OrderLine[], amounts: AmountReader): OrderTotals {
  const read = (key: string, text: string) => amounts.read(key, text, order.currency);
  const discountMinor = read('displayDiscount', order.displayDiscount);
  const taxMinor = read('displayTax', order.displayTax);
  const deliveryTaxMinor = read('displayShippingTax', order.displayShippingTax);
  return {
    subtotalMinor: read('displaySubtotal', order.displaySubtotal),
    discountMinor,
    discountTaxMinor:
      order.displayDiscountTax === null
        ? deriveDiscountTax({ discountMinor, taxMinor, deliveryTaxMinor, lines }) // A17
        : read('displayDiscountTax', order.displayDiscountTax),
    deliveryMinor: read('displayShipping', order.displayShipping),
    deliveryTaxMinor,
    taxMinor,
    totalMinor: read('displayTotal', order.displayTotal),
    refundedMinor: order.displayRefunded === null ? null : read('displayRefunded', order.displayRefunded),
  };
}

function readLines(rows: readonly unknown[], currency: string, problems: string[]): OrderLine[] {
  const lines: OrderLine[] = [];
  for (const [index, raw] of rows.entries()) {
    const parent = wireLineParent.safeParse(raw);
    if (parent.success && parent.data.parentId !== null) continue; // a bundle's child: its parent has the money
    const line = wireLine.safeParse(raw);
    if (!parent.success) problems.push(...problemsOf(parent.error, `items.${index}`));
    if (!line.success) problems.push(...problemsOf(line.error, `items.${index}`));
    if (!parent.success || !line.success) continue;
    const { lineId, itemSku, itemName, quantity, status } = line.data;
    const amounts = lineAmounts({
      unitNetText: line.data.displayPrice,
      unitTaxText: line.data.displayTax,
      quantity,
      statedTotalText: line.data.displayLineTotal,
      statedTaxText: line.data.displayLineTax,
      currency,
    });
    if (amounts === null) problems.push(`items.${index}: amounts beyond what can be counted exactly`);
    else lines.push({ lineId, sku: itemSku, name: itemName, quantity, status, ...amounts });
  }
  return lines;
}

/** A refund changes no order's `timeUpdated` (A13): the newest of all is the version of what was read. */
function newestVersion(own: string | null, refunds: readonly MappedRefund[]): string | null {
  const versions = [own, ...refunds.map(({ version }) => version)].filter((version) => version !== null);
  return versions.toSorted().at(-1) ?? null;
}

/** What stands beside the problems: each key by itself, as far as it can be read. */
function unreadable(
  parts: OrderParts,
  settings: MappingSettings,
  found: { problems: readonly string[]; refunds: readonly MappedRefund[] },
): UnreadableOrder {
  const header =
    typeof parts.header === 'object' && parts.header !== null ? new Map(Object.entries(parts.header)) : new Map();
  const read = <K extends keyof typeof wireOrder.shape>(key: K): string | null => {
    const parsed = wireOrder.shape[key].safeParse(header.get(key));
    return parsed.success ? parsed.data : null;
  };
  return {
    kind: 'unreadable',
    orderId: parts.orderId,
    number: read('niceId'),
    customerId: read('customerId'),
    stage: read('stage'),
    storeName: read('channelName'),
    placedAt: read('createdAt'),
    version: settings.timeUpdatedKnown ? newestVersion(read('timeUpdated'), found.refunds) : null,
    currency: read('currency'),
    problems: found.problems.slice(0, PROBLEMS_MAX),
  };
}
