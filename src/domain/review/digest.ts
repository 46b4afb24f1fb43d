import { instantMs } from '../instants.js';
import { amountsByCurrency, incidentsIn, type ListedReview, reviewLines } from './listing.js';

/** Reviews named in each part of a digest; more are counted. */
const NAMED_MAX = 5;

/** One message about all open reviews. No personal data but the names that staff gave. Amounts in minor units. */
export interface ReviewDigest {
  /** ISO instants: what is new is what was held in between. */
  readonly from: string | null;
  readonly until: string;
  readonly open: number;
  readonly atStake: readonly { readonly currency: string; readonly minorUnits: number }[];
  /** Open reviews that come from history and nobody has taken yet: counted, never named. */
  readonly quiet: number;
  readonly new: DigestPart;
  readonly escalated: DigestPart;
  readonly awaitingSecond: DigestPart;
  readonly waitingLongest: readonly DigestReview[];
  readonly largest: readonly DigestReview[];
  /** Many of one cause, one entry each; their members are named nowhere else. */
  readonly incidents: readonly DigestIncident[];
}

export interface DigestPart {
  readonly count: number;
  readonly first: readonly DigestReview[];
}

export interface DigestReview {
  readonly number: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly rules: readonly string[];
  readonly channel: string | null;
  readonly heldAt: string;
  readonly stage: string;
  readonly assignee: string | null;
}

export interface DigestIncident {
  readonly rules: readonly string[];
  readonly channel: string | null;
  readonly count: number;
  readonly atStake: readonly { readonly currency: string; readonly minorUnits: number }[];
  readonly firstHeldAt: string;
}

/** An open review as a digest sees it. */
export interface DigestInput extends ListedReview {
  /** It came from history. */
  readonly isQuiet: boolean;
}

/**
 * What is to be said of the open reviews. Pure. Reviews from history are quiet until somebody has them: a backfill that holds a thousand orders
 * is no news of today.
 */
export function digestOf(
  reviews: readonly DigestInput[],
  { fromMs, untilMs }: { readonly fromMs: number | null; readonly untilMs: number },
): ReviewDigest {
  const loud = reviews.filter(({ isQuiet, assignee }) => !isQuiet || assignee !== null);
  const incidents = incidentsIn(loud);
  const inIncident = new Set(incidents.flatMap(({ members }) => members.map(({ orderId }) => orderId)));
  const single = reviewLines(
    loud.filter(({ orderId }) => !inIncident.has(orderId)),
    { nowMs: untilMs, isFolded: false },
  ).flatMap((line) => (line.kind === 'review' ? [line.review] : []));
  const heldMs = ({ heldAt }: ListedReview): number => instantMs(heldAt) ?? 0;
  return {
    from: fromMs === null ? null : new Date(fromMs).toISOString(),
    until: new Date(untilMs).toISOString(),
    open: loud.length,
    atStake: amountsByCurrency(loud),
    quiet: reviews.length - loud.length,
    new: partOf(single.filter((review) => fromMs === null || heldMs(review) > fromMs)),
    escalated: partOf(single.filter(({ stage }) => stage === 'escalated')),
    awaitingSecond: partOf(single.filter(({ stage }) => stage === 'awaiting-second')),
    waitingLongest: named(single.toSorted((a, b) => heldMs(a) - heldMs(b))),
    largest: named(single.toSorted((a, b) => b.amountMinor - a.amountMinor)),
    incidents: incidents.map(({ rules, channel, members, firstHeldAt }) => ({
      rules,
      channel,
      count: members.length,
      atStake: amountsByCurrency(members),
      firstHeldAt,
    })),
  };
}

function partOf(reviews: readonly ListedReview[]): DigestPart {
  return { count: reviews.length, first: named(reviews) };
}

function named(reviews: readonly ListedReview[]): DigestReview[] {
  return reviews
    .slice(0, NAMED_MAX)
    .map(({ number, amountMinor, currency, rules, channel, heldAt, stage, assignee }) => ({
      number,
      amountMinor,
      currency,
      rules,
      channel,
      heldAt,
      stage,
      assignee,
    }));
}
