import { randomUUID } from 'node:crypto';
import { amount, divideHalfAway, microsOf, MICROS_PER_UNIT, type Micros, roundToDecimals } from './amounts.js';
import { fieldsOf, isList, plainText, type WireObject, type WireValue } from './wire.js';

/** Fills a line up so that a test need only say what matters to it. Untold, it is one piece of 10.00 and 2.00 tax. */
export function lineWithDefaults(given: WireObject, position: number, decimals: number): WireObject {
  const quantity = Number(plainText(given['quantity']) ?? 1);
  const money = lineMoney(given, quantity, decimals);
  return {
    lineId: randomUUID(),
    parentId: null,
    referenceId: randomUUID(),
    itemSku: `SKU-${position + 1}`,
    itemName: `Item ${position + 1}`,
    quantity,
    status: 'unprocessed',
    ...money,
    ...given,
  };
}

/** Unit prices from the line total where that is told, and the other way about. */
function lineMoney(given: WireObject, quantity: number, decimals: number): WireObject {
  const told = microsOf(given['displayLineTotal']);
  const pieces = Math.max(1, Math.abs(quantity));
  if (told !== null && given['displayPrice'] === undefined) {
    const tax = microsOf(given['displayLineTax']) ?? roundToDecimals(divideHalfAway(told, 6), decimals);
    return {
      displayPrice: amount(divideHalfAway(told - tax, pieces), 6),
      displayTax: amount(divideHalfAway(tax, pieces), 6),
      displayLineDiscount: amount(0),
      displayLineTax: amount(tax),
    };
  }
  const price = microsOf(given['displayPrice']) ?? 10 * MICROS_PER_UNIT;
  const tax = microsOf(given['displayTax']) ?? divideHalfAway(price, 5);
  const discount = microsOf(given['displayLineDiscount']) ?? 0;
  const lineTax = roundToDecimals(tax * quantity - divideHalfAway(discount, 5), decimals);
  return {
    displayPrice: amount(price, 6),
    displayTax: amount(tax, 6),
    displayLineDiscount: amount(discount),
    displayLineTax: amount(lineTax),
    displayLineTotal: amount(roundToDecimals((price + tax) * quantity - divideHalfAway(discount * 6, 5), decimals)),
  };
}

/** Header amounts that add up over the top-level lines and what is told of delivery and discount. */
export function headerMoney(lines: readonly WireObject[], given: WireObject): WireObject {
  const told = (field: string): Micros => microsOf(given[field]) ?? 0;
  const top = lines.filter((line) => (line['parentId'] ?? null) === null);
  const sum = (field: string): Micros => top.reduce((total, line) => total + (microsOf(line[field]) ?? 0), 0);
  const [gross, lineTax] = [sum('displayLineTotal'), sum('displayLineTax')];
  const shipping = told('displayShipping') + told('displayShippingTax');
  const discount = told('displayDiscount') + told('displayDiscountTax');
  return {
    displaySubtotal: amount(gross - lineTax),
    displayDiscount: amount(0),
    displayDiscountTax: amount(0),
    displayShipping: amount(0),
    displayShippingTax: amount(0),
    displayTax: amount(lineTax + told('displayShippingTax') - told('displayDiscountTax')),
    displayTotal: amount(gross + shipping - discount),
  };
}

/** The line total that makes an order without lines come to the total that is told. */
export function lineTotalFor(given: WireObject): WireObject {
  const total = microsOf(given['displayTotal']);
  if (total === null) {
    return {};
  }
  const told = (field: string): Micros => microsOf(given[field]) ?? 0;
  const shipping = told('displayShipping') + told('displayShippingTax');
  const discount = told('displayDiscount') + told('displayDiscountTax');
  return { displayLineTotal: amount(total - shipping + discount) };
}

export function customerDefaults(niceId: number, now: string): WireObject {
  return {
    customerId: randomUUID(),
    niceId,
    barcode: `C${niceId}`,
    type: 1,
    status: 1,
    forename: 'Ada',
    surname: `Sample${niceId}`,
    fullName: `Ada Sample${niceId}`,
    email: `customer-${niceId}@example.com`,
    phone: null,
    billingAddressCity: 'Hereford',
    billingAddressRegion: null,
    billingAddressCountry: 'GB',
    billingAddressPostcode: 'ZZ1 1AB',
    createdAt: now,
    timeUpdated: now,
    marketingConsent: null,
    marketingConsentAt: null,
  };
}

export function orderDefaults(niceId: number, now: string): WireObject {
  return {
    saleOrderId: randomUUID(),
    niceId,
    stage: 'order',
    createdAt: now,
    timeUpdated: now,
    sourceReferenceId: null,
    customerReference: null,
    channelName: 'Online shop',
    customerId: null,
    email: null,
    itemStatuses: ['unprocessed'],
    despatchedAt: null,
    currency: 'GBP',
    exchangeRate: 1,
    displayRefunded: amount(0),
    shippingOption: null,
    shippingAddressCity: 'Hereford',
    shippingAddressRegion: null,
    shippingAddressCountry: 'GB',
    shippingAddressPostcode: 'ZZ1 1AB',
  };
}

/** Fields of a refund that the order and its lines decide where they are not told. */
export function refundMoney(given: WireObject, lines: readonly WireObject[], decimals: number): WireObject {
  const items = (isList(given['items']) ? given['items'] : []).map((item) =>
    refundItem(fieldsOf(item), lines, decimals),
  );
  const told = (field: string): Micros => microsOf(given[field]) ?? 0;
  const sum = (field: string): Micros => items.reduce((total, item) => total + (microsOf(item[field]) ?? 0), 0);
  return {
    displayShipping: amount(0),
    displayShippingTax: amount(0),
    displayAdjustment: amount(0),
    displayTax: amount(sum('displayLineTax') + told('displayShippingTax')),
    displayTotal: amount(
      sum('displayLineTotal') + told('displayShipping') + told('displayShippingTax') + told('displayAdjustment'),
    ),
    ...given,
    items,
  };
}

/** The line's own money, by the share of its quantity. */
function refundItem(given: WireObject, lines: readonly WireObject[], decimals: number): WireObject {
  const line = lines.find((candidate) => candidate['lineId'] === given['lineId']) ?? {};
  const ordered = Number(plainText(line['quantity']) ?? 1) || 1;
  const quantity = Number(plainText(given['quantity']) ?? ordered);
  const share = (field: string): WireValue =>
    amount(roundToDecimals(divideHalfAway((microsOf(line[field]) ?? 0) * quantity, ordered), decimals));
  return {
    quantity,
    displayLineTotal: share('displayLineTotal'),
    displayLineTax: share('displayLineTax'),
    ...given,
  };
}

/** One status for all lines where the header is told to have just one; else the lines' own. */
export function linesUnder(header: WireObject, lines: readonly WireObject[]): WireObject[] {
  const told = header['itemStatuses'];
  const [single] = isList(told) && told.length === 1 ? told : [];
  return single === undefined ? [...lines] : lines.map((line) => ({ ...line, status: single }));
}

/** Digits after the point in a currency: 2 where it is not known. */
export function decimalsOf(currency: WireValue | undefined): number {
  try {
    const format = new Intl.NumberFormat('en', { style: 'currency', currency: plainText(currency) ?? 'GBP' });
    return format.resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}
