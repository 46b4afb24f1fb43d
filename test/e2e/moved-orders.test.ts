import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { customerWorkflowId } from '../../src/contract/ids.js';
import { type WakeCustomer, wakeCustomerSignal } from '../../src/contract/messages.js';
import { bulkCalls, loadHistories, oldCustomers, untilLoaded } from '../support/bulk-load.js';
import { currentWakes } from '../support/histories.js';
import {
  type Buyer,
  changeOrder,
  clearRequests,
  contactOf,
  controlDotdigital,
  dotdigitalState,
  instant,
  newBuyer,
  orderEvent,
  type PlacedOrder,
  placeOrder,
  requestPaths,
} from '../support/shop-events.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

/** Orders that are another customer's by now, where no event tells the one that had them. */

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(async () => {
  await world.close();
});

async function sold(): Promise<{ buyer: Buyer; order: PlacedOrder }> {
  const buyer = await newBuyer(world);
  const order = await placeOrder(world, buyer.customerId);
  await orderEvent(world, order);
  await world.settled(buyer.customerId, ({ ledgerComplete, outcomes }) => ledgerComplete && outcomes.synced === 1);
  return { buyer, order };
}

let minutesAgo = 55;
/** From now on it is his, and Stokly's event names him alone. */
async function giveTo({ customerId }: Buyer, order: PlacedOrder): Promise<void> {
  minutesAgo -= 1;
  const given = { ...order, customerId };
  await changeOrder(world, given, { timeUpdated: instant(minutesAgo) });
  await orderEvent(world, given);
}

/** By the contacts' addresses. */
async function holdersOf(order: PlacedOrder): Promise<(string | undefined)[]> {
  const { contacts, records } = await dotdigitalState(world);
  return (records['Orders'] ?? [])
    .filter(({ key }) => key === String(order.number))
    .map(({ contactId }) => contacts.find((contact) => contact.contactId === contactId)?.email);
}

async function isHis(buyer: Buyer, order: PlacedOrder): Promise<void> {
  await world.settled(
    buyer.customerId,
    ({ entries, needsAttention }) =>
      needsAttention.length === 0 &&
      entries.some(({ orderId, outcome }) => orderId === order.orderId && outcome === 'synced'),
  );
  expect(await holdersOf(order)).toEqual([buyer.email]);
}

/** Ids of all wakes that came, each as often as it did. */
async function wakes({ customerId }: Buyer): Promise<string[]> {
  return (await currentWakes(world, customerWorkflowId(customerId))).map(({ eventId }) => eventId);
}

const movesIn = (eventIds: readonly string[]) => eventIds.filter((eventId) => eventId.startsWith('moved:'));

/** What every order that moves costs, and no more: whom it was with is woken once, and who has it now is woken once more. */
async function expectMoves(counts: readonly (readonly [Buyer, number])[]): Promise<void> {
  for (const [buyer, count] of counts) {
    const moves = movesIn(await wakes(buyer));
    expect(moves, moves.join('\n')).toHaveLength(count);
  }
}

const numberOfOrders = async ({ email }: Buyer) => (await contactOf(world, email))?.dataFields['NUMBER_OF_ORDERS'];

