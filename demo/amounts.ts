import { currencyScale, formatMinor, toMinorUnits } from '../src/domain/money.js';

/** What one side says about money, in minor units of one currency. `net` = gross − refunded. */
export interface MoneyTotals {
  readonly gross: number;
  readonly refunded: number;
  readonly net: number;
}

export const NO_MONEY: MoneyTotals = { gross: 0, refunded: 0, net: 0 };

export function totals(gross: number, refunded: number): MoneyTotals {
  return { gross, refunded, net: gross - refunded };
}

function plus(a: MoneyTotals, b: MoneyTotals): MoneyTotals {
  return totals(a.gross + b.gross, a.refunded + b.refunded);
}

export function minus(a: MoneyTotals, b: MoneyTotals): MoneyTotals {
  return totals(a.gross - b.gross, a.refunded - b.refunded);
}

export function sum(amounts: readonly MoneyTotals[]): MoneyTotals {
  return amounts.reduce(plus, NO_MONEY);
}

/** How many minor units differ, without letting a too-high gross hide behind a too-high refund. */
export function size(amount: MoneyTotals): number {
  return Math.abs(amount.gross) + Math.abs(amount.refunded);
}

/** An emulator's JSON object; its numbers are kept as text, so that no amount ever is a float. */
export type WireRecord = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is WireRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function recordsIn(value: unknown): WireRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** Text of a field; null where it is missing or null. */
export function textIn(record: WireRecord, field: string): string | null {
  const value = record[field];
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

/** Minor units of an amount's field; null where it is missing or no amount. */
export function minorIn(record: WireRecord, field: string, currency: string): number | null {
  const text = textIn(record, field);
  return text === null ? null : toMinorUnits(text, currency);
}

/** `£1,234.56` would need a locale; this is `1,234.56 GBP`, the same on every machine. */
export function moneyText(minorUnits: number, currency: string): string {
  if (currencyScale(currency) === null) return `${minorUnits} ${currency}`;
  const [whole = '', fraction] = formatMinor(minorUnits, currency).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return `${fraction === undefined ? grouped : `${grouped}.${fraction}`} ${currency}`;
}
