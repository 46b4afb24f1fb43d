import type { LedgerEntry } from '../ledger.js';
import type { JudgedOrder, UnreadableFetched } from '../fetched-order.js';
import { laterInstant } from '../instants.js';
import type { Judgement } from '../judgement.js';
import { LIMITS } from '../limits.js';
import { isAccept } from './actions.js';
import { type OrderChoice, reviewChoices, UNREADABLE_CHOICES } from './choices.js';
import type { ReviewDecision } from './decision.js';
import type { ReviewStake } from './stake.js';

/** What a decision makes of an order that was just read. */
export type UnderDecision =
  /** The money is the very one that was decided about, and it can be written as decided. */
  | { readonly kind: 'accepted'; readonly choice: Extract<OrderChoice, { isAllowed: true }> }
  | { readonly kind: 'excluded' }
  /** Other money, or a decision that changes no amounts: it is as if nothing had been decided. */
  | { readonly kind: 'none' }
  /** The same money, and the decision cannot be carried out: why. */
  | { readonly kind: 'refused'; readonly why: string };

/**
 * A decision stands for a `moneyHash` and for the amounts that were shown: where settings changed so that it would write others, a
 * person decides again. What keeps the rules by now needs no acceptance; what was excluded stays out.
 */
export function underDecision(order: JudgedOrder | UnreadableFetched, decision: ReviewDecision | null): UnderDecision {
  if (decision === null || decision.moneyHash !== moneyHashOf(order)) return { kind: 'none' };
  if (decision.action === 'exclude') return { kind: 'excluded' };
  if (!isHolding(order)) return { kind: 'none' };
  if (!isAccept(decision.action)) return { kind: 'refused', why: 'read again: it still does not add up' };
  const choice = choicesOf(order)[decision.action];
  if (!choice.isAllowed) return { kind: 'refused', why: choice.why };
  const isAsShown =
    choice.amounts.grossMinor === decision.amounts?.grossMinor &&
    choice.amounts.refundedMinor === decision.amounts.refundedMinor;
  if (!isAsShown) return { kind: 'refused', why: 'the settings changed: it would write other amounts than were shown' };
  return { kind: 'accepted', choice };
}

export function moneyHashOf(order: JudgedOrder | UnreadableFetched): string {
  return order.kind === 'read' ? order.moneyHash : order.hash;
}

/** The order as it is written under an acceptance: amounts and status are what was accepted, what failed is only noted. */
export function acceptedOrder(order: JudgedOrder, choice: Extract<OrderChoice, { isAllowed: true }>): JudgedOrder {
  const differences = order.judgement.differences.map((found) => ({ ...found, severity: 'note' as const }));
  const judgement: Judgement = { ...choice.amounts, differences };
  return { ...order, judgement, status: choice.status, skipReasons: choice.skipReasons };
}

function isHolding(order: JudgedOrder | UnreadableFetched): boolean {
  return differencesOf(order).some(({ severity }) => severity === 'hold');
}

function differencesOf(order: JudgedOrder | UnreadableFetched) {
  return order.kind === 'read' ? order.judgement.differences : order.differences;
}

function choicesOf(order: JudgedOrder | UnreadableFetched) {
  return (order.kind === 'read' ? order.choices : undefined) ?? UNREADABLE_CHOICES;
}

/** What a person is shown of an order that is held, as it was just read. */
export function stakeOf(order: JudgedOrder | UnreadableFetched, held: LedgerEntry, nowMs: number): ReviewStake {
  const now = new Date(nowMs).toISOString();
  const choices = reviewChoices(choicesOf(order), held.currency);
  return {
    moneyHash: moneyHashOf(order),
    differences: differencesOf(order)
      .filter(({ severity }) => severity === 'hold')
      .slice(0, LIMITS.differencesKept),
    amountMinor: amountAtStake(order, held),
    currency: held.currency,
    channel: order.kind === 'read' ? order.snapshot.storeName : null,
    heldAt: held.heldAt ?? now,
    factAt: laterInstant(laterInstant(held.placedAt, held.despatchedAt), held.lastRefundAt) ?? now,
    choices,
  };
}

/** The most that a decision can move the customer's spend by: over what each of them would write, against what stands. */
function amountAtStake(order: JudgedOrder | UnreadableFetched, held: LedgerEntry): number {
  const standing = netOf(held.written);
  const accepted = Object.values(choicesOf(order)).map((choice) => (choice.isAllowed ? netOf(choice.amounts) : 0));
  return Math.max(...[0, netOf(held.read), ...accepted].map((net) => Math.abs(net - standing)));
}

function netOf(amounts: { readonly grossMinor: number; readonly refundedMinor: number } | null): number {
  return amounts === null ? 0 : amounts.grossMinor - amounts.refundedMinor;
}
