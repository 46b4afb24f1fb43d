import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { microsOf, type Micros } from '../amounts.js';
import { groupBy } from './group-by.js';
import { londonMs } from './london.js';

export interface InvoiceRow {
  readonly stockCode: string;
  readonly description: string;
  /** Negative on credits and on stock write-offs. */
  readonly quantity: number;
  /** Unit price, VAT inside. */
  readonly price: Micros;
}

/** One invoice, or one credit (its number then begins with `C`), as the shop's books have it. */
export interface Invoice {
  readonly number: string;
  /** The number without its `C`: what the rules on numbers count by. */
  readonly digits: number;
  readonly isCredit: boolean;
  /** Null for guests. */
  readonly customerNumber: number | null;
  readonly country: string;
  /** The file has the clock of London. The earlier one where an invoice has two times. */
  readonly atMs: number;
  readonly rows: readonly InvoiceRow[];
}

/** Which invoices of the file are taken. */
export interface InvoiceRange {
  /** The first so many, in the file's order. */
  readonly invoices?: number | undefined;
  /** ISO instants; `from` is in, `to` is not. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

const COLUMNS = [
  'InvoiceNo',
  'StockCode',
  'Description',
  'Quantity',
  'InvoiceDate',
  'UnitPrice',
  'CustomerID',
  'Country',
] as const;
type CsvRecord = Readonly<Record<(typeof COLUMNS)[number], string>>;

/** Reads a gzipped file of the Online Retail columns, in its order. Throws for a row that is not of that form. */
export function readInvoices(path: string, range: InvoiceRange = {}): Invoice[] {
  const records = parse<CsvRecord>(gunzipSync(readFileSync(path)), { columns: checkedColumns });
  const grouped = groupBy(records, (record) => record.InvoiceNo);
  const invoices = [...grouped.values()].slice(0, range.invoices).flatMap((group) => invoiceOf(group) ?? []);
  const fromMs = range.from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(range.from);
  const toMs = range.to === undefined ? Number.POSITIVE_INFINITY : Date.parse(range.to);
  return invoices.filter((invoice) => invoice.atMs >= fromMs && invoice.atMs < toMs);
}

/** The parser then sees to it that every row has as many. */
function checkedColumns(header: readonly string[]): string[] {
  if (header.join() !== COLUMNS.join()) {
    throw new Error(`the columns must be ${COLUMNS.join()}`);
  }
  return [...COLUMNS];
}

function invoiceOf(records: readonly CsvRecord[]): Invoice | null {
  const [first] = records;
  if (first === undefined) {
    return null;
  }
  const isCredit = first.InvoiceNo.startsWith('C');
  const times = records.map((record) => record.InvoiceDate).toSorted();
  return {
    number: first.InvoiceNo,
    digits: Number(first.InvoiceNo.replace(/^[A-Z]/, '')),
    isCredit,
    customerNumber: first.CustomerID === '' ? null : Number(first.CustomerID),
    country: first.Country,
    atMs: londonMs(times[0] ?? ''),
    rows: records.map(rowOf),
  };
}

function rowOf(record: CsvRecord): InvoiceRow {
  const price = microsOf(record.UnitPrice);
  if (price === null || !/^-?\d+$/.test(record.Quantity)) {
    throw new Error(`invoice ${record.InvoiceNo}: "${record.Quantity}" at "${record.UnitPrice}" is no row`);
  }
  return {
    stockCode: record.StockCode,
    description: record.Description,
    quantity: Number(record.Quantity),
    price,
  };
}
