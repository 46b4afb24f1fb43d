import type { Client } from '@temporalio/client';
import { reviewWorkflowId } from '../src/contract/ids.js';
import { type ReviewState, reviewStateQuery } from '../src/contract/review.js';
import type { ReviewAction } from '../src/domain/review/actions.js';
import type { HeldOrder } from './report.js';

/** What one decision about every held order would do to the money in Dotdigital. Minor units of the account's currency. */
export interface DecisionEffect {
  readonly action: Extract<ReviewAction, 'acceptStated' | 'acceptComputed' | 'exclude'>;
  /** Held orders in that currency that allow it. */
  readonly orders: number;
  /** Net of their records now, and after it. */
  readonly netBefore: number;
  readonly netAfter: number;
}

const DECIDED = ['acceptStated', 'acceptComputed', 'exclude'] as const;

/** Pure. An order that does not allow a decision stays as it is, and is not counted in its row. */
export function decisionEffects(
  held: readonly HeldOrder[],
  reviews: readonly ReviewState[],
  currency: string,
): DecisionEffect[] {
  const stakes = new Map(reviews.map(({ orderId, stake }) => [orderId, stake]));
  const own = held.filter((order) => order.currency === currency);
  return DECIDED.map((action) => {
    const allowed = own.filter(({ orderId }) => stakes.get(orderId)?.choices[action].isAllowed === true);
    const netAfter = allowed.reduce((sum, { orderId }) => {
      const amounts = stakes.get(orderId)?.choices[action].amounts ?? null;
      return amounts === null ? sum : sum + amounts.grossMinor - amounts.refundedMinor;
    }, 0);
    const netBefore = allowed.reduce((sum, { dotdigital }) => sum + (dotdigital?.net ?? 0), 0);
    return { action, orders: allowed.length, netBefore, netAfter };
  });
}

/** The open reviews of these orders, a few at a time. One that has closed meanwhile is left out. */
export async function readReviews(client: Client, held: readonly HeldOrder[]): Promise<ReviewState[]> {
  const rest = held.values();
  const found: ReviewState[] = [];
  const work = async (): Promise<void> => {
    for (const { orderId } of rest) {
      const handle = client.workflow.getHandle(reviewWorkflowId(orderId));
      const state = await handle.query(reviewStateQuery).catch(() => null);
      if (state !== null) found.push(state);
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  return found;
}
