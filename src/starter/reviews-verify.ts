import { loadStarterConfig } from '../config.js';
import type { LedgerEntry } from '../domain/ledger.js';
import { type CheckedReview, trailProblems } from '../domain/review/verify.js';
import type { TemporalAccess } from '../temporal.js';
import { forEachBounded } from './all-customers.js';
import { readClosedReview } from './closed-review.js';
import { SCHEMA_VERSION, type StarterContext, using } from './context.js';
import { askCustomer } from './customer-workflow.js';
import { askReview, findReview, listClosedReviews, reviewHandle } from './open-reviews.js';
import { listOpenReviews } from '../review-list.js';

interface Verified {
  readonly order: string;
  readonly problems: readonly string[];
}

/**
 * Reckons the hashes of trails again and compares decision and hash with the customer's ledger. Says where it breaks. Resolves with the
 * exit status: 1 when anything does not fit, or could not be looked at.
 */
export async function runReviewsVerify(
  order: string | null,
  options: { readonly json: boolean },
  context: StarterContext,
): Promise<number> {
  const config = loadStarterConfig(['temporal'], context.env);
  return using(await context.connectTemporal(config.temporal), async (temporal) => {
    const orderIds = order === null ? await allOf(temporal) : [await findReview(temporal, order)];
    const found: Verified[] = [];
    await forEachBounded(orderIds, async (orderId) => void found.push(await verify(temporal, orderId)));
    const broken = found.filter(({ problems }) => problems.length > 0);
    if (options.json) context.print(JSON.stringify({ schemaVersion: SCHEMA_VERSION, looked: found.length, broken }));
    else {
      for (const { order: number, problems } of broken)
        for (const problem of problems) context.print(`Order ${number}: ${problem}`);
      context.print(`${found.length} reviews looked at, ${broken.length} with something that does not fit.`);
    }
    return broken.length === 0 ? 0 : 1;
  });
}

async function allOf(temporal: TemporalAccess): Promise<string[]> {
  const open = (await listOpenReviews(temporal.client)).map(({ orderId }) => orderId);
  return [...new Set([...open, ...(await listClosedReviews(temporal))])];
}

async function verify(temporal: TemporalAccess, orderId: string): Promise<Verified> {
  const review = await readReview(temporal, orderId);
  if (typeof review === 'string') return { order: orderId, problems: [review] };
  const asked = await askCustomer(temporal, review.customerId, 'full');
  if (asked.kind === 'unanswered')
    return { order: review.number, problems: ['the customer’s workflow does not answer'] };
  const entry: LedgerEntry | null =
    asked.kind === 'answers' ? (asked.state.entries.find((one) => one.orderId === orderId) ?? null) : null;
  return { order: review.number, problems: trailProblems(review, entry) };
}

/** Or why it cannot be looked at. */
async function readReview(
  temporal: TemporalAccess,
  orderId: string,
): Promise<(CheckedReview & { number: string; customerId: string }) | string> {
  const view = await askReview(temporal, orderId);
  switch (view.kind) {
    case 'open':
      return { ...view.state, decision: null, isApplied: false };
    case 'closed': {
      const result = await readClosedReview(reviewHandle(temporal, orderId));
      return { ...result, isApplied: result.outcome === 'applied' };
    }
    case 'unanswered':
      return 'no worker answers for its review';
    case 'none':
      return 'its review is not there any more (terminated, or older than what Temporal keeps)';
  }
}
