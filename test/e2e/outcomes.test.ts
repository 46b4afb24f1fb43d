import type { temporal } from '@temporalio/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { customerWorkflowId } from '../../src/contract/ids.js';
import { breakerStateQuery, releaseLoweringsSignal, type CustomerState } from '../../src/contract/messages.js';
import {
  type Buyer,
  changeOrder,
  clearRequests,
  contactOf,
  controlDotdigital,
  controlStokly,
  instant,
  newBuyer,
  orderEvent,
  type PlacedOrder,
  placeOrder,
  recordOf,
  requestPaths,
  seedStokly,
} from '../support/shop-events.js';
import type { SyncPolicy } from '../../src/domain/policy.js';
import { TEST_POLICY } from '../support/policy.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

let world: World;
beforeAll(async () => {
  world = await createWorld({ consentLowerMaxPerHour: 3, policy: { customersExcluded: [], guestTypes: ['2'] } });
});
afterAll(async () => {
  await world.close();
});

const isComplete = (state: CustomerState): boolean => state.ledgerComplete;

async function synced(rest: Record<string, unknown> = {}): Promise<{ buyer: Buyer; order: PlacedOrder }> {
  const buyer = await newBuyer(world, rest);
  const order = await placeOrder(world, buyer.customerId);
  await orderEvent(world, order);
  await world.settled(buyer.customerId, (state) => state.ledgerComplete && state.outcomes.synced === 1);
  return { buyer, order };
}

async function searchAttributes(customerId: string): Promise<Record<string, unknown>> {
  const { typedSearchAttributes } = await world.client.workflow.getHandle(customerWorkflowId(customerId)).describe();
  return Object.fromEntries(typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]));
}

/** The worker's settings from now on. */
async function withPolicy(policy: Partial<SyncPolicy>): Promise<void> {
  await world.stopWorker();
  world.policy = { ...world.policy, ...policy };
  await world.startWorker();
}

describe('an order that does not add up', () => {
  it('is held after a second read, keeps its earlier record, and is written again once it adds up', async () => {
    const { buyer, order } = await synced();
    await changeOrder(world, order, { timeUpdated: instant(9), displayTotal: '99.00' });
    await orderEvent(world, order, { updatedAt: instant(9) });
    const held = await world.settled(buyer.customerId, (state) => state.outcomes.held === 1 && state.due.length === 0);
    expect(held).toMatchObject({ status: 'idle', needsAttention: ['order-held'] });
    expect(held.entries[0]?.differences[0]).toMatchObject({ rule: 'lines-add-up', severity: 'hold' });
    expect(await recordOf(world, order)).toMatchObject({ order_total: 12 });
    expect((await contactOf(world, buyer.email))?.dataFields).toMatchObject({ TOTAL_SPEND: 12, ORDERS_IN_REVIEW: 1 });
    expect(await searchAttributes(buyer.customerId)).toMatchObject({ OrdersHeld: 1, NeedsAttention: ['order-held'] });
    await changeOrder(world, order, { timeUpdated: instant(8) });
    await orderEvent(world, order, { updatedAt: instant(8) });
    await world.settled(buyer.customerId, (state) => state.outcomes.synced === 1);
    expect((await contactOf(world, buyer.email))?.dataFields).toMatchObject({ ORDERS_IN_REVIEW: 0 });
    await untilTrue(
      'the search attribute is gone',
      async () => (await searchAttributes(buyer.customerId))['OrdersHeld'] === 0,
    );
  });

  it('is not held when Stokly only had not finished writing it', async () => {
    // Long enough to be seen waiting, however busy the machine is.
    await withPolicy({ holdAfterMs: 5_000 });
    const buyer = await newBuyer(world);
    const order = await placeOrder(world, buyer.customerId, { displayTotal: '99.00' });
    await orderEvent(world, order);
    await untilTrue('its second read is due', async () =>
      (await world.state(buyer.customerId)).due.some(({ why }) => why === 'second-read'),
    );
    await changeOrder(world, order, { timeUpdated: instant(59) });
    const state = await world.settled(buyer.customerId, ({ due, entries }) => due.length === 0 && entries.length === 1);
    expect(state.outcomes).toEqual({ synced: 1, held: 0, skipped: 0 });
    await withPolicy({ holdAfterMs: TEST_POLICY.holdAfterMs });
  });

  it('with a refund of a line that is not on it names the rule', async () => {
    const { buyer, order } = await synced();
    await seedStokly(world, {
      refunds: [
        {
          saleOrderId: order.orderId,
          createdAt: instant(5),
          timeUpdated: instant(5),
          status: 'completed',
          items: [
            {
              lineId: '00000000-0000-4000-8000-0000000000ff',
              quantity: 1,
              displayLineTotal: '6.00',
              displayLineTax: '1.00',
            },
          ],
        },
      ],
    });
    await orderEvent(world, order, { type: 'order.refunded', updatedAt: instant(5) });
    const state = await world.settled(buyer.customerId, ({ outcomes }) => outcomes.held === 1);
    expect(state.entries[0]?.differences.map(({ rule }) => rule)).toContain('refund-has-order');
  });

  it('stops neither its customer’s other orders nor anyone else', async () => {
    const buyer = await newBuyer(world);
    const poisonous = await placeOrder(world, buyer.customerId, { displayTotal: 'not-a-number' });
    const good = await placeOrder(world, buyer.customerId);
    await orderEvent(world, poisonous);
    await orderEvent(world, good);
    const state = await world.settled(buyer.customerId, ({ outcomes }) => outcomes.held === 1 && outcomes.synced === 1);
    expect(state.entries.find((entry) => entry.outcome === 'held')?.differences[0]).toMatchObject({ rule: 'readable' });
    expect(await recordOf(world, good)).toMatchObject({ order_total: 12 });
  });
});

