import { reviewWorkflowId, TASK_QUEUE } from './ids.js';
import { type ReviewNews, reviewNewsSignal, type ReviewOrderInput } from './review.js';
import { ORDER_ID, REVIEW_AMOUNT, REVIEW_CHANNEL, REVIEW_RULE, REVIEW_STAGE } from './search-attributes.js';
import { LIVE_PRIORITY, WORKFLOW_TASK_TIMEOUT } from './wake-start.js';

/** Search attributes are at most 255 characters on SQL stores. */
const SEARCH_TEXT_MAX = 255;

export function searchText(text: string): string {
  return text.slice(0, SEARCH_TEXT_MAX);
}

/** Each rule once. */
export function searchRules(differences: readonly { readonly rule: string }[]): string[] {
  return [...new Set(differences.map(({ rule }) => rule))];
}

/**
 * Options of the one `signalWithStart` that opens a review or tells an open one what is at stake. Repeating it is safe. Its search attributes
 * count for a new review alone; an open one keeps its own up to date.
 */
export function openReviewStart(news: Extract<ReviewNews, { kind: 'open' }>) {
  const { orderId, number, customerId, stake } = news.opening;
  const args: [ReviewOrderInput] = [{ orderId }];
  const signalArgs: [ReviewNews] = [news];
  return {
    workflowId: reviewWorkflowId(orderId),
    taskQueue: TASK_QUEUE,
    args,
    signal: reviewNewsSignal,
    signalArgs,
    priority: LIVE_PRIORITY,
    workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
    staticSummary: `order ${number} does not add up: a person decides`,
    memo: {
      number,
      customerId,
      currency: stake.currency,
      heldAt: stake.heldAt,
      isQuiet: news.isQuiet,
    } satisfies ReviewMemo,
    typedSearchAttributes: [
      { key: ORDER_ID, value: orderId },
      { key: REVIEW_STAGE, value: 'open' },
      { key: REVIEW_RULE, value: searchRules(stake.differences) },
      { key: REVIEW_AMOUNT, value: stake.amountMinor },
      ...(stake.channel === null ? [] : [{ key: REVIEW_CHANNEL, value: searchText(stake.channel) }]),
    ],
  };
}

/** What a list of reviews shows beside the search attributes: readable when no worker runs. As it was when the review was opened. */
interface ReviewMemo {
  readonly number: string;
  readonly customerId: string;
  /** ISO 4217; empty where it cannot be read. */
  readonly currency: string;
  /** ISO instant. */
  readonly heldAt: string;
  /** It comes from history. */
  readonly isQuiet: boolean;
}
