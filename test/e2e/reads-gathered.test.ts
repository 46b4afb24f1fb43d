import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { wakeCustomerPort } from '../../src/temporal-ports.js';
import { CANARY_CUSTOMER, CANARY_ORDER, canaryEmail } from '../support/canary.js';
import { instant, nextNumber, seedStokly, type Wire } from '../support/shop-events.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

/** What a whole history costs in calls to Stokly when many customers load theirs together. */
let world: World;
beforeAll(async () => {
  // As in the product: calls are what is counted here.
  world = await createWorld({ clients: { lingerMs: 2_000 } });
});
afterAll(async () => {
  await world.close();
});

const CUSTOMERS = 150;
/** As many as customers of a real shop have on average: 4.6. */
const ORDERS_OF = [1, 2, 3, 8, 9];
/** Its lines, and a share of all that is gathered: lists with headers, refunds, customers. */
const CALLS_AN_ORDER = 1.1;

it('is read once, in few more calls than it has orders', async () => {
  const { customers, orders } = history();
  for (let at = 0; at < orders.length; at += 100) await seedStokly(world, { orders: orders.slice(at, at + 100) });
  await seedStokly(world, { customers });
  const wake = wakeCustomerPort(world.client);
  await Promise.all(
    customers.map(({ customerId }) => wake(customerId, { eventId: `load-${customerId}`, kind: 'load-history' })),
  );
  await untilTrue('all lines are read', () => (callsBy()['GET /v2/saleorders/{id}/items'] ?? 0) >= orders.length);
  const { collections } = world.dotdigital.account;
  await untilTrue('all orders are over', () => collections.find('Orders')?.records.size === orders.length);
  const { 'POST /v1/grant': grants = 0, ...calls } = callsBy();
  expect(grants).toBe(1);
  expect(calls['GET /v2/saleorders/{id}/items']).toBe(orders.length);
  const all = Object.values(calls).reduce((sum, count) => sum + count, 0);
  expect(all / orders.length, JSON.stringify(calls)).toBeLessThanOrEqual(CALLS_AN_ORDER);
});

function callsBy(): Record<string, number> {
  return world.stokly.account.requests.report().counts;
}

function history(): { customers: (Wire & { customerId: string })[]; orders: Wire[] } {
  const customers = Array.from({ length: CUSTOMERS }, () => {
    const customerId = randomUUID();
    return { ...CANARY_CUSTOMER, customerId, email: canaryEmail(customerId), marketingConsent: true };
  });
  const orders = customers.flatMap(({ customerId }, index) =>
    Array.from({ length: ORDERS_OF[index % ORDERS_OF.length] ?? 1 }, () => ({
      ...CANARY_ORDER,
      saleOrderId: randomUUID(),
      niceId: nextNumber(),
      customerId,
      createdAt: instant(60),
      timeUpdated: instant(60),
      lines: [
        { lineId: randomUUID(), quantity: 1, displayPrice: '5.00', displayTax: '1.00', itemSku: 'A', itemName: 'B' },
      ],
    })),
  );
  return { customers, orders };
}
