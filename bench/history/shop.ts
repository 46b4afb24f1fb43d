/**
 * A shop of any size that looks like the real one: of each customer 1 to 25 orders, 4.6 in the middle, most have few; lines 1 to 40; every fifth
 * order is partly given back. By rule on numbers: the same size gives the same shop.
 */

interface GeneratedShop {
  readonly customers: readonly object[];
  readonly orders: readonly object[];
  readonly refunds: readonly object[];
}

/** How many orders the nth customer of each 20 has: 92 in all, 4.6 each. */
const ORDERS_OF_TWENTY = [1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 4, 5, 6, 8, 10, 15, 20];
const LINES_OF_TEN = [1, 2, 4, 6, 9, 12, 16, 20, 30, 40];
const REFUNDED_EVERY = 5;
const FIRST_NUMBER = 1_000_001;
const STARTS_AT_MS = Date.UTC(2024, 0, 1, 9);
const ORDER_EVERY_MS = 20 * 60_000;
const DAY_MS = 86_400_000;

function idOf(kind: number, n: number): string {
  return `00000000-0000-4000-801${kind}-${n.toString(16).padStart(12, '0')}`;
}

/** Those of the customers `from` … `from + count - 1`, to be put into the emulator piece by piece. */
export function generatedShop(range: { readonly from: number; readonly count: number }): GeneratedShop {
  const customers: object[] = [];
  const orders: object[] = [];
  const refunds: object[] = [];
  for (let n = range.from; n < range.from + range.count; n += 1) {
    const customerId = idOf(1, n);
    const createdAt = new Date(STARTS_AT_MS + Math.floor(n / 3) * 1_000).toISOString();
    customers.push({
      customerId,
      email: `history-${n}@example.com`,
      marketingConsent: n % 4 < 2,
      createdAt,
      timeUpdated: createdAt,
    });
    const count = ORDERS_OF_TWENTY[n % ORDERS_OF_TWENTY.length] ?? 1;
    for (let nth = 0; nth < count; nth += 1) {
      const number = n * 20 + nth;
      orders.push(orderOf({ number, customerId }));
      if (number % REFUNDED_EVERY === 0) refunds.push(refundOf(number));
    }
  }
  return { customers, orders, refunds };
}

function placedAtMs(number: number): number {
  return STARTS_AT_MS + (number % 20_000) * ORDER_EVERY_MS;
}

function orderOf({ number, customerId }: { number: number; customerId: string }): object {
  const at = new Date(placedAtMs(number)).toISOString();
  const count = LINES_OF_TEN[number % LINES_OF_TEN.length] ?? 1;
  const lines = Array.from({ length: count }, (_, position) => ({
    lineId: lineIdOf(number, position),
    quantity: 1 + ((number + position) % 6),
    displayPrice: '5.000000',
    displayTax: '1.000000',
    itemSku: `2${position}${number % 500}`,
    itemName: `White hanging heart, size ${position}`,
    status: 'despatched',
  }));
  return {
    saleOrderId: idOf(2, number),
    niceId: FIRST_NUMBER + number,
    customerId,
    createdAt: at,
    timeUpdated: at,
    itemStatuses: ['despatched'],
    despatchedAt: new Date(placedAtMs(number) + DAY_MS).toISOString(),
    lines,
  };
}

function lineIdOf(number: number, position: number): string {
  return idOf(3, number * 64 + position);
}

function refundOf(number: number): object {
  const at = new Date(placedAtMs(number) + 7 * DAY_MS).toISOString();
  return {
    refundId: idOf(4, number),
    saleOrderId: idOf(2, number),
    createdAt: at,
    timeUpdated: at,
    status: 'completed',
    items: [{ lineId: lineIdOf(number, 0), quantity: 1 }],
  };
}
