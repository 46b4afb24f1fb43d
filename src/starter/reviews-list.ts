import Table from 'cli-table3';
import { loadStarterConfig } from '../config.js';
import { REVIEW_STAGES } from '../contract/review.js';
import { toMinorUnits } from '../domain/money.js';
import { HOLDING_RULES } from '../domain/review/actions.js';
import {
  amountsByCurrency,
  type Incident,
  isListed,
  type ListedReview,
  type ReviewFilter,
  type ReviewLine,
  reviewLines,
} from '../domain/review/listing.js';
import { SCHEMA_VERSION, type StarterContext, StarterError, using } from './context.js';
import { csvLine } from './csv.js';
import { reviewLink } from './open-reviews.js';
import { listOpenReviews } from '../review-list.js';
import { amount } from './outcome-text.js';

/** The filters as they were typed. */
export interface GivenFilter {
  readonly mine?: true;
  readonly actor?: string;
  readonly stage?: string;
  readonly rule?: string;
  readonly channel?: string;
  readonly minAmount?: string;
}

/** @throws StarterError for a stage, rule or amount that there is not */
export function readFilter(given: GivenFilter): ReviewFilter {
  if (given.mine === true && given.actor === undefined)
    throw new StarterError('--mine needs --actor: whose are yours?');
  return {
    stage: given.stage === undefined ? null : oneOf('--stage', given.stage, REVIEW_STAGES),
    rule: given.rule === undefined ? null : oneOf('--rule', given.rule, HOLDING_RULES),
    channel: given.channel ?? null,
    assignee: given.mine === true ? (given.actor ?? null) : null,
    amountMinMinor: given.minAmount === undefined ? null : readAmount(given.minAmount),
  };
}

function oneOf(option: string, text: string, known: readonly string[]): string {
  if (known.includes(text.trim())) return text.trim();
  throw new StarterError(`${option} is none of: ${known.join(', ')}`);
}

/** Two decimals: what is compared is minor units, whatever the currency. */
function readAmount(text: string): number {
  const minor = toMinorUnits(text.trim(), 'GBP');
  if (minor !== null && minor >= 0) return minor;
  throw new StarterError('--min-amount takes an amount such as 50 or 49.99');
}

export interface ListOptions {
  readonly format: 'table' | 'json' | 'csv';
  readonly filter: ReviewFilter;
  readonly isFolded: boolean;
}

/** The open reviews, most urgent first: amount at stake × age. Needs no worker. Resolves with the exit status. */
export async function runReviewsList(options: ListOptions, context: StarterContext): Promise<number> {
  const config = loadStarterConfig(['temporal', 'temporalUiUrl'], context.env);
  return using(await context.connectTemporal(config.temporal), async (temporal) => {
    const all = await listOpenReviews(temporal.client);
    const reviews = all.filter((review) => isListed(review, options.filter));
    // A spreadsheet and a program fold for themselves.
    const isFolded = options.isFolded && options.format === 'table';
    const lines = reviewLines(reviews, { nowMs: Date.now(), isFolded });
    const link = (orderId: string): string => reviewLink(config.temporalUiUrl, temporal.namespace, orderId);
    if (options.format === 'json')
      context.print(JSON.stringify({ schemaVersion: SCHEMA_VERSION, ...jsonOf(lines, link) }));
    else
      for (const text of options.format === 'csv' ? csvOf(lines, link) : tableOf(lines, all.length))
        context.print(text);
    return 0;
  });
}

type Link = (orderId: string) => string;

function jsonOf(lines: readonly ReviewLine[], link: Link) {
  const reviews = lines.flatMap(reviewsOf);
  return {
    reviews: reviews.map((review) => ({ ...review, link: link(review.orderId) })),
    atStake: amountsByCurrency(reviews),
    incidents: reviewLines(reviews, { nowMs: 0, isFolded: true }).flatMap((line) =>
      line.kind === 'incident'
        ? [{ ...line.incident, members: line.incident.members.map(({ orderId }) => orderId) }]
        : [],
    ),
  };
}

function reviewsOf(line: ReviewLine): readonly ListedReview[] {
  return line.kind === 'review' ? [line.review] : line.incident.members;
}

const CSV_HEAD = [
  'order',
  'amount at stake',
  'currency',
  'stage',
  'rules',
  'channel',
  'held since',
  'who has it',
  'link',
];

function csvOf(lines: readonly ReviewLine[], link: Link): string[] {
  const rows = lines
    .flatMap(reviewsOf)
    .map((review) => [
      review.number,
      amountText(review),
      review.currency,
      review.stage,
      review.rules.join(' '),
      review.channel ?? '',
      review.heldAt,
      review.assignee ?? '',
      link(review.orderId),
    ]);
  return [CSV_HEAD, ...rows].map(csvLine);
}

function amountText({ amountMinor, currency }: ListedReview): string {
  return amount(amountMinor, currency).split(' ')[0] ?? '';
}

function tableOf(lines: readonly ReviewLine[], openAtAll: number): string[] {
  const reviews = lines.flatMap(reviewsOf);
  if (reviews.length === 0) {
    return [
      openAtAll === 0
        ? 'No review is open: every order adds up.'
        : `None of the ${openAtAll} open reviews is like that.`,
    ];
  }
  const table = new Table({
    head: ['order', 'at stake', 'stage', 'why it is held', 'channel', 'held since (UTC)', 'who has it'],
    style: { head: [], border: [] },
  });
  table.push(...lines.map(rowOf));
  const atStake = amountsByCurrency(reviews).map(({ minorUnits, currency }) => amount(minorUnits, currency));
  const incidents = lines.filter(({ kind }) => kind === 'incident').length;
  return [
    table.toString(),
    `${reviews.length} open, at stake ${atStake.join(', ')}. Look into one: starter reviews show <order>`,
    ...(incidents === 0
      ? []
      : ['Incidents are one line each; --unfold lists their orders, and --rule and --channel decide them together.']),
  ];
}

function rowOf(line: ReviewLine): string[] {
  if (line.kind === 'incident') return incidentRow(line.incident);
  const { number, amountMinor, currency, stage, rules, channel, heldAt, assignee } = line.review;
  return [
    number,
    amount(amountMinor, currency),
    stage,
    rules.join(', '),
    channel ?? '–',
    minute(heldAt),
    assignee ?? '–',
  ];
}

function incidentRow({ members, rules, channel, firstHeldAt }: Incident): string[] {
  const sums = amountsByCurrency(members).map(({ minorUnits, currency }) => amount(minorUnits, currency));
  return [
    `incident: ${members.length} orders`,
    sums.join(', '),
    '',
    rules.join(', '),
    channel ?? '–',
    minute(firstHeldAt),
    '',
  ];
}

function minute(at: string): string {
  return at.slice(0, 16).replace('T', ' ');
}
