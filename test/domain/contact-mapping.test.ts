import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CONTACT_FIELDS,
  fieldName,
  isStatusWithheld,
  orderFields,
  profileFields,
} from '../../src/domain/contact-mapping.js';
import { NO_SPEND, type SpendParts } from '../../src/domain/spend.js';
import { profile } from './factories.js';

const spend: SpendParts = {
  grossMinor: 10_000,
  refundedMinor: 1000,
  countingOrders: 4,
  firstOrderAt: '2025-01-02T10:00:00Z',
  lastOrderAt: '2026-11-20T10:00:00.000Z',
  lastWritten: {
    orderId: 'order-1',
    number: '536365',
    placedAt: '2026-11-19T10:00:00.000Z',
    status: 'despatched',
    statusAt: '2026-11-20T16:00:00.000Z',
  },
  lastDespatched: { number: '536365', despatchedAt: '2026-11-20T16:00:00.000Z' },
  lastRefundAt: '2026-11-21T09:00:00.000Z',
  hasOtherCurrency: false,
  ordersInReview: 1,
  spendInReviewMinor: 250,
};
const base = { prefix: '', currency: 'GBP', spend, isLedgerComplete: true, isStatusWithheld: false };
const prefixed = { dataFieldPrefix: 'SK_' };
const bare = { dataFieldPrefix: '' };

describe('the fields about orders', () => {
  it('say what the records come to', () => {
    expect(orderFields(base)).toEqual({
      LAST_ORDER_DATE: '2026-11-20T10:00:00.000Z',
      LAST_ORDER_ID: '536365',
      LAST_ORDER_STATUS: 'despatched',
      LAST_DESPATCH_ID: '536365',
      LAST_DESPATCHED: '2026-11-20T16:00:00.000Z',
      LAST_REFUND_DATE: '2026-11-21T09:00:00.000Z',
      TOTAL_SPEND: 100,
      TOTAL_REFUND: 10,
      NET_SPEND: 90,
      NUMBER_OF_ORDERS: 4,
      AVG_ORDER_VALUE: 22.5,
      FIRST_ORDER_DATE: '2025-01-02T10:00:00.000Z',
      OTHER_CURRENCY: false,
      ORDERS_IN_REVIEW: 1,
      SPEND_IN_REVIEW: 2.5,
    });
  });

  it('round the average once, half away from zero', () => {
    const average = (grossMinor: number, countingOrders: number) =>
      orderFields({ ...base, spend: { ...NO_SPEND, grossMinor, countingOrders } }).AVG_ORDER_VALUE;
    expect([average(1000, 3), average(1001, 2), average(5, 10)]).toEqual([3.33, 5.01, 0.01]);
  });

  it('are the numbers that their decimal text says, to the penny', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e13 }), (grossMinor) => {
        const { TOTAL_SPEND } = orderFields({ ...base, spend: { ...NO_SPEND, grossMinor } });
        const digits = grossMinor.toString().padStart(3, '0');
        expect(Number(TOTAL_SPEND).toFixed(2)).toBe(`${digits.slice(0, -2)}.${digits.slice(-2)}`);
      }),
    );
  });

  it('say nothing about money, counts or the first order before all orders were read', () => {
    const names = Object.keys(orderFields({ ...base, isLedgerComplete: false }));
    expect(names).toEqual(CONTACT_FIELDS.filter(({ group }) => group === 'last').map(({ name }) => name));
  });

  it('do not claim before then that something never happened', () => {
    const partial = { ...spend, lastDespatched: null, lastRefundAt: null };
    const fields = orderFields({ ...base, spend: partial, isLedgerComplete: false });
    expect(Object.keys(fields)).toEqual(['LAST_ORDER_DATE', 'LAST_ORDER_ID', 'LAST_ORDER_STATUS']);
  });

  it('become null when the only order is gone', () => {
    const fields = orderFields({ ...base, spend: NO_SPEND });
    const gone = Object.entries(fields).filter(([, value]) => value === null);
    expect(gone.map(([name]) => name)).toEqual([
      'LAST_ORDER_DATE',
      'LAST_ORDER_ID',
      'LAST_ORDER_STATUS',
      'LAST_DESPATCH_ID',
      'LAST_DESPATCHED',
      'LAST_REFUND_DATE',
      'AVG_ORDER_VALUE',
      'FIRST_ORDER_DATE',
    ]);
    expect(fields).toMatchObject({ TOTAL_SPEND: 0, NUMBER_OF_ORDERS: 0, OTHER_CURRENCY: false });
  });

  it('leave the status alone when it is withheld, and nothing else', () => {
    const { LAST_ORDER_STATUS: _, ...others } = orderFields(base);
    expect(orderFields({ ...base, isStatusWithheld: true })).toEqual(others);
  });

  it('carry the prefix', () => {
    expect(Object.keys(orderFields({ ...base, prefix: 'sk_' }))).toContain('SK_LAST_ORDER_DATE');
  });
});