describe('an order that is too large to travel', () => {
  it('is written whole: read again by the activity that writes it', async () => {
    const buyer = await newBuyer(world);
    const lines = Array.from({ length: 3_000 }, (_, n) => ({
      displayPrice: '1.000000',
      displayTax: '0.200000',
      itemSku: `SKU-${n}`,
    }));
    const order = await placeOrder(world, buyer.customerId, { lines });
    await orderEvent(world, order);
    await world.settled(buyer.customerId, ({ outcomes }) => outcomes.synced === 1);
    const record = await recordOf(world, order);
    expect(record).toMatchObject({ order_total: 3_600 });
    expect(record?.['products']).toHaveLength(3_000);
    const { historySize } = await world.client.workflow.getHandle(customerWorkflowId(buyer.customerId)).describe();
    expect(historySize).toBeLessThan(100_000);
  });
});

describe('a refund', () => {
  it('lowers the order’s total and moves the pieces to the returned ones', async () => {
    const { buyer, order } = await synced();
    await seedStokly(world, {
      refunds: [
        {
          saleOrderId: order.orderId,
          createdAt: instant(4),
          timeUpdated: instant(4),
          status: 'completed',
          items: [{ lineId: order.lineId, quantity: 1 }],
        },
      ],
    });
    await orderEvent(world, order, { type: 'order.refunded', updatedAt: instant(4) });
    await untilTrue(
      'the refund is there',
      async () => (await contactOf(world, buyer.email))?.dataFields['TOTAL_REFUND'] === 6,
    );
    expect(await recordOf(world, order)).toMatchObject({
      order_total: 6,
      order_gross_total: 12,
      refunded_total: 6,
      refund_status: 'partial',
      products: [{ qty: 1, line_total: 6 }],
      returned_products: [{ qty: 1, line_total: 6 }],
    });
    expect((await contactOf(world, buyer.email))?.dataFields).toMatchObject({ TOTAL_SPEND: 12, NET_SPEND: 6 });
  });
});

describe('a customer who is left out', () => {
  it.each([
    ['no-email', { email: null }],
    ['invalid-email', { email: 'nobody at all' }],
    ['placeholder-email', { email: 'no@email.com' }],
    ['marketplace', { email: 'abc@marketplace.amazon.co.uk' }],
    ['guest', { type: 2 }],
  ])('has its orders skipped as %s', async (reason, rest) => {
    const buyer = await newBuyer(world, rest);
    const order = await placeOrder(world, buyer.customerId);
    await orderEvent(world, order);
    const state = await world.settled(
      buyer.customerId,
      ({ outcomes, ledgerComplete }) => outcomes.skipped === 1 && ledgerComplete,
    );
    expect(state.entries[0]).toMatchObject({ reason, written: null });
    expect(await recordOf(world, order)).toBeUndefined();
  });

  it('is looked at again, with all its orders, when the reason goes away', async () => {
    const buyer = await newBuyer(world, { email: null });
    const order = await placeOrder(world, buyer.customerId);
    await orderEvent(world, order);
    await world.settled(buyer.customerId, ({ outcomes, ledgerComplete }) => outcomes.skipped === 1 && ledgerComplete);
    await seedStokly(world, {
      customers: [{ customerId: buyer.customerId, email: buyer.email, marketingConsent: true }],
    });
    await world.send('customer.updated', { customerId: buyer.customerId });
    await world.settled(buyer.customerId, ({ outcomes }) => outcomes.synced === 1);
    expect(await recordOf(world, order)).toMatchObject({ order_total: 12 });
    expect((await contactOf(world, buyer.email))?.dataFields).toMatchObject({ TOTAL_SPEND: 12 });
  });

  it('whose contact belongs to another customer is skipped as email-taken, and that contact is not touched', async () => {
    const { buyer } = await synced();
    const second = await newBuyer(world, { email: buyer.email });
    const order = await placeOrder(world, second.customerId);
    await orderEvent(world, order);
    const state = await world.settled(second.customerId, ({ outcomes }) => outcomes.skipped === 1);
    expect(state).toMatchObject({ customerSkip: 'email-taken', needsAttention: ['email-taken'] });
    expect((await contactOf(world, buyer.email))?.dataFields).toMatchObject({
      STOKLY_ID: buyer.customerId,
      NUMBER_OF_ORDERS: 1,
    });
  });
});

