/** From the first pause, doubled with each try, to the longest one. In ms. */
export interface GrowingPause {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** `tries`: how many pauses there were before; below 0 counts as none. */
export function growingPauseMs({ firstMs, maxMs }: GrowingPause, tries: number): number {
  return Math.min(maxMs, firstMs * 2 ** Math.max(0, tries));
}

/** Between two tries of what a workflow must carry out, whatever fails: from seconds to five minutes. */
export const RETRY_PAUSE: GrowingPause = { firstMs: 5_000, maxMs: 300_000 };
