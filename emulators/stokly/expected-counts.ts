import type { SampleReport } from './sample/report.js';

/**
 * What the month of the sample must come to. Written down by hand from a count of the file that shares no code with the
 * importer; a test compares the two. Amounts in pence, over all currencies.
 */
export const EXPECTED_COUNTS: SampleReport = {
  rows: 42_481,
  invoices: 2025,
  credits: 326,
  sales: {
    all: 1557,
    withoutCustomerNumber: 158,
    till: 61,
    guest: 49,
    marketplace: 48,
    totalPence: 79_941_410,
    currencies: { GBP: 1510, EUR: 47, USD: 0 },
    // 41,483 rows of goods and the 62 children of bundles.
    lines: 41_545,
  },
  // 142 invoices: with the 1,557 sales and the 326 credits they are all 2,025.
  notASale: { 'fees-only': 2, 'zero-price': 70, 'stock-removed': 70 },
  orders: {
    headerTaxRounded: 321,
    headerTaxDiffers: 143,
    fourDecimals: 266,
    orderDiscount: 220,
    lineDiscount: 141,
    bundle: 62,
    cancelled: 13,
    lineCancelled: 18,
    lineCancelledInHeader: 7,
    edited: 11,
    removed: 12,
    twoParts: 99,
  },
  refunds: {
    all: 205,
    completedAtOnce: 148,
    pendingThenCompleted: 49,
    pendingThenCancelled: 8,
    totalPence: 1_104_719,
    lines: { fits: 297, 'too-few-left': 5, 'not-on-order': 114 },
    ordersThatDoNotFit: 49,
    ordersRefundedAboveTotal: 3,
    withDelivery: 4,
    withAdjustment: 5,
    // All fees of the month are on credits of guests, which are not imported.
    feeRowsDropped: { count: 0, pence: 0 },
  },
  creditsNotImported: {
    noEarlierOrder: { count: 119, pence: 706_268 },
    guest: { count: 18, pence: 5_667_925 },
  },
  customers: {
    // 948 numbers are in the file; one of them has nothing but an invoice that is no sale.
    accounts: 947,
    accountsWithoutOrder: 63,
    noEmail: 50,
    undefinedText: 55,
    sharedEmail: 44,
    invalidEmail: 42,
    company: 40,
    cashSale: 1,
    placeholderEmail: 6,
    consent: { granted: 473, refused: 231, unknown: 243 },
    changingConsent: 31,
    moving: 14,
  },
};
