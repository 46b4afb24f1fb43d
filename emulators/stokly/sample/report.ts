import { groupBy } from './group-by.js';
import type { ImportedCredits, LineFit, Refund } from './credits.js';
import { refundTotals } from './credits.js';
import type { Person } from './people.js';
import type { Invoice } from './read-invoices.js';
import { noSaleReason, type NoSaleReason, type Sale } from './sale.js';
import { isDespatchedInTwoParts } from './sale-life.js';
import { saleTotals } from './sale-money.js';

export interface CountAndPence {
  readonly count: number;
  readonly pence: number;
}

/** What the importer made of the invoices. `expected-counts.ts` has the same shape, written by hand for the month. */
export interface SampleReport {
  readonly rows: number;
  readonly invoices: number;
  readonly credits: number;
  readonly sales: {
    readonly all: number;
    readonly withoutCustomerNumber: number;
    readonly till: number;
    readonly guest: number;
    readonly marketplace: number;
    /** Σ of what all orders owe as placed, over all currencies, in pence. */
    readonly totalPence: number;
    readonly currencies: Readonly<Record<'GBP' | 'EUR' | 'USD', number>>;
    readonly lines: number;
  };
  readonly notASale: Readonly<Record<NoSaleReason, number>>;
  /** Orders under each rule on invoice numbers. */
  readonly orders: {
    readonly headerTaxRounded: number;
    /** Of these, the ones where rounding once gives another tax than the sum of the lines. */
    readonly headerTaxDiffers: number;
    readonly fourDecimals: number;
    readonly orderDiscount: number;
    readonly lineDiscount: number;
    readonly bundle: number;
    readonly cancelled: number;
    readonly lineCancelled: number;
    readonly lineCancelledInHeader: number;
    readonly edited: number;
    readonly removed: number;
    readonly twoParts: number;
  };
  readonly refunds: {
    readonly all: number;
    readonly completedAtOnce: number;
    readonly pendingThenCompleted: number;
    readonly pendingThenCancelled: number;
    readonly totalPence: number;
    readonly lines: Readonly<Record<LineFit, number>>;
    /** Orders with a line that does not fit, in a refund that is not cancelled. */
    readonly ordersThatDoNotFit: number;
    /** Orders whose refunds, but for cancelled ones, come to more than the order. */
    readonly ordersRefundedAboveTotal: number;
    readonly withDelivery: number;
    readonly withAdjustment: number;
    readonly feeRowsDropped: CountAndPence;
  };
  readonly creditsNotImported: Readonly<Record<'noEarlierOrder' | 'guest', CountAndPence>>;
  readonly customers: {
    readonly accounts: number;
    readonly accountsWithoutOrder: number;
    readonly noEmail: number;
    readonly undefinedText: number;
    readonly sharedEmail: number;
    readonly invalidEmail: number;
    readonly company: number;
    readonly cashSale: number;
    readonly placeholderEmail: number;
    readonly consent: Readonly<Record<'granted' | 'refused' | 'unknown', number>>;
    readonly changingConsent: number;
    readonly moving: number;
  };
}

export interface SampleParts {
  readonly invoices: readonly Invoice[];
  readonly sales: readonly { readonly sale: Sale; readonly invoice: Invoice; readonly person: Person | null }[];
  readonly accounts: readonly Person[];
  readonly credits: ImportedCredits;
}

/** Counts what was made, before anything of it has happened. */
export function reportOf(parts: SampleParts): SampleReport {
  const { invoices } = parts;
  const noSales = invoices.filter((invoice) => !invoice.isCredit).map(noSaleReason);
  return {
    rows: invoices.reduce((sum, invoice) => sum + invoice.rows.length, 0),
    invoices: invoices.length,
    credits: count(invoices, (invoice) => invoice.isCredit),
    sales: salesReport(parts),
    notASale: {
      'fees-only': count(noSales, (reason) => reason === 'fees-only'),
      'zero-price': count(noSales, (reason) => reason === 'zero-price'),
      'stock-removed': count(noSales, (reason) => reason === 'stock-removed'),
    },
    orders: ordersReport(parts.sales.map(({ sale }) => sale)),
    refunds: refundsReport(parts.credits),
    creditsNotImported: {
      noEarlierOrder: notImported(parts.credits, 'no-earlier-order'),
      guest: notImported(parts.credits, 'guest'),
    },
    customers: customersReport(parts),
  };
}

function salesReport({ sales }: SampleParts): SampleReport['sales'] {
  const inCurrency = (currency: Sale['currency']): number => count(sales, ({ sale }) => sale.currency === currency);
  return {
    all: sales.length,
    withoutCustomerNumber: count(sales, ({ invoice }) => invoice.customerNumber === null),
    till: count(sales, ({ person }) => person === null),
    guest: count(sales, ({ person }) => person?.kind === 'guest'),
    marketplace: count(sales, ({ person }) => person?.kind === 'marketplace'),
    totalPence: sum(sales.map(({ sale }) => saleTotals(sale).total)),
    currencies: { GBP: inCurrency('GBP'), EUR: inCurrency('EUR'), USD: inCurrency('USD') },
    lines: sum(sales.map(({ sale }) => sale.lines.length)),
  };
}