describe('a contact that a person imported with the customer’s id in upper case', () => {
  it('is this customer’s', async () => {
    const buyer = await newBuyer(world);
    const dataFields = { STOKLY_ID: buyer.customerId.toUpperCase() };
    await controlDotdigital(world, 'POST', 'seed', { contacts: [{ email: buyer.email, dataFields }] });
    const order = await placeOrder(world, buyer.customerId);
    await orderEvent(world, order);
    const state = await world.settled(
      buyer.customerId,
      ({ ledgerComplete, entries }) => ledgerComplete && entries.length === 1,
    );
    expect(state).toMatchObject({ customerSkip: null, outcomes: { synced: 1 } });
    expect((await contactOf(world, buyer.email))?.dataFields).toMatchObject({ STOKLY_ID: buyer.customerId });
  });
});

describe('a contact that someone deleted in Dotdigital', () => {
  it('never comes back by our doing, until a person releases it', async () => {
    const { buyer, order } = await synced();
    await controlDotdigital(world, 'POST', 'person', { email: buyer.email, action: 'delete' });
    const next = await placeOrder(world, buyer.customerId);
    await orderEvent(world, next);
    const state = await world.settled(buyer.customerId, ({ outcomes }) => outcomes.skipped === 2);
    expect(state).toMatchObject({
      status: 'stopped',
      customerSkip: 'contact-deleted',
      needsAttention: ['contact-deleted'],
    });
    await world.send('customer.updated', { customerId: buyer.customerId });
    await world.settled(buyer.customerId);
    expect(await contactOf(world, buyer.email)).toMatchObject({ isBinned: true });
    await controlDotdigital(world, 'POST', 'person', { email: buyer.email, action: 'restore' });
    await world.client.workflow
      .getHandle(customerWorkflowId(buyer.customerId))
      .signal('wakeCustomer', { eventId: 'release-1', kind: 'release-contact' });
    await world.settled(buyer.customerId, ({ outcomes }) => outcomes.synced === 2);
    expect(await recordOf(world, order)).toBeDefined();
    expect(await recordOf(world, next)).toBeDefined();
  });
});

describe('customer.deleted', () => {
  it('stops writing, asks for a person, and deletes nothing', async () => {
    const { buyer, order } = await synced();
    await world.send('customer.deleted', { customerId: buyer.customerId });
    await world.settled(buyer.customerId, ({ status }) => status === 'stopped');
    await clearRequests(world);
    await changeOrder(world, order, { timeUpdated: instant(2), stage: 'removed' });
    await orderEvent(world, order);
    await world.settled(buyer.customerId, ({ outcomes }) => outcomes.skipped === 1);
    expect((await requestPaths(world)).dotdigital).toEqual([]);
    expect(await recordOf(world, order)).toBeDefined();
  });
});

