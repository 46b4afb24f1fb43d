import { loadStarterConfig } from '../config.js';
import { type DecideReview, decideReviewSignal, decideReviewUpdate } from '../contract/review.js';
import { REVIEW_ACTIONS, type ReviewAction } from '../domain/review/actions.js';
import type { TemporalAccess } from '../temporal.js';
import { awaitDecided, type Decided } from './await-decided.js';
import { confirm } from './confirm.js';
import { SCHEMA_VERSION, type StarterContext, StarterError, using } from './context.js';
import { askReview, findReview, reviewHandle, reviewLink } from './open-reviews.js';
import { amount } from './outcome-text.js';
import { sendToReview } from './review-updates.js';

export interface DecideOptions {
  readonly json: boolean;
  readonly action: ReviewAction;
  readonly actor: string;
  readonly reason: string;
  /** The first characters of the moneyHash as `show` printed it; null: whatever is at stake now, after a question. */
  readonly hash: string | null;
  readonly isConfirmed: boolean;
  /** Leave it as a signal, for when no worker runs. */
  readonly isSignal: boolean;
  readonly waitMs: number;
}

/** @throws StarterError for what is no action */
export function readAction(text: string | undefined): ReviewAction {
  const action = REVIEW_ACTIONS.find((known) => known === text?.trim());
  if (action !== undefined) return action;
  throw new StarterError(`--action is one of: ${REVIEW_ACTIONS.join(', ')}`);
}

/** As `activities/hashing.ts` makes them. */
const HASH_LENGTH = 22;

/** @throws StarterError for what cannot be the beginning of a hash */
export function readHash(text: string | undefined): string | null {
  if (text === undefined) return null;
  if (/^[\w-]{8,64}$/.test(text.trim())) return text.trim();
  throw new StarterError('--hash takes what starter reviews show prints: its first 8 characters or more');
}

/**
 * Decides about one order. Answered at once; then waits until the customer's workflow has carried it out. What is not known in time is
 * reported as not yet known, never as failed. Resolves with the exit status: 1 when it was refused, or found other money.
 */
export async function runReviewsDecide(
  order: string,
  options: DecideOptions,
  context: StarterContext,
): Promise<number> {
  const config = loadStarterConfig(['temporal', 'temporalUiUrl'], context.env);
  return using(await context.connectTemporal(config.temporal), async (temporal) => {
    const orderId = await findReview(temporal, order);
    const message = await messageFor(temporal, { orderId, order, options, context });
    const link = reviewLink(config.temporalUiUrl, temporal.namespace, orderId);
    if (options.isSignal) {
      await reviewHandle(temporal, orderId).signal(decideReviewSignal, message);
      tell(context, options, {
        order,
        isAnswered: false,
        text: 'left for the review: carried out when a worker runs; what it would refuse is noted in its trail',
        link,
      });
      return 0;
    }
    const reply = await sendToReview({ temporal, orderId }, decideReviewUpdate, message);
    if (reply === null) {
      tell(context, options, {
        order,
        isAnswered: false,
        text: `not answered yet: no worker runs, or it is busy. What was sent may still be carried out: look with starter reviews show ${order}; to leave it for later give --signal`,
        link,
      });
      return 0;
    }
    if (reply.stage !== 'deciding') {
      tell(context, options, { order, isAnswered: true, text: `${reply.stage}: ${reply.text}`, link });
      return 0;
    }
    const decided = await awaitDecided(temporal, orderId, options.waitMs);
    tell(context, options, { order, isAnswered: true, text: decidedText(decided), outcome: decided.kind, link });
    return decided.kind === 'reopened' ? 1 : 0;
  });
}

interface About {
  readonly orderId: string;
  readonly order: string;
  readonly options: DecideOptions;
  readonly context: StarterContext;
}

async function messageFor(
  temporal: TemporalAccess,
  { orderId, order, options, context }: About,
): Promise<DecideReview> {
  const { action, actor, reason, hash } = options;
  const view = await askReview(temporal, orderId);
  if (view.kind === 'unanswered') {
    if (hash?.length === HASH_LENGTH) return { action, actor, reason, moneyHash: hash };
    throw new StarterError(
      'no worker answers, so what is at stake is not known: give the whole moneyHash as --hash, and --signal to leave the decision for later',
    );
  }
  if (view.kind !== 'open')
    throw new StarterError(`the review of order ${order} is closed: starter reviews show ${order}`);
  const { stake, number } = view.state;
  if (hash !== null) {
    if (stake.moneyHash.startsWith(hash)) return { action, actor, reason, moneyHash: stake.moneyHash };
    throw new StarterError(
      `order ${order} has other money by now than the one with ${hash}: look again with starter reviews show ${order}`,
    );
  }
  if (!options.json) {
    context.print(`Order ${number}, at stake ${amount(stake.amountMinor, stake.currency)}.`);
    context.print(`${action}: ${stake.choices[action].text}`);
  }
  await confirm(number, options.isConfirmed, context);
  return { action, actor, reason, moneyHash: stake.moneyHash };
}

function decidedText(decided: Decided): string {
  switch (decided.kind) {
    case 'closed':
      return `${decided.result.outcome}: ${decided.result.text}`;
    case 'reopened':
      return `not carried out, the review is open again: ${decided.why}`;
    case 'not-yet':
      return 'decided, and not carried out yet: the customer’s workflow is asked until it answers';
  }
}

interface Told {
  readonly order: string;
  readonly isAnswered: boolean;
  readonly text: string;
  readonly outcome?: string;
  readonly link: string;
}

function tell(context: StarterContext, { json }: DecideOptions, told: Told): void {
  if (json) context.print(JSON.stringify({ schemaVersion: SCHEMA_VERSION, ...told }));
  else {
    context.print(`Order ${told.order}: ${told.text}.`);
    context.print(told.link);
  }
}
