import { amount, microsOf } from './amounts.js';
import type { Settings } from './settings.js';
import { itemStatusesOf, type Store, type StoredOrder } from './store.js';
import { isList, isObject, plainText, textOf, type WireObject } from './wire.js';

/**
 * Stores a refund and what it does to its order: `displayRefunded` is the sum of the completed ones, and a line that is given
 * back whole becomes `returned`. The order's `timeUpdated` moves only where the settings say so. Gives the order's header, or
 * null where there is no such order.
 */
export function applyRefund(store: Store, document: WireObject, settings: Settings): WireObject | null {
  store.refunds.put(document);
  const order = store.order(textOf(document, 'saleOrderId') ?? '');
  if (order === null) {
    return null;
  }
  const completed = store.refunds
    .withOther(textOf(order.header, 'saleOrderId') ?? '')
    .filter((refund) => refund['status'] === 'completed');
  const lines = linesAfter(order, completed);
  const refunded = completed.reduce((sum, refund) => sum + (microsOf(refund['displayTotal']) ?? 0), 0);
  const header = {
    ...order.header,
    displayRefunded: amount(refunded),
    itemStatuses: itemStatusesOf(lines),
    ...(settings.refundTouchesOrder ? { timeUpdated: document['timeUpdated'] ?? null } : {}),
  };
  store.putOrder({ header, lines });
  return header;
}

function linesAfter(order: StoredOrder, completed: readonly WireObject[]): readonly WireObject[] {
  const refunded = new Map<string, number>();
  for (const item of completed.flatMap((refund) => (isList(refund['items']) ? refund['items'] : []))) {
    if (isObject(item)) {
      const lineId = textOf(item, 'lineId') ?? '';
      refunded.set(lineId, (refunded.get(lineId) ?? 0) + Number(plainText(item['quantity'])));
    }
  }
  return order.lines.map((line) => {
    const quantity = refunded.get(textOf(line, 'lineId') ?? '');
    const isReturned = quantity !== undefined && quantity >= Number(plainText(line['quantity']));
    return isReturned && line['status'] !== 'cancelled' ? { ...line, status: 'returned' } : line;
  });
}
