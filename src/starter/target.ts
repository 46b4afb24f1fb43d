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
  if (UUID.test(customer)) return { kind: 'customer', customerId: customer };
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
