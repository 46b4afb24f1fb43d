import type { RulesPolicy } from './judgement.js';

/**
 * The settings that decide what happens to an order. An activity reads them and hands them to the workflow with its
 * result: workflow code reads no setting, so a changed setting never breaks a replay.
 */
export interface SyncPolicy extends RulesPolicy {
  readonly accountCurrency: string;
  readonly contactPolicy: 'consented' | 'all' | 'existing';
  /** Customer `type` values (as text) that mean guest. */
  readonly guestTypes: readonly string[];
  readonly channelsExcluded: readonly string[];
  readonly customersExcluded: readonly string[];
  /** Exact addresses or `@domain` suffixes, lower case. */
  readonly emailsExcluded: readonly string[];
  /** `order_status` values that are written. */
  readonly orderStatusesSynced: readonly string[];
  readonly orderKey: 'niceId' | 'sourceReferenceId';
  readonly ordersCollection: string;
  readonly dataFieldPrefix: string;
  readonly holdAfterMs: number;
  readonly triggerMaxAgeMs: number;
  /** False: everything is read, judged and counted; nothing is written. */
  readonly writes: boolean;
  readonly refundsKnown: boolean;
  readonly timeUpdatedKnown: boolean;
  /** A write of unknown fate may still land for this long: then it is read back. */
  readonly unconfirmedAfterMs: number;
}