describe('an order that is another customer’s by now, and whose event names that one alone', () => {
  it('goes over from a customer that was stopped, once a person has released it', async () => {
    const { buyer, order } = await sold();
    const other = await newBuyer(world);
    const tell = ({ customerId }: Buyer, wake: Omit<WakeCustomer, 'eventId'>) =>
      world.client.workflow
        .getHandle(customerWorkflowId(customerId))
        .signal(wakeCustomerSignal, { ...wake, eventId: `by-hand-${wake.kind}-${customerId}` });
    await world.send('customer.deleted', { customerId: buyer.customerId });
    await world.settled(buyer.customerId, ({ status }) => status === 'stopped');
    await giveTo(other, order);
    await world.settled(other.customerId, ({ needsAttention }) => needsAttention.includes('refused-by-dotdigital'));
    // Twice: it has no record to give up, hands the order over all the same, and is asked once more.
    await untilTrue('the stopped customer hears of it', async () => movesIn(await wakes(buyer)).length === 2);
    await tell(buyer, { kind: 'release-contact' });
    await world.settled(buyer.customerId, ({ status }) => status !== 'stopped');
    await tell(other, { kind: 'resync', orderId: order.orderId });
    await isHis(other, order);
  });

  it('goes from the one to the other, whose consent nobody touches', async () => {
    const { buyer, order } = await sold();
    const other = await newBuyer(world);
    const changesBefore = world.dotdigital.account.log.count;
    await clearRequests(world);
    await giveTo(other, order);
    await isHis(other, order);
    expect(await world.settled(buyer.customerId)).toMatchObject({ entries: [], status: 'idle' });
    expect([await numberOfOrders(buyer), await numberOfOrders(other)]).toEqual([0, 1]);
    await expectMoves([
      [buyer, 1],
      [other, 1],
    ]);
    const { dotdigital } = await requestPaths(world);
    const count = (call: RegExp) => dotdigital.filter((made) => call.test(made)).length;
    expect({
      puts: count(/^PUT \/insightData\/v3\/contacts\//),
      deletes: count(/^DELETE \/insightData\//),
      asked: count(/^GET \/v2\/contacts\/transactional-data\//),
    }).toEqual({ puts: 2, deletes: 1, asked: 1 });
    const known = await contactOf(world, buyer.email);
    const statuses = world.dotdigital.account.log.all.filter(
      ({ n, kind, contactId }) => n > changesBefore && kind === 'status' && contactId === known?.contactId,
    );
    expect(statuses).toEqual([]);
  });

  it('goes from the one to the other although the one’s ledger was lost', async () => {
    const { buyer, order } = await sold();
    await world.client.workflow.getHandle(customerWorkflowId(buyer.customerId)).terminate('a test of moved orders');
    const other = await newBuyer(world);
    await giveTo(other, order);
    await isHis(other, order);
    await expectMoves([[other, 1]]);
  });

  it('stays refused where its record is nobody’s of ours, and says so', async () => {
    const buyer = await newBuyer(world);
    const order = await placeOrder(world, buyer.customerId);
    const email = `somebody-${order.number}@example.com`;
    await controlDotdigital(world, 'POST', 'seed', {
      contacts: [{ email }],
      records: [{ collection: 'Orders', key: String(order.number), email, json: { id: String(order.number) } }],
    });
    await orderEvent(world, order);
    const state = await world.settled(
      buyer.customerId,
      ({ ledgerComplete, outcomes }) => ledgerComplete && outcomes.skipped === 1,
    );
    expect(state).toMatchObject({ needsAttention: ['refused-by-dotdigital'] });
    expect(state.recent.map(({ what }) => what)).toContainEqual(
      expect.stringMatching(`order ${order.number}: .* no customer of Stokly's: delete the record there`),
    );
    expect(await holdersOf(order)).toEqual([email]);
    expect(await wakes(buyer)).toHaveLength(1);
  });
});

describe('customers of whom many orders were given to another one', () => {
  it('lose each of them to him, through an import that was refused them all', async () => {
    const orders = 12;
    const [one] = await oldCustomers(world, 1, orders);
    if (one === undefined) throw new Error('nobody');
    await loadHistories(world, [one]);
    await untilLoaded(world, [one]);
    const other = { buyer: await newBuyer(world), orders: one.orders };
    minutesAgo -= 1;
    for (const order of one.orders)
      await changeOrder(world, { ...order, customerId: other.buyer.customerId }, { timeUpdated: instant(minutesAgo) });
    await clearRequests(world);
    await loadHistories(world, [other]);
    await untilLoaded(world, [other]);
    expect(bulkCalls(world).recordImports).toBeGreaterThan(0);
    for (const order of one.orders) expect(await holdersOf(order)).toEqual([other.buyer.email]);
    await world.settled(other.buyer.customerId, ({ outcomes }) => outcomes.synced === orders);
    await world.settled(one.buyer.customerId, ({ entries }) => entries.length === 0);
    await expectMoves([
      [one.buyer, orders],
      [other.buyer, orders],
    ]);
    const asked = (await requestPaths(world)).dotdigital.filter((call) => call.includes('transactional-data'));
    expect(asked).toHaveLength(orders);
  });
});

describe('an order that is handed over while its new customer has a write of it in hand', () => {
  it('is read again though its version is known, as long as no record of it stands', async () => {
    const buyer = await newBuyer(world, { email: null });
    const order = await placeOrder(world, buyer.customerId);
    await orderEvent(world, order);
    await world.settled(buyer.customerId, ({ outcomes, ledgerComplete }) => outcomes.skipped === 1 && ledgerComplete);
    await clearRequests(world);
    await world.client.workflow.getHandle(customerWorkflowId(buyer.customerId)).signal(wakeCustomerSignal, {
      eventId: `moved:${order.orderId}:${buyer.customerId}:by-hand`,
      kind: 'order',
      orderId: order.orderId,
      version: order.placedAt,
    });
    await untilTrue('it is read again', async () =>
      (await requestPaths(world)).stokly.some((call) => call.includes(order.orderId)),
    );
  });
});

/** Where Stokly names no versions nothing but when a record was written tells one move from another. */
const ACCOUNTS = [{ timeUpdatedKnown: true }, { timeUpdatedKnown: false }];
describe.each(ACCOUNTS)('where Stokly names versions ($timeUpdatedKnown)', (policy) => {
  beforeAll(async () => {
    await world.stopWorker();
    world.policy = { ...world.policy, ...policy };
    await world.startWorker();
  });

  it('two customers may swap an order again and again', async () => {
    const { buyer, order } = await sold();
    const other = await newBuyer(world);
    for (const next of [other, buyer, other]) {
      await giveTo(next, order);
      await isHis(next, order);
    }
    await world.settled(buyer.customerId, ({ entries }) => entries.length === 0);
    // Of three moves each is woken for all: once for a record that stands with him, once for one that was handed over.
    await expectMoves([
      [buyer, 3],
      [other, 3],
    ]);
  });

  it('one who may not be written does not give up a record, and nobody is woken in circles', async () => {
    const { buyer, order } = await sold();
    await world.send('customer.deleted', { customerId: buyer.customerId });
    await world.settled(buyer.customerId, ({ status }) => status === 'stopped');
    const other = await newBuyer(world);
    await giveTo(other, order);
    const handedOver = `moved:${order.orderId}:${buyer.customerId}:`;
    await untilTrue('it was handed over', async () =>
      (await wakes(other)).some((eventId) => eventId.startsWith(handedOver)),
    );
    const said = ({ what }: { what: string }) => what.startsWith('refused by Dotdigital: ');
    const state = await world.settled(other.customerId, ({ recent }) => recent.filter(said).length === 2);
    expect(state.needsAttention).toEqual(['refused-by-dotdigital']);
    expect(await holdersOf(order)).toEqual([buyer.email]);
    // The second time it is asked by the same id, which he knows.
    const asked = movesIn(await wakes(buyer));
    expect([asked.length, new Set(asked).size]).toEqual([2, 1]);
    await expectMoves([[other, 1]]);
  });
});
