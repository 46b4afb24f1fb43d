import type { StoklyApi } from '../stokly/api.js';
import { LIVE, StarterError } from './context.js';

/** What the person named. */
export type Target =
  | { readonly kind: 'order'; readonly order: string }
  | { readonly kind: 'customer'; readonly customerId: string };

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;
const ORDER_NUMBER = /^\d{1,15}$/;

/** @throws StarterError unless exactly one of the two is given and can be one. */
export function readTarget(given: { readonly order?: string; readonly customer?: string }): Target {
  const order = given.order?.trim().toLowerCase();
  const customer = given.customer?.trim().toLowerCase();
  if (order !== undefined && customer !== undefined) throw new StarterError('give --order or --customer, not both');
  if (order !== undefined) {
    if (ORDER_NUMBER.test(order) || UUID.test(order)) return { kind: 'order', order };
    throw new StarterError('--order takes an order number (536365) or an order id (a UUID)');
  }
  if (customer === undefined) throw new StarterError('say which: --order <number or id> or --customer <id>');
  return { kind: 'customer', customerId: readCustomer(customer) };
}

/** @throws StarterError for what cannot be a customer's id */
export function readCustomer(text: string): string {
  const customerId = text.trim().toLowerCase();
  if (UUID.test(customerId)) return customerId;
  throw new StarterError('--customer takes a customer id (a UUID)');
}

export interface FoundOrder {
  readonly orderId: string;
  readonly customerId: string | null;
}

/** @throws StarterError when Stokly has no such order. */
export async function findOrder(stokly: StoklyApi, order: string): Promise<FoundOrder> {
  if (ORDER_NUMBER.test(order)) {
    const found = await stokly.findOrderByNumber(order, LIVE);
    if (found !== null) return found;
  } else {
    const found = await stokly.findOrderCustomer(order, LIVE);
    if (found.kind === 'found') return { orderId: order, customerId: found.customerId };
  }
  throw new StarterError(`Stokly has no order ${order}`);
}

/** A customer, and the one order of it that is meant; null: all of it. */
export interface FoundCustomer {
  readonly customerId: string;
  readonly orderId: string | null;
}

/**
 * Whose workflow is meant. A workflow for a customer that is not there would stand for ever, so Stokly is asked first.
 * @throws StarterError when Stokly has no such order or customer, or the order has no customer
 */
export async function findCustomer(stokly: StoklyApi, target: Target): Promise<FoundCustomer> {
  if (target.kind === 'customer') {
    if ((await stokly.readCustomer(target.customerId, LIVE)) !== null) {
      return { customerId: target.customerId, orderId: null };
    }
    throw new StarterError(`Stokly has no customer ${target.customerId}`);
  }
  const { customerId, orderId } = await findOrder(stokly, target.order);
  if (customerId !== null) return { customerId, orderId };
  throw new StarterError(`order ${target.order} has no customer (a till sale, for instance): there is nobody to wake`);
}
