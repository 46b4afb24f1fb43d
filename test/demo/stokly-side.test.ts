import { describe, expect, it } from 'vitest';
import { orderFacts } from '../../demo/stokly-side.js';
import { line, order, refund } from './shop.js';

describe("an order's money, reckoned from Stokly's state", () => {
  it('is its stated total, less what completed refunds gave back', () => {
    const refunds = [
      refund('2.00'),
      refund('0.50'),
      refund('5.00', { status: 'pending' }),
      refund('5.00', { status: 'cancelled' }),
    ];
    expect(orderFacts(order('1', {}, { refunds })).money).toEqual({ gross: 1200, refunded: 250, net: 950 });
  });

  it('leaves a cancelled line out where the header still counts it', () => {
    const lines = [line('a', '12.00'), line('b', '5.00', { status: 'cancelled' })];
    expect(orderFacts(order('1', { displayTotal: '17.00' }, { lines })).money.gross).toBe(1200);
  });

  it('takes the header as it is where it no longer counts the cancelled line', () => {
    const lines = [line('a', '12.00'), line('b', '5.00', { status: 'cancelled' })];
    expect(orderFacts(order('1', {}, { lines })).money.gross).toBe(1200);
  });

  it('is nothing when all was cancelled, delivery and discount too', () => {
    const lines = [line('a', '12.00', { status: 'cancelled' })];
    const header = { displayTotal: '16.80', displayShipping: '4.00', displayShippingTax: '0.80' };
    expect(orderFacts(order('1', header, { lines })).money.gross).toBe(0);
  });

  it('keeps the part of a cancelled line that a refund gave back: it had been paid', () => {
    const lines = [line('a', '12.00'), line('b', '5.00', { status: 'cancelled' })];
    const refunds = [refund('2.50', { items: [{ lineId: 'b', quantity: '1' }] })];
    expect(orderFacts(order('1', { displayTotal: '17.00' }, { lines, refunds })).money).toMatchObject({
      gross: 1450,
      refunded: 250,
    });
  });

  it('rounds a line without a stated total once, over its quantity', () => {
    const unit = { displayLineTotal: null, displayPrice: '1.6667', displayTax: '0.3333', quantity: '3' };
    const lines = [line('a', '12.00'), line('b', '', { ...unit, status: 'cancelled' })];
    expect(orderFacts(order('1', { displayTotal: '18.00' }, { lines })).money.gross).toBe(1200);
  });

  it("does not count a bundle's children", () => {
    const lines = [line('a', '12.00'), line('c', '99.00', { parentId: 'a', status: 'cancelled' })];
    expect(orderFacts(order('1', {}, { lines })).money.gross).toBe(1200);
  });

  it('knows currencies without and with three decimals', () => {
    expect(orderFacts(order('1', { currency: 'JPY', displayTotal: '1200' })).money.gross).toBe(1200);
    expect(orderFacts(order('1', { currency: 'KWD', displayTotal: '1.234' })).money.gross).toBe(1234);
  });
});
