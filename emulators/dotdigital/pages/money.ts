import Big from 'big.js';
import type { StoredRecord } from '../insight/collections.js';
import { isJsonNumber, isJsonObject, type JsonObject, parseJson } from '../json.js';

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
function sum(texts: readonly string[]): string {
  const decimals = texts.reduce((most, text) => Math.max(most, decimalsOf(text)), 0);
  return texts.reduce((total, text) => total.plus(text), new Big(0)).toFixed(decimals);
}

function decimalsOf(text: string): number {
  return /^-?\d+\.(\d+)$/.exec(text)?.[1]?.length ?? 0;
}

/** What the sums need of a record. */
interface MoneyFacts {
  readonly currency: string;
  readonly purchaseDate: string;
  readonly gross: string;
  readonly refunded: string;
  readonly kept: string;
}

/** A record never changes, a newer version is another one: each is read once, however often the page is loaded. */
const factsByRecord = new WeakMap<StoredRecord, MoneyFacts>();

export function recordJson(record: StoredRecord): JsonObject {
  const json = parseJson(record.jsonText);
  return isJsonObject(json) ? json : {};
}

export function moneyFacts(record: StoredRecord): MoneyFacts {
  const known = factsByRecord.get(record);
  if (known !== undefined) return known;
  const json = recordJson(record);
  const facts = {
    currency: plainText(json, 'currency'),
    purchaseDate: plainText(json, 'purchase_date'),
    gross: numberText(json, 'order_gross_total') ?? '0',
    refunded: numberText(json, 'refunded_total') ?? '0',
    kept: numberText(json, 'order_total') ?? '0',
  };
  factsByRecord.set(record, facts);
  return facts;
}

/** One line a currency; nothing is converted. */
export function totalsByCurrency(records: Iterable<StoredRecord>): CurrencyTotals[] {
  const byCurrency = new Map<string, MoneyFacts[]>();
  for (const record of records) {
    const facts = moneyFacts(record);
    const orders = byCurrency.get(facts.currency) ?? [];
    orders.push(facts);
    byCurrency.set(facts.currency, orders);
  }
  return [...byCurrency]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, orders]) => ({
      currency: currency === '' ? 'no currency' : currency,
      orders: orders.length,
      gross: sum(orders.map(({ gross }) => gross)),
      refunded: sum(orders.map(({ refunded }) => refunded)),
      kept: sum(orders.map(({ kept }) => kept)),
    }));
}

/** Thousands apart, so that a person can read it: `12,345.60`. */
export function readableMoney(text: string): string {
  const [whole = '', fraction] = text.split('.', 2);
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}
