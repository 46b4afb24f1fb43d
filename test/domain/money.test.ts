import Big from 'big.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addMoney,
  currencyScale,
  formatMinor,
  lineAmounts,
  money,
  proportion,
  roundHalfAway,
  toMinorUnits,
} from '../../src/domain/money.js';

const currency = fc.constantFrom('GBP', 'JPY', 'KWD', 'EUR', 'USD');
const minor = fc.maxSafeInteger();

describe('the scale of a currency', () => {
  it.each([
    ['GBP', 2],
    ['EUR', 2],
    ['JPY', 0],
    ['KRW', 0],
    ['KWD', 3],
    ['XOF', 0],
  ])('of %s is %s', (code, scale) => {
    expect(currencyScale(code)).toBe(scale);
  });

  it.each([
    'XAU',
    'XAG',
    'XPT',
    'XDR',
    'XXX',
    'XTS',
    'CLF',
    'UYI',
    'CHW',
    'USN',
    'gbp',
    'GBPX',
    '',
    'ZZZ',
    '__proto__',
  ])('is unknown for %j: no currency in use', (code) => {
    expect(currencyScale(code)).toBeNull();
  });
});

describe('reading an amount from decimal text', () => {
  it.each([
    ['10', 'GBP', 1000],
    ['10.00', 'GBP', 1000],
    ['0.1', 'GBP', 10],
    ['-0.05', 'GBP', -5],
    ['1.005', 'GBP', 101],
    ['-1.005', 'GBP', -101],
    ['1.0049999', 'GBP', 100],
    ['0.004', 'GBP', 0],
    ['-0.004', 'GBP', 0],
    ['1.015', 'GBP', 102],
    ['8.325', 'GBP', 833],
    ['1000', 'JPY', 1000],
    ['1000.5', 'JPY', 1001],
    ['1.2345', 'KWD', 1235],
    ['2.5e2', 'GBP', 25_000],
    ['90071992547409.91', 'GBP', Number.MAX_SAFE_INTEGER],
  ])('reads %s %s as %s minor units', (text, code, expected) => {
    expect(Object.is(toMinorUnits(text, code), expected)).toBe(true);
  });

  it.each([
    ['90071992547409.92', 'GBP'],
    ['-90071992547409.92', 'GBP'],
    ['1e99', 'GBP'],
    ['1e999999999', 'GBP'],
    ['', 'GBP'],
    [' 1', 'GBP'],
    ['1,00', 'GBP'],
    ['1.', 'GBP'],
    ['.5', 'GBP'],
    ['+1', 'GBP'],
    ['0x10', 'GBP'],
    ['NaN', 'GBP'],
    ['Infinity', 'GBP'],
    ['1', 'XAU'],
    ['1', 'gbp'],
  ])('does not read %j %s', (text, code) => {
    expect(toMinorUnits(text, code)).toBeNull();
  });

  it('reads back every amount that it writes', () => {
    fc.assert(fc.property(minor, currency, (value, code) => toMinorUnits(formatMinor(value, code), code) === value));
  });

  it('would be caught if it went through floating point', () => {
    const throughFloat = (text: string) => Math.round(Number(text) * 100);
    expect(fc.check(fc.property(minor, (value) => throughFloat(formatMinor(value, 'GBP')) === value)).failed).toBe(
      true,
    );
    expect(throughFloat('1.005')).not.toBe(toMinorUnits('1.005', 'GBP'));
  });
});

describe('rounding', () => {
  const tenths = fc.integer({ min: -1e12, max: 1e12 });
  const isHalfAway = (round: (value: Big) => number | null) =>
    fc.property(tenths, (value) => {
      const size = Math.floor((Math.abs(value) + 5) / 10);
      return Math.abs(round(new Big(value).div(10)) ?? Number.NaN) === size;
    });

  it('goes half away from zero, the same for both signs', () => {
    fc.assert(isHalfAway(roundHalfAway));
  });

  it('would be caught if it went half to even, or half up', () => {
    // One value in twenty tells them apart: a hundred draws would miss it once in 170 runs.
    const many = { numRuns: 2_000 };
    expect(
      fc.check(
        isHalfAway((value) => value.round(0, Big.roundHalfEven).toNumber()),
        many,
      ).failed,
    ).toBe(true);
    expect(
      fc.check(
        isHalfAway((value) => Math.round(value.toNumber())),
        many,
      ).failed,
    ).toBe(true);
  });

  it('never gives minus zero', () => {
    expect(Object.is(roundHalfAway(new Big('-0.2')), 0)).toBe(true);
  });
});

