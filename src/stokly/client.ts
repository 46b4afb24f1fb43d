import type { CallObserver } from '../http/call-seen.js';
import type { RateLimiterState } from '../http/limiter.js';
import { type CallLog, SILENT_LOG } from '../http/log.js';
import type { CallOptions, StoklyApi } from './api.js';
import { StoklyCalls } from './calls.js';
import { listChanges } from './changes.js';
import { listCustomersPage } from './customers-page.js';
import { mapCustomer } from './customer-mapping.js';
import { StoklyCallError } from './errors.js';
import { allOf, equals, greaterThan, isFilterValue } from './filter.js';
import { listOpenOrders } from './open-orders.js';
import { countOrders, listOrdersInWindow } from './orders-in-window.js';
import { listOrdersWithoutCustomer } from './orders-without-customer.js';
import { readPage } from './paging.js';
import { probeShapes, type ShapeReport } from './probe.js';
import { OrderReader, orderIdOf } from './read-orders.js';
import type { StoklySettings } from './settings.js';
import { wireOrder, wireSingle } from './wire.js';
import { problemsOf } from './wire-values.js';

export type { StoklySettings } from './settings.js';

export interface StoklyDeps {
  readonly log?: CallLog;
  /** Epoch ms. */
  readonly now?: () => number;
  /** Told of each HTTP call, grants too. */
  readonly onCall?: CallObserver;
}

export interface StoklyClient extends StoklyApi {
  /** What the account's data look like: key names, types, counts of enums; never values. */
  probeShapes(options: CallOptions): Promise<ShapeReport>;
  /** What the limiter has learned, and how long calls have waited. */
  rate(): RateLimiterState;
  /** Closes idle connections. */
  close(): void;
}

/** niceIds stay far below this; more digits are no order number. */
const ORDER_NUMBER = /^\d{1,15}$/;
const ORDERS = '/v2/saleorders';
/** A listing that finds fewer rows than Stokly counted is made again, once. */
const LISTINGS_MAX = 2;

/** Reads a merchant's Stokly. Keeps one token and one rate budget: make one client a process and account. */
export function createStoklyClient(settings: StoklySettings, deps: StoklyDeps = {}): StoklyClient {
  const calls = new StoklyCalls(settings, deps.now ?? Date.now, deps.onCall);
  const orders = new OrderReader(calls, settings);
  const log = deps.log ?? SILENT_LOG;
  return {
    readOrders: (orderIds, options) => orders.readOrders(orderIds, options),
    listCustomerOrderIds: (customerId, options) => listCustomerOrderIds({ calls, settings, log }, customerId, options),
    readCustomer: (customerId, options) => readCustomer({ calls, settings }, customerId, options),
    findOrderCustomer: async (orderId, options) => {
      const header = isFilterValue(orderId) ? await orders.readHeader(orderId, options) : null;
      if (header === null) return { kind: 'not-found' };
      return { kind: 'found', customerId: ownerOf(header, `order ${orderId}`, { saleOrderId: orderId }) };
    },
    findOrderByNumber: async (number, options) => {
      if (!ORDER_NUMBER.test(number)) return null;
      const filter = equals('niceId', number);
      const page = await readPage(calls, { ...ORDER_LIST, filter, size: 2, options }, 0);
      const row = page === 'not-found' ? undefined : page.rows[0];
      const orderId = orderIdOf(row);
      return orderId === null
        ? null
        : { orderId, customerId: ownerOf(row, `order number ${number}`, { niceId: number }) };
    },
    listCustomersPage: (page, options) => listCustomersPage(calls, page, options),
    countOrders: (window, options) => countOrders(calls, window, options),
    listOrdersInWindow: (window, options) => listOrdersInWindow(calls, window, options),
    listChanges: (stream, asked, options) => listChanges({ calls, settings, stream }, asked, options),
    listOpenOrders: (page, options) => listOpenOrders(calls, page, options),
    checkAccess: async (options) => {
      const page = await readPage(calls, { ...ORDER_LIST, filter: null, size: 1, options }, 0);
      if (page === 'not-found') throw new StoklyCallError('unreadable-answer', 'GET saleorders: there is no such list');
      return { orderCount: page.count };
    },
    listOrdersWithoutCustomer: (options, window = { from: null, to: null }) =>
      listOrdersWithoutCustomer(calls, { ...window, size: settings.pageSize }, options),
    probeShapes: (options) => probeShapes(calls, options),
    rate: () => calls.rate(),
    close: () => calls.close(),
  };
}

const ORDER_LIST = { resource: ORDERS, label: 'GET saleorders', sortField: 'niceId' } as const;

