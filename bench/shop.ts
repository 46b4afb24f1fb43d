/** An order of the bench, and how far it has come in Stokly. */
export interface BenchOrder {
  readonly orderId: string;
  /** Also the key of its record. */
  readonly number: number;
  readonly customerId: string;
}

/** What one webhook says, and what Dotdigital must show for it: a record whose order is at least this far. */
export interface BenchEvent {
  readonly id: string;
  readonly type: 'order.created' | 'order.despatched';
  readonly order: BenchOrder;
  readonly stage: Stage;
}

/** In the order in which an order goes through them. */
const STAGES = ['unprocessed', 'despatched'] as const;
export type Stage = (typeof STAGES)[number];

/** Later stages are higher; -1 for a status that no order of the bench ever has. */
export function stageRank(status: string): number {
  return STAGES.findIndex((stage) => stage === status);
}

/** The shop's time, in the past: no event may name a version that Stokly has not come to. */
const PLACED_AT_MS = Date.UTC(2026, 5, 1, 9);
/** Orders are placed a minute apart; an order is despatched half a minute after it was placed. */
const ORDER_EVERY_MS = 60_000;
const DESPATCHED_AFTER_MS = 30_000;
const FIRST_NUMBER = 100_001;

function idOf(kind: number, n: number): string {
  return `00000000-0000-4000-800${kind}-${n.toString(16).padStart(12, '0')}`;
}

export function customerIds(count: number): string[] {
  return Array.from({ length: count }, (_, n) => idOf(1, n));
}

export function customerObject(customerId: string, n: number): object {
  return { customerId, email: `bench-${n}@example.com`, marketingConsent: true };
}

/** Orders `from` … `from + count - 1`, dealt out over the customers in turn: neighbours in time are of different customers. */
export function ordersOf(customers: readonly string[], range: { from: number; count: number }): BenchOrder[] {
  return Array.from({ length: range.count }, (_, index) => {
    const n = range.from + index;
    return { orderId: idOf(2, n), number: FIRST_NUMBER + n, customerId: customers[n % customers.length] ?? '' };
  });
}

function versionOf({ number }: BenchOrder, stage: Stage): string {
  const placedAtMs = PLACED_AT_MS + (number - FIRST_NUMBER) * ORDER_EVERY_MS;
  return new Date(placedAtMs + (stage === 'despatched' ? DESPATCHED_AFTER_MS : 0)).toISOString();
}

/** An order as Stokly shows it once it is placed: three lines, as the real shop's orders have in the middle. */
export function placedObject(order: BenchOrder): object {
  const at = versionOf(order, 'unprocessed');
  const line = (position: number) => ({
    lineId: idOf(3, order.number * 4 + position),
    quantity: position,
    displayPrice: '5.000000',
    displayTax: '1.000000',
    itemSku: `2275${position}`,
    itemName: `White hanging heart, size ${position}`,
  });
  const { orderId: saleOrderId, number: niceId, customerId } = order;
  return { saleOrderId, niceId, customerId, createdAt: at, timeUpdated: at, lines: [line(1), line(2), line(3)] };
}

/** What changes when it is despatched. */
export function despatchedObject(order: BenchOrder): object {
  const at = versionOf(order, 'despatched');
  return { saleOrderId: order.orderId, itemStatuses: ['despatched'], despatchedAt: at, timeUpdated: at };
}

export function eventOf(order: BenchOrder, stage: Stage): BenchEvent {
  const type = stage === 'despatched' ? 'order.despatched' : 'order.created';
  return { id: `evt_${order.number}_${stage}`, type, order, stage };
}

/** The webhook's body. */
export function bodyOf({ type, order, stage }: BenchEvent): string {
  const updatedAt = versionOf(order, stage);
  const { orderId, customerId } = order;
  return JSON.stringify({ type, timestamp: updatedAt, data: { orderId, customerId, updatedAt } });
}
