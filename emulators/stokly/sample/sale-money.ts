import { amount, divideHalfAway, MICROS_PER_PENNY, pence, roundToDecimals, type Micros } from '../amounts.js';
import type { WireObject } from '../wire.js';
import { type Sale, type SaleLine, topLines } from './sale.js';

/** VAT of 20 % inside a price is a sixth of it. */
const VAT_SHARE = 6;
const DISCOUNT_DIVISOR = 10;

/** What an amount with tax is made of, in pence. */
export interface Taxed {
  readonly gross: number;
  readonly tax: number;
}

/** VAT inside an amount of pence, half away from zero. */
export function taxed(gross: number, hasVat: boolean): Taxed {
  return { gross, tax: hasVat ? divideHalfAway(gross, VAT_SHARE) : 0 };
}

export function netOf({ gross, tax }: Taxed): number {
  return gross - tax;
}

export function sumOf(parts: readonly Taxed[]): Taxed {
  return {
    gross: parts.reduce((sum, part) => sum + part.gross, 0),
    tax: parts.reduce((sum, part) => sum + part.tax, 0),
  };
}

/** A line before and after its own discount. */
export function lineMoney(line: SaleLine, hasVat: boolean): { before: Taxed; after: Taxed } {
  const exact = line.quantity * line.unitGross;
  const before = taxed(divideHalfAway(exact, MICROS_PER_PENNY), hasVat);
  if (!line.isDiscounted) {
    return { before, after: before };
  }
  return { before, after: taxed(divideHalfAway(exact * 9, MICROS_PER_PENNY * DISCOUNT_DIVISOR), hasVat) };
}

export interface SaleTotals {
  readonly goods: Taxed;
  readonly delivery: Taxed;
  readonly discount: Taxed;
  /** All tax: with header rounding computed once over the order, else the sum of its parts. */
  readonly tax: number;
  /** What the buyer owed. */
  readonly total: number;
}

/** The header's money for the lines as they are now. Whether a single cancelled line is still in it: a rule of the sale. */
export function saleTotals(sale: Sale): SaleTotals {
  const { rules, hasVat } = sale;
  const lines = topLines(sale);
  const isCounted = (line: SaleLine): boolean => line.status !== 'cancelled' || keepsCancelled(sale, lines);
  const goods = sumOf(lines.filter(isCounted).map((line) => lineMoney(line, hasVat).after));
  const delivery = sumOf(sale.deliveriesPence.map((gross) => taxed(gross, hasVat)));
  const discount = taxed(rules.hasOrderDiscount ? divideHalfAway(goods.gross, DISCOUNT_DIVISOR) : 0, hasVat);
  const total = goods.gross + delivery.gross - discount.gross;
  const summedTax = goods.tax + delivery.tax - discount.tax;
  return {
    goods,
    delivery,
    discount,
    tax: rules.isHeaderTaxRounded ? taxed(total, hasVat).tax : summedTax,
    total,
  };
}

/** An order that is cancelled as a whole keeps its total, whatever its number. */
function keepsCancelled(sale: Sale, lines: readonly SaleLine[]): boolean {
  return sale.rules.isCancelledLineInHeader || lines.every((line) => line.status === 'cancelled');
}

/** The amounts of a header. Its subtotal is what makes the header add up, so it takes the header's tax rounding too. */
export function headerAmounts(sale: Sale): WireObject {
  const { delivery, discount, tax, total } = saleTotals(sale);
  return {
    displaySubtotal: pence(total - tax - netOf(delivery) + netOf(discount)),
    displayDiscount: pence(netOf(discount)),
    displayDiscountTax: pence(discount.tax),
    displayShipping: pence(netOf(delivery)),
    displayShippingTax: pence(delivery.tax),
    displayTax: pence(tax),
    displayTotal: pence(total),
  };
}

/** The amounts of a line. Coarse prices have four decimals, no line totals, and a line discount inside the unit price. */
export function lineAmounts(line: SaleLine, sale: Sale): WireObject {
  if (sale.rules.hasCoarsePrices) {
    return unitPrices(line.isDiscounted ? (line.unitGross * 9) / DISCOUNT_DIVISOR : line.unitGross, sale.hasVat, 4);
  }
  const { before, after } = lineMoney(line, sale.hasVat);
  return {
    ...unitPrices(line.unitGross, sale.hasVat, 6),
    displayLineDiscount: pence(netOf(before) - netOf(after)),
    displayLineTax: pence(after.tax),
    displayLineTotal: pence(after.gross),
  };
}

function unitPrices(gross: Micros, hasVat: boolean, decimals: number): WireObject {
  const step = 10 ** (6 - decimals);
  const tax = hasVat ? divideHalfAway(gross, VAT_SHARE * step) * step : 0;
  return {
    displayPrice: amount(roundToDecimals(gross - tax, decimals), decimals),
    displayTax: amount(tax, decimals),
  };
}
