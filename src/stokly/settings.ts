/** How to reach the merchant's Stokly account. */
export interface StoklySettings {
  /** Without a slash at the end, e.g. `https://api.stok.ly`. */
  readonly apiUrl: string;
  readonly accountKey: string;
  readonly clientId: string;
  readonly secretKey: string;
  /** What the limiter starts with; `x-ratelimit-remaining` rules from the first answer on. */
  readonly requestsPerMinute: number;
  /** Rows a page, at most 1000. */
  readonly pageSize: number;
  /** Length of the vendor's rate window. */
  readonly windowMs: number;
  /** False for accounts without the refunds resource (A13). */
  readonly refundsKnown: boolean;
  /** False for accounts whose orders and refunds have no `timeUpdated` (A5): then no order has a version. */
  readonly timeUpdatedKnown: boolean;
  /** One call from start to last byte; default 30 s. */
  readonly timeoutMs?: number;
  /** How long a call waits in all for a budget that was refused to it; default 90 s. */
  readonly refusedWaitMsMax?: number;
  /** How long history's callers wait for each other while there are many; default 2 s. A test has no such crowds. */
  readonly lingerMs?: number;
}

/** A single read of Stokly's takes seconds at most; a page of 1,000 rows stays far below this. */
export const STOKLY_TIMEOUT_MS = 30_000;
