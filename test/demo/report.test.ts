import { describe, expect, it } from 'vitest';
import { SKIP_REASONS } from '../../src/domain/reasons.js';
import { contact, order, record, refund, reportOn, SPEND_OF_ONE, state } from './shop.js';

describe('a shop in order', () => {
  it('has no problem, and both sides agree to the penny', () => {
    const { report, problems } = reportOn();
    expect(problems).toEqual([]);
    expect(report.orders).toMatchObject({ inStokly: 1, synced: 1, held: 0, skipped: { total: 0 } });
    expect(report.money).toMatchObject({
      stokly: { gross: 1200, refunded: 0, net: 1200 },
      dotdigital: { gross: 1200, refunded: 0, net: 1200 },
      difference: { gross: 0, refunded: 0, net: 0 },
      unexplained: 0,
    });
    expect(report.contacts).toEqual({ created: 1, met: 0, spendAgrees: 1, spendDiffers: 0 });
  });

  it('has exactly the shape that is promised, with every reason present', () => {
    const { report } = reportOn();
    expect(Object.keys(report)).toEqual([
      'schemaVersion',
      'currency',
      'orders',
      'contacts',
      'money',
      'heldOrders',
      'links',
    ]);
    expect(Object.keys(report.money)).toEqual(['stokly', 'dotdigital', 'difference', 'explained', 'unexplained']);
    expect(Object.keys(report.money.explained)).toEqual(['held', 'skippedByReason', 'tolerated', 'otherCurrency']);
    expect(Object.keys(report.orders.skipped.byReason)).toEqual([...SKIP_REASONS]);
    expect(Object.keys(report.money.explained.skippedByReason)).toEqual([...SKIP_REASONS]);
  });

  it('tells contacts that it met from those that it created', () => {
    const { report } = reportOn({ seededContactIds: new Set(['1', '7']) });
    expect(report.contacts).toMatchObject({ created: 0, met: 1 });
  });
});

describe('what explains a difference', () => {
  it('a held order: Stokly now less what its record says', () => {
    const { report, problems } = reportOn({
      stoklyOrders: [order('1', { displayTotal: '15.00' })],
      customerStates: [state('customer-1', 1, ['1', 'held'])],
    });
    expect(report.money.difference).toEqual({ gross: 300, refunded: 0, net: 300 });
    expect(report.money.explained.held).toEqual({ gross: 300, refunded: 0, net: 300 });
    expect(report.money.unexplained).toBe(0);
    expect(problems).toEqual([]);
    expect(report.heldOrders).toMatchObject([
      { number: '1', stokly: { gross: 1500 }, dotdigital: { gross: 1200 }, differences: [{ differenceMinor: -1 }] },
    ]);
  });

  it('a skipped order, by its reason', () => {
    const { report, problems } = reportOn({
      stoklyOrders: [order('1'), order('2'), order('3', { customerId: 'customer-2' })],
      customerStates: [
        state('customer-1', 1, ['1', 'synced'], ['2', 'synced']),
        state('customer-2', null, ['3', 'skipped', 'no-email']),
      ],
      contacts: [
        contact('1', 'customer-1', { TOTAL_SPEND: '24', TOTAL_REFUND: '0', NET_SPEND: '24', NUMBER_OF_ORDERS: '2' }),
      ],
      records: [record('1'), record('2')],
    });
    expect(report.money.explained.skippedByReason['no-email']).toEqual({ gross: 1200, refunded: 0, net: 1200 });
    expect(report.money.unexplained).toBe(0);
    expect(problems).toEqual([]);
  });

  it('an order without customer is skipped, with no workflow to ask', () => {
    const { report } = reportOn({ stoklyOrders: [order('1'), order('2', { customerId: null })] });
    expect(report.orders.skipped.byReason['no-customer']).toBe(1);
    expect(report.money.explained.skippedByReason['no-customer'].gross).toBe(1200);
  });

  it('a removed order is skipped as that first, without customer too', () => {
    const { report } = reportOn({ stoklyOrders: [order('1'), order('2', { customerId: null, stage: 'removed' })] });
    expect(report.orders.skipped.byReason).toMatchObject({ removed: 1, 'no-customer': 0 });
  });

  it('another currency stands apart and is never added', () => {
    const { report, problems } = reportOn({
      stoklyOrders: [order('1'), order('2', { currency: 'EUR', displayTotal: '20.00' })],
      customerStates: [state('customer-1', 1, ['1', 'synced'], ['2', 'synced'])],
      records: [record('1'), record('2', { currency: 'EUR', order_gross_total: '20.00' })],
    });
    expect(report.money.stokly.gross).toBe(1200);
    expect(report.money.explained.otherCurrency).toMatchObject({
      EUR: { stokly: { gross: 2000 }, dotdigital: { gross: 2000 }, unexplained: 0 },
    });
    expect(problems).toEqual([]);
  });

  it('rounding let pass inside a record is told, and is no part of the difference', () => {
    const { report, problems } = reportOn({ records: [record('1', { products: [{ line_total: '11.99' }] })] });
    expect(report.money.explained.tolerated).toBe(1);
    expect(report.money.difference.net).toBe(0);
    expect(problems).toEqual([]);
  });
});