describe('the status of an order is withheld', () => {
  const day = 24 * 3_600_000;
  const at = (text: string) => Date.parse(text);

  it('once its fact is older than the limit, to the millisecond', () => {
    expect(isStatusWithheld(spend, at('2026-11-22T16:00:00.000Z'), 2 * day)).toBe(false);
    expect(isStatusWithheld(spend, at('2026-11-22T16:00:00.001Z'), 2 * day)).toBe(true);
  });

  it('by when the status came about, not when the order was placed', () => {
    const { lastWritten } = spend;
    const backlog = lastWritten && { ...lastWritten, placedAt: '2020-01-01T00:00:00Z' };
    expect(isStatusWithheld({ lastWritten: backlog }, at('2026-11-21T00:00:00Z'), 2 * day)).toBe(false);
  });

  it('not when there is no order: clearing it is no news', () => {
    expect(isStatusWithheld(NO_SPEND, at('2026-11-21T00:00:00Z'), 2 * day)).toBe(false);
  });
});

describe('the fields about the person', () => {
  it('are identity, consent, and what mails greet by', () => {
    expect(profileFields(profile(), prefixed)).toEqual({
      SK_STOKLY_ID: 'customer-1',
      SK_STOKLY_CONSENT: 'granted',
      SK_FIRSTNAME: 'Ada',
      SK_LASTNAME: 'Byron',
      SK_POSTCODE: 'SW1A 1AA',
      SK_CITY: 'London',
      SK_COUNTRY: 'GB',
    });
  });

  it.each([
    ['Acme Ltd', 'Acme Ltd'],
    ['Acme Ltd ', 'ACME LTD'],
  ])('have no name for a company that stands in both: %j %j', (forename, surname) => {
    expect(profileFields(profile({ forename, surname }), bare)).toMatchObject({ FIRSTNAME: null, LASTNAME: null });
  });

  it('take the text "undefined" for nothing', () => {
    const given = profile({ surname: 'undefined', city: 'Undefined', postcode: ' undefined ' });
    expect(profileFields(given, bare)).toMatchObject({ FIRSTNAME: 'Ada', LASTNAME: null, CITY: null, POSTCODE: null });
  });

  it('say the consent as it is: unknown stays unknown', () => {
    expect(profileFields(profile({ consent: 'unknown' }), bare).STOKLY_CONSENT).toBe('unknown');
  });

  it('are cut to what Dotdigital stores, never inside a character', () => {
    const city = `${'x'.repeat(254)}🎁`;
    expect(profileFields(profile({ city }), bare).CITY).toBe('x'.repeat(254));
    expect(profileFields(profile({ city: 'y'.repeat(300) }), bare).CITY).toBe('y'.repeat(255));
  });

  it('are clean text of at most 255, whatever was typed', () => {
    const text = fc.option(fc.string({ unit: 'binary', maxLength: 400 }));
    fc.assert(
      fc.property(text, text, (forename, city) => {
        for (const value of Object.values(profileFields(profile({ forename, city }), bare))) {
          if (value === null) continue;
          expect(String(value).length).toBeLessThanOrEqual(255);
          expect(JSON.stringify(value)).not.toMatch(/\\ud[89a-f]|\\u0000/i);
          expect(value).not.toBe('');
        }
      }),
    );
  });
});

describe('the table of contact fields', () => {
  it('has no name twice, and none too long with a prefix of three', () => {
    const names = CONTACT_FIELDS.map(({ name }) => fieldName('ABC', name));
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) {
      expect(name).toMatch(/^[A-Z][A-Z_]*$/);
      expect(name.length).toBeLessThanOrEqual(20);
    }
  });

  it('has the type of every value that is sent, and knows every name', () => {
    const types = new Map<string, string>(CONTACT_FIELDS.map(({ name, type }) => [name, type]));
    const sent = { ...orderFields(base), ...profileFields(profile(), bare) };
    expect(Object.keys(sent).sort()).toEqual([...types.keys()].sort());
    for (const [name, value] of Object.entries(sent)) {
      const isDate = typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value);
      const type = isDate
        ? 'Date'
        : { string: 'String', number: 'Numeric', boolean: 'Boolean' }[typeof value as 'string'];
      expect(`${name} ${type}`).toBe(`${name} ${types.get(name)}`);
    }
  });
});
