import Big from 'big.js';
import { data as currencies } from 'currency-codes';

/**
 * Money as checked integers. A `Money` carries its currency; where a record has one currency for all its amounts
 * (a snapshot, a ledger entry), amounts stand as plain integers in fields that end in `Minor`, next to one `currency`.
 */
export interface Money {
  /** Safe integer, in the currency's smallest unit (pence, yen, fils). */
  readonly minorUnits: number;
  /** Upper-case ISO 4217 code with a known scale. */
  readonly currency: string;
}

/**
 * Codes in ISO 4217 that nobody pays with: metals, units of account, funds, testing. The list gives them a number of digits
 * all the same (0 for gold), which would be a guess about somebody's money.
 */
const NO_CURRENCIES: ReadonlySet<string> = new Set(
  (
    'XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX ' + // metals, bond market units, units of account, testing, none
    'BOV CHE CHW CLF COU MXV USN UYI UYW'
  ) // funds (IsFund in the ISO list) and index units
    .split(' '),
);

const SCALES: ReadonlyMap<string, number> = new Map(
  currencies
    .filter(({ code, digits }) => Number.isInteger(digits) && !NO_CURRENCIES.has(code))
    .map(({ code, digits }) => [code, digits]),
);

/** JSON's own grammar of a number; bounded, so that `1e999999999` costs nothing. */
const DECIMAL_TEXT = /^-?\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,2})?$/;

/** Digits after the point: GBP 2, JPY 0, KWD 3. Null for anything that is not the upper-case code of a currency in use. */
export function currencyScale(currency: string): number | null {
  return SCALES.get(currency) ?? null;
}

/** THE rounding of this project: to a whole number, once, half away from zero. Null beyond the safe integers. */
export function roundHalfAway(value: Big): number | null {
  const rounded = value.round(0, Big.roundHalfUp).toNumber();
  if (!Number.isSafeInteger(rounded)) return null;
  return rounded === 0 ? 0 : rounded; // no -0
}

/** A decimal as its text says it; null for what is no decimal text. */
export function readDecimal(text: string): Big | null {
  return DECIMAL_TEXT.test(text) ? new Big(text) : null;
}

/** From decimal text, rounded once. Null: no decimal text, unknown currency, or beyond the safe integers. */
export function toMinorUnits(decimalText: string, currency: string): number | null {
  const scale = currencyScale(currency);
  const value = readDecimal(decimalText);
  if (scale === null || value === null) return null;
  return roundHalfAway(inMinorUnits(value, scale));
}

/** `10.00`, `-0.05`, `1000` (JPY). Throws a RangeError for an unknown currency or no safe integer. */
export function formatMinor(minorUnits: number, currency: string): string {
  const checked = money(minorUnits, currency);
  const scale = currencyScale(checked.currency) ?? 0;
  const digits = Math.abs(checked.minorUnits)
    .toString()
    .padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const sign = checked.minorUnits < 0 ? '-' : '';
  return scale === 0 ? `${sign}${whole}` : `${sign}${whole}.${digits.slice(-scale)}`;
}

/** Throws a RangeError for an unknown currency or for what is no safe integer. */
export function money(minorUnits: number, currency: string): Money {
  if (currencyScale(currency) === null) throw new RangeError(`unknown currency ${currency}`);
  if (!Number.isSafeInteger(minorUnits))
    throw new RangeError('an amount of money must be a safe integer of minor units');
  return { minorUnits, currency };
}

/** Throws a RangeError when the currencies differ or the sum is no safe integer. */
export function addMoney(a: Money, b: Money): Money {
  if (a.currency !== b.currency) throw new RangeError(`${a.currency} and ${b.currency} never add up`);
  return money(a.minorUnits + b.minorUnits, a.currency);
}

/** `minor × part ÷ whole`, rounded once. Throws a RangeError when `whole` is 0 or the result is no safe integer. */
export function proportion(minor: number, part: number, whole: number): number {
  if (whole === 0) throw new RangeError('no proportion of nothing');
  if (part === whole) return minor;
  // 20 decimals of the quotient are enough: a value that is not on a half is at least 1 ÷ (2 × whole) away from it.
  const share = roundHalfAway(new Big(minor).times(part).div(whole));
  if (share === null) throw new RangeError('a proportion beyond the safe integers');
  return share;
}

/** What Stokly says about a line's money; all texts are decimals in the currency's main unit. */
export interface LineAmountTexts {
  /** Unit price, net. */
  readonly unitNetText: string;
  /** Tax in one unit. */
  readonly unitTaxText: string;
  readonly quantity: number | string;
  /** The line with tax, after discount. Null or absent: computed from the unit. */
  readonly statedTotalText?: string | null | undefined;
  readonly statedTaxText?: string | null | undefined;
  readonly currency: string;
}

export interface LineAmounts {
  readonly totalMinor: number;
  readonly taxMinor: number;
  readonly unitNetMinor: number;
  readonly unitGrossMinor: number;
}

/**
 * A line's money: total and tax as stated, else (unit net + unit tax) × quantity and unit tax × quantity, each rounded once.
 * The net is the difference, never rounded by itself: net and tax rounded apart miss the total on most real orders.
 * Null when one of the texts cannot be read.
 */
export function lineAmounts(line: LineAmountTexts): LineAmounts | null {
  const { currency } = line;
  const scale = currencyScale(currency);
  const unitNet = readDecimal(line.unitNetText);
  const unitTax = readDecimal(line.unitTaxText);
  const quantity = readDecimal(String(line.quantity));
  if (scale === null || unitNet === null || unitTax === null || quantity === null) return null;
  const unitGross = unitNet.plus(unitTax);
  const amountOf = (stated: string | null | undefined, unit: Big) =>
    typeof stated === 'string'
      ? toMinorUnits(stated, currency)
      : roundHalfAway(inMinorUnits(unit.times(quantity), scale));
  const totalMinor = amountOf(line.statedTotalText, unitGross);
  const taxMinor = amountOf(line.statedTaxText, unitTax);
  const unitNetMinor = roundHalfAway(inMinorUnits(unitNet, scale));
  const unitGrossMinor = roundHalfAway(inMinorUnits(unitGross, scale));
  if (totalMinor === null || taxMinor === null || unitNetMinor === null || unitGrossMinor === null) return null;
  return { totalMinor, taxMinor, unitNetMinor, unitGrossMinor };
}

/** No currency has more than four digits after the point. */
const POWERS_OF_TEN: readonly Big[] = [0, 1, 2, 3, 4].map((digits) => new Big(10).pow(digits));

function inMinorUnits(value: Big, scale: number): Big {
  return value.times(POWERS_OF_TEN[scale] ?? new Big(10).pow(scale));
}
