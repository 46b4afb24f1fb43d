import { customerWorkflowId } from '../../src/contract/ids.js';
import {
  changeOrder,
  contactOf,
  controlDotdigital,
  instant,
  newBuyer,
  orderEvent,
  type PlacedOrder,
  placeOrder,
  seedStokly,
} from '../support/shop-events.js';
import { untilTrue, type World } from '../support/world.js';
import { CANARY_CUSTOMER } from '../support/canary.js';
import { customerRun, isSynced, type RunReference, type Scenario, syncedPurchase } from './shop.js';

/** What becomes of orders and customers where both vendors answer. */
export const CUSTOMER_SCENARIOS: readonly Scenario[] = [
  { files: ['new-contact'], play: newContact },
  { files: ['known-contact'], play: knownContact },
  { files: ['held'], play: held },
  { files: ['behind'], play: behind },
  { files: ['removed'], play: removed },
  { files: ['moved-from', 'moved-to'], play: moved },
  { files: ['refused-move-from', 'refused-move-to'], play: refusedMove },
  { files: ['unwritten-move-to'], play: unwrittenMove },
  { files: ['released-after-move'], play: releasedAfterMove },
  { files: ['refunded'], play: refunded },
  { files: ['skipped-no-email'], play: skippedForNoEmail },
  { files: ['contact-deleted'], play: contactDeleted },
  { files: ['customer-deleted'], play: customerDeleted },
  { files: ['continued-first-run', 'continued-next-run'], play: continued },
];

/** The order at hand first, then the customer's earlier one, then the money fields. */
async function newContact(world: World): Promise<RunReference[]> {
  const buyer = await newBuyer(world);
  await placeOrder(world, buyer.customerId, { createdAt: instant(600), timeUpdated: instant(600) });
  const order = await placeOrder(world, buyer.customerId);
  await orderEvent(world, order);
  await world.settled(buyer.customerId, isSynced(2));
  return [customerRun(buyer.customerId)];
}

/** A second order of a known contact, its webhook twice, then an event whose version is known already. */
async function knownContact(world: World): Promise<RunReference[]> {
  const { buyer } = await syncedPurchase(world);
  const order = await placeOrder(world, buyer.customerId);
  await orderEvent(world, order, { eventId: `evt_${order.orderId}` });
  await world.settled(buyer.customerId, isSynced(2));
  await orderEvent(world, order, { eventId: `evt_${order.orderId}` });
  await orderEvent(world, order, { updatedAt: order.placedAt });
  await world.settled(buyer.customerId, ({ recent }) => recent.some(({ what }) => what.startsWith('event dropped')));
  return [customerRun(buyer.customerId)];
}

/** Does not add up at the second read either; later it does. */
async function held(world: World): Promise<RunReference[]> {
  const { buyer, order } = await syncedPurchase(world);
  await changeOrder(world, order, { timeUpdated: instant(9), displayTotal: '99.00' });
  await orderEvent(world, order, { updatedAt: instant(9) });
  await world.settled(buyer.customerId, ({ outcomes, due }) => outcomes.held === 1 && due.length === 0);
  await changeOrder(world, order, { timeUpdated: instant(8) });
  await orderEvent(world, order, { updatedAt: instant(8) });
  await world.settled(buyer.customerId, isSynced(1));
  return [customerRun(buyer.customerId)];
}

/** Stokly shows an older version than the event names, and does not show another order at all, each for a while. */
async function behind(world: World): Promise<RunReference[]> {
  const { buyer, order } = await syncedPurchase(world);
  const late: PlacedOrder = { ...order, orderId: crypto.randomUUID(), lineId: crypto.randomUUID(), number: 799_002 };
  const updatedAt = instant(3);
  await orderEvent(world, order, { updatedAt });
  await orderEvent(world, late, { updatedAt });
  await world.settled(buyer.customerId, ({ due }) =>
    ['behind', 'not-found'].every((why) => due.some((d) => d.why === why)),
  );
  await changeOrder(world, order, { timeUpdated: updatedAt, channelName: 'Moved on' });
  await changeOrder(world, late, { timeUpdated: updatedAt });
  await world.settled(buyer.customerId, (state) => isSynced(2)(state) && state.due.length === 0);
  return [customerRun(buyer.customerId)];
}

