import { loadStarterConfig } from '../config.js';
import {
  assignReviewSignal,
  assignReviewUpdate,
  commentReviewSignal,
  commentReviewUpdate,
  type ReviewReply,
} from '../contract/review.js';
import type { TemporalAccess } from '../temporal.js';
import { SCHEMA_VERSION, type StarterContext, StarterError, using } from './context.js';
import { findReview, reviewHandle } from './open-reviews.js';
import { sendToReview } from './review-updates.js';

export interface SayOptions {
  readonly json: boolean;
  /** Leave it as a signal, for when no worker runs. */
  readonly isSignal: boolean;
}

export type Saying =
  | { readonly kind: 'assign'; readonly assignee: string | null; readonly actor: string }
  | { readonly kind: 'comment'; readonly text: string; readonly actor: string };

/** Says who has a review, or something for its trail. Resolves with the exit status. */
export async function runReviewsSay(
  order: string,
  { saying, options }: { readonly saying: Saying; readonly options: SayOptions },
  context: StarterContext,
): Promise<number> {
  const config = loadStarterConfig(['temporal'], context.env);
  return using(await context.connectTemporal(config.temporal), async (temporal) => {
    const orderId = await findReview(temporal, order);
    const reply = options.isSignal ? await leave(temporal, orderId, saying) : await say(temporal, orderId, saying);
    const text = reply?.text ?? 'left for the review: taken when a worker runs';
    if (options.json)
      context.print(JSON.stringify({ schemaVersion: SCHEMA_VERSION, order, stage: reply?.stage ?? null, text }));
    else context.print(`Order ${order}: ${reply === null ? text : `${reply.stage}: ${text}`}.`);
    return 0;
  });
}

async function leave(temporal: TemporalAccess, orderId: string, saying: Saying): Promise<null> {
  const handle = reviewHandle(temporal, orderId);
  if (saying.kind === 'assign')
    await handle.signal(assignReviewSignal, { assignee: saying.assignee, actor: saying.actor });
  else await handle.signal(commentReviewSignal, { text: saying.text, actor: saying.actor });
  return null;
}

async function say(temporal: TemporalAccess, orderId: string, saying: Saying): Promise<ReviewReply> {
  const review = { temporal, orderId };
  const { actor } = saying;
  const reply =
    saying.kind === 'assign'
      ? await sendToReview(review, assignReviewUpdate, { assignee: saying.assignee, actor })
      : await sendToReview(review, commentReviewUpdate, { text: saying.text, actor });
  if (reply !== null) return reply;
  throw new StarterError(
    'not answered yet: no worker runs, or it is busy. It may still be taken; give --signal to leave it',
  );
}
