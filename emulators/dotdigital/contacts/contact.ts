import type { JsonValue } from '../json.js';

/** Status of the e-mail channel; the vendor's `emailChannelStatus` without those that belong to the bin. */
export const EMAIL_STATUSES = [
  'noSubscription',
  'subscribed',
  'unsubscribed',
  'softBounced',
  'hardBounced',
  'ispComplained',
  'pendingOptIn',
  'directComplaint',
  'spamTrap',
  'blockedlocalpart',
  'sharedsuppression',
  'sharedDomainSuppression',
  'suppressed',
  'purchased',
  'knownComplainer',
  'knownLitigator',
  'domainSuppressed',
] as const;
export type EmailStatus = (typeof EMAIL_STATUSES)[number];

export interface StoredContact {
  readonly contactId: number;
  email: string;
  emailStatus: EmailStatus;
  emailType: 'PlainText' | 'Html';
  optInType: 'Unknown' | 'Single' | 'Double' | 'VerifiedDouble';
  /** Keys are the account's names, upper case. */
  readonly dataFields: Map<string, JsonValue>;
  readonly created: string;
  updated: string;
  binnedAt: string | null;
}

const MOVABLE: readonly EmailStatus[] = ['noSubscription', 'subscribed', 'unsubscribed', 'softBounced', 'pendingOptIn'];

/** A suppressed contact keeps its status whatever a call says; the update itself succeeds (reference "unified-contacts"). */
export function isSuppressed(status: EmailStatus): boolean {
  return !MOVABLE.includes(status);
}

/** The contact's overall status. */
export function overallStatus(contact: StoredContact): string {
  if (contact.binnedAt !== null) return 'binned';
  if (isSuppressed(contact.emailStatus)) return 'suppressed';
  return contact.emailStatus === 'softBounced' ? 'subscribed' : contact.emailStatus;
}
