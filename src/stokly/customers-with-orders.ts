import type { CallOptions } from './api.js';
import type { StoklyCalls } from './calls.js';
import { IDS_PER_FILTER, isFilterValue, oneOf } from './filter.js';
import { filtersOf } from './orders-in-window.js';
import { PAGE_SIZE_MAX } from './paging.js';
import { type NumberedPage, readByNumber } from './read-by-number.js';
import { wireOrder } from './wire.js';

const LABEL = 'GET saleorders (of customers, in a window)';
const CUSTOMER = wireOrder.pick({ customerId: true });

/** See `StoklyApi.customersWithOrders`. */
export async function customersWithOrders(
  calls: StoklyCalls,
  asked: { readonly customerIds: readonly string[]; readonly from: string | null; readonly to: string | null },
  options: CallOptions,
): Promise<string[]> {
  const found = new Set<string>();
  const customerIds = asked.customerIds.filter(isFilterValue);
  for (let start = 0; start < customerIds.length; start += IDS_PER_FILTER) {
    const ids = customerIds.slice(start, start + IDS_PER_FILTER);
    const filters = [oneOf('customerId', ids), ...filtersOf({ from: asked.from, to: asked.to })];
    for (let afterNumber: string | null = null; ; ) {
      const page: NumberedPage<string> = await readByNumber(
        calls,
        { label: LABEL, filters, afterNumber, size: PAGE_SIZE_MAX, options },
        customerOf,
      );
      for (const customerId of page.orders) found.add(customerId);
      // A row that does not say whose it is may be anyone's of these: nobody is left out for it.
      if (page.unreadable.count > 0) for (const customerId of ids) found.add(customerId);
      if (page.isLast) break;
      afterNumber = page.lastNumber;
    }
  }
  return [...found];
}

function customerOf(row: unknown): string | null {
  const parsed = CUSTOMER.safeParse(row);
  return parsed.success ? parsed.data.customerId : null;
}
