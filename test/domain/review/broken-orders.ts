import type { OrderSnapshot } from '../../../src/domain/order.js';
import type { HoldingRule } from '../../../src/domain/review/actions.js';
import { line, order, refund, refundLine } from '../factories.js';

/** For each rule that can hold an order one that fails it, and no other that holds. */
export const BROKEN: Readonly<Record<HoldingRule, OrderSnapshot>> = {
  readable: order({ refunds: [refund({ status: 'half-way' })] }),
  'lines-add-up': order({ totals: { totalMinor: 1300 } }),
  'record-adds-up': order({ lines: [line({ quantity: 0, totalMinor: 500, taxMinor: 83 })] }),
  'refund-adds-up': order({ refunds: [refund({ lines: [refundLine({ totalMinor: 500 })], totalMinor: 600 })] }),
  'refunds-within-order': order({ refunds: [refund({ lines: [refundLine({ totalMinor: 2500 })] })] }),
  'refunded-quantity-within-line': order({
    refunds: [refund({ lines: [refundLine({ quantity: 3, totalMinor: 1000 })] })],
  }),
  'refund-has-order': order({
    refunds: [refund({ lines: [refundLine({ lineId: 'of-another-order', totalMinor: 500 })] })],
  }),
  signs: order({
    lines: [line({ unitGrossMinor: 1500 }), line({ lineId: 'line-2', unitGrossMinor: -300, totalMinor: -300 })],
  }),
};
