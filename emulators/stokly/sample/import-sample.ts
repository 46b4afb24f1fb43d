import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WireObject } from '../wire.js';
import { type CreditNotImported, importCredits } from './credits.js';
import type { LifeEvent } from './life.js';
import { groupBy } from './group-by.js';
import { accountsOf, guestOf, type Person } from './people.js';
import { personLife } from './person-life.js';
import { type Invoice, type InvoiceRange, readInvoices } from './read-invoices.js';
import { refundLife } from './refund-life.js';
import { reportOf, type SampleReport } from './report.js';
import { noSaleReason, saleOf, type Sale } from './sale.js';
import { saleLife } from './sale-life.js';
import { catalogueOf } from './catalogue.js';

/** The month that comes with the project. */
const MONTH_FILE = 'samples/online-retail-2010-12.csv.gz';

export interface SampleOptions extends InvoiceRange {
  /** Another file of the same columns, gzipped: a whole year for a benchmark. */
  readonly dataPath?: string | undefined;
}

/** The sample shop, laid out in time. Nothing of it is in the shop yet. */
export interface ImportedSample {
  readonly events: readonly LifeEvent[];
  readonly items: readonly WireObject[];
  readonly accounts: readonly Person[];
  readonly report: SampleReport;
  readonly creditsNotImported: readonly CreditNotImported[];
}

/** Turns real invoices into a shop, by rule on numbers. The same file and range give the same shop, ids included. */
export function importSample({ dataPath, ...range }: SampleOptions = {}): ImportedSample {
  const invoices = readInvoices(dataPath ?? monthPath(), range);
  const isSale = (invoice: Invoice): boolean => !invoice.isCredit && noSaleReason(invoice) === null;
  const accounts = accountsOf(invoices, isSale);
  const accountByNumber = new Map(accounts.map((account) => [account.number, account]));
  const sales = invoices.filter(isSale).map((invoice) => ({
    invoice,
    sale: saleOf(invoice),
    person: invoice.customerNumber === null ? guestOf(invoice) : (accountByNumber.get(invoice.customerNumber) ?? null),
  }));
  const credits = importCredits(
    invoices.filter((invoice) => invoice.isCredit),
    groupBy(
      sales.map(({ sale }) => sale),
      (sale) => sale.customerNumber,
    ),
  );
  return {
    report: reportOf({ invoices, sales, accounts, credits }),
    items: catalogueOf(invoices),
    accounts,
    creditsNotImported: credits.notImported,
    events: [
      ...peopleOf(accounts, sales).flatMap(personLife),
      ...sales.flatMap(({ sale, person }) => saleLife(sale, person)),
      ...credits.refunds.flatMap(refundLife),
    ],
  };
}

interface TakenSale {
  readonly invoice: Invoice;
  readonly sale: Sale;
  readonly person: Person | null;
}

/** Customers stand before orders: of two events at one time the first laid out comes first. */
function peopleOf(accounts: readonly Person[], sales: readonly TakenSale[]): Person[] {
  return [
    ...accounts,
    ...sales.flatMap(({ person }) => (person === null || person.kind === 'account' ? [] : [person])),
  ];
}

/** Looked for above this file, for it stands elsewhere once it is built. */
function monthPath(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, MONTH_FILE))) {
    const parent = dirname(folder);
    if (parent === folder) {
      throw new Error(`${MONTH_FILE} is missing; give the path of a sample file`);
    }
    folder = parent;
  }
  return join(folder, MONTH_FILE);
}
