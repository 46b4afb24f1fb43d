import type { CustomerProfile } from '../domain/customer.js';
import type { OrderSnapshot } from '../domain/order.js';

/** How a call is made: `live` goes before `history` in the limiter; the signal ends it (an activity that gave up). */
export interface CallOptions {
  readonly priority: 'live' | 'history';
  readonly signal?: AbortSignal;
}

/** One order as read. Never an error: what is wrong with one order is an outcome of that order. */
export type ReadOrder =
  | { readonly kind: 'read'; readonly orderId: string; readonly snapshot: OrderSnapshot }
  | { readonly kind: 'not-found'; readonly orderId: string }
  | UnreadableOrder;

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

/** What the rest of Lockstep may ask of Stokly. Implemented by `createStoklyClient`. Errors: `stokly/errors.ts`. */
export interface StoklyApi {
  /** Header, lines and refunds of each, in the order asked. Headers and refunds of several are gathered in one call. */
  readOrders(orderIds: readonly string[], options: CallOptions): Promise<ReadOrder[]>;
  /** The ids of all orders of a customer (stage `removed` too), oldest first. */
  listCustomerOrderIds(customerId: string, options: CallOptions): Promise<string[]>;
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
  /** One cheap call that shows whether the credentials work; throws what any call would throw. */
  checkAccess(options: CallOptions): Promise<{ readonly orderCount: number }>;
}
