import type { StoklyEmulator } from '../../emulators/stokly/index.js';
import { toJson, type WireObject } from '../../emulators/stokly/wire.js';
import { canonicalText, type ExpectedOrder, expectedOrder, type Row } from './stokly-truth.js';
import { parseDigits } from './amounts.js';

/** One version of an order as Stokly showed it. */
export interface Version {
  readonly order: ExpectedOrder;
  /** Canonical text of the record that it is worth. */
  readonly content: string;
}

/** All that Stokly has shown, in the order in which it did. */
export interface Chronicle {
  /** By order number. */
  readonly orders: ReadonlyMap<string, readonly Version[]>;
  /** By customer: `marketingConsent`, each value only where it differs from the one before. */
  readonly consents: ReadonlyMap<string, readonly unknown[]>;
}

/** Follows Stokly's stand-in from now on: made before the first customer and the first order are. */
export function followStokly({ stokly }: { readonly stokly: StoklyEmulator }): Chronicle {
  const orders = new Map<string, Version[]>();
  const consents = new Map<string, unknown[]>();
  const { store } = stokly.account;
  const putOrder = store.putOrder.bind(store);
  store.putOrder = (stored) => {
    putOrder(stored);
    const row = asRow({ ...stored.header, lines: stored.lines });
    const order = expectedOrder(row, store.refunds.withOther(String(row['saleOrderId'])).map(asRow));
    orders.set(order.key, [...(orders.get(order.key) ?? []), { order, content: canonicalText(order.record) }]);
  };
  const putCustomer = store.customers.put.bind(store.customers);
  store.customers.put = (customer) => {
    putCustomer(customer);
    const { customerId, marketingConsent } = asRow(customer);
    const shown = consents.get(String(customerId)) ?? [];
    if (shown.at(-1) !== marketingConsent || shown.length === 0)
      consents.set(String(customerId), [...shown, marketingConsent]);
  };
  return { orders, consents };
}

function asRow(object: WireObject): Row {
  return parseDigits(toJson(object, 'numbers')) as Row;
}
