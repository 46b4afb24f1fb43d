import type { CustomerProfile } from '../domain/customer.js';
import type { OrderSnapshot } from '../domain/order.js';

/** How a call is made: `live` goes before `history` in the limiter; the signal ends it (an activity that gave up). */
export interface CallOptions {
  readonly priority: 'live' | 'history';
  readonly signal?: AbortSignal;
  /** Epoch ms when the work began that the call is part of: of calls that wait for a limit, those of the oldest work go first. */
  readonly begunAtMs?: number;
}

/** One order as read. Never an error: what is wrong with one order is an outcome of that order. */
export type ReadOrder =
  | { readonly kind: 'read'; readonly orderId: string; readonly snapshot: OrderSnapshot }
  | { readonly kind: 'not-found'; readonly orderId: string }
  | UnreadableOrder;

/** Headers as Stokly sent them, by order id: only to be handed on to `readOrders`, at once. */
export type OrderHeaders = ReadonlyMap<string, unknown>;

export interface ListedOrders {
  readonly orderIds: readonly string[];
  readonly headers: OrderHeaders;
}

/** An order whose amounts, currency, dates or ids cannot be read. What could be read of it stands beside the problems. */
export interface UnreadableOrder {
  readonly kind: 'unreadable';
  readonly orderId: string;
  readonly number: string | null;
  readonly customerId: string | null;
  readonly stage: string | null;
  readonly storeName: string | null;
  readonly placedAt: string | null;
  readonly version: string | null;
  readonly currency: string | null;
  /** Key paths and what was wrong with their types; never a value that could be personal. */
  readonly problems: readonly string[];
}

/** Rows that a list holds and that do not say who they are or when: counted, with the ids of those that have one. */
export interface UnreadableRows {
  readonly count: number;
  readonly ids: readonly string[];
}

/** Up to `size` customers, by (createdAt, customerId) ascending. */
export interface CustomersPage {
  readonly customers: readonly { readonly customerId: string; readonly createdAt: string }[];
  readonly unreadable: UnreadableRows;
  /** Nothing came after these when they were read. */
  readonly isLast: boolean;
}

/** Orders placed from `from` (in it) to `to` (not in it), ISO times by `createdAt`; null: no bound on that side. */
export interface OrderWindow {
  readonly from: string | null;
  readonly to: string | null;
  /** `none`: only those that name no customer. */
  readonly customer?: 'none';
}

/** Orders of one page of a window, by number ascending. */
export interface OrdersInWindow {
  readonly orders: readonly {
    readonly orderId: string;
    readonly number: string;
    readonly customerId: string | null;
    readonly createdAt: string;
  }[];
  readonly unreadable: UnreadableRows;
}

export type ChangeStream = 'orders' | 'refunds' | 'customers';

export interface ChangesAsked {
  /** `timeUpdated` only where the account has it. */
  readonly field: 'timeUpdated' | 'createdAt';
  /** ISO time, in it. */
  readonly since: string;
  /** The last row of the page before; null: from `since` on. */
  readonly after: { readonly at: string; readonly id: string } | null;
  /** Rows a page, at most 1000. */
  readonly size: number;
}

/** What changed in one stream, by (at, id) ascending. */
export interface ChangesPage {
  readonly changes: readonly Change[];
  /** Rows without an id or a time, and those that do not say whom they concern. */
  readonly unreadable: UnreadableRows;
  /** The last row of the page, readable or not: the next page comes after it. Null: there was none. */
  readonly last: { readonly at: string; readonly id: string } | null;
  /** Nothing came after these when they were read. */
  readonly isLast: boolean;
}

export interface Change {
  /** Of the order, refund or customer. */
  readonly id: string;
  /** The order itself, or the one that a refund is of; null for customers. */
  readonly orderId: string | null;
  /** The customer itself, or the order's; null for refunds (their rows do not say it), and for orders that state that they have none. */
  readonly customerId: string | null;
  /** The time in the field that was asked by. */
  readonly at: string;
  /** `timeUpdated`; null where the account has none. */
  readonly version: string | null;
}

