import { parse } from 'lossless-json';

/** Amounts as Stokly writes them, reckoned in millionths and in the smallest unit of their currency. */

/** Numbers of wire JSON are kept as their digits behind this mark, so that `12` is neither `12.00` nor the text "12". */
export const NUMBER_MARK = '#';

export function parseDigits(json: string): unknown {
  return parse(json, undefined, (digits) => `${NUMBER_MARK}${digits}`);
}

export function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error(`the oracle cannot reckon with ${JSON.stringify(value)}`);
  return value;
}

/** A number's digits, or a text as it is: Stokly writes amounts as either. */
export function digits(value: unknown): string {
  return text(value).replace(NUMBER_MARK, '');
}

/** Digits after the point; the currencies that tests use. */
const DECIMALS: Readonly<Record<string, number>> = { GBP: 2, EUR: 2, USD: 2, JPY: 0, KWD: 3 };

export function decimalsOf(currency: string): number {
  const decimals = DECIMALS[currency];
  if (decimals === undefined) throw new Error(`the oracle does not know the currency ${currency}`);
  return decimals;
}

const AMOUNT = /^(\d+)(?:\.(\d{1,6}))?$/;

/** Always with at least two decimals, those of a currency without any as well. */
export function amountOf(value: number, decimals: number): string {
  const unit = 10 ** decimals;
  const fraction = String(value % unit).padStart(decimals, '0');
  return `${NUMBER_MARK}${Math.floor(value / unit)}.${decimals === 0 ? '00' : fraction}`;
}

export function isAmount(value: unknown): boolean {
  return typeof value === 'string' && AMOUNT.test(digits(value));
}

export function micros(value: unknown): number {
  const [, whole, fraction = ''] = AMOUNT.exec(digits(value)) ?? [];
  if (whole === undefined) throw new Error(`the oracle cannot reckon with the amount ${JSON.stringify(value)}`);
  return Number(whole) * 1_000_000 + Number(fraction.padEnd(6, '0'));
}

export function roundMicros(value: number, decimals: number): number {
  const unit = 10 ** (6 - decimals);
  return Math.floor((value + unit / 2) / unit);
}

/** An amount that nobody stated is none. */
export function penceOf(value: unknown, decimals: number): number {
  return (value ?? null) === null ? 0 : roundMicros(micros(value), decimals);
}
