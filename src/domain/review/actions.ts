import type { Rule } from '../judgement.js';

/** What a person may decide about a held order. */
export const REVIEW_ACTIONS = ['recheck', 'acceptStated', 'acceptComputed', 'exclude'] as const;
/**
 * `recheck`: read it again · `acceptStated`: what Stokly states is right · `acceptComputed`: what the parts make is right ·
 * `exclude`: it stays out of Dotdigital, and its record is deleted.
 */
export type ReviewAction = (typeof REVIEW_ACTIONS)[number];

/** The two that write amounts which the rules do not let pass. */
export type AcceptAction = Extract<ReviewAction, 'acceptStated' | 'acceptComputed'>;

export function isAccept(action: ReviewAction): action is AcceptAction {
  return action === 'acceptStated' || action === 'acceptComputed';
}

/** The rules that can hold an order; the others are only ever noted. */
export const HOLDING_RULES = [
  'readable',
  'lines-add-up',
  'refund-adds-up',
  'refunds-within-order',
  'refunded-quantity-within-line',
  'refund-has-order',
  'signs',
  'record-adds-up',
] as const satisfies readonly Rule[];
export type HoldingRule = (typeof HOLDING_RULES)[number];

/** Values of `reconciled_by`: who let the record's amounts pass. */
export const RECONCILED_BY = ['rules', 'review-stated', 'review-computed'] as const;
export type ReconciledBy = (typeof RECONCILED_BY)[number];

export function reconciledBy(action: AcceptAction): ReconciledBy {
  return action === 'acceptStated' ? 'review-stated' : 'review-computed';
}
