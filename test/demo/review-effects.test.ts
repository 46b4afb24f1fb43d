import { describe, expect, it } from 'vitest';
import type { HeldOrder } from '../../demo/report.js';
import { decisionEffects } from '../../demo/review-effects.js';
import type { ReviewState } from '../../src/contract/review.js';
import type { ReviewChoices } from '../../src/domain/review/stake.js';

const heldOrder = (orderId: string, net: number | null, currency = 'GBP'): HeldOrder => ({
  orderId,
  number: orderId,
  customerId: 'customer-1',
  currency,
  stokly: { gross: 0, refunded: 0, net: 0 },
  dotdigital: net === null ? null : { gross: net, refunded: 0, net },
  differences: [],
});

function review(orderId: string, stated: number | null, computed: number | null): ReviewState {
  const choice = (gross: number | null) => ({
    isAllowed: gross !== null,
    text: '',
    amounts: gross === null ? null : { grossMinor: gross, refundedMinor: 200 },
  });
  const choices: ReviewChoices = {
    recheck: { isAllowed: true, text: '', amounts: null },
    acceptStated: choice(stated),
    acceptComputed: choice(computed),
    exclude: { isAllowed: true, text: '', amounts: null },
  };
  return { orderId, stake: { choices } } as ReviewState;
}

describe('what decisions would do to the money', () => {
  it('is told for each decision over the orders that allow it, in the account’s currency', () => {
    const effects = decisionEffects(
      [heldOrder('a', 1_000), heldOrder('b', null), heldOrder('c', 500, 'EUR')],
      [review('a', 1_200, 1_100), review('b', 900, null), review('c', 1, 1)],
      'GBP',
    );
    expect(effects).toEqual([
      { action: 'acceptStated', orders: 2, netBefore: 1_000, netAfter: 1_700 },
      { action: 'acceptComputed', orders: 1, netBefore: 1_000, netAfter: 900 },
      { action: 'exclude', orders: 2, netBefore: 1_000, netAfter: 0 },
    ]);
  });

  it('leaves out orders whose review is not there', () => {
    expect(decisionEffects([heldOrder('a', 1_000)], [], 'GBP').map(({ orders }) => orders)).toEqual([0, 0, 0]);
  });
});