function ordersReport(sales: readonly Sale[]): SampleReport['orders'] {
  return {
    headerTaxRounded: count(sales, ({ rules }) => rules.isHeaderTaxRounded),
    headerTaxDiffers: count(sales, (sale) => sale.rules.isHeaderTaxRounded && taxDiffers(sale)),
    fourDecimals: count(sales, ({ rules }) => rules.hasCoarsePrices),
    orderDiscount: count(sales, ({ rules }) => rules.hasOrderDiscount),
    lineDiscount: count(sales, ({ lines }) => lines.some((line) => line.isDiscounted)),
    bundle: count(sales, ({ lines }) => lines.some((line) => line.parentId !== null)),
    cancelled: count(sales, ({ rules }) => rules.isCancelled),
    lineCancelled: count(sales, ({ rules }) => rules.isLineCancelled),
    lineCancelledInHeader: count(sales, ({ rules }) => rules.isLineCancelled && rules.isCancelledLineInHeader),
    edited: count(sales, ({ rules }) => rules.isEdited),
    removed: count(sales, ({ rules }) => rules.isRemoved),
    twoParts: count(sales, isDespatchedInTwoParts),
  };
}

function taxDiffers(sale: Sale): boolean {
  const { tax, goods, delivery, discount } = saleTotals(sale);
  return tax !== goods.tax + delivery.tax - discount.tax;
}

function refundsReport({ refunds, feeRowsDropped }: ImportedCredits): SampleReport['refunds'] {
  const standing = refunds.filter((refund) => refund.path !== 'pending-then-cancelled');
  const lines = refunds.flatMap((refund) => refund.lines);
  const fitting = (fit: LineFit): number => count(lines, (line) => line.fit === fit);
  const bySale = groupBy(standing, (refund) => refund.sale);
  return {
    all: refunds.length,
    completedAtOnce: count(refunds, ({ path }) => path === 'completed'),
    pendingThenCompleted: count(refunds, ({ path }) => path === 'pending-then-completed'),
    pendingThenCancelled: count(refunds, ({ path }) => path === 'pending-then-cancelled'),
    totalPence: sum(refunds.map((refund) => refundTotals(refund).total)),
    lines: {
      fits: fitting('fits'),
      'too-few-left': fitting('too-few-left'),
      'not-on-order': fitting('not-on-order'),
    },
    ordersThatDoNotFit: count([...bySale.values()], (ofOne) => ofOne.some(doesNotFit)),
    ordersRefundedAboveTotal: count([...bySale], ([sale, ofOne]) => refundedPence(ofOne) > saleTotals(sale).total),
    withDelivery: count(refunds, ({ delivery }) => delivery.gross > 0),
    withAdjustment: count(refunds, ({ adjustment }) => adjustment.gross > 0),
    feeRowsDropped: { count: feeRowsDropped.count, pence: feeRowsDropped.grossPence },
  };
}

function doesNotFit(refund: Refund): boolean {
  return refund.lines.some((line) => line.fit !== 'fits');
}

function refundedPence(refunds: readonly Refund[]): number {
  return sum(refunds.map((refund) => refundTotals(refund).total));
}

function notImported(credits: ImportedCredits, reason: 'no-earlier-order' | 'guest'): CountAndPence {
  const left = credits.notImported.filter((credit) => credit.reason === reason);
  return { count: left.length, pence: sum(left.map((credit) => credit.grossPence)) };
}

function customersReport({ accounts, sales }: SampleParts): SampleReport['customers'] {
  const withOrder = new Set(sales.map(({ person }) => person));
  const under = (rule: keyof Person['rules']): number => count(accounts, ({ rules }) => rules[rule]);
  return {
    accounts: accounts.length,
    accountsWithoutOrder: count(accounts, (account) => !withOrder.has(account)),
    noEmail: under('hasNoEmail'),
    undefinedText: under('hasUndefinedText'),
    sharedEmail: under('sharesEmail'),
    invalidEmail: under('hasInvalidEmail'),
    company: under('isCompany'),
    cashSale: under('isCashSale'),
    placeholderEmail: under('hasPlaceholderEmail'),
    consent: {
      granted: count(accounts, ({ consent }) => consent === true),
      refused: count(accounts, ({ consent }) => consent === false),
      unknown: count(accounts, ({ consent }) => consent === null),
    },
    changingConsent: under('changesConsent'),
    moving: under('moves'),
  };
}

function count<T>(all: readonly T[], matches: (one: T) => boolean): number {
  return all.filter(matches).length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