/** Whose order a header is, if it is the one that was asked for: else another customer would be woken for it. */
function ownerOf(
  header: unknown,
  subject: string,
  asked: { readonly saleOrderId?: string; readonly niceId?: string },
): string | null {
  const parsed = wireOrder.pick({ customerId: true, saleOrderId: true, niceId: true }).safeParse(header);
  const isAsked =
    parsed.success &&
    (asked.saleOrderId ?? parsed.data.saleOrderId) === parsed.data.saleOrderId &&
    (asked.niceId ?? parsed.data.niceId) === parsed.data.niceId;
  if (isAsked) return parsed.data.customerId;
  const problems = parsed.success ? ['another order than was asked for'] : problemsOf(parsed.error);
  throw new StoklyCallError('unreadable-answer', `GET saleorders (${subject}): ${problems.join('; ')}`);
}

async function readCustomer(
  { calls, settings }: { calls: StoklyCalls; settings: StoklySettings },
  customerId: string,
  options: CallOptions,
) {
  if (!isFilterValue(customerId)) return null;
  const label = `GET customers/{id} (customer ${customerId})`;
  const answer = await calls.get({ path: `/v0/customers/${encodeURIComponent(customerId)}`, label, options });
  if (answer.kind === 'not-found') return null;
  const single = wireSingle.safeParse(answer.body);
  if (!single.success) throw new StoklyCallError('unreadable-answer', `${label}: the answer holds no customer`);
  const customer = mapCustomer(single.data.data, settings);
  if (customer.kind === 'read' && customer.profile.customerId === customerId) return customer.profile;
  const problems = customer.kind === 'read' ? ['customerId: another than was asked for'] : customer.problems;
  throw new StoklyCallError('unreadable-answer', `${label}: ${problems.join('; ')}`);
}

interface Listing {
  readonly calls: StoklyCalls;
  readonly settings: StoklySettings;
  readonly log: CallLog;
}

/**
 * Each page asks for what comes after the last number of the one before, so rows that come or go meanwhile shift nothing.
 * (Numbers grow with each order; the time placed may be back-dated, so it only orders the result.)
 */
async function listCustomerOrderIds(listing: Listing, customerId: string, options: CallOptions): Promise<string[]> {
  if (!isFilterValue(customerId)) return [];
  const placedAt = new Map<string, string>();
  for (let attempt = 0; attempt < LISTINGS_MAX; attempt += 1) {
    const { counted, withoutId } = await listInto(placedAt, { ...listing, customerId, options });
    if (placedAt.size + withoutId >= counted) {
      if (withoutId > 0)
        listing.log.warn({ customerId, rows: withoutId }, 'Stokly lists orders without a readable id: left out');
      return [...placedAt].toSorted(([, a], [, b]) => (a < b ? -1 : Number(a > b))).map(([orderId]) => orderId);
    }
  }
  throw new StoklyCallError(
    'unreadable-answer',
    `GET saleorders (customer ${customerId}): fewer rows than Stokly counts`,
  );
}

async function listInto(
  placedAt: Map<string, string>,
  listing: Listing & { customerId: string; options: CallOptions },
) {
  const { calls, settings, customerId, options } = listing;
  const own = equals('customerId', customerId);
  let counted: number | null = null;
  let withoutId = 0;
  for (let lastNumber = -1; ; ) {
    const filter = lastNumber < 0 ? own : allOf(own, greaterThan('niceId', String(lastNumber)));
    const page = await readPage(calls, { ...ORDER_LIST, filter, size: settings.pageSize, options }, 0);
    if (page === 'not-found') throw new StoklyCallError('unreadable-answer', 'GET saleorders: there is no such list');
    counted ??= page.count;
    for (const row of page.rows) {
      const orderId = orderIdOf(row);
      if (orderId === null) withoutId += 1;
      else placedAt.set(orderId, placedAtOf(row));
    }
    if (page.rows.length >= page.count || page.rows.length === 0) return { counted, withoutId };
    const numbers = page.rows.map(numberOf).filter((number) => number > lastNumber);
    if (numbers.length === 0) {
      throw new StoklyCallError(
        'unreadable-answer',
        `GET saleorders (customer ${customerId}): a page without readable numbers`,
      );
    }
    lastNumber = Math.max(...numbers);
  }
}

function placedAtOf(row: unknown): string {
  const parsed = wireOrder.pick({ createdAt: true }).safeParse(row);
  return parsed.success ? parsed.data.createdAt : '';
}

function numberOf(row: unknown): number {
  const parsed = wireOrder.pick({ niceId: true }).safeParse(row);
  return parsed.success ? Number(parsed.data.niceId) : -1;
}
