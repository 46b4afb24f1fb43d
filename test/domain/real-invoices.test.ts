import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import Big from 'big.js';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { lineAmounts, roundHalfAway } from '../../src/domain/money.js';
import { deriveDiscountTax, type OrderLine, type OrderSnapshot } from '../../src/domain/order.js';
import { holdsOf, judgeOrder } from '../../src/domain/reconcile.js';
import { line, order, policy } from './factories.js';

/**
 * A month of a real shop's invoices (samples/, with source and licence). What its money does to obvious shortcuts was counted
 * by a separate program over the same file; the numbers below are that program's, not what this code gives.
 */
const SAMPLE = new URL('../../samples/online-retail-2010-12.csv.gz', import.meta.url);
const FEES = new Set(['AMAZONFEE', 'BANK CHARGES', 'CRUK', 'S', 'B']);

interface Row {
  readonly InvoiceNo: string;
  readonly StockCode: string;
  readonly Quantity: string;
  readonly UnitPrice: string;
  readonly Country: string;
}

function readSales(): Map<string, Row[]> {
  const rows: Row[] = parse(gunzipSync(readFileSync(SAMPLE)), { columns: true });
  const invoices = new Map<string, Row[]>();
  for (const row of rows) invoices.set(row.InvoiceNo, [...(invoices.get(row.InvoiceNo) ?? []), row]);
  return new Map([...invoices].filter(([, lines]) => lines.some(isSale)));
}

function isSale(row: Row): boolean {
  return Number(row.Quantity) > 0 && Number(row.UnitPrice) > 0 && !FEES.has(row.StockCode);
}

/** Prices have 20 % of VAT in them; units are shown with six decimals, the line's tax is a sixth of the line at pence. */
function lineOf(row: Row, index: number): OrderLine {
  const net = new Big(row.UnitPrice).div('1.2').round(6);
  const texts = {
    unitNetText: net.toFixed(6),
    unitTaxText: new Big(row.UnitPrice).minus(net).toFixed(6),
    quantity: row.Quantity,
    currency: 'GBP',
  };
  const amounts = lineAmounts(texts);
  if (amounts === null) throw new Error('a line of the sample cannot be read');
  return line({
    lineId: `line-${index}`,
    sku: row.StockCode,
    quantity: Number(row.Quantity),
    ...amounts,
    taxMinor: vatIn(amounts.totalMinor),
  });
}

const sales = readSales();
const british = [...sales]
  .filter(([, [first]]) => first?.Country === 'United Kingdom')
  .map(([number, rows]) =>
    order({ number, lines: rows.filter((row) => Number(row.Quantity) > 0 && Number(row.UnitPrice) >= 0).map(lineOf) }),
  );

/** VAT out of a gross amount of pence, rounded once. */
function vatIn(grossMinor: number): number {
  return roundHalfAway(new Big(grossMinor).div(6)) ?? Number.NaN;
}

function withTotals(snapshot: OrderSnapshot, totals: Partial<OrderSnapshot['totals']>): OrderSnapshot {
  return { ...snapshot, totals: { ...snapshot.totals, ...totals } };
}

// Forty thousand lines: a second by itself, much more on a machine that does other things.
describe("a month's real invoices", { timeout: 60_000 }, () => {
  it('are 1,557 sales, 1,445 of them British', () => {
    expect([sales.size, british.length]).toEqual([1557, 1445]);
  });

  it('all reconcile to the penny, and so do their records', () => {
    // `record-adds-up` is among the rules.
    for (const snapshot of british) {
      const judged = judgeOrder(snapshot, policy);
      expect(judged).toMatchObject({ differences: [], toleratedMinor: 0, grossMinor: snapshot.totals.totalMinor });
    }
  });

  it('miss their tax when it is rounded over the order: by up to 53p, by more than 1p on three in ten', () => {
    const misses = british.map(({ lines, totals }) =>
      Math.abs(vatIn(totals.totalMinor) - lines.reduce((sum, one) => sum + one.taxMinor, 0)),
    );
    expect(Math.max(...misses)).toBe(53);
    expect(misses.filter((minor) => minor > 1)).toHaveLength(429);
  });

  it('are told about such a tax and never held for it', () => {
    const overTheOrder = british.map((snapshot) =>
      withTotals(snapshot, { taxMinor: vatIn(snapshot.totals.totalMinor) }),
    );
    const judged = overTheOrder.map((snapshot) => judgeOrder(snapshot, policy));
    expect(judged.flatMap(holdsOf)).toEqual([]);
    const noted = judged.filter(({ differences }) => differences.some((one) => one.rule === 'tax-adds-up'));
    expect(noted.length).toBeGreaterThan(429);
  });

  it('miss their total on more than half when net and tax are rounded apart', () => {
    const misses = british.filter(({ lines }) =>
      lines.some(({ totalMinor }) => {
        const net = roundHalfAway(new Big(totalMinor).times(5).div(6)) ?? Number.NaN;
        return net + vatIn(totalMinor) !== totalMinor;
      }),
    );
    expect(misses).toHaveLength(817);
  });

  describe('with a voucher of a tenth of the order', () => {
    const discounted = british.map((snapshot) => {
      const tax = snapshot.lines.reduce((sum, one) => sum + one.taxMinor, 0);
      const discountMinor = roundHalfAway(new Big(snapshot.totals.totalMinor - tax).div(10)) ?? Number.NaN;
      const discountTaxMinor = roundHalfAway(new Big(tax).div(10)) ?? Number.NaN;
      const totalMinor = snapshot.totals.totalMinor - discountMinor - discountTaxMinor;
      return withTotals(snapshot, { discountMinor, discountTaxMinor, totalMinor, taxMinor: tax - discountTaxMinor });
    });

    it('reconcile with the tax that the voucher carries, stated or derived', () => {
      for (const snapshot of discounted) {
        expect(judgeOrder(snapshot, policy).differences).toEqual([]);
        expect(deriveDiscountTax({ ...snapshot.totals, lines: snapshot.lines })).toBe(snapshot.totals.discountTaxMinor);
      }
    });

    it('are held nearly all when that tax is forgotten', () => {
      const held = discounted.filter(
        (snapshot) => holdsOf(judgeOrder(withTotals(snapshot, { discountTaxMinor: 0 }), policy)).length > 0,
      );
      expect(held.length / british.length).toBeGreaterThan(0.9);
    });
  });
});
