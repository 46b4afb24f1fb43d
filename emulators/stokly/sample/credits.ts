import { hasVat } from './countries.js';
import { sampleId } from './ids.js';
import type { Invoice, InvoiceRow } from './read-invoices.js';
import { isDelivery, isFee, rowPence, type Sale, topLines } from './sale.js';
import { netOf, sumOf, taxed, type Taxed } from './sale-money.js';

/** How a refunded line sits on its order. Only `fits` reconciles. */
export type LineFit = 'fits' | 'too-few-left' | 'not-on-order';

export interface RefundLine {
  readonly lineId: string;
  readonly quantity: number;
  readonly money: Taxed;
  readonly fit: LineFit;
}

export type RefundPath = 'completed' | 'pending-then-completed' | 'pending-then-cancelled';

/** One refund document: what one credit invoice gives back on one order. Amounts in pence. */
export interface Refund {
  readonly refundId: string;
  readonly niceId: number;
  readonly sale: Sale;
  readonly creditNumber: string;
  readonly createdAtMs: number;
  readonly path: RefundPath;
  readonly lines: readonly RefundLine[];
  readonly delivery: Taxed;
  readonly adjustment: Taxed;
}

export interface CreditNotImported {
  readonly number: string;
  readonly reason: 'no-earlier-order' | 'guest';
  readonly grossPence: number;
}

export interface ImportedCredits {
  readonly refunds: readonly Refund[];
  readonly notImported: readonly CreditNotImported[];
  /** Rows of fees on credits that are imported: dropped. */
  readonly feeRowsDropped: { count: number; grossPence: number };
}

/** Orders are looked up by customer number. */
export function importCredits(
  credits: readonly Invoice[],
  salesByCustomer: ReadonlyMap<number | null, readonly Sale[]>,
): ImportedCredits {
  const refunds: Refund[] = [];
  const notImported: CreditNotImported[] = [];
  const feeRowsDropped = { count: 0, grossPence: 0 };
  const allocation = new Allocation();
  for (const credit of credits) {
    const earlier = earlierSales(credit, salesByCustomer);
    const [latest] = earlier;
    if (latest === undefined) {
      notImported.push({
        number: credit.number,
        reason: credit.customerNumber === null ? 'guest' : 'no-earlier-order',
        grossPence: credit.rows.reduce((sum, row) => sum + rowPence(row), 0),
      });
      continue;
    }
    for (const row of credit.rows.filter(isFee)) {
      feeRowsDropped.count += 1;
      feeRowsDropped.grossPence += rowPence(row);
    }
    refunds.push(...refundsOf(credit, [latest, ...earlier.slice(1)], allocation));
  }
  return { refunds, notImported, feeRowsDropped };
}

/** Latest first. Of two at the same time the one with the higher number is the later. */
function earlierSales(credit: Invoice, salesByCustomer: ReadonlyMap<number | null, readonly Sale[]>): Sale[] {
  const own = credit.customerNumber === null ? [] : (salesByCustomer.get(credit.customerNumber) ?? []);
  return own
    .filter((sale) => sale.placedAtMs < credit.atMs)
    .toSorted((left, right) => right.placedAtMs - left.placedAtMs || right.number - left.number);
}

/** How much of each line is given back already; only refunds that are not cancelled in the end take something. */
class Allocation {
  readonly #refunded = new Map<string, number>();

