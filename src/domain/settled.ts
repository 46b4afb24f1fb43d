import type { LedgerEntry, Outcome } from './ledger.js';
import type { SkipReason } from './reasons.js';

/** Orders that one drain settled alike. */
export interface SettledOrders {
  readonly outcome: Outcome;
  readonly reason: SkipReason | null;
  readonly orders: number;
}

/** What a drain settled: entries that were read anew, or whose outcome became another. Those that left the ledger are not in it. */
export function settledBetween(before: readonly LedgerEntry[], after: readonly LedgerEntry[]): SettledOrders[] {
  const known = new Map(before.map((entry) => [entry.orderId, entry]));
  const settled = new Map<string, SettledOrders>();
  for (const entry of after) {
    if (isSameAs(known.get(entry.orderId), entry)) continue;
    const { outcome, reason } = entry;
    const key = reason ?? outcome;
    settled.set(key, { outcome, reason, orders: (settled.get(key)?.orders ?? 0) + 1 });
  }
  return [...settled.values()];
}

function isSameAs(before: LedgerEntry | undefined, after: LedgerEntry): boolean {
  if (before === after) return true;
  return (
    before !== undefined &&
    before.read.at === after.read.at &&
    before.outcome === after.outcome &&
    before.reason === after.reason
  );
}
