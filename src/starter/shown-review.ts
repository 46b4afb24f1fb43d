import type { StarterConfig } from '../config.js';
import type { CustomerState } from '../contract/messages.js';
import type { ReviewState } from '../contract/review.js';
import { completedRefunds } from '../domain/order.js';
import type { RefundSnapshot } from '../domain/refund.js';
import { REVIEW_ACTIONS, type ReviewAction } from '../domain/review/actions.js';
import { type Outlook, outlookOf, spendUnder } from '../domain/review/outlook.js';
import { type SpendParts, spendOf } from '../domain/spend.js';
import type { ReadOrder } from '../stokly/api.js';
import type { TemporalAccess } from '../temporal.js';
import { askCustomer } from './customer-workflow.js';
import { type MoneySide, moneySides } from './money-sides.js';
import { reviewLink } from './open-reviews.js';

/** All that a person decides from. Money in minor units of the order's currency; totals in the account's. */
export interface ShownReview {
  readonly state: ReviewState;
  readonly stokly: ReadOrder;
  readonly sides: readonly MoneySide[];
  readonly choices: Readonly<Record<ReviewAction, ShownChoice>>;
  /** What the contact's fields come to now; null where the customer's workflow does not answer. */
  readonly totals: SpendParts | null;
  readonly accountCurrency: string;
  readonly link: string;
}

export interface ShownChoice {
  readonly isAllowed: boolean;
  readonly text: string;
  /** Null where Stokly's order cannot be read at the moment, or shows other money by now. */
  readonly outlook: Outlook | null;
  readonly totals: SpendParts | null;
}

type ShowConfig = Pick<StarterConfig, 'temporalUiUrl' | 'policy'>;

/** Puts together what the review says, what Stokly shows now, and what the customer's ledger knows. */
export async function gatherReview(
  temporal: TemporalAccess,
  { state, config, read }: { readonly state: ReviewState; readonly config: ShowConfig; readonly read: ReadOrder },
): Promise<ShownReview> {
  const { policy } = config;
  const asked = await askCustomer(temporal, state.customerId, 'full');
  const customer = asked.kind === 'answers' ? asked.state : null;
  const entry = customer?.entries.find(({ orderId }) => orderId === state.orderId) ?? null;
  return {
    state,
    stokly: read,
    sides: moneySides({ stokly: read, entry, record: null }, policy),
    choices: choicesOf({ state, read, customer, config }),
    totals: customer === null ? null : spendOf(customer.entries, policy.accountCurrency),
    accountCurrency: policy.accountCurrency,
    link: reviewLink(config.temporalUiUrl, temporal.namespace, state.orderId),
  };
}

interface Gathered {
  readonly state: ReviewState;
  readonly read: ReadOrder;
  readonly customer: CustomerState | null;
  readonly config: ShowConfig;
}

function choicesOf(gathered: Gathered): Record<ReviewAction, ShownChoice> {
  const choice = (action: ReviewAction): ShownChoice => choiceOf(action, gathered);
  return Object.fromEntries(REVIEW_ACTIONS.map((action) => [action, choice(action)])) as Record<
    ReviewAction,
    ShownChoice
  >;
}

function choiceOf(action: ReviewAction, { state, read, customer, config }: Gathered): ShownChoice {
  const { isAllowed, text, amounts } = state.stake.choices[action];
  const { policy } = config;
  const outlook = read.kind === 'read' && isAllowed ? outlookOf(action, read.snapshot, policy) : null;
  // Stokly may show other money by now than what is at stake: then the review is about to be told, and a preview would mislead.
  const isAsStaked =
    outlook?.kind !== 'writes' ||
    (outlook.grossMinor === amounts?.grossMinor && outlook.refundedMinor === amounts.refundedMinor);
  if (outlook === null || !isAsStaked || customer === null) {
    return { isAllowed, text, outlook: isAsStaked ? outlook : null, totals: null };
  }
  const { entries } = customer;
  const totals = spendUnder(outlook, { orderId: state.orderId, entries, accountCurrency: policy.accountCurrency });
  return { isAllowed, text, outlook, totals };
}

/** Refunds that count, as they are shown under the order. */
export function refundsOf(read: ReadOrder): RefundSnapshot[] {
  return read.kind === 'read' ? completedRefunds(read.snapshot) : [];
}
