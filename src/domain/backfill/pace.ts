/** What one limiter of a worker has learned, at a moment. */
export interface VendorPace {
  /** In words: `Stokly`, `Dotdigital (mediumCallRate)`. */
  readonly vendor: string;
  /** Calls a window; null while not known. */
  readonly limit: number | null;
  readonly windowMs: number;
  /** Calls that wait for their turn. */
  readonly waiting: number;
}

const MINUTE_MS = 60_000;

export function perMinute({ limit, windowMs }: VendorPace): number | null {
  return limit === null ? null : Math.round((limit * MINUTE_MS) / windowMs);
}

/** The limiter that most calls wait for; null where none does. */
export function tightest(paces: readonly VendorPace[]): VendorPace | null {
  const [most] = paces.filter(({ waiting }) => waiting > 0).toSorted((a, b) => b.waiting - a.waiting);
  return most ?? null;
}

/** `Stokly allows 118 calls a minute`; null where nothing is held back by a limit. */
export function heldBackWords(paces: readonly VendorPace[]): string | null {
  const held = tightest(paces);
  if (held === null) return null;
  const allowed = perMinute(held);
  return allowed === null ? `${held.vendor} limits calls` : `${held.vendor} allows ${allowed} calls a minute`;
}

/** Stokly's calls an order: lines one, all else together a tenth (docs/performance.md). */
const STOKLY_CALLS_AN_ORDER = 1.1;

/**
 * Minutes left: by what was done so far, and never less than Stokly's limit leaves. Null while neither is known.
 * Only ever shown, so a float does no harm.
 */
export function minutesLeft(left: {
  readonly orders: number;
  readonly ordersAMinute: number | null;
  readonly stokly: VendorPace | null;
}): number | null {
  const { orders, ordersAMinute, stokly } = left;
  if (orders <= 0) return 0;
  const byRate = ordersAMinute === null || ordersAMinute <= 0 ? null : orders / ordersAMinute;
  const allowed = stokly === null ? null : perMinute(stokly);
  const byLimit = allowed === null || allowed <= 0 ? null : (orders * STOKLY_CALLS_AN_ORDER) / allowed;
  if (byRate === null || byLimit === null) return byRate ?? byLimit;
  return Math.max(byRate, byLimit);
}
