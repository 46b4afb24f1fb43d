import type { CallObserver } from '../http/call-seen.js';
import type { RateLimiterState } from '../http/limiter.js';
import { type CallLog, SILENT_LOG } from '../http/log.js';
import type { CallOptions, StoklyApi } from './api.js';
import { StoklyCalls } from './calls.js';
import { listChanges } from './changes.js';
import { customersWithOrders } from './customers-with-orders.js';
import { listCustomersPage } from './customers-page.js';
import { OrderLister } from './customer-orders.js';
import { StoklyCallError } from './errors.js';
import { equals, isFilterValue } from './filter.js';
import type { Gathering } from './gather.js';
import { CustomerReader } from './gathered-customers.js';
import { orderIdOf } from './gathered-orders.js';
import { listOpenOrders } from './open-orders.js';
import { countOrders, listOrdersInWindow } from './orders-in-window.js';
import { listOrdersWithoutCustomer } from './orders-without-customer.js';
import { readListPage, readPage } from './paging.js';
import { probeShapes, type ShapeReport } from './probe.js';
import { OrderReader } from './read-orders.js';
import type { StoklySettings } from './settings.js';
import { wireOrder } from './wire.js';
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

/** Reads a merchant's Stokly. Keeps one token and one rate budget: make one client a process and account. */
export function createStoklyClient(settings: StoklySettings, deps: StoklyDeps = {}): StoklyClient {
  const now = deps.now ?? Date.now;
  const calls = new StoklyCalls(settings, now, deps.onCall);
  const heldBackBy = (signal: AbortSignal) => calls.heldBackBy(signal);
  const gathering: Gathering = { now, lingerMs: settings.lingerMs, heldBackBy };
  const orders = new OrderReader(calls, settings, gathering);
  const lister = new OrderLister(calls, settings, { gathering, log: deps.log ?? SILENT_LOG });
  const customers = new CustomerReader(calls, settings, gathering);
  return {
    readOrders: (orderIds, options, headers) => orders.readOrders(orderIds, options, headers),
    listCustomerOrders: (customerId, options) => lister.listOrders(customerId, options),
    readCustomer: (customerId, options) => customers.read(customerId, options),
    findOrderCustomer: async (orderId, options) => {
      const header = isFilterValue(orderId) ? await orders.readHeader(orderId, options) : undefined;
      if (header === undefined) return { kind: 'not-found' };
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
    customersWithOrders: (asked, options) => customersWithOrders(calls, asked, options),
    listChanges: (stream, asked, options) => listChanges({ calls, settings, stream }, asked, options),
    listOpenOrders: (page, options) => listOpenOrders(calls, page, options),
    checkAccess: async (options) => {
      const page = await readListPage(calls, { ...ORDER_LIST, filter: null, size: 1, options }, 0);
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
