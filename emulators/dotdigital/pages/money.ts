import Big from 'big.js';
import type { StoredRecord } from '../insight/collections.js';
import { isJsonNumber, type JsonObject } from '../json.js';

export interface CurrencyTotals {
  readonly currency: string;
  readonly orders: number;
  /** `order_gross_total`: what was charged, with tax. */
  readonly gross: string;
  /** `refunded_total`: what was given back. */
  readonly refunded: string;
  /** `order_total`: what is left. */
  readonly kept: string;
}

/** The number's digits as they were sent; null where the key is missing or no number. */
export function numberText(json: JsonObject, key: string): string | null {
  const value = json[key];
  return isJsonNumber(value) ? value.value : null;
}

export function plainText(json: JsonObject, key: string): string {
  const value = json[key];
  if (value === undefined || value === null) return '';
  return isJsonNumber(value) ? value.value : typeof value === 'object' ? '' : String(value);
}

/** Sums exactly, with the decimals of the longest number. */
export function sum(texts: readonly string[]): string {
  const decimals = texts.reduce((most, text) => Math.max(most, decimalsOf(text)), 0);
  return texts.reduce((total, text) => total.plus(text), new Big(0)).toFixed(decimals);
}

function decimalsOf(text: string): number {
  return /^-?\d+\.(\d+)$/.exec(text)?.[1]?.length ?? 0;
}

/** One line a currency; nothing is converted. */
export function totalsByCurrency(records: Iterable<StoredRecord>): CurrencyTotals[] {
  const byCurrency = new Map<string, JsonObject[]>();
  for (const { json } of records) {
    const currency = plainText(json, 'currency');
    const orders = byCurrency.get(currency) ?? [];
    orders.push(json);
    byCurrency.set(currency, orders);
  }
  return [...byCurrency]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, orders]) => ({
      currency: currency === '' ? 'no currency' : currency,
      orders: orders.length,
      gross: sumOf(orders, 'order_gross_total'),
      refunded: sumOf(orders, 'refunded_total'),
      kept: sumOf(orders, 'order_total'),
    }));
}

function sumOf(orders: readonly JsonObject[], key: string): string {
  return sum(orders.map((order) => numberText(order, key)).filter((text) => text !== null));
}

/** Thousands apart, so that a person can read it: `12,345.60`. */
export function readableMoney(text: string): string {
  const [whole = '', fraction] = text.split('.', 2);
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}
