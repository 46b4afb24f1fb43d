import { setTimeout as pause } from 'node:timers/promises';
import type { ReviewResult, ReviewStage } from '../contract/review.js';
import type { TemporalAccess } from '../temporal.js';
import { readClosedReview } from './closed-review.js';
import { askReview, reviewHandle } from './open-reviews.js';

/** What came of a decision. */
export type Decided =
  | { readonly kind: 'closed'; readonly result: ReviewResult }
  /** The customer's workflow could not carry it out. */
  | { readonly kind: 'reopened'; readonly why: string }
  | { readonly kind: 'not-yet' };

const LOOK_AGAIN_MS = 250;

/** Waits until the review has closed, or is open again. */
export async function awaitDecided(temporal: TemporalAccess, orderId: string, waitMs: number): Promise<Decided> {
  const giveUpAtMs = Date.now() + waitMs;
  for (;;) {
    const view = await askReview(temporal, orderId);
    if (view.kind === 'closed')
      return { kind: 'closed', result: await readClosedReview(reviewHandle(temporal, orderId)) };
    // Between the closing and the end of its run it still answers: then its stage says how it closed.
    if (view.kind === 'open' && view.state.deciding === null && !isClosing(view.state.stage)) {
      return { kind: 'reopened', why: view.state.trail.at(-1)?.reason ?? 'see its trail' };
    }
    if (Date.now() >= giveUpAtMs) return { kind: 'not-yet' };
    await pause(LOOK_AGAIN_MS);
  }
}

function isClosing(stage: ReviewStage): boolean {
  return stage === 'applied' || stage === 'superseded' || stage === 'withdrawn';
}
