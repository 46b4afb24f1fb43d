import type { Consent } from './consent.js';

/**
 * Stokly's record of a buyer, in our terms. PERSONAL DATA: lives inside one activity call only; never in a workflow, a
 * payload, a log, a failure.
 */
export interface CustomerProfile {
  readonly customerId: string;
  readonly type: string | null;
  readonly isActive: boolean;
  readonly email: string | null;
  readonly forename: string | null;
  readonly surname: string | null;
  readonly postcode: string | null;
  readonly city: string | null;
  /** ISO 3166 alpha-2, or null. */
  readonly country: string | null;
  readonly consent: Consent;
  readonly version: string | null;
}