async function removed(world: World): Promise<RunReference[]> {
  const { buyer, order } = await syncedPurchase(world);
  await changeOrder(world, order, { stage: 'removed', timeUpdated: instant(1) });
  await orderEvent(world, order);
  await world.settled(buyer.customerId, ({ skippedByReason }) => skippedByReason.removed === 1);
  return [customerRun(buyer.customerId)];
}

async function moved(world: World): Promise<RunReference[]> {
  const { buyer, order } = await syncedPurchase(world);
  const other = await newBuyer(world);
  await changeOrder(world, { ...order, customerId: other.customerId }, { timeUpdated: instant(1) });
  await orderEvent(world, order);
  await untilTrue(
    'the other customer has it',
    async () => (await contactOf(world, other.email))?.dataFields['NUMBER_OF_ORDERS'] === 1,
  );
  await world.settled(other.customerId, isSynced(1));
  await world.settled(buyer.customerId, ({ entries }) => entries.length === 0);
  return [customerRun(buyer.customerId), customerRun(other.customerId)];
}

/** Its event names the new customer alone, who is refused the record, has the old one woken, and reads the order again. */
async function refusedMove(world: World): Promise<RunReference[]> {
  const { buyer, order } = await syncedPurchase(world);
  const { buyer: other } = await syncedPurchase(world);
  const given = { ...order, customerId: other.customerId };
  await changeOrder(world, given, { timeUpdated: instant(1) });
  await orderEvent(world, given);
  await world.settled(other.customerId, isSynced(2));
  await world.settled(buyer.customerId, ({ entries }) => entries.length === 0);
  return [customerRun(buyer.customerId), customerRun(other.customerId)];
}

/** Handed over in a version that is known, while no record of it stands: read again. */
async function unwrittenMove(world: World): Promise<RunReference[]> {
  const buyer = await newBuyer(world, { email: null });
  const order = await placeOrder(world, buyer.customerId, { email: null });
  await orderEvent(world, order);
  const before = await world.settled(buyer.customerId, (state) => state.outcomes.skipped === 1 && state.ledgerComplete);
  const eventId = `moved:${order.orderId}:${buyer.customerId}:by-hand`;
  await world.client.workflow
    .getHandle(customerWorkflowId(buyer.customerId))
    .signal('wakeCustomer', { eventId, kind: 'order', orderId: order.orderId, version: order.placedAt });
  await world.settled(buyer.customerId, ({ entries }) => entries[0]?.read.at !== before.entries[0]?.read.at);
  return [customerRun(buyer.customerId)];
}

/** Stopped, it hears of an order that moved and gives nothing up; released, it hears of it again, and does. */
async function releasedAfterMove(world: World): Promise<RunReference[]> {
  const { buyer, order } = await syncedPurchase(world);
  const { buyer: other } = await syncedPurchase(world);
  const tell = (customerId: string, wake: object) =>
    world.client.workflow.getHandle(customerWorkflowId(customerId)).signal('wakeCustomer', wake);
  await world.send('customer.deleted', { customerId: buyer.customerId });
  await world.settled(buyer.customerId, ({ status }) => status === 'stopped');
  const given = { ...order, customerId: other.customerId };
  await changeOrder(world, given, { timeUpdated: instant(1) });
  await orderEvent(world, given);
  await world.settled(buyer.customerId, ({ entries }) => entries.length === 0);
  await world.settled(other.customerId, ({ needsAttention }) => needsAttention.includes('refused-by-dotdigital'));
  await tell(buyer.customerId, { eventId: 'release-1', kind: 'release-contact' });
  await world.settled(buyer.customerId, ({ status }) => status !== 'stopped');
  await tell(other.customerId, { eventId: 'resync-1', kind: 'resync', orderId: order.orderId });
  await world.settled(other.customerId, isSynced(2));
  return [customerRun(buyer.customerId)];
}

