/** How to reach the merchant's Dotdigital account. */
export interface DotdigitalSettings {
  /** Without a slash at the end, e.g. `https://r1-api.dotdigital.com`. Null: found through `/v2/account-info`. */
  readonly apiUrl: string | null;
  readonly apiUser: string;
  readonly apiPassword: string;
  /** One call from start to last byte; default 125 s. */
  readonly timeoutMs?: number;
  /** How long a call waits in all for a budget that was refused to it; default 90 s. */
  readonly refusedWaitMsMax?: number;
  /** Length of a rate window where an answer does not state its end; default a minute. */
  readonly rateWindowMs?: number;
  /** How long a write waits for the import it went out in, before it goes out alone; default 2 minutes. */
  readonly importWaitMs?: number;
}

/** An import may take minutes; an attempt of an activity has three, and the single call afterwards wants its share. */
export const IMPORT_WAIT_MS = 120_000;

/** The tiered scheme counts by the minute (call rate limits page). */
export const RATE_WINDOW_MS = 60_000;

/** Dotdigital's conventions page: allow 121 s before giving up. */
export const DOTDIGITAL_TIMEOUT_MS = 125_000;

/** Answers `/v2/account-info` for the credentials of any region (requirements for verified integrations). */
export const DISCOVERY_URL = 'https://r1-api.dotdigital.com';

/** Dotdigital's own hosts, the older ones too: the credentials go nowhere else. */
const REGION_HOST = /^https:\/\/r\d{1,2}-api\.dot(digital|mailer)\.com$/;

/** The endpoint that an account names, without its slash; null when that is no address of Dotdigital's. */
export function regionUrl(endpoint: string | null): string | null {
  const url = endpoint?.replace(/\/+$/, '').toLowerCase() ?? '';
  return REGION_HOST.test(url) ? url : null;
}
