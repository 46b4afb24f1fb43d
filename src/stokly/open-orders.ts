import { createHash } from 'node:crypto';
import { isLosslessNumber } from 'lossless-json';
import type { CallOptions, OpenOrdersPage } from './api.js';
import type { StoklyCalls } from './calls.js';
import { anyOf, contains } from './filter.js';
import { readByNumber } from './read-by-number.js';
import { wireOrder } from './wire.js';
import { fieldOf } from './wire-values.js';

/** A8: a header's `itemStatuses` name the statuses of its lines; with one of these the order is not done. */
const OPEN = anyOf(contains('itemStatuses', 'unprocessed'), contains('itemStatuses', 'processing'));

/**
 * What of a header shows that something happened to the order: who, how far, and the money. Compared as they came, so that a
 * field that cannot be read counts too. No address, no name: the hash leaves the process.
 */
const FINGERPRINT_FIELDS = [
  'stage',
  'customerId',
  'itemStatuses',
  'despatchedAt',
  'currency',
  'displaySubtotal',
  'displayDiscount',
  'displayDiscountTax',
  'displayShipping',
  'displayShippingTax',
  'displayTax',
  'displayTotal',
  'displayRefunded',
] as const;

/** Base64url characters kept: 72 bits, so that two states of one order never look alike. */
const FINGERPRINT_LENGTH = 12;

/** See `StoklyApi.listOpenOrders`. */
export async function listOpenOrders(
  calls: StoklyCalls,
  { afterNumber, size }: { afterNumber: string | null; size: number },
  options: CallOptions,
): Promise<OpenOrdersPage> {
  const list = { label: 'GET saleorders (open ones)', filters: [OPEN], afterNumber, size, options };
  const { orders, unreadable, isLast } = await readByNumber(calls, list, orderOf);
  return { orders, unreadable, isLast };
}

const ORDER = wireOrder.pick({ saleOrderId: true, niceId: true, customerId: true });

function orderOf(row: unknown): OpenOrdersPage['orders'][number] | null {
  const parsed = ORDER.safeParse(row);
  if (!parsed.success) return null;
  const { saleOrderId, niceId, customerId } = parsed.data;
  return { orderId: saleOrderId, number: niceId, customerId, fingerprint: fingerprintOf(row) };
}

function fingerprintOf(row: unknown): string {
  const values = FINGERPRINT_FIELDS.map((field) => comparable(fieldOf(row, field)));
  return createHash('sha256').update(JSON.stringify(values)).digest('base64url').slice(0, FINGERPRINT_LENGTH);
}

/** A number as its text: `10.50` and `"10.50"` are the same amount. The order of a list says nothing. */
function comparable(raw: unknown): unknown {
  if (isLosslessNumber(raw)) return raw.toString();
  return Array.isArray(raw) ? raw.map(String).toSorted() : (raw ?? null);
}
