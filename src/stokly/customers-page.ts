import type { CallOptions, CustomersPage } from './api.js';
import type { StoklyCalls } from './calls.js';
import { readAfter } from './read-after.js';

/** See `StoklyApi.listCustomersPage`. A19: customers have `createdAt`, and the list filters and sorts by it. */
export async function listCustomersPage(
  calls: StoklyCalls,
  { after, size }: { after: { createdAt: string; customerId: string } | null; size: number },
  options: CallOptions,
): Promise<CustomersPage> {
  const { rows, unreadable, isLast } = await readAfter(calls, {
    resource: '/v0/customers',
    label: 'GET customers (by createdAt)',
    field: 'createdAt',
    idField: 'customerId',
    since: null,
    after: after === null ? null : { at: after.createdAt, id: after.customerId },
    size,
    options,
  });
  return { customers: rows.map(({ id, at }) => ({ customerId: id, createdAt: at })), unreadable, isLast };
}
