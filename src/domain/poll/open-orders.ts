import { LIMITS } from '../limits.js';
import type { Change, OpenOrdersCompared } from './change.js';

/** An order that is not despatched, collected, returned or cancelled yet, by its header. */
export interface OpenOrder {
  readonly orderId: string;
  /** Null: a till sale. */
  readonly customerId: string | null;
  /** Over what of the header says how far it is and what it costs; no personal data. */
  readonly fingerprint: string;
}

interface OpenOrders {
  /** Fingerprint by order id; null: none were taken yet, so nothing can differ. */
  readonly known: Readonly<Record<string, string>> | null;
  /** Oldest first. */
  readonly open: readonly OpenOrder[];
  readonly noticedAt: string;
}

/**
 * Differs: another fingerprint, open again, or not open any more (despatched, cancelled, removed: whose it was is then asked for). Above the
 * bound the newest are watched: the oldest open orders are those that nobody closes.
 */
export function compareOpenOrders({ known, open, noticedAt }: OpenOrders): OpenOrdersCompared {
  const watched = open.slice(-LIMITS.pollOpenOrders);
  const openOrders = Object.fromEntries(watched.map(({ orderId, fingerprint }) => [orderId, fingerprint]));
  const unwatched = open.length - watched.length;
  if (known === null) return { changes: [], openOrders, unwatched };
  const change = (id: string): Change => ({ stream: 'orders', id, orderId: id, at: noticedAt });
  const differing = watched
    .filter(({ orderId, fingerprint }) => known[orderId] !== fingerprint)
    .map(({ orderId, customerId }) => ({ ...change(orderId), customerId }));
  const stillOpen = new Set(open.map(({ orderId }) => orderId));
  const closed = Object.keys(known)
    .filter((orderId) => !stillOpen.has(orderId))
    .map(change);
  return { changes: [...differing, ...closed], openOrders, unwatched };
}
