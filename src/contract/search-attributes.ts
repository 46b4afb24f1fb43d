import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/**
 * Search attributes: what an operator must see when no worker runs. Never personal data. SQL stores hold at most 10 of
 * kind Keyword and 3 of each other kind.
 */
export const CUSTOMER_STATUS = defineSearchAttributeKey('CustomerStatus', SearchAttributeType.KEYWORD);
export const ORDERS_HELD = defineSearchAttributeKey('OrdersHeld', SearchAttributeType.INT);
/** For the metric of the same meaning: visibility can count what stands in an attribute, and nothing else. */
export const ORDERS_SKIPPED = defineSearchAttributeKey('OrdersSkipped', SearchAttributeType.INT);
export const NEEDS_ATTENTION = defineSearchAttributeKey('NeedsAttention', SearchAttributeType.KEYWORD_LIST);
export const ORDER_ID = defineSearchAttributeKey('OrderId', SearchAttributeType.KEYWORD);

/** Of `contract/review.ts`: where a review stands. */
export const REVIEW_STAGE = defineSearchAttributeKey('ReviewStage', SearchAttributeType.KEYWORD);
/** The rules that the order fails. */
export const REVIEW_RULE = defineSearchAttributeKey('ReviewRule', SearchAttributeType.KEYWORD_LIST);
/** The most that a decision can move, in minor units of the order's currency. */
export const REVIEW_AMOUNT = defineSearchAttributeKey('ReviewAmount', SearchAttributeType.INT);
export const REVIEW_CHANNEL = defineSearchAttributeKey('ReviewChannel', SearchAttributeType.KEYWORD);
/** Who has it: a name that staff gave, shown to everyone who may look into Temporal. */
export const REVIEW_ASSIGNEE = defineSearchAttributeKey('ReviewAssignee', SearchAttributeType.KEYWORD);

/** All that `starter setup` makes sure of, with the type as Temporal's command line names it. */
export const SEARCH_ATTRIBUTES = [
  { key: CUSTOMER_STATUS, typeName: 'Keyword' },
  { key: ORDERS_HELD, typeName: 'Int' },
  { key: ORDERS_SKIPPED, typeName: 'Int' },
  { key: NEEDS_ATTENTION, typeName: 'KeywordList' },
  { key: ORDER_ID, typeName: 'Keyword' },
  { key: REVIEW_STAGE, typeName: 'Keyword' },
  { key: REVIEW_RULE, typeName: 'KeywordList' },
  { key: REVIEW_AMOUNT, typeName: 'Int' },
  { key: REVIEW_CHANNEL, typeName: 'Keyword' },
  { key: REVIEW_ASSIGNEE, typeName: 'Keyword' },
] as const;
