import type { CustomerProfile } from '../domain/customer.js';
import type { CallOptions } from './api.js';
import type { StoklyCalls } from './calls.js';
import { mapCustomer } from './customer-mapping.js';
import { GATHERED, StoklyCallError } from './errors.js';
import { IDS_PER_FILTER, isFilterValue } from './filter.js';
import { Gatherer, type Gathering } from './gather.js';
import { OneOrMany } from './one-or-many.js';
import type { StoklySettings } from './settings.js';
import { fieldOf, id } from './wire-values.js';

/** Customers' profiles, gathered over all who ask in this process. */
export class CustomerReader {
  readonly #customers: Gatherer<unknown>;

  constructor(
    calls: StoklyCalls,
    private readonly settings: Pick<StoklySettings, 'timeUpdatedKnown'>,
    gathering: Gathering,
  ) {
    const customers = new OneOrMany(calls, {
      resource: '/v0/customers',
      idField: 'customerId',
      sortField: 'createdAt',
      label: `GET customers${GATHERED}`,
      subject: 'customer',
      idOf: customerIdOf,
      isWhole,
    });
    this.#customers = new Gatherer({
      keysMax: IDS_PER_FILTER,
      ...gathering,
      read: (batch) => customers.read(batch),
    });
  }

  /** Null when Stokly has no such customer. */
  async read(customerId: string, options: CallOptions): Promise<CustomerProfile | null> {
    if (!isFilterValue(customerId)) return null;
    const label = `GET customers/{id} (customer ${customerId})`;
    const raw = (await this.#customers.ask([customerId], options, label)).get(customerId);
    if (raw === undefined) return null;
    const customer = mapCustomer(raw, this.settings);
    if (customer.kind === 'read' && customer.profile.customerId === customerId) return customer.profile;
    const problems = customer.kind === 'read' ? ['customerId: another than was asked for'] : customer.problems;
    throw new StoklyCallError('unreadable-answer', `${label}: ${problems.join('; ')}`);
  }
}

/** A21: a row of the list has the same fields as the single read. One without these would be a person without an address. */
function isWhole(row: unknown): boolean {
  return fieldOf(row, 'email') !== undefined;
}

function customerIdOf(row: unknown): string | null {
  const parsed = id.safeParse(fieldOf(row, 'customerId'));
  return parsed.success ? parsed.data : null;
}
