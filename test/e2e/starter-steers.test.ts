import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { customerWorkflowId } from '../../src/contract/ids.js';
import {
  type Buyer,
  contactOf,
  controlDotdigital,
  newBuyer,
  orderEvent,
  type PlacedOrder,
  placeOrder,
  recordOf,
  requestPaths,
  clearRequests,
  seedStokly,
  instant,
} from '../support/shop-events.js';
import { starter } from '../starter/starter-under-test.js';
import { starterOn } from '../support/starter-on-world.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

let world: World;
beforeAll(async () => {
  world = await createWorld({ consentLowerMaxPerHour: 1 });
});
afterAll(async () => {
  await world.close();
});

const run = (...args: string[]) => starterOn(world, args);

async function synced(): Promise<{ buyer: Buyer; order: PlacedOrder }> {
  const buyer = await newBuyer(world);
  const order = await placeOrder(world, buyer.customerId);
  await orderEvent(world, order);
  await world.settled(buyer.customerId, ({ ledgerComplete, outcomes }) => ledgerComplete && outcomes.synced === 1);
  return { buyer, order };
}

async function signalsOf(customerId: string): Promise<number> {
  const { events } = await world.client.workflow.getHandle(customerWorkflowId(customerId)).fetchHistory();
  return (events ?? []).filter((event) => (event.workflowExecutionSignaledEventAttributes ?? null) !== null).length;
}

describe('send', () => {
  it('of an order number is taken by the relay and reaches Dotdigital', async () => {
    const buyer = await newBuyer(world);
    const order = await placeOrder(world, buyer.customerId);
    const sent = await run('send', '--type', 'order.created', '--order', String(order.number), '--json');
    expect(sent).toMatchObject({ status: 0, err: [] });
    expect(JSON.parse(sent.out[0] ?? '')).toMatchObject({
      schemaVersion: 1,
      status: 202,
      isTaken: true,
      data: { orderId: order.orderId, customerId: buyer.customerId },
    });
    await world.settled(buyer.customerId, ({ outcomes }) => outcomes.synced === 1);
    expect(await recordOf(world, order)).toMatchObject({ order_total: 12 });
  });

  it('repeated with the same id has no second effect', async () => {
    const { buyer, order } = await synced();
    const args = ['send', '--type', 'order.updated', '--order', order.orderId, '--customer', buyer.customerId];
    const first = await run(...args, '--id', 'evt-again');
    expect(first.out.join('\n')).toContain('answer 202 {"status":"accepted"}');
    const before = await world.settled(buyer.customerId);
    await clearRequests(world);
    expect((await run(...args, '--id', 'evt-again')).status).toBe(0);
    const after = await world.settled(buyer.customerId);
    expect(await signalsOf(buyer.customerId)).toBe(3);
    expect((await requestPaths(world)).stokly).toEqual([]);
    expect(after.recent).toEqual(before.recent);
  });

  it('of an order id alone is routed to the customer that Stokly names', async () => {
    const buyer = await newBuyer(world);
    const order = await placeOrder(world, buyer.customerId);
    expect((await run('send', '--type', 'order.updated', '--order', order.orderId)).status).toBe(0);
    await untilTrue('it is routed', async () => (await world.state(buyer.customerId)).outcomes.synced === 1);
  });

  it('signed with another secret than the relay’s says what to look at', async () => {
    const wrong = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
    const sent = await starter(
      ['send', '--type', 'customer.updated', '--customer', randomUUID(), '--url', world.relayUrl],
      { WEBHOOK_SECRETS: wrong },
    );
    expect(sent.status).toBe(1);
    expect(sent.out.join('\n')).toContain('answer 401');
    expect(sent.err).toEqual([expect.stringContaining('its WEBHOOK_SECRETS must hold the first of ours')]);
    expect([...sent.out, ...sent.err].join('\n')).not.toContain(wrong);
  });
});