/** Orders that are not done, by number ascending, with what of their headers would show a change. */
export interface OpenOrdersPage {
  readonly orders: readonly {
    readonly orderId: string;
    readonly number: string;
    readonly customerId: string | null;
    /** A short hash: another one means that something about the order changed. No personal data in it. */
    readonly fingerprint: string;
  }[];
  readonly unreadable: UnreadableRows;
  /** Nothing came after these when they were read. */
  readonly isLast: boolean;
}

/** An order that names no customer (a till sale): no workflow knows it. As its header states it; null: cannot be read. */
export interface OrderWithoutCustomer {
  readonly number: string | null;
  readonly stage: string | null;
  readonly storeName: string | null;
  readonly currency: string | null;
  /** With tax, in minor units of `currency`. */
  readonly totalMinor: number | null;
}

/** What the rest of Lockstep may ask of Stokly. Implemented by `createStoklyClient`. Errors: `stokly/errors.ts`. */
export interface StoklyApi {
  /**
   * Header, lines and refunds of each, in the order asked. Headers and refunds of several are gathered in one call, over all
   * callers of this process. `headers`: those that a list has just shown are not read again.
   */
  readOrders(orderIds: readonly string[], options: CallOptions, headers?: OrderHeaders): Promise<ReadOrder[]>;
  /** All orders of a customer (stage `removed` too), oldest first. Those of several customers are listed in one call. */
  listCustomerOrders(customerId: string, options: CallOptions): Promise<ListedOrders>;
  /** Null when Stokly has no such customer. */
  readCustomer(customerId: string, options: CallOptions): Promise<CustomerProfile | null>;
  /** Whose order it is, from the header alone. */
  findOrderCustomer(
    orderId: string,
    options: CallOptions,
  ): Promise<{ readonly kind: 'found'; readonly customerId: string | null } | { readonly kind: 'not-found' }>;
  /** The order with that number (`niceId`), or null. */
  findOrderByNumber(
    number: string,
    options: CallOptions,
  ): Promise<{ orderId: string; customerId: string | null } | null>;
  /**
   * Customers after a place in the list; a page may hold fewer than `size` though it is not the last. Customers that come
   * meanwhile shift nothing. `size` at most 1000.
   */
  listCustomersPage(
    page: { readonly after: { readonly createdAt: string; readonly customerId: string } | null; readonly size: number },
    options: CallOptions,
  ): Promise<CustomersPage>;
  /** How many orders Stokly counts in a window, all stages. One call. */
  countOrders(window: OrderWindow, options: CallOptions): Promise<number>;
  /** All orders of a window page by page, one call each, to find out which of those that Stokly counts are missing. */
  listOrdersInWindow(window: OrderWindow, options: CallOptions): AsyncIterable<OrdersInWindow>;
  /** Those of these customers that have an order in the window. */
  customersWithOrders(
    asked: { readonly customerIds: readonly string[]; readonly from: string | null; readonly to: string | null },
    options: CallOptions,
  ): Promise<string[]>;
  /** Orders that no customer workflow knows (till sales), oldest number first; without a window all of them. */
  listOrdersWithoutCustomer(
    options: CallOptions,
    window?: { readonly from: string | null; readonly to: string | null },
  ): Promise<OrderWithoutCustomer[]>;
  /** A page of what changed in a stream; it may hold fewer than `size` though it is not the last. */
  listChanges(stream: ChangeStream, asked: ChangesAsked, options: CallOptions): Promise<ChangesPage>;
  /** Orders with a line that is `unprocessed` or `processing`, after a number. For accounts without `timeUpdated`. */
  listOpenOrders(
    page: { readonly afterNumber: string | null; readonly size: number },
    options: CallOptions,
  ): Promise<OpenOrdersPage>;
  /** One cheap call that shows whether the credentials work; throws what any call would throw. */
  checkAccess(options: CallOptions): Promise<{ readonly orderCount: number }>;
}
