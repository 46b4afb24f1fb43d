import type { Difference } from './judgement.js';
import { LIMITS } from './limits.js';
import { formatMinor } from './money.js';
import type { OrderSnapshot } from './order.js';
import type { RefundSnapshot } from './refund.js';

/** A thousand lines with one mistake are one mistake: the first few, the last of them saying how many more there are. */
export function capped(differences: readonly Difference[]): Difference[] {
  const kept = differences.slice(0, LIMITS.differencesKept);
  const more = differences.length - kept.length;
  const last = kept.at(-1);
  if (more === 0 || last === undefined) return kept;
  return [...kept.slice(0, -1), { ...last, observed: `${last.observed} (and ${more} more like this)` }];
}

export function amountText(minor: number, currency: string): string {
  return `${formatMinor(minor, currency)} ${currency}`;
}

export function orderSubject(snapshot: OrderSnapshot): string {
  return `order ${snapshot.number}`;
}

export function refundSubject(refund: RefundSnapshot): string {
  return `refund ${refund.number}`;
}
