/**
 * Types of Stokly's events as the relay knows them (A16: ours, because nothing outbound of Stokly's is known). Those that
 * move something; others are acknowledged and counted, so that a sender need not know what we use.
 */
export const HANDLED_TYPES = [
  'order.created',
  'order.updated',
  'order.despatched',
  'order.cancelled',
  'order.refunded',
  'customer.created',
  'customer.updated',
  'customer.deleted',
] as const;
export type HandledType = (typeof HANDLED_TYPES)[number];

export const IGNORED_TYPES = ['item.updated', 'item.discontinued'] as const;
