import type { OrderSnapshot } from '../order.js';
import type { Judgement } from '../judgement.js';
import type { SkipReason } from '../reasons.js';
import { amountText } from '../rule-words.js';
import { type Acceptance, acceptance } from './acceptance.js';
import type { AcceptAction } from './actions.js';
import type { ReviewChoice, ReviewChoices } from './stake.js';

/** What each accepting decision would make of an order, as the activity that judged it found: workflow code runs no rule. */
export type OrderChoices = Readonly<Record<AcceptAction, OrderChoice>>;

export type OrderChoice =
  | (Extract<Acceptance, { isAllowed: true }> & {
      /** Why the order would be left out under these amounts: its status may be another one. */
      readonly skipReasons: readonly SkipReason[];
    })
  | Extract<Acceptance, { isAllowed: false }>;

/** `skipReasonsFor` says what the policy makes of an order with that status. */
export function orderChoices(
  snapshot: OrderSnapshot,
  judgement: Judgement,
  skipReasonsFor: (status: string) => readonly SkipReason[],
): OrderChoices {
  const choice = (action: AcceptAction): OrderChoice => {
    const found = acceptance(snapshot, judgement, action);
    return found.isAllowed ? { ...found, skipReasons: skipReasonsFor(found.status) } : found;
  };
  return { acceptStated: choice('acceptStated'), acceptComputed: choice('acceptComputed') };
}

const CANNOT_BE_READ: OrderChoice = { isAllowed: false, why: 'readable fails: what cannot be read cannot be accepted' };

/** Of an order that could not be read. */
export const UNREADABLE_CHOICES: OrderChoices = { acceptStated: CANNOT_BE_READ, acceptComputed: CANNOT_BE_READ };

/** The same in words, for the person who decides. */
export function reviewChoices(choices: OrderChoices, currency: string): ReviewChoices {
  return {
    recheck: {
      isAllowed: true,
      text: 'has the order read again: right after it was mended in Stokly, or in the settings',
      amounts: null,
    },
    acceptStated: acceptChoice(choices.acceptStated, currency, 'what Stokly states'),
    acceptComputed: acceptChoice(choices.acceptComputed, currency, 'what the parts make'),
    exclude: {
      isAllowed: true,
      text: 'keeps the order out of Dotdigital, and deletes its record there if it has one',
      amounts: null,
    },
  };
}

function acceptChoice(choice: OrderChoice, currency: string, whose: string): ReviewChoice {
  if (!choice.isAllowed) {
    return { isAllowed: false, text: `${choice.why}; mend it in Stokly and recheck, or exclude`, amounts: null };
  }
  const { grossMinor, refundedMinor } = choice.amounts;
  const total = amountText(Math.max(0, grossMinor - refundedMinor), currency);
  const made = `${amountText(grossMinor, currency)} less ${amountText(refundedMinor, currency)} refunded`;
  const [leftOut] = choice.skipReasons;
  const text =
    leftOut === undefined
      ? `writes ${whose}: order total ${total}, which is ${made}`
      : `takes ${whose} (${made}); the order is then left out: ${leftOut}`;
  return { isAllowed: true, text, amounts: { grossMinor, refundedMinor } };
}
