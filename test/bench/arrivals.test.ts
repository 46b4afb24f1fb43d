import { describe, expect, it } from 'vitest';
import { Arrivals } from '../../bench/arrivals.js';
import type { RecordChange } from '../../bench/controls.js';
import { bodyOf, despatchedObject, eventOf, ordersOf, placedObject, type Stage } from '../../bench/shop.js';

const [order, other] = ordersOf(['customer-a', 'customer-b'], { from: 0, count: 2 });
if (order === undefined || other === undefined) throw new Error('two orders were asked for');
const placed = eventOf(order, 'unprocessed');
const despatched = eventOf(order, 'despatched');

/** A change log that says all at once. */
async function arrivalsOf(...statuses: (string | null)[]): Promise<Arrivals> {
  const changes = statuses.map(
    (status, index): RecordChange => ({
      n: index + 1,
      at: new Date(index * 1_000).toISOString(),
      key: String(order?.number),
      json: status === null ? null : JSON.stringify({ order_status: status }),
    }),
  );
  const arrivals = new Arrivals({ recordChanges: async (after) => changes.filter(({ n }) => n > after) });
  await arrivals.readOn();
  return arrivals;
}

describe('what has arrived at Dotdigital', () => {
  it('is there from the first record that says it, or something later', async () => {
    const arrivals = await arrivalsOf('unprocessed', 'despatched', 'despatched');
    expect([placed, despatched].map((event) => arrivals.arrivedAtMs(event))).toEqual([0, 1_000]);
    const gathered = await arrivalsOf('despatched');
    expect([placed, despatched].map((event) => gathered.arrivedAtMs(event))).toEqual([0, 0]);
  });

  it('is not there before any record, or with an earlier state alone', async () => {
    const arrivals = await arrivalsOf('unprocessed');
    expect(arrivals.arrivedAtMs(despatched)).toBeNull();
    expect(arrivals.arrivedAtMs(eventOf(other, 'unprocessed'))).toBeNull();
  });

  it.each([
    { what: 'goes forward', statuses: ['unprocessed', 'despatched'], violations: 0, lost: 0 },
    {
      what: 'is repeated',
      statuses: ['unprocessed', 'unprocessed', 'despatched', 'despatched'],
      violations: 0,
      lost: 0,
    },
    { what: 'goes back and stays back', statuses: ['despatched', 'unprocessed'], violations: 1, lost: 1 },
    {
      what: 'goes back and forward again',
      statuses: ['despatched', 'unprocessed', 'despatched'],
      violations: 1,
      lost: 0,
    },
    { what: 'is deleted', statuses: ['despatched', null], violations: 1, lost: 1 },
    { what: 'has a status of no order here', statuses: ['despatched', 'refunded'], violations: 1, lost: 1 },
  ])('a record that $what', async ({ statuses, violations, lost }) => {
    const arrivals = await arrivalsOf(...statuses);
    const missing = await arrivals.waitFor([despatched]);
    expect({ violations: arrivals.violations, lost: missing.length }).toEqual({ violations, lost });
  });

  it('takes each change in once', async () => {
    const arrivals = await arrivalsOf('despatched', 'unprocessed');
    expect(await arrivals.readOn()).toBe(0);
    expect(arrivals.violations).toBe(1);
  });
});

describe('the orders of the bench', () => {
  it('name in each event the version that Stokly shows by then', () => {
    const versionIn = (event: typeof placed) =>
      (JSON.parse(bodyOf(event)) as { data: { updatedAt: string } }).data.updatedAt;
    expect(placedObject(order)).toMatchObject({ timeUpdated: versionIn(placed) });
    expect(despatchedObject(order)).toMatchObject({ timeUpdated: versionIn(despatched), saleOrderId: order.orderId });
    expect(versionIn(despatched) > versionIn(placed)).toBe(true);
  });

  it('are dealt out over the customers, and have ids and numbers of their own over all phases', () => {
    const customers = ['a', 'b', 'c'];
    const all = [ordersOf(customers, { from: 0, count: 3 }), ordersOf(customers, { from: 3, count: 4 })].flat();
    expect(all.map(({ customerId }) => customerId)).toEqual(['a', 'b', 'c', 'a', 'b', 'c', 'a']);
    expect(new Set(all.map(({ orderId }) => orderId)).size).toBe(7);
    expect(new Set(all.map(({ number }) => number)).size).toBe(7);
    const stages: readonly Stage[] = ['unprocessed', 'despatched'];
    expect(new Set(all.flatMap((one) => stages.map((stage) => eventOf(one, stage).id))).size).toBe(14);
  });
});
