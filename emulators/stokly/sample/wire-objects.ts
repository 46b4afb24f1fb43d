import { pence } from '../amounts.js';
import { isoOf } from '../shop-clock.js';
import type { WireObject } from '../wire.js';
import { deliveryNet, type Refund, refundTotals } from './credits.js';
import type { Address, Person } from './people.js';
import type { Sale, SaleLine } from './sale.js';
import { headerAmounts, lineAmounts, saleTotals } from './sale-money.js';

/** The header of an order as it is placed. `person` is null for a till sale. */
export function orderHeader(sale: Sale, person: Person | null): WireObject {
  const address = person?.address;
  return {
    saleOrderId: sale.saleOrderId,
    niceId: sale.number,
    stage: 'order',
    createdAt: isoOf(sale.placedAtMs),
    timeUpdated: isoOf(sale.placedAtMs),
    sourceReferenceId: `WEB-${sale.number}`,
    customerReference: null,
    channelName: channelOf(person),
    customerId: person?.customerId ?? null,
    email: person?.email ?? null,
    itemStatuses: ['unprocessed'],
    despatchedAt: null,
    currency: sale.currency,
    exchangeRate: 1,
    ...headerAmounts(sale),
    displayRefunded: pence(0),
    shippingOption: saleTotals(sale).delivery.gross > 0 ? 'Standard delivery' : null,
    ...shippingFields(address ?? { city: null, region: null, country: null, postcode: null }),
  };
}

function channelOf(person: Person | null): string {
  switch (person?.kind) {
    case undefined:
      return 'Till';
    case 'marketplace':
      return 'Amazon';
    case 'account':
    case 'guest':
      return 'Online shop';
  }
}

function shippingFields(address: Address): WireObject {
  return {
    shippingAddressCity: address.city,
    shippingAddressRegion: address.region,
    shippingAddressCountry: address.country,
    shippingAddressPostcode: address.postcode,
  };
}

/** All lines as they are now, children of bundles too. Those that only changed their status keep the rest of their record. */
export function orderLines(sale: Sale, known: readonly WireObject[] = []): WireObject[] {
  return sale.lines.map((line, position) => {
    const old = known[position];
    return old?.['quantity'] === line.quantity ? withStatus(old, line.status) : lineRecord(line, sale);
  });
}

function withStatus(line: WireObject, status: string): WireObject {
  return line['status'] === status ? line : { ...line, status };
}

function lineRecord(line: SaleLine, sale: Sale): WireObject {
  return {
    lineId: line.lineId,
    parentId: line.parentId,
    referenceId: line.itemId,
    itemSku: line.sku,
    itemName: line.name === '' ? null : line.name,
    quantity: line.quantity,
    status: line.status,
    ...lineAmounts(line, sale),
  };
}

export function refundDocument(refund: Refund, status: string, updatedAtMs: number): WireObject {
  const { total, tax } = refundTotals(refund);
  return {
    refundId: refund.refundId,
    niceId: refund.niceId,
    saleOrderId: refund.sale.saleOrderId,
    createdAt: isoOf(refund.createdAtMs),
    timeUpdated: isoOf(updatedAtMs),
    status,
    reason: `Credit ${refund.creditNumber}`,
    currency: refund.sale.currency,
    displayShipping: pence(deliveryNet(refund)),
    displayShippingTax: pence(refund.delivery.tax),
    displayAdjustment: pence(refund.adjustment.gross),
    displayTax: pence(tax),
    displayTotal: pence(total),
    items: refund.lines.map((line) => ({
      lineId: line.lineId,
      quantity: line.quantity,
      displayLineTotal: pence(line.money.gross),
      displayLineTax: pence(line.money.tax),
    })),
  };
}

/** Customer `type` on the wire: 1 on accounts, 2 on guests. A marketplace buyer is an account to Stokly. */
export function customerRecord(person: Person): WireObject {
  const createdAt = isoOf(person.createdAtMs);
  return {
    customerId: person.customerId,
    niceId: person.number,
    barcode: `C${person.number}`,
    type: person.kind === 'guest' ? 2 : 1,
    status: 1,
    forename: person.forename,
    surname: person.surname,
    fullName: person.fullName,
    email: person.email,
    phone: person.phone,
    ...billingFields(person.address),
    createdAt,
    timeUpdated: createdAt,
    marketingConsent: person.consent,
    marketingConsentAt: person.consent === null ? null : createdAt,
  };
}

export function billingFields(address: Address): WireObject {
  return {
    billingAddressCity: address.city,
    billingAddressRegion: address.region,
    billingAddressCountry: address.country,
    billingAddressPostcode: address.postcode,
  };
}