  /** Lines that carry an item, with what is left of each as ordered in the end. */
  left(sale: Sale, stockCode: string): { lineId: string; left: number }[] {
    return topLines(sale)
      .filter((line) => line.sku === stockCode)
      .map((line) => ({
        lineId: line.lineId,
        left: Math.max(0, finalQuantity(sale, line.lineId) - (this.#refunded.get(line.lineId) ?? 0)),
      }));
  }

  take(lineId: string, quantity: number): void {
    this.#refunded.set(lineId, (this.#refunded.get(lineId) ?? 0) + quantity);
  }
}

type Placed = { readonly sale: Sale; readonly lines: readonly RefundLine[] };

function refundsOf(credit: Invoice, earlier: readonly [Sale, ...Sale[]], allocation: Allocation): Refund[] {
  const path = pathOf(credit.digits);
  const placed = credit.rows
    .filter((row) => !isFee(row) && !isDelivery(row) && !isAdjustment(row))
    .map((row, index) => placeRow(row, earlier, { allocation, credit, index, isTaking: path !== CANCELLED_PATH }));
  const vat = hasVat(credit.country);
  const sumRows = (rows: readonly InvoiceRow[]): Taxed => sumOf(rows.map((row) => taxed(rowPence(row), vat)));
  const delivery = sumRows(credit.rows.filter(isDelivery));
  const adjustment = sumRows(credit.rows.filter(isAdjustment));
  const isNeeded = (sale: Sale): boolean =>
    placed.some((entry) => entry.sale === sale) || (sale === earlier[0] && delivery.gross + adjustment.gross > 0);
  return earlier.filter(isNeeded).map((sale, index) => ({
    refundId: sampleId(`${credit.number}/${sale.number}`),
    niceId: credit.digits * 100 + index + 1,
    sale,
    creditNumber: credit.number,
    createdAtMs: credit.atMs,
    path,
    lines: placed.filter((entry) => entry.sale === sale).flatMap((entry) => entry.lines),
    delivery: sale === earlier[0] ? delivery : NOTHING,
    adjustment: sale === earlier[0] ? adjustment : NOTHING,
  }));
}

const NOTHING: Taxed = { gross: 0, tax: 0 };
const CANCELLED_PATH = 'pending-then-cancelled';

function pathOf(digits: number): RefundPath {
  if (digits % 50 === 0) {
    return CANCELLED_PATH;
  }
  return digits % 4 === 0 ? 'pending-then-completed' : 'completed';
}

/** A discount taken back, or a manual entry. */
function isAdjustment(row: InvoiceRow): boolean {
  return row.stockCode === 'D' || row.stockCode === 'M';
}

interface Placing {
  readonly allocation: Allocation;
  readonly credit: Invoice;
  readonly index: number;
  readonly isTaking: boolean;
}

/** Finds the latest order that still has that many; else the latest order takes it all the same, and does not reconcile. */
function placeRow(row: InvoiceRow, earlier: readonly [Sale, ...Sale[]], placing: Placing): Placed {
  const quantity = Math.abs(row.quantity);
  const { allocation, credit, index } = placing;
  const vat = hasVat(credit.country);
  const whole = taxed(rowPence(row), vat);
  const sale = earlier.find(
    (candidate) => allocation.left(candidate, row.stockCode).reduce((sum, line) => sum + line.left, 0) >= quantity,
  );
  if (sale !== undefined) {
    return { sale, lines: fillTopDown(allocation.left(sale, row.stockCode), { quantity, whole, vat, placing }) };
  }
  const [first] = allocation.left(earlier[0], row.stockCode);
  if (first === undefined) {
    const lineId = sampleId(`stray/${credit.number}/${index}`);
    return { sale: earlier[0], lines: [{ lineId, quantity, money: whole, fit: 'not-on-order' }] };
  }
  if (placing.isTaking) {
    allocation.take(first.lineId, quantity);
  }
  return { sale: earlier[0], lines: [{ lineId: first.lineId, quantity, money: whole, fit: 'too-few-left' }] };
}

interface Filling {
  readonly quantity: number;
  readonly whole: Taxed;
  readonly vat: boolean;
  readonly placing: Placing;
}

/** The last line takes what is left of the money, so that the parts add up to the whole row. */
function fillTopDown(lines: readonly { lineId: string; left: number }[], filling: Filling): RefundLine[] {
  const { quantity, whole, vat, placing } = filling;
  const filled: RefundLine[] = [];
  let [open, openGross] = [quantity, whole.gross];
  for (const { lineId, left } of lines) {
    const taken = Math.min(open, left);
    if (taken === 0) {
      continue;
    }
    const gross = taken === open ? openGross : Math.floor((whole.gross * taken) / quantity);
    filled.push({ lineId, quantity: taken, money: taxed(gross, vat), fit: 'fits' });
    open -= taken;
    openGross -= gross;
    if (placing.isTaking) {
      placing.allocation.take(lineId, taken);
    }
  }
  return filled;
}

/** The quantity that a line has after the order's edit, if there is one. */
function finalQuantity(sale: Sale, lineId: string): number {
  const line = sale.lines.find((candidate) => candidate.lineId === lineId);
  const edit = editOf(sale);
  return edit?.lineId === lineId ? edit.quantity : (line?.quantity ?? 0);
}

/** What the edit of an order does: its first priced line loses one where the number is odd and it can, else gains one. */
export function editOf(sale: Sale): { lineId: string; quantity: number } | null {
  const line = topLines(sale).find((candidate) => candidate.unitGross > 0);
  if (!sale.rules.isEdited || line === undefined) {
    return null;
  }
  const isLess = sale.number % 2 === 1 && line.quantity > 1;
  return { lineId: line.lineId, quantity: line.quantity + (isLess ? -1 : 1) };
}

/** What a refund gives back in all, in pence. */
export function refundTotals(refund: Refund): { total: number; tax: number } {
  const all = sumOf([...refund.lines.map((line) => line.money), refund.delivery, refund.adjustment]);
  return { total: all.gross, tax: all.tax };
}

export function deliveryNet(refund: Refund): number {
  return netOf(refund.delivery);
}
