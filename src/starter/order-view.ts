import type { LedgerEntry } from '../domain/ledger.js';
import type { ReadOrder } from '../stokly/api.js';
import type { CustomerView } from './customer-workflow.js';

/** All that is known about one order, from all three sides. No personal data. */
export interface OrderView {
  readonly orderId: string;
  readonly customerId: string | null;
  readonly stokly: ReadOrder;
  /** Null for an order without customer. */
  readonly customer: CustomerView | null;
  readonly entry: LedgerEntry | null;
  /** What Dotdigital says right now; null where the ledger names no record or none is there. */
  readonly record: Readonly<Record<string, unknown>> | null;
  /** Temporal's page; null for an order without customer. */
  readonly link: string | null;
}