async function refunded(world: World): Promise<RunReference[]> {
  const { buyer, order } = await syncedPurchase(world);
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
  await world.settled(buyer.customerId, ({ entries }) => entries[0]?.written?.refundedMinor === 600);
  return [customerRun(buyer.customerId)];
}

/** Without an address nothing can be written; when one is added, every skipped order is looked at again. */
async function skippedForNoEmail(world: World): Promise<RunReference[]> {
  const buyer = await newBuyer(world, { email: null });
  const order = await placeOrder(world, buyer.customerId, { email: null });
  await orderEvent(world, order);
  await world.settled(buyer.customerId, ({ outcomes, ledgerComplete }) => outcomes.skipped === 1 && ledgerComplete);
  await seedStokly(world, {
    customers: [{ ...CANARY_CUSTOMER, customerId: buyer.customerId, email: buyer.email, marketingConsent: true }],
  });
  await world.send('customer.updated', { customerId: buyer.customerId });
  await world.settled(buyer.customerId, isSynced(1));
  return [customerRun(buyer.customerId)];
}

/** Someone deletes the contact in Dotdigital; a person restores and releases it; then everything is written again. */
async function contactDeleted(world: World): Promise<RunReference[]> {
  const { buyer } = await syncedPurchase(world);
  await controlDotdigital(world, 'POST', 'person', { email: buyer.email, action: 'delete' });
  await orderEvent(world, await placeOrder(world, buyer.customerId));
  await world.settled(buyer.customerId, ({ status }) => status === 'stopped');
  await controlDotdigital(world, 'POST', 'person', { email: buyer.email, action: 'restore' });
  const customer = world.client.workflow.getHandle(customerWorkflowId(buyer.customerId));
  await customer.signal('wakeCustomer', { eventId: 'release-1', kind: 'release-contact' });
  const released = await world.settled(buyer.customerId, isSynced(2));
  await customer.signal('wakeCustomer', { eventId: 'resync-1', kind: 'resync' });
  await world.settled(buyer.customerId, ({ entries }) =>
    entries.every(({ written }, at) => written !== null && written.at !== released.entries[at]?.written?.at),
  );
  return [customerRun(buyer.customerId)];
}

async function customerDeleted(world: World): Promise<RunReference[]> {
  const { buyer, order } = await syncedPurchase(world);
  await world.send('customer.deleted', { customerId: buyer.customerId });
  await world.settled(buyer.customerId, ({ status }) => status === 'stopped');
  await changeOrder(world, order, { timeUpdated: instant(2), stage: 'removed' });
  await orderEvent(world, order);
  await world.settled(buyer.customerId, ({ outcomes }) => outcomes.skipped === 1);
  return [customerRun(buyer.customerId)];
}

/** Tried twice, they are the 40 orders after which a run continues as new: orders that are not shown cost few bytes. */
const ORDERS_NOT_SHOWN = 20;

/** Carries a ledger, and a queue of orders that Stokly does not show yet, into its next run, where they are found. */
async function continued(world: World): Promise<RunReference[]> {
  const { buyer, order } = await syncedPurchase(world);
  const latest = world.client.workflow.getHandle(customerWorkflowId(buyer.customerId));
  const firstRunId = (await latest.describe()).runId;
  const unknown = Array.from({ length: ORDERS_NOT_SHOWN }, () => ({ ...order, orderId: crypto.randomUUID() }));
  await Promise.all(unknown.map((missing) => orderEvent(world, missing)));
  await untilTrue('it continues as new', async () => (await latest.describe()).runId !== firstRunId);
  const [found] = unknown;
  if (found === undefined) throw new Error('no order');
  await changeOrder(world, { ...found, lineId: crypto.randomUUID(), number: 799_003 });
  await orderEvent(world, await placeOrder(world, buyer.customerId));
  await world.settled(buyer.customerId, isSynced(3));
  return [{ ...customerRun(buyer.customerId), runId: firstRunId }, customerRun(buyer.customerId)];
}
