import type { LedgerEntry } from '../ledger.js';
import { mapOrderRecord } from '../order-record.js';
import { keptQuantity, type OrderSnapshot, refundedQuantities, returnedQuantity } from '../order.js';
import { judgeOrder } from '../reconcile.js';
import type { RulesPolicy } from '../judgement.js';
import { type SpendParts, spendOf } from '../spend.js';
import { acceptance } from './acceptance.js';
import { isAccept, reconciledBy, type ReviewAction } from './actions.js';

/** What one decision would leave in Dotdigital, told before it is made. Amounts in minor units of the order's currency. */
export type Outlook =
  | {
      readonly kind: 'writes';
      readonly orderTotalMinor: number;
      readonly grossMinor: number;
      readonly refundedMinor: number;
      readonly keptPieces: number;
      readonly returnedPieces: number;
      readonly reconciledBy: string;
      readonly isCounting: boolean;
    }
  /** No record. */
  | { readonly kind: 'deletes' }
  /** Nothing by itself: it is read again. */
  | { readonly kind: 'reads' }
  | { readonly kind: 'refused'; readonly why: string };

/** Pure, and by the very functions that writing goes through. */
export function outlookOf(action: ReviewAction, snapshot: OrderSnapshot, policy: RulesPolicy): Outlook {
  if (!isAccept(action)) return { kind: action === 'exclude' ? 'deletes' : 'reads' };
  const accepted = acceptance(snapshot, judgeOrder(snapshot, policy), action);
  if (!accepted.isAllowed) return { kind: 'refused', why: accepted.why };
  const { grossMinor, refundedMinor } = accepted.amounts;
  const refunded = refundedQuantities(snapshot);
  const pieces = (quantityOf: typeof keptQuantity): number =>
    snapshot.lines.reduce((sum, line) => sum + quantityOf(line, refunded.get(line.lineId) ?? 0), 0);
  return {
    kind: 'writes',
    orderTotalMinor: Math.max(0, grossMinor - refundedMinor),
    grossMinor,
    refundedMinor,
    keptPieces: pieces(keptQuantity),
    returnedPieces: pieces(returnedQuantity),
    reconciledBy: reconciledBy(action),
    isCounting: mapOrderRecord(snapshot, accepted.amounts, { orderKey: 'niceId' }).isCounting,
  };
}

/**
 * The contact's totals after a decision: the sum of its records, as if this order's record said what the decision writes. Null where the
 * decision changes none by itself.
 */
export function spendUnder(
  outlook: Outlook,
  { orderId, entries, accountCurrency }: { orderId: string; entries: readonly LedgerEntry[]; accountCurrency: string },
): SpendParts | null {
  if (outlook.kind === 'reads' || outlook.kind === 'refused') return null;
  const after = entries.map((entry) => (entry.orderId === orderId ? entryUnder(outlook, entry) : entry));
  return spendOf(after, accountCurrency);
}

function entryUnder(outlook: Extract<Outlook, { kind: 'writes' | 'deletes' }>, entry: LedgerEntry): LedgerEntry {
  if (outlook.kind === 'deletes') return { ...entry, outcome: 'skipped', reason: 'excluded-by-review', written: null };
  const { grossMinor, refundedMinor, isCounting } = outlook;
  const { number, despatchedAt, lastRefundAt, read } = entry;
  const stands = entry.written ?? {
    hash: null,
    recordKey: number,
    toleratedMinor: 0,
    status: read.status,
    despatchedAt,
    lastRefundAt,
    at: read.at,
    isUnconfirmed: false,
  };
  return { ...entry, outcome: 'synced', reason: null, written: { ...stands, grossMinor, refundedMinor, isCounting } };
}
