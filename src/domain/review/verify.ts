import type { LedgerEntry } from '../ledger.js';
import type { ReviewDecision } from './decision.js';
import { firstBrokenEntry, type TrailEntry } from './trail.js';

/** What of a review is compared with the ledger. */
export interface CheckedReview {
  readonly trail: readonly TrailEntry[];
  readonly trailDropped: number;
  readonly trailHash: string;
  /** The decision that it closed with; null while it is open, or where it closed without one. */
  readonly decision: ReviewDecision | null;
  readonly isApplied: boolean;
}

/** What does not fit, in words; empty when all does. `entry` is the order's in the customer's ledger; null where it has none any more. */
export function trailProblems(review: CheckedReview, entry: LedgerEntry | null): string[] {
  const { trail, trailDropped, trailHash, decision } = review;
  const broken = firstBrokenEntry(trail, trailDropped);
  const found: string[] = [];
  if (broken !== null) {
    const at = trail[broken];
    found.push(
      `its trail breaks at entry ${broken + 1 + trailDropped} (${at?.action ?? '?'}, ${at?.at ?? '?'}): it was changed`,
    );
  }
  if ((trail.at(-1)?.hash ?? '') !== trailHash)
    found.push('its last hash is not that of its last entry: entries were cut off');
  if (decision !== null && !trail.some(({ hash }) => hash === decision.trailHash)) {
    found.push('its decision stands in no entry of its trail');
  }
  if (decision !== null && review.isApplied) found.push(...ledgerProblems(decision, entry));
  return found;
}

/** The ledger may have gone on: a later review of other money has a later decision. */
function ledgerProblems(decision: ReviewDecision, entry: LedgerEntry | null): string[] {
  if (entry === null) return [];
  const kept = entry.decision;
  // A recheck leaves no decision to stand for: the order reconciled by itself.
  if (decision.action === 'recheck') return [];
  if (kept === undefined) return [`the ledger knows nothing of its decision (${decision.action})`];
  if (kept.decisionId !== decision.decisionId) {
    return kept.at > decision.at ? [] : ['the ledger has an older decision than the review'];
  }
  const isSame =
    kept.trailHash === decision.trailHash && kept.action === decision.action && kept.moneyHash === decision.moneyHash;
  return isSame ? [] : ['the ledger has the decision otherwise than the trail'];
}
