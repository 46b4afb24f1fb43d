import { divideHalfAway, MICROS_PER_PENNY, type Micros } from '../amounts.js';
import { currencyOf, hasVat } from './countries.js';
import { itemIdOf, sampleId } from './ids.js';
import type { Invoice, InvoiceRow } from './read-invoices.js';

/** Amazon's fee, bank charges, a charity, samples, bad debt: no part of any sale. */
const FEES = ['AMAZONFEE', 'BANK CHARGES', 'CRUK', 'S', 'B'];
const DELIVERY = ['POST', 'DOT', 'C2'];

export function isFee(row: InvoiceRow): boolean {
  return FEES.includes(row.stockCode);
}

export function isDelivery(row: InvoiceRow): boolean {
  return DELIVERY.includes(row.stockCode);
}

export type LineStatus = 'unprocessed' | 'processing' | 'despatched' | 'cancelled' | 'returned';

/** A line of an order in the making. Its `status` and `quantity` change as the order lives. */
export interface SaleLine {
  readonly lineId: string;
  /** Not null on the child of a bundle, which carries money that must not count. */
  readonly parentId: string | null;
  readonly itemId: string;
  readonly sku: string;
  readonly name: string;
  readonly unitGross: Micros;
  readonly isDiscounted: boolean;
  quantity: number;
  status: LineStatus;
}

/** An invoice turned into an order, with the rules that its number brings. */
export interface Sale {
  readonly number: number;
  /** Null for guests. */
  readonly customerNumber: number | null;
  readonly saleOrderId: string;
  readonly placedAtMs: number;
  readonly country: string;
  readonly currency: 'GBP' | 'EUR' | 'USD';
  readonly hasVat: boolean;
  readonly lines: readonly SaleLine[];
  /** Delivery of each row that was one, with VAT, in pence. */
  readonly deliveriesPence: readonly number[];
  readonly rules: SaleRules;
}

export interface SaleRules {
  readonly isHeaderTaxRounded: boolean;
  readonly hasCoarsePrices: boolean;
  readonly hasOrderDiscount: boolean;
  readonly hasLineDiscount: boolean;
  readonly hasBundle: boolean;
  readonly isInTwoParts: boolean;
  readonly isCancelled: boolean;
  readonly isLineCancelled: boolean;
  /** Open in the wire contract, so both: even numbers keep a cancelled line in their header, odd ones do not. */
  readonly isCancelledLineInHeader: boolean;
  readonly isEdited: boolean;
  readonly isRemoved: boolean;
}

function rulesOf(number: number): SaleRules {
  const every = (step: number): boolean => number % step === 0;
  return {
    isHeaderTaxRounded: every(5),
    hasCoarsePrices: every(6),
    hasOrderDiscount: every(7),
    hasLineDiscount: every(11),
    hasBundle: every(23),
    isInTwoParts: every(13),
    isCancelled: every(97),
    isLineCancelled: every(89),
    isCancelledLineInHeader: every(2),
    isEdited: every(101),
    isRemoved: every(193),
  };
}

export type NoSaleReason = 'fees-only' | 'zero-price' | 'stock-removed';

/** Why an invoice that is no credit is no sale either; null for a sale. */
export function noSaleReason(invoice: Invoice): NoSaleReason | null {
  const goods = invoice.rows.filter((row) => !isFee(row));
  if (goods.some((row) => row.quantity > 0 && row.price > 0)) {
    return null;
  }
  if (goods.length === 0) {
    return 'fees-only';
  }
  return goods.some((row) => row.quantity > 0) ? 'zero-price' : 'stock-removed';
}

/** Turns an invoice that is a sale into an order. */
export function saleOf(invoice: Invoice): Sale {
  const rules = rulesOf(invoice.digits);
  const rows = invoice.rows.filter((row) => row.quantity > 0 && !isFee(row));
  const goods = rows.filter((row) => !isDelivery(row));
  const firstPriced = goods.findIndex((row) => row.price > 0);
  const lines = goods.map((row, index) =>
    lineOf(row, sampleId(`${invoice.number}/${index + 1}`), rules.hasLineDiscount && index === firstPriced),
  );
  return {
    number: invoice.digits,
    customerNumber: invoice.customerNumber,
    saleOrderId: sampleId(invoice.number),
    placedAtMs: invoice.atMs,
    country: invoice.country,
    currency: currencyOf(invoice.country),
    hasVat: hasVat(invoice.country),
    lines: rules.hasBundle ? withBundleChild(lines) : lines,
    deliveriesPence: rows.filter(isDelivery).map(rowPence),
    rules,
  };
}

/** Quantity × price at pence, without its sign. */
export function rowPence(row: InvoiceRow): number {
  return divideHalfAway(Math.abs(row.quantity) * row.price, MICROS_PER_PENNY);
}

function lineOf(row: InvoiceRow, lineId: string, isDiscounted: boolean): SaleLine {
  return {
    lineId,
    parentId: null,
    itemId: itemIdOf(row.stockCode),
    sku: row.stockCode,
    name: row.description,
    unitGross: row.price,
    isDiscounted,
    quantity: row.quantity,
    status: 'unprocessed',
  };
}

/** The first line becomes a bundle: a child follows it that shows the same money once more. */
function withBundleChild(lines: readonly SaleLine[]): SaleLine[] {
  const [parent, ...rest] = lines;
  if (parent === undefined) {
    return [];
  }
  const child: SaleLine = {
    ...parent,
    lineId: sampleId(`${parent.lineId}/part`),
    parentId: parent.lineId,
    itemId: sampleId(`${parent.sku}/part`),
    sku: `${parent.sku}-PART`,
    name: `Part of ${parent.name}`,
    isDiscounted: false,
  };
  return [parent, child, ...rest];
}

/** Lines whose money counts: not the children of bundles. */
export function topLines(sale: Sale): SaleLine[] {
  return sale.lines.filter((line) => line.parentId === null);
}
