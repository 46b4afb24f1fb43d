import { loadStarterConfig } from '../config.js';
import { decideReviewUpdate, type ReviewState } from '../contract/review.js';
import type { ReviewAction } from '../domain/review/actions.js';
import { amountsByCurrency, isListed, type ReviewFilter } from '../domain/review/listing.js';
import type { TemporalAccess } from '../temporal.js';
import { forEachBounded } from './all-customers.js';
import { confirm } from './confirm.js';
import { SCHEMA_VERSION, type StarterContext, StarterError, using } from './context.js';
import { askReview } from './open-reviews.js';
import { listOpenReviews } from '../review-list.js';
import { amount } from './outcome-text.js';
import { sendToReview } from './review-updates.js';

export interface DecideManyOptions {
  readonly json: boolean;
  readonly filter: ReviewFilter;
  readonly action: ReviewAction;
  readonly actor: string;
  readonly reason: string;
  readonly isConfirmed: boolean;
}

/** One order's part in a decision about many. */
interface Part {
  readonly order: string;
  readonly what: 'decided' | 'awaiting-second' | 'refused' | 'not-yet';
  readonly text: string;
}

/**
 * Decides about all reviews that a filter lets through, each on exactly the money that the preview counted. Those that do not allow the
 * decision are named and left. Resolves with the exit status: 1 when any was refused.
 */
export async function runReviewsDecideMany(options: DecideManyOptions, context: StarterContext): Promise<number> {
  const config = loadStarterConfig(['temporal'], context.env);
  return using(await context.connectTemporal(config.temporal), async (temporal) => {
    const { states, unanswered } = await gather(temporal, options.filter);
    if (states.length === 0 && unanswered.length === 0) throw new StarterError('no open review is like that');
    const [allowed, others] = partition(states, ({ stake }) => stake.choices[options.action].isAllowed);
    if (!options.json)
      for (const line of previewLines({ allowed, others, unanswered }, options.action)) context.print(line);
    if (allowed.length === 0) throw new StarterError(`none of them allows ${options.action}`);
    await confirm(String(allowed.length), options.isConfirmed, context);
    const parts: Part[] = others.map(({ number, stake }) => ({
      order: number,
      what: 'refused',
      text: stake.choices[options.action].text,
    }));
    parts.push(...unanswered.map((order) => ({ order, what: 'not-yet' as const, text: 'no worker answered for it' })));
    await forEachBounded(allowed, async (state) => void parts.push(await decideOne(temporal, state, options)));
    report(parts, options, context);
    return parts.some(({ what }) => what === 'refused') ? 1 : 0;
  });
}

async function gather(temporal: TemporalAccess, filter: ReviewFilter) {
  const listed = (await listOpenReviews(temporal.client)).filter((review) => isListed(review, filter));
  const states: ReviewState[] = [];
  const unanswered: string[] = [];
  await forEachBounded(listed, async ({ orderId, number }) => {
    const view = await askReview(temporal, orderId);
    if (view.kind === 'open') states.push(view.state);
    else if (view.kind === 'unanswered') unanswered.push(number);
  });
  return { states: states.toSorted((a, b) => (a.number < b.number ? -1 : 1)), unanswered };
}

function partition<T>(all: readonly T[], isFirst: (one: T) => boolean): [T[], T[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))];
}

interface Preview {
  readonly allowed: readonly ReviewState[];
  readonly others: readonly ReviewState[];
  readonly unanswered: readonly string[];
}

function previewLines({ allowed, others, unanswered }: Preview, action: ReviewAction): string[] {
  const sums = amountsByCurrency(allowed.map(({ stake }) => stake)).map(({ minorUnits, currency }) =>
    amount(minorUnits, currency),
  );
  const written = writtenSums(allowed, action);
  return [
    `${action} for ${allowed.length} order(s), at stake ${sums.join(', ')}: ${allowed.map(({ number }) => number).join(', ')}`,
    ...(written.length === 0 ? [] : [`Their records will come to ${written.join(', ')} in all, refunds taken off.`]),
    ...(others.length === 0
      ? []
      : [`Left, because it is not possible for them: ${others.map(({ number }) => number).join(', ')}`]),
    ...(unanswered.length === 0 ? [] : [`Left, because no worker answers for them: ${unanswered.join(', ')}`]),
  ];
}

function writtenSums(states: readonly ReviewState[], action: ReviewAction): string[] {
  const nets = states.flatMap(({ stake }) => {
    const amounts = stake.choices[action].amounts;
    if (amounts === null) return [];
    return [{ amountMinor: Math.max(0, amounts.grossMinor - amounts.refundedMinor), currency: stake.currency }];
  });
  return amountsByCurrency(nets).map(({ minorUnits, currency }) => amount(minorUnits, currency));
}

async function decideOne(temporal: TemporalAccess, state: ReviewState, options: DecideManyOptions): Promise<Part> {
  const { number: order, orderId, stake } = state;
  const { action, actor, reason } = options;
  const message = { action, actor, reason, moneyHash: stake.moneyHash };
  try {
    const reply = await sendToReview({ temporal, orderId }, decideReviewUpdate, message);
    if (reply === null) return { order, what: 'not-yet', text: 'not answered in time: it may still be carried out' };
    if (reply.stage === 'awaiting-second') return { order, what: 'awaiting-second', text: reply.text };
    return { order, what: 'decided', text: reply.text };
  } catch (error) {
    if (error instanceof StarterError) return { order, what: 'refused', text: error.message };
    throw error;
  }
}

function report(parts: readonly Part[], { json }: DecideManyOptions, context: StarterContext): void {
  if (json) {
    context.print(JSON.stringify({ schemaVersion: SCHEMA_VERSION, orders: parts }));
    return;
  }
  const count = (what: Part['what']): number => parts.filter((part) => part.what === what).length;
  for (const { order, what, text } of parts) if (what !== 'decided') context.print(`Order ${order}: ${what}: ${text}`);
  context.print(
    `${count('decided')} decided, ${count('awaiting-second')} wait for a second person, ${count('refused')} refused, ${count('not-yet')} not answered yet.`,
  );
}
