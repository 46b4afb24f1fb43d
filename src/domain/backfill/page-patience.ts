import { growingPauseMs } from '../growing-pause.js';
import { LIMITS } from '../limits.js';

interface Patience {
  readonly askAgainMs: number;
  readonly askAgainMaxMs: number;
  readonly giveUpMs: number;
}

/** Silence after which who is missing is asked again: doubles with each ask, since most often they are only slow. */
export function pauseBeforeAsk(asks: number, { askAgainMs, askAgainMaxMs }: Patience): number {
  return growingPauseMs({ firstMs: askAgainMs, maxMs: askAgainMaxMs }, asks - 1);
}

/**
 * Whether a page ends without those who are missing. When many are missing, something is wrong with everyone (a vendor is down), and then it
 * waits; a few are left for the end. A page that waits for final answers is the end: it waits so long and no longer.
 */
export function isGivenUp(
  page: {
    readonly missing: number;
    readonly asked: number;
    readonly silentMs: number;
    readonly until: 'loaded' | 'final';
  },
  { giveUpMs }: Patience,
): boolean {
  if (page.silentMs < giveUpMs) return false;
  return page.until === 'final' || page.missing <= Math.max(1, Math.floor(page.asked * LIMITS.backfillMissingShare));
}
