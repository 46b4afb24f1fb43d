import { describe, expect, it } from 'vitest';
import { readReason } from '../../src/starter/skipped.js';
import { rowLines, rowsOf, skippedOfLedger, skippedWithoutCustomer } from '../../src/starter/skipped-report.js';
import { entryFor } from '../support/ledger-factory.js';
import { TEST_POLICY } from '../support/policy.js';

const order = { number: '1', reason: 'no-email', grossMinor: 1200, currency: 'GBP' } as const;

describe('the list of what is skipped', () => {
  it('adds up the money of a reason by currency, and never two currencies', () => {
    const [row] = rowsOf([order, { ...order, number: '2' }, { ...order, number: '3', currency: 'EUR' }]);
    expect(row).toMatchObject({
      reason: 'no-email',
      owner: 'Stokly data',
      orders: 3,
      money: [
        { currency: 'EUR', minorUnits: 1200, text: '12.00 EUR' },
        { currency: 'GBP', minorUnits: 2400, text: '24.00 GBP' },
      ],
    });
  });

  it('counts an order whose money cannot be read, in no sum', () => {
    const [row] = rowsOf([
      order,
      { ...order, number: '2', grossMinor: null },
      { ...order, number: '3', currency: 'XAU' },
    ]);
    expect(row).toMatchObject({ orders: 3, money: [{ minorUnits: 1200 }], withoutMoney: 2 });
  });

  it('stands in the order in which reasons win, each with its next step', () => {
    const rows = rowsOf([{ ...order, reason: 'no-consent' }, order, { ...order, reason: 'removed' }]);
    expect(rows.map(({ reason }) => reason)).toEqual(['removed', 'no-email', 'no-consent']);
    const [, noEmail] = rows;
    expect(noEmail === undefined ? [] : rowLines(noEmail, true)).toEqual([
      'no-email: 1 order, 12.00 GBP',
      '    The customer has no e-mail address in Stokly.',
      '    whose move: Stokly data; next step: Add an e-mail address to the customer in Stokly.',
      '    orders: 1',
    ]);
  });

  it('takes of a ledger what is skipped, and nothing else', () => {
    const entries = [
      entryFor(),
      entryFor({ outcome: 'skipped', reason: 'guest', number: '9' }),
      entryFor({ outcome: 'held' }),
    ];
    expect(skippedOfLedger(entries)).toEqual([{ number: '9', reason: 'guest', grossMinor: 1200, currency: 'GBP' }]);
  });

  it('gives an order without customer the reason that wins', () => {
    const till = { number: '7', stage: 'order', storeName: 'Till', currency: 'GBP', totalMinor: 500 };
    const skipped = skippedWithoutCustomer([till, { ...till, stage: 'removed' }], {
      ...TEST_POLICY,
      channelsExcluded: ['Till'],
    });
    expect(skipped.map(({ reason }) => reason)).toEqual(['no-customer', 'removed']);
  });

  it('knows its reasons', () => {
    expect(readReason(undefined)).toBeNull();
    expect(readReason('guest')).toBe('guest');
    expect(() => readReason('because')).toThrow('--reason is none of: removed, no-customer');
  });
});