describe('consent', () => {
  async function changeConsent(buyer: Buyer, marketingConsent: boolean | null, minutesAgo: number): Promise<void> {
    await seedStokly(world, {
      customers: [
        { customerId: buyer.customerId, email: buyer.email, marketingConsent, timeUpdated: instant(minutesAgo) },
      ],
    });
    await world.send('customer.updated', { customerId: buyer.customerId });
    await world.settled(buyer.customerId);
  }

  it('is lowered when it was granted and is refused now; unknown lowers nothing; granting again raises nothing', async () => {
    const { buyer } = await synced();
    await changeConsent(buyer, null, 50);
    expect((await contactOf(world, buyer.email))?.emailStatus).toBe('subscribed');
    await changeConsent(buyer, false, 45);
    expect((await contactOf(world, buyer.email))?.emailStatus).toBe('unsubscribed');
    const { buyer: second } = await synced();
    await changeConsent(second, false, 50);
    expect((await contactOf(world, second.email))?.emailStatus).toBe('unsubscribed');
    await changeConsent(second, true, 49);
    expect((await contactOf(world, second.email))?.emailStatus).toBe('unsubscribed');
    expect((await world.state(second.customerId)).needsAttention).toEqual(['consent-newer']);
  });

  it('of an existing subscriber whom Stokly refuses is a conflict for a person, not a change', async () => {
    const buyer = await newBuyer(world, { marketingConsent: false });
    await controlDotdigital(world, 'POST', 'seed', { contacts: [{ email: buyer.email, emailStatus: 'subscribed' }] });
    const order = await placeOrder(world, buyer.customerId);
    await orderEvent(world, order);
    const state = await world.settled(buyer.customerId, isComplete);
    expect(state.needsAttention).toEqual(['consent-conflict']);
    expect((await contactOf(world, buyer.email))?.emailStatus).toBe('subscribed');
  });

  it('is no longer lowered when too many lose it within an hour, until a person releases it', async () => {
    const buyers = [await synced(), await synced(), await synced()].map(({ buyer }) => buyer);
    for (const buyer of buyers) await changeConsent(buyer, false, 40);
    const statuses = async (): Promise<(string | undefined)[]> =>
      Promise.all(buyers.map(async ({ email }) => (await contactOf(world, email))?.emailStatus));
    const lowered = (await statuses()).filter((status) => status === 'unsubscribed').length;
    expect(lowered).toBeLessThanOrEqual(2);
    const breaker = world.client.workflow.getHandle('consent-breaker');
    expect(await breaker.query(breakerStateQuery)).toMatchObject({ isOpen: true });
    // Live writes wait for its answer: behind them it would starve.
    expect((await breaker.describe()).priority).toMatchObject({ priorityKey: 1 });
    const last = buyers[2];
    if (last === undefined) throw new Error('three buyers');
    expect((await world.state(last.customerId)).needsAttention).toEqual(['consent-breaker-open']);
    await breaker.signal(releaseLoweringsSignal, { actor: 'test', reason: 'looked at it' });
    await untilTrue(
      'the waiting one is lowered',
      async () => (await contactOf(world, last.email))?.emailStatus === 'unsubscribed',
    );
    await world.settled(last.customerId, ({ needsAttention }) => needsAttention.length === 0);
  });
});

describe('credentials that are refused', () => {
  it('block the customer with the cause in words, and it goes on by itself when they work again', async () => {
    // With more to do than the order at hand: its other orders are loaded after that.
    const buyer = await newBuyer(world);
    await placeOrder(world, buyer.customerId);
    const order = await placeOrder(world, buyer.customerId);
    await controlStokly(world, 'POST', 'settings', {
      credentials: { accountKey: 'demo', clientId: 'demo-client', secretKey: 'changed' },
    });
    await controlStokly(world, 'POST', 'tokens/revoke');
    await orderEvent(world, order);
    await untilTrue('it says so', async () =>
      (await world.state(buyer.customerId)).needsAttention.includes('stokly-credentials-refused'),
    );
    expect(await searchAttributes(buyer.customerId)).toMatchObject({
      CustomerStatus: 'blocked',
      NeedsAttention: ['stokly-credentials-refused'],
    });
    expect((await world.state(buyer.customerId)).lastProblem).not.toBeNull();
    await controlStokly(world, 'POST', 'settings', {
      credentials: world.stoklyCredentials,
    });
    await world.settled(
      buyer.customerId,
      ({ outcomes, needsAttention }) => outcomes.synced === 2 && needsAttention.length === 0,
    );
    expect(await statusesShown(buyer)).toEqual(['loading', 'a drain', 'idle']);
  });
});

/** What was shown in `CustomerStatus` since it is no longer `blocked`, and each drain that began in between. */
async function statusesShown({ customerId }: Buyer): Promise<string[]> {
  const history = await world.client.workflow.getHandle(customerWorkflowId(customerId)).fetchHistory();
  const events = (history as temporal.api.history.v1.IHistory).events ?? [];
  const seen = events.flatMap((event) => {
    if (event.activityTaskScheduledEventAttributes?.activityType?.name === 'fetchOrders') return ['a drain'];
    const fields = event.upsertWorkflowSearchAttributesEventAttributes?.searchAttributes?.indexedFields ?? {};
    const data = fields['CustomerStatus']?.data ?? null;
    return data === null ? [] : [JSON.parse(Buffer.from(data).toString()) as string];
  });
  const since = seen.slice(seen.lastIndexOf('blocked') + 1);
  return since.slice(since.findIndex((what) => what !== 'a drain'));
}