describe('what nothing explains', () => {
  it.each([
    ['a penny too little in a record', { order_gross_total: '11.99' }, 1],
    ['a penny too much in a record', { order_gross_total: '12.01' }, 1],
    ['a refund that Stokly does not know', { refunded_total: '0.02' }, 2],
    ['a gross and a refund that are wrong alike', { order_gross_total: '12.05', refunded_total: '0.05' }, 10],
    ['a record in another currency', { currency: 'USD' }, 2400],
  ])('%s', (_what, json, unexplained) => {
    const { report, problems } = reportOn({ records: [record('1', json)] });
    expect(report.money.unexplained).toBe(unexplained);
    expect(problems).toContain(`${unexplained} minor units of GBP are unexplained.`);
    expect(problems).toContain('Orders with unexplained money: 1.');
  });

  it('a refund that did not reach its record', () => {
    const { report } = reportOn({ stoklyOrders: [order('1', {}, { refunds: [refund('3.00')] })] });
    expect(report.money.unexplained).toBe(300);
  });

  it('two errors that cancel each other out', () => {
    const { report } = reportOn({
      stoklyOrders: [order('1'), order('2')],
      customerStates: [state('customer-1', 1, ['1', 'synced'], ['2', 'synced'])],
      records: [record('1', { order_gross_total: '11.99' }), record('2', { order_gross_total: '12.01' })],
    });
    expect(report.money.difference.net).toBe(0);
    expect(report.money.unexplained).toBe(2);
  });

  it('an order without its record', () => {
    expect(reportOn({ records: [] }).report.money.unexplained).toBe(1200);
  });

  it('a record that stayed though its order is skipped', () => {
    const { report, problems } = reportOn({ stoklyOrders: [order('1', { stage: 'removed' })] });
    expect(report.money.unexplained).toBe(1200);
    expect(problems).not.toEqual([]);
  });

  it('a record of no order', () => {
    const { report, problems } = reportOn({ records: [record('1'), record('9')] });
    expect(report.money.unexplained).toBe(1200);
    expect(problems.join(' ')).toContain('Records of no order, or under the wrong contact: 9.');
  });

  it("a record under another customer's contact", () => {
    const { report } = reportOn({
      contacts: [contact('1', 'customer-1', SPEND_OF_ONE), contact('2', 'customer-2', SPEND_OF_ONE)],
      records: [record('1', {}, '2')],
    });
    expect(report.money.unexplained).toBe(2400);
  });

  it('a penny in another currency', () => {
    const { problems } = reportOn({
      stoklyOrders: [order('1'), order('2', { currency: 'EUR' })],
      customerStates: [state('customer-1', 1, ['1', 'synced'], ['2', 'synced'])],
      records: [record('1'), record('2', { currency: 'EUR', order_gross_total: '12.01' })],
    });
    expect(problems).toContain('1 minor units of EUR are unexplained.');
  });
});

describe('what else makes a run a failure', () => {
  it('an order in no outcome, even when its money agrees', () => {
    const { report, problems } = reportOn({ customerStates: [] });
    expect(report.orders).toMatchObject({ inStokly: 1, synced: 0, held: 0, skipped: { total: 0 } });
    expect(problems).toEqual(['1 orders are in no outcome: 1.']);
  });

  it.each([
    ['TOTAL_SPEND', '11.99'],
    ['TOTAL_REFUND', '0.01'],
    ['NET_SPEND', '12.01'],
    ['NUMBER_OF_ORDERS', '2'],
  ])('a contact whose %s is not the sum of its records', (field, value) => {
    const { report, problems } = reportOn({
      contacts: [contact('1', 'customer-1', { ...SPEND_OF_ONE, [field]: value })],
    });
    expect(report.contacts).toMatchObject({ spendAgrees: 0, spendDiffers: 1 });
    expect(problems.join(' ')).toContain(`${field} is ${value}`);
  });

  it('a contact with records whose spend was never written', () => {
    expect(reportOn({ contacts: [contact('1', 'customer-1')] }).report.contacts.spendDiffers).toBe(1);
  });

  it('more than half of all orders skipped for one reason, said first', () => {
    const { problems } = reportOn({
      stoklyOrders: [order('1'), order('2', { customerId: null }), order('3', { customerId: null })],
      records: [],
    });
    expect(problems[0]).toBe('More than half of all orders are skipped for one reason: no-customer.');
    expect(problems.length).toBeGreaterThan(1);
  });

  it('just half of them is no failure', () => {
    expect(reportOn({ stoklyOrders: [order('1'), order('2', { customerId: null })] }).problems).toEqual([]);
  });
});
