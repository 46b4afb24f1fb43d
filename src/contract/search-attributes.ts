import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/**
 * Search attributes: what an operator must see when no worker runs. Never personal data. SQL stores hold at most 10 of
 * kind Keyword and 3 of each other kind.
 */
export const CUSTOMER_STATUS = defineSearchAttributeKey('CustomerStatus', SearchAttributeType.KEYWORD);
export const ORDERS_HELD = defineSearchAttributeKey('OrdersHeld', SearchAttributeType.INT);
export const NEEDS_ATTENTION = defineSearchAttributeKey('NeedsAttention', SearchAttributeType.KEYWORD_LIST);
export const ORDER_ID = defineSearchAttributeKey('OrderId', SearchAttributeType.KEYWORD);

/** All that `starter setup` makes sure of, with the type as Temporal's command line names it. */
export const SEARCH_ATTRIBUTES = [
  { key: CUSTOMER_STATUS, typeName: 'Keyword' },
  { key: ORDERS_HELD, typeName: 'Int' },
  { key: NEEDS_ATTENTION, typeName: 'KeywordList' },
  { key: ORDER_ID, typeName: 'Keyword' },
] as const;
