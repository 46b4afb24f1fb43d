import type { LedgerEntry } from '../domain/ledger.js';
import type { ReadOrder } from '../stokly/api.js';
import type { ContactView } from './contact-view.js';
import type { CustomerView } from './customer-workflow.js';
import type { TrailStep } from './trail.js';

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
  /** Why the record could not be read; null when Dotdigital answered or there is none to read. */
  readonly recordProblem: string | null;
  readonly contact: ContactView;
  /** Reads and writes of it, oldest first. */
  readonly trail: readonly TrailStep[];
  /** Temporal's page; null for an order without customer. */
  readonly link: string | null;
}
