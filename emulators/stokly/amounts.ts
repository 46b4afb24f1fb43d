import { NumberText, plainText, type WireValue } from './wire.js';

/** Millionths of a currency unit: what six decimals, the finest that Stokly shows, can hold. A safe integer. */
export type Micros = number;

export const MICROS_PER_UNIT = 1_000_000;
export const MICROS_PER_PENNY = 10_000;
const MICRO_DECIMALS = 6;

/** `numerator ÷ denominator` as an integer, half away from zero. The denominator is positive. */
export function divideHalfAway(numerator: number, denominator: number): number {
  const quotient = Math.floor((2 * Math.abs(numerator) + denominator) / (2 * denominator));
  return numerator < 0 ? -quotient : quotient;
}

/** Rounds micro-units to a number of decimals (0 to 6), half away from zero. */
export function roundToDecimals(micros: Micros, decimals: number): Micros {
  const step = 10 ** (MICRO_DECIMALS - decimals);
  return divideHalfAway(micros, step) * step;
}

/** Exact decimal text with that many decimals; more where the amount needs more. */
export function amountText(micros: Micros, decimals = 2): string {
  const digits = String(Math.abs(micros)).padStart(MICRO_DECIMALS + 1, '0');
  const whole = digits.slice(0, -MICRO_DECIMALS);
  const fraction = digits.slice(-MICRO_DECIMALS);
  const needed = Math.max(decimals, fraction.replace(/0+$/, '').length);
  return `${micros < 0 ? '-' : ''}${whole}${needed > 0 ? `.${fraction.slice(0, needed)}` : ''}`;
}

export function amount(micros: Micros, decimals = 2): NumberText {
  return new NumberText(amountText(micros, decimals));
}

export function pence(value: number): NumberText {
  return amount(value * MICROS_PER_PENNY);
}

/** Reads decimal text or a number; null for anything else, or for more than six decimals. */
export function microsOf(value: WireValue | undefined): Micros | null {
  const match = /^(-?)(\d+)(?:\.(\d{1,6})0*)?$/.exec(plainText(value) ?? '');
  if (match === null) {
    return null;
  }
  const micros = Number(match[2]) * MICROS_PER_UNIT + Number((match[3] ?? '').padEnd(MICRO_DECIMALS, '0'));
  return Number.isSafeInteger(micros) ? (match[1] === '-' ? -micros : micros) : null;
}