describe('resync', () => {
  it('of an order writes its record again after someone deleted it', async () => {
    const { buyer, order } = await synced();
    const contact = await contactOf(world, buyer.email);
    const deleted = await fetch(
      `${world.dotdigitalUrl}/insightData/v3/contacts/contactId/${contact?.contactId}/Orders/${order.number}`,
      {
        method: 'DELETE',
        headers: {
          authorization: `Basic ${Buffer.from(`${world.dotdigital.user}:${world.dotdigital.password}`).toString('base64')}`,
        },
      },
    );
    expect(deleted.status).toBeLessThan(300);
    expect(await recordOf(world, order)).toBeUndefined();
    const { status, out, err } = await run('resync', '--order', String(order.number));
    expect({ status, err }).toEqual({ status: 0, err: [] });
    expect(out[0]).toContain(`What was written of order ${order.number} is forgotten`);
    expect(out[1]).toBe('Done.');
    expect(out[2]).toBe(`order ${order.number}: synced, wrote 12.00 GBP, refunded 0.00 GBP`);
    expect(await recordOf(world, order)).toMatchObject({ order_total: 12 });
  });

  it('of a customer writes all of it again', async () => {
    const { buyer, order } = await synced();
    const second = await placeOrder(world, buyer.customerId);
    await orderEvent(world, second);
    await world.settled(buyer.customerId, ({ outcomes }) => outcomes.synced === 2);
    await clearRequests(world);
    const { out } = await run('resync', '--customer', buyer.customerId, '--json');
    expect(JSON.parse(out[0] ?? '')).toMatchObject({ isDone: true, why: null, outcomes: { synced: 2 } });
    const puts = (await requestPaths(world)).dotdigital.filter((path) => path.startsWith('PUT'));
    expect(puts.map((path) => path.split('/').at(-1) ?? '').sort()).toEqual([
      String(order.number),
      String(second.number),
    ]);
  });

  it('of a customer takes away notices that a person has looked at', async () => {
    const { buyer } = await synced();
    await world.client.workflow.getHandle(customerWorkflowId(buyer.customerId)).signal('wakeCustomer', { rubbish: 1 });
    const state = await world.settled(buyer.customerId, ({ needsAttention }) => needsAttention.length > 0);
    expect(state.needsAttention).toEqual(['malformed-message']);
    await run('resync', '--customer', buyer.customerId);
    expect((await world.state(buyer.customerId)).needsAttention).toEqual([]);
  });

  it('of an order that waits for its second read says not yet, and until when', async () => {
    const patient = await createWorld({ policy: { holdAfterMs: 600_000 } });
    try {
      const buyer = await newBuyer(patient);
      const order = await placeOrder(patient, buyer.customerId, { displayTotal: '99.00' });
      const { status, out } = await starterOn(patient, ['resync', '--order', String(order.number), '--wait', '3s']);
      expect(status).toBe(0);
      expect(out[1]).toMatch(/^Not yet: the order is looked at again at .+ \(second-read\)/);
    } finally {
      await patient.close();
    }
  });

  it('without a worker says not yet, and is done when one runs', async () => {
    const { order, buyer } = await synced();
    await world.stopWorker();
    const { status, out } = await run('resync', '--order', String(order.number), '--wait', '0s');
    expect(status).toBe(0);
    expect(out[1]).toMatch(/^Not yet: no worker answers/);
    await clearRequests(world);
    await world.startWorker();
    await world.settled(buyer.customerId);
    expect((await requestPaths(world)).dotdigital.filter((path) => path.startsWith('PUT'))).toHaveLength(1);
  });
});

