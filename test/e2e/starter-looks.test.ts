import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Buyer,
  changeOrder,
  contactOf,
  controlDotdigital,
  controlStokly,
  instant,
  newBuyer,
  orderEvent,
  type PlacedOrder,
  placeOrder,
  recordOf,
} from '../support/shop-events.js';
import { starterOn } from '../support/starter-on-world.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(async () => {
  await world.close();
});

async function lines(...args: string[]): Promise<string> {
  const { status, out, err } = await starterOn(world, args);
  expect({ status, err }).toEqual({ status: 0, err: [] });
  return out.join('\n');
}

async function json(...args: string[]) {
  return JSON.parse(await lines(...args, '--json'));
}

async function synced(rest: Record<string, unknown> = {}): Promise<{ buyer: Buyer; order: PlacedOrder }> {
  const buyer = await newBuyer(world, rest);
  const order = await placeOrder(world, buyer.customerId);
  await orderEvent(world, order);
  await world.settled(buyer.customerId, ({ ledgerComplete, outcomes }) => ledgerComplete && outcomes.synced === 1);
  return { buyer, order };
}

/** Writes into Dotdigital as another connector would. */
async function asAnother(method: string, path: string, body?: unknown): Promise<void> {
  const { user, password } = world.dotdigital;
  const response = await fetch(`${world.dotdigitalUrl}${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
      'content-type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
}

describe('show', () => {
  it('of an order that is as it should be says the same on all sides, with each read and write', async () => {
    const { order } = await synced();
    const { order: shown } = await json('show', '--order', String(order.number));
    expect(shown).toMatchObject({
      entry: { outcome: 'synced' },
      record: { order_gross_total: 12 },
      contact: { kind: 'found', status: 'subscribed' },
    });
    expect(shown.contact.fields.filter((field: { isSame: boolean }) => !field.isSame)).toEqual([]);
    expect(shown.trail.map(({ step, what }: { step: string; what: string }) => `${step}: ${what}`)).toEqual([
      'read: 12.00 GBP, refunded 0.00 GBP, unprocessed',
      'write: written',
    ]);
    const text = await lines('show', '--order', String(order.number));
    expect(text).not.toContain('differs');
    expect(text).toMatch(/fields {7}subscribed; STOKLY_ID .+TOTAL_SPEND 12/);
  });

  it('counts the attempts of a write that failed at first', async () => {
    const buyer = await newBuyer(world);
    const order = await placeOrder(world, buyer.customerId);
    const path = '/insightData/v3/contacts/contactId/';
    await controlDotdigital(world, 'POST', 'faults', { kind: 'status', match: { path }, times: 2 });
    await orderEvent(world, order);
    await world.settled(buyer.customerId, ({ outcomes }) => outcomes.synced === 1);
    const { order: shown } = await json('show', '--order', String(order.number));
    const write = shown.trail.find(({ step }: { step: string }) => step === 'write');
    expect(write).toMatchObject({ attempts: 3, isFailed: false });
    expect(await lines('show', '--order', String(order.number))).toContain('(3 attempts)');
  });

  it('says where someone else changed the record and the contact’s fields', async () => {
    const { buyer, order } = await synced();
    const contactId = (await contactOf(world, buyer.email))?.contactId;
    const record = await recordOf(world, order);
    const key = String(order.number);
    await asAnother('PUT', `/insightData/v3/contacts/contactId/${contactId}/Orders/${key}`, {
      ...record,
      order_gross_total: 13.01,
    });
    await asAnother('PATCH', `/contacts/v3/contactId/${contactId}`, { dataFields: { TOTAL_SPEND: 99 } });
    const text = await lines('show', '--order', key);
    expect(text).toContain(
      `differs      the record says 13.01 GBP, refunded 0.00 GBP, and 12.00 GBP, refunded 0.00 GBP was written: someone else changed it → starter resync --order ${key}`,
    );
    expect(text).toContain('differs      contact field TOTAL_SPEND says 99 and should say 12');
    await lines('resync', '--customer', buyer.customerId);
    expect(await lines('show', '--order', key)).not.toContain('differs');
    expect(await lines('show', '--customer', buyer.customerId)).toContain('TOTAL_SPEND 12');
  });

  it('says that Stokly has moved on since the last read', async () => {
    const { order } = await synced();
    await changeOrder(world, order, {
      timeUpdated: instant(5),
      lines: [{ quantity: 3, displayPrice: '5.000000', displayTax: '1.000000' }],
    });
    expect(await lines('show', '--order', String(order.number))).toContain(
      `differs      Stokly says 18.00 GBP, refunded 0.00 GBP by now, and 12.00 GBP, refunded 0.00 GBP was read last → starter wake --order ${order.number}`,
    );
  });

  it('shows what is known while Dotdigital does not answer', async () => {
    const { order } = await synced();
    await controlDotdigital(world, 'POST', 'faults', { kind: 'status', times: 50 });
    try {
      const text = await lines('show', '--order', String(order.number));
      expect(text).toContain('outcome      synced');
      expect(text).toMatch(/Dotdigital {3}record not read: .*503/);
    } finally {
      await controlDotdigital(world, 'DELETE', 'faults');
    }
  });
});

describe('skipped', () => {
  it('lists every skip by reason with money, till sales included, and adds up to what was placed', async () => {
    const shop = await createWorld();
    try {
      const run = async (...args: string[]) => {
        const { status, out, err } = await starterOn(shop, ['skipped', ...args]);
        expect({ status, err }).toEqual({ status: 0, err: [] });
        return out.join('\n');
      };
      const noEmail = await newBuyer(shop, { email: null });
      const guest = await newBuyer(shop, { type: 2 });
      const fine = await newBuyer(shop);
      const orders = [
        await placeOrder(shop, noEmail.customerId),
        await placeOrder(shop, noEmail.customerId, { currency: 'EUR' }),
        await placeOrder(shop, guest.customerId),
        await placeOrder(shop, fine.customerId),
      ];
      const till = await placeOrder(shop, null);
      for (const order of orders) await orderEvent(shop, order);
      await shop.settled(noEmail.customerId, ({ outcomes }) => outcomes.skipped === 2);
      await shop.settled(guest.customerId, ({ outcomes }) => outcomes.skipped === 1);
      await shop.settled(fine.customerId, ({ outcomes }) => outcomes.synced === 1);
      await untilTrue('all three are listed', async () => JSON.parse(await run('--json')).customersAsked === 3);
      const all = JSON.parse(await run('--json', '--orders'));
      expect(all).toMatchObject({ schemaVersion: 1, isComplete: true, orders: 4, customersUnanswered: [] });
      expect(all.reasons.map(({ reason }: { reason: string }) => reason)).toEqual(['no-customer', 'guest', 'no-email']);
      expect(all.reasons[0]).toMatchObject({
        orders: 1,
        money: [{ text: '12.00 GBP' }],
        numbers: [String(till.number)],
      });
      expect(all.reasons[2]).toMatchObject({ orders: 2, money: [{ text: '12.00 EUR' }, { text: '12.00 GBP' }] });
      expect(await run('--reason', 'guest')).toBe(
        [
          'guest: 1 order, 12.00 GBP',
          '    The customer is a guest (STOKLY_GUEST_TYPES), and guests get no contact.',
          '    whose move: integration; next step: Nothing, or make the customer an account in Stokly.',
          '1 orders skipped, of 3 customers and of till sales.',
        ].join('\n'),
      );
      await controlStokly(shop, 'POST', 'faults', { kind: 'status', times: 50 });
      expect(await run()).toMatch(/NOT COUNTED: orders without customer: Stokly.*503/);
      await controlStokly(shop, 'DELETE', 'faults');
      await shop.stopWorker();
      // Each waits for its queries to time out.
      const [json, text] = await Promise.all([run('--json'), run()]);
      const partly = JSON.parse(json);
      expect(partly).toMatchObject({ isComplete: false, orders: 1, customersAsked: 3 });
      expect(partly.customersUnanswered).toHaveLength(3);
      expect(text).toContain('NOT COUNTED: orders of 3 customers that did not answer');
    } finally {
      await shop.close();
    }
  });
});

describe('tail', () => {
  it('prints what happens while it runs, and ends when it is interrupted', async () => {
    const quiet = await synced();
    const seen: string[] = [];
    const interrupt = new AbortController();
    const running = starterOn(world, ['tail'], { interrupts: interrupt.signal, sees: (line) => void seen.push(line) });
    await untilTrue('it watches', () => seen.some((line) => line.startsWith('Watching ')));
    const { order } = await synced();
    const { order: skipped } = await (async () => {
      const buyer = await newBuyer(world, { email: null });
      const placed = await placeOrder(world, buyer.customerId);
      await orderEvent(world, placed);
      return { order: placed };
    })();
    await untilTrue('it tells both', () =>
      [order, skipped].every(({ number }) => seen.some((line) => line.includes(`order ${number}  `))),
    );
    interrupt.abort();
    expect(await running).toMatchObject({ status: 0, err: [] });
    expect(seen).toContainEqual(
      expect.stringMatching(
        new RegExp(
          `^\\d\\d:\\d\\d:\\d\\d  order ${order.number}  synced  written: unprocessed  \\[12.00 GBP, refunded 0.00 GBP\\]$`,
        ),
      ),
    );
    expect(seen).toContainEqual(expect.stringContaining(`order ${skipped.number}  skipped (no-email)`));
    expect(seen.filter((line) => line.includes(`order ${quiet.order.number}`))).toEqual([]);
  });

  it('of one customer prints JSON lines of that one alone', async () => {
    const { buyer, order } = await synced();
    const other = await synced();
    const seen: string[] = [];
    const interrupt = new AbortController();
    const person = { interrupts: interrupt.signal, sees: (line: string) => void seen.push(line) };
    const running = starterOn(world, ['tail', '--customer', buyer.customerId, '--json'], person);
    await untilTrue('it tells of the customer', async () => {
      await orderEvent(world, other.order);
      await orderEvent(world, order);
      return seen.length > 0;
    });
    interrupt.abort();
    expect((await running).status).toBe(0);
    expect(seen.map((line) => JSON.parse(line))).toEqual(
      seen.map(() =>
        expect.objectContaining({
          schemaVersion: 1,
          customerId: buyer.customerId,
          number: String(order.number),
          outcome: 'synced',
          what: 'unchanged',
        }),
      ),
    );
  });

  it('ends by itself after the time that was given', async () => {
    expect(await starterOn(world, ['tail', '--for', '1s'])).toMatchObject({ status: 0, err: [] });
  });
});

describe('a customer that is unknown', () => {
  it('is told to be so, with status 1', async () => {
    const { status, out } = await starterOn(world, ['show', '--customer', randomUUID()]);
    expect(status).toBe(1);
    expect(out.join('\n')).toContain('never been told of this customer');
  });
});