describe('writing an amount', () => {
  it.each([
    [1000, 'GBP', '10.00'],
    [-5, 'GBP', '-0.05'],
    [0, 'GBP', '0.00'],
    [5, 'KWD', '0.005'],
    [-1234, 'KWD', '-1.234'],
    [1000, 'JPY', '1000'],
    [-7, 'JPY', '-7'],
  ])('writes %s of %s as %s', (value, code, text) => {
    expect(formatMinor(value, code)).toBe(text);
  });

  it('refuses what is no amount of money', () => {
    expect(() => formatMinor(0.5, 'GBP')).toThrow(RangeError);
    expect(() => formatMinor(2 ** 53, 'GBP')).toThrow(RangeError);
    expect(() => formatMinor(1, 'XAU')).toThrow('unknown currency XAU');
  });
});

describe('adding money', () => {
  it('adds within one currency', () => {
    expect(addMoney(money(150, 'GBP'), money(-50, 'GBP'))).toEqual({ minorUnits: 100, currency: 'GBP' });
  });

  it('refuses two currencies', () => {
    expect(() => addMoney(money(1, 'GBP'), money(1, 'EUR'))).toThrow('never add up');
  });

  it('refuses a sum beyond the safe integers', () => {
    expect(() => addMoney(money(Number.MAX_SAFE_INTEGER, 'GBP'), money(1, 'GBP'))).toThrow(RangeError);
  });
});

describe('the money of a line', () => {
  const amounts = (change: Partial<Parameters<typeof lineAmounts>[0]>) =>
    lineAmounts({ unitNetText: '2.125', unitTaxText: '0.425', quantity: 6, currency: 'GBP', ...change });

  it('is what Stokly states, where it states it', () => {
    expect(amounts({ statedTotalText: '15.29', statedTaxText: '2.54' })).toEqual({
      totalMinor: 1529,
      taxMinor: 254,
      unitNetMinor: 213,
      unitGrossMinor: 255,
    });
  });

  it('else is unit × quantity, rounded once at the line and not at the unit', () => {
    expect(amounts({})).toMatchObject({ totalMinor: 1530, taxMinor: 255 });
    expect(amounts({ unitNetText: '0.104', unitTaxText: '0.0208', quantity: 1000 })).toMatchObject({
      totalMinor: 12_480,
      taxMinor: 2080,
    });
  });

  it('takes each of total and tax as stated or computed by itself', () => {
    expect(amounts({ statedTotalText: '15.29', statedTaxText: null })).toMatchObject({
      totalMinor: 1529,
      taxMinor: 255,
    });
    expect(amounts({ statedTaxText: '2.54' })).toMatchObject({ totalMinor: 1530, taxMinor: 254 });
  });

  it('knows quantities that are not whole', () => {
    expect(amounts({ quantity: '0.333' })).toMatchObject({ totalMinor: 85, taxMinor: 14 });
    expect(amounts({ quantity: 0.5 })).toMatchObject({ totalMinor: 128, taxMinor: 21 });
  });

  it.each([
    { unitNetText: 'two' },
    { unitTaxText: '' },
    { quantity: 'six' },
    { quantity: Number.NaN },
    { statedTotalText: '15,30' },
    { statedTaxText: 'none' },
    { currency: 'XAU' },
    { quantity: '1e30' },
  ])('cannot be read with %j', (change) => {
    expect(amounts(change)).toBeNull();
  });
});

describe('a proportion', () => {
  it.each([
    [1000, 1, 3, 333],
    [1000, 2, 3, 667],
    [-5, 1, 2, -3],
    [5, 1, 2, 3],
    [100, 0.5, 2.5, 20],
    [999, 7, 7, 999],
    [Number.MAX_SAFE_INTEGER, 1, 1, Number.MAX_SAFE_INTEGER],
  ])('of %s by %s of %s is %s', (...[value, part, whole, share]) => {
    expect(proportion(value, part, whole)).toBe(share);
  });

  it('of nothing does not exist', () => {
    expect(() => proportion(1, 1, 0)).toThrow(RangeError);
  });

  it('is exact: equal to whole-number division for every size of amount', () => {
    const part = fc.integer({ min: 0, max: 10_000 });
    const whole = fc.integer({ min: 1, max: 10_000 });
    fc.assert(
      fc.property(fc.maxSafeNat(), part, whole, (value, some, all) => {
        fc.pre(some <= all);
        const doubled = 2n * BigInt(value) * BigInt(some) + BigInt(all);
        return BigInt(proportion(value, some, all)) === doubled / (2n * BigInt(all));
      }),
    );
  });
});
