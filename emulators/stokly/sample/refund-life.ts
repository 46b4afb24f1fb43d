import { orderHappening } from '../events.js';
import { applyRefund } from '../refunding.js';
import { isoOf } from '../shop-clock.js';
import type { Store } from '../store.js';
import type { Refund } from './credits.js';
import { DAY_MS, type LifeEvent } from './life.js';
import type { Sale } from './sale.js';
import { refundDocument } from './wire-objects.js';

/** Given back at once, or pending for a day and then completed or cancelled. */
export function refundLife(refund: Refund): LifeEvent[] {
  const { createdAtMs, path, sale } = refund;
  const becomes = (atMs: number, status: 'pending' | 'completed' | 'cancelled'): LifeEvent => ({
    atMs,
    apply: ({ store, settings }) => {
      const header = applyRefund(store, refundDocument(refund, status, atMs), settings);
      takeOverReturns(sale, store);
      return header === null ? [] : [orderHappening('order.refunded', header, isoOf(atMs))];
    },
  });
  switch (path) {
    case 'completed':
      return [becomes(createdAtMs, 'completed')];
    case 'pending-then-completed':
      return [becomes(createdAtMs, 'pending'), becomes(createdAtMs + DAY_MS, 'completed')];
    case 'pending-then-cancelled':
      return [becomes(createdAtMs, 'pending'), becomes(createdAtMs + DAY_MS, 'cancelled')];
  }
}

/** What a refund did to the lines in the shop also holds for the steps that are still to come. */
function takeOverReturns(sale: Sale, store: Store): void {
  const returned = (store.order(sale.saleOrderId)?.lines ?? []).filter((line) => line['status'] === 'returned');
  for (const line of sale.lines.filter((own) => returned.some((stored) => stored['lineId'] === own.lineId))) {
    line.status = 'returned';
  }
}
