import { currencyScale } from '../money.js';
import type { SyncPolicy } from '../policy.js';
import { firstReason, orderSkipReasons } from '../reasons.js';
import { addTallies, type OutcomeTally } from './tally.js';

/** An order that names no customer (a till sale), as its header states it; null: cannot be read. */
interface HeaderWithoutCustomer {
  readonly stage: string | null;
  readonly storeName: string | null;
  readonly currency: string | null;
  /** With tax, in minor units of `currency`. */
  readonly totalMinor: number | null;
}

/** Orders that no customer's ledger has: all are skipped, and the rule itself is `orderSkipReasons`. */
export function talliesWithoutCustomer(
  orders: readonly HeaderWithoutCustomer[],
  policy: Pick<SyncPolicy, 'channelsExcluded' | 'customersExcluded' | 'orderStatusesSynced'>,
): OutcomeTally[] {
  return addTallies(
    orders.map(({ stage, storeName, currency, totalMinor }) => {
      const header = { stage: stage ?? 'order', customerId: null, storeName, status: '', policy };
      const isKnown = currency !== null && totalMinor !== null && currencyScale(currency) !== null;
      return {
        outcome: 'skipped',
        reason: firstReason(orderSkipReasons(header)) ?? 'no-customer',
        currency: isKnown ? currency : '',
        orders: 1,
        grossMinor: isKnown ? totalMinor : 0,
        refundedMinor: 0,
      } as const;
    }),
  );
}
