import { instantMs } from '../instants.js';
import { LIMITS } from '../limits.js';

/** One open review as a list shows it. Amounts in minor units of `currency`. */
export interface ListedReview {
  readonly orderId: string;
  readonly number: string;
  readonly customerId: string;
  /** ISO instant since which the order is held. */
  readonly heldAt: string;
  readonly stage: string;
  readonly rules: readonly string[];
  readonly amountMinor: number;
  /** ISO 4217; empty where it cannot be read. */
  readonly currency: string;
  readonly channel: string | null;
  readonly assignee: string | null;
}

/** What a list leaves out; null: nothing. */
export interface ReviewFilter {
  readonly stage: string | null;
  readonly rule: string | null;
  readonly channel: string | null;
  readonly assignee: string | null;
  readonly amountMinMinor: number | null;
}

export const NO_FILTER: ReviewFilter = {
  stage: null,
  rule: null,
  channel: null,
  assignee: null,
  amountMinMinor: null,
};

/** Channels are typed by people: case and spaces around do not count. */
export function isListed(review: ListedReview, filter: ReviewFilter): boolean {
  const same = (one: string, other: string): boolean => one.trim().toLowerCase() === other.trim().toLowerCase();
  return (
    (filter.stage === null || review.stage === filter.stage) &&
    (filter.rule === null || review.rules.includes(filter.rule)) &&
    (filter.channel === null || (review.channel !== null && same(review.channel, filter.channel))) &&
    (filter.assignee === null || review.assignee === filter.assignee) &&
    (filter.amountMinMinor === null || review.amountMinor >= filter.amountMinMinor)
  );
}

/** A line of the list: one review, or many that have one cause. */
export type ReviewLine =
  | { readonly kind: 'review'; readonly review: ListedReview; readonly weight: number }
  | { readonly kind: 'incident'; readonly incident: Incident; readonly weight: number };

/** More than `LIMITS.incidentReviews` reviews within an hour with the same rules and channel: something broke once, not so many orders. */
export interface Incident {
  readonly rules: readonly string[];
  readonly channel: string | null;
  readonly firstHeldAt: string;
  readonly lastHeldAt: string;
  /** Oldest first. */
  readonly members: readonly ListedReview[];
}

/** What is urgent comes first: amount at stake × age. Ties by order number, so that a list is the same twice. */
export function reviewLines(
  reviews: readonly ListedReview[],
  { nowMs, isFolded }: { readonly nowMs: number; readonly isFolded: boolean },
): ReviewLine[] {
  const incidents = isFolded ? incidentsIn(reviews) : [];
  const folded = new Set(incidents.flatMap(({ members }) => members.map(({ orderId }) => orderId)));
  const lines: ReviewLine[] = [
    ...incidents.map((incident) => ({
      kind: 'incident' as const,
      incident,
      weight: incident.members.reduce((sum, member) => sum + weightOf(member, nowMs), 0),
    })),
    ...reviews
      .filter(({ orderId }) => !folded.has(orderId))
      .map((review) => ({ kind: 'review' as const, review, weight: weightOf(review, nowMs) })),
  ];
  return lines.toSorted((a, b) => b.weight - a.weight || compareNumbers(numberOf(a), numberOf(b)));
}

/** An amount that cannot be read weighs one: what is unreadable must not sink to the end for ever. */
function weightOf({ amountMinor, heldAt }: ListedReview, nowMs: number): number {
  const ageMs = Math.max(0, nowMs - (instantMs(heldAt) ?? nowMs));
  return Math.max(1, Math.abs(amountMinor)) * Math.max(1, ageMs);
}

function numberOf(line: ReviewLine): string {
  return line.kind === 'review' ? line.review.number : (line.incident.members[0]?.number ?? '');
}

function compareNumbers(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

const HOUR_MS = 3_600_000;

/** Groups of the same rules and channel of which more than the limit were held within one hour; windows that overlap are one. */
export function incidentsIn(reviews: readonly ListedReview[]): Incident[] {
  const groups = new Map<string, ListedReview[]>();
  for (const review of reviews) {
    const key = JSON.stringify([review.rules.toSorted(), review.channel]);
    groups.set(key, [...(groups.get(key) ?? []), review]);
  }
  return [...groups.values()].flatMap(crowdsOf).map(asIncident);
}

function crowdsOf(group: readonly ListedReview[]): ListedReview[][] {
  const sorted = group.toSorted((a, b) => heldMs(a) - heldMs(b));
  const crowds: { members: ListedReview[]; lastAt: number }[] = [];
  for (let from = 0, to = 0; from < sorted.length; from += 1) {
    const first = sorted[from];
    if (first === undefined) continue;
    while (to < sorted.length && isWithinHour(first, sorted[to])) to += 1;
    if (to - from <= LIMITS.incidentReviews) continue;
    const last = crowds.at(-1);
    if (last !== undefined && from <= last.lastAt) {
      last.members.push(...sorted.slice(last.lastAt + 1, to));
      last.lastAt = to - 1;
    } else {
      crowds.push({ members: sorted.slice(from, to), lastAt: to - 1 });
    }
  }
  return crowds.map(({ members }) => members);
}

function isWithinHour(first: ListedReview, other: ListedReview | undefined): boolean {
  return other !== undefined && heldMs(other) - heldMs(first) < HOUR_MS;
}

function heldMs({ heldAt }: ListedReview): number {
  return instantMs(heldAt) ?? 0;
}

function asIncident(members: readonly ListedReview[]): Incident {
  const [first] = members;
  return {
    rules: first?.rules.toSorted() ?? [],
    channel: first?.channel ?? null,
    firstHeldAt: first?.heldAt ?? '',
    lastHeldAt: members.at(-1)?.heldAt ?? '',
    members,
  };
}

/** Sums by currency; two currencies never add up. Sorted by currency. */
export function amountsByCurrency(
  reviews: readonly Pick<ListedReview, 'amountMinor' | 'currency'>[],
): { readonly currency: string; readonly minorUnits: number }[] {
  const sums = new Map<string, number>();
  for (const { amountMinor, currency } of reviews) sums.set(currency, (sums.get(currency) ?? 0) + amountMinor);
  return [...sums]
    .map(([currency, minorUnits]) => ({ currency, minorUnits }))
    .toSorted((a, b) => (a.currency < b.currency ? -1 : 1));
}
