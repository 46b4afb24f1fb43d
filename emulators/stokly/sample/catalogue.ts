import { isoOf } from '../shop-clock.js';
import type { WireObject } from '../wire.js';
import { itemIdOf } from './ids.js';
import type { Invoice } from './read-invoices.js';
import { isDelivery, isFee } from './sale.js';

/** Every item of the invoices, with the first description that it has. They are there from the start. */
export function catalogueOf(invoices: readonly Invoice[]): WireObject[] {
  const items = new Map<string, WireObject>();
  for (const invoice of invoices) {
    for (const row of invoice.rows) {
      const known = items.get(row.stockCode);
      if (isFee(row) || isDelivery(row) || (known !== undefined && known['name'] !== null)) {
        continue;
      }
      const seenAt = isoOf(invoice.atMs);
      items.set(row.stockCode, {
        itemId: itemIdOf(row.stockCode),
        sku: row.stockCode,
        name: row.description === '' ? null : row.description,
        status: 0,
        format: 0,
        barcodes: [],
        timeCreated: seenAt,
        timeUpdated: seenAt,
      });
    }
  }
  return [...items.values()];
}
