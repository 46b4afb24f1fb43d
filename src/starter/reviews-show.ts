import { loadStarterConfig, type StarterConfig } from '../config.js';
import type { ReviewState } from '../contract/review.js';
import type { TemporalAccess } from '../temporal.js';
import { readClosedReview } from './closed-review.js';
import { LIVE, SCHEMA_VERSION, type StarterContext, StarterError, using } from './context.js';
import { askReview, findReview, reviewHandle, reviewLink } from './open-reviews.js';
import { reviewShownLines } from './reviews-show-text.js';
import { gatherReview } from './shown-review.js';

type Config = Pick<StarterConfig, 'temporal' | 'temporalUiUrl' | 'stokly' | 'policy'>;

/** One review, with what each decision would do. Resolves with the exit status. */
export async function runReviewsShow(
  order: string,
  options: { readonly json: boolean },
  context: StarterContext,
): Promise<number> {
  const config = loadStarterConfig(['temporal', 'temporalUiUrl', 'stokly', 'policy'], context.env);
  return using(await context.connectTemporal(config.temporal), async (temporal) => {
    const orderId = await findReview(temporal, order);
    const view = await askReview(temporal, orderId);
    switch (view.kind) {
      case 'none':
        throw new StarterError(
          `no review of order ${order} was ever opened, or it was terminated: starter reviews open-missing`,
        );
      case 'unanswered':
        throw new StarterError(
          `no worker answers, so the review cannot be shown: start one, or look at ${reviewLink(config.temporalUiUrl, temporal.namespace, orderId)}`,
        );
      case 'closed':
        return showClosed(temporal, { orderId, config, options, context });
      case 'open':
        return showOpen(temporal, { state: view.state, config, options, context });
    }
  });
}

interface Show {
  readonly config: Config;
  readonly options: { readonly json: boolean };
  readonly context: StarterContext;
}

async function showClosed(temporal: TemporalAccess, show: Show & { readonly orderId: string }): Promise<number> {
  const { orderId, config, options, context } = show;
  const result = await readClosedReview(reviewHandle(temporal, orderId));
  const link = reviewLink(config.temporalUiUrl, temporal.namespace, orderId);
  if (options.json) context.print(JSON.stringify({ schemaVersion: SCHEMA_VERSION, closed: result, link }));
  else {
    const by = result.decision === null ? '' : `, decided by ${result.decision.actors.join(' and ')}`;
    context.print(`The review of order ${result.number} is closed: ${result.outcome} (${result.text})${by}.`);
    for (const { at, actor, action, reason } of result.trail) context.print(`  ${at}  ${actor}  ${action}  ${reason}`);
    context.print(link);
  }
  return 0;
}

async function showOpen(temporal: TemporalAccess, show: Show & { readonly state: ReviewState }): Promise<number> {
  const { state, config, options, context } = show;
  const shown = await using(context.createStokly(config.stokly), async (stokly) => {
    const [read = { kind: 'not-found', orderId: state.orderId } as const] = await stokly.readOrders(
      [state.orderId],
      LIVE,
    );
    return await gatherReview(temporal, { state, config, read });
  });
  if (options.json) context.print(JSON.stringify({ schemaVersion: SCHEMA_VERSION, review: shown }));
  else for (const line of reviewShownLines(shown)) context.print(line);
  return 0;
}
