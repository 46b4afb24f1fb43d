import type { ReviewPolicy } from '../../src/contract/review.js';
import type { SyncPolicy } from '../../src/domain/policy.js';

/** What most end-to-end tests run under: short waits, everyone gets a contact. */
export const TEST_POLICY: SyncPolicy = {
  roundingToleranceMinor: 1,
  goodwillMaxMinor: 1000,
  accountCurrency: 'GBP',
  contactPolicy: 'all',
  guestTypes: ['2'],
  channelsExcluded: [],
  customersExcluded: [],
  emailsExcluded: ['no@email.com', '@marketplace.amazon.co.uk'],
  orderStatusesSynced: [
    'unprocessed',
    'processing',
    'partially_despatched',
    'despatched',
    'collected',
    'returned',
    'refunded',
  ],
  orderKey: 'niceId',
  ordersCollection: 'Orders',
  dataFieldPrefix: '',
  holdAfterMs: 300,
  triggerMaxAgeMs: 10_000 * 86_400_000,
  writes: true,
  refundsKnown: true,
  timeUpdatedKnown: true,
  unconfirmedAfterMs: 120_000,
};

/** The defaults of the settings. */
export const TEST_REVIEW_POLICY: ReviewPolicy = {
  fourEyesAboveMinor: 50_000,
  remindAfterMs: 86_400_000,
  escalateAfterMs: 3 * 86_400_000,
};