describe('release of a customer', () => {
  async function stopped(): Promise<{ buyer: Buyer; order: PlacedOrder }> {
    const { buyer, order } = await synced();
    await controlDotdigital(world, 'POST', 'person', { email: buyer.email, action: 'delete' });
    await orderEvent(world, await placeOrder(world, buyer.customerId));
    await world.settled(buyer.customerId, ({ status }) => status === 'stopped');
    return { buyer, order };
  }
  const asked = ['--actor', 'jane', '--reason', 'deleted by mistake'];

  it('says what will happen, changes nothing until the word is typed, and then writes it again', async () => {
    const { buyer, order } = await stopped();
    const args = ['release', '--customer', buyer.customerId, ...asked];
    const signals = await signalsOf(buyer.customerId);
    for (const types of [[], ['no']]) {
      const refused = await starterOn(world, args, { types });
      expect(refused.status).toBe(1);
      expect(refused.out[0]).toBe(`Customer ${buyer.customerId} is stopped: contact-deleted.`);
      expect(refused.err).toEqual(['starter: nothing was changed: release was not typed (or give --yes)']);
    }
    expect(await signalsOf(buyer.customerId)).toBe(signals);
    await controlDotdigital(world, 'POST', 'person', { email: buyer.email, action: 'restore' });
    const released = await starterOn(world, args, { types: ['release'] });
    expect(released).toMatchObject({ status: 0, err: [] });
    expect(released.out).toContain('Done.');
    expect(await recordOf(world, order)).toMatchObject({ order_total: 12 });
    expect((await world.state(buyer.customerId)).recent.map(({ what }) => what)).toContain(
      'released by jane: deleted by mistake',
    );
  });

  it('whose contact is still deleted is left out still, until it is restored and woken', async () => {
    const { buyer, order } = await stopped();
    const { status, out } = await run('release', '--customer', buyer.customerId, ...asked, '--yes');
    expect(status).toBe(0);
    expect(out.join('\n')).toContain('It is still left out: contact-deleted. ');
    expect(await contactOf(world, buyer.email)).toMatchObject({ isBinned: true });
    expect((await run('release', '--customer', buyer.customerId, ...asked, '--yes')).err[0]).toContain(
      'its contact is still deleted: restore it in Dotdigital, then starter wake',
    );
    await controlDotdigital(world, 'POST', 'person', { email: buyer.email, action: 'restore' });
    await run('wake', '--customer', buyer.customerId);
    await world.settled(buyer.customerId, ({ outcomes }) => outcomes.synced === 2);
    expect(await recordOf(world, order)).toMatchObject({ order_total: 12 });
  });

  it('that is not stopped is refused, with what to do instead', async () => {
    const { buyer } = await synced();
    const { status, err } = await run('release', '--customer', buyer.customerId, ...asked, '--yes');
    expect(status).toBe(1);
    expect(err[0]).toContain(`is not stopped (idle): nothing to release; to have it written again: starter resync`);
  });
});

describe('release of the consent breaker', () => {
  const asked = ['--actor', 'jane', '--reason', 'looked at it'];

  async function refuse(buyer: Buyer, minutesAgo: number): Promise<void> {
    await seedStokly(world, {
      customers: [
        { customerId: buyer.customerId, email: buyer.email, marketingConsent: false, timeUpdated: instant(minutesAgo) },
      ],
    });
    await world.send('customer.updated', { customerId: buyer.customerId });
    await world.settled(buyer.customerId);
  }

  it('says who waits, and lets the waiting be lowered once the word is typed', async () => {
    expect((await run('release', '--consent', ...asked)).err[0]).toContain('no subscription was ever to be lowered');
    const buyers = [(await synced()).buyer, (await synced()).buyer] as const;
    await refuse(buyers[0], 40);
    expect((await run('release', '--consent', ...asked)).err[0]).toContain('the consent breaker is closed (1 ');
    await refuse(buyers[1], 40);
    expect((await contactOf(world, buyers[1].email))?.emailStatus).toBe('subscribed');
    const released = await starterOn(world, ['release', '--consent', ...asked], { types: ['release'] });
    expect(released).toMatchObject({ status: 0, err: [] });
    expect(released.out[0]).toMatch(/1 lowerings were refused, 1 customers wait/);
    await untilTrue(
      'the waiting one is lowered',
      async () => (await contactOf(world, buyers[1].email))?.emailStatus === 'unsubscribed',
    );
  });
});
