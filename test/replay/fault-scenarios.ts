import { setTimeout as pause } from 'node:timers/promises';
import { CONSENT_BREAKER_WORKFLOW_ID } from '../../src/contract/ids.js';
import { breakerStateQuery, releaseLoweringsSignal } from '../../src/contract/messages.js';
import {
  type Buyer,
  contactOf,
  controlDotdigital,
  controlStokly,
  instant,
  newBuyer,
  orderEvent,
  placeOrder,
  seedStokly,
} from '../support/shop-events.js';
import { untilTrue, type World } from '../support/world.js';
import { CANARY_CUSTOMER, CANARY_SECRET } from '../support/canary.js';
import { customerRun, isSynced, type RunReference, type Scenario, syncedPurchase } from './shop.js';

/** Lowerings an hour that the recording's worker admits. */
export const LOWER_MAX = 2;

/** Vendors that refuse, and the breaker that stops our own writing. */
export const FAULT_SCENARIOS: readonly Scenario[] = [
  { files: ['credentials-refused'], play: credentialsRefused },
  { files: ['recovered-busy'], play: recoveredBusy },
  { files: ['limit-reached'], play: limitReached },
  { files: ['consent-breaker', 'consent-waiting'], play: consentBreaker },
  { files: ['write-repeated'], play: writeRepeated },
];

/** The drain fails, is put back whole, and goes on by itself when the credentials work again. */
async function credentialsRefused(world: World): Promise<RunReference[]> {
  const { buyer } = await syncedPurchase(world);
  const order = await placeOrder(world, buyer.customerId);
  await controlStokly(world, 'POST', 'settings', {
    credentials: { ...world.stoklyCredentials, secretKey: CANARY_SECRET },
  });
  await controlStokly(world, 'POST', 'tokens/revoke');
  await orderEvent(world, order);
  await untilTrue('it says so', async () =>
    (await world.state(buyer.customerId)).needsAttention.includes('stokly-credentials-refused'),
  );
  await controlStokly(world, 'POST', 'settings', { credentials: world.stoklyCredentials });
  await world.settled(buyer.customerId, (state) => isSynced(2)(state) && state.needsAttention.length === 0);
  return [customerRun(buyer.customerId)];
}

/** As soon as the order at hand is through it is no longer shown as blocked, though its other orders are still to be loaded. */
async function recoveredBusy(world: World): Promise<RunReference[]> {
  const buyer = await newBuyer(world);
  await placeOrder(world, buyer.customerId, { createdAt: instant(600), timeUpdated: instant(600) });
  const order = await placeOrder(world, buyer.customerId);
  await controlDotdigital(world, 'POST', 'settings', { areCredentialsRevoked: true });
  await orderEvent(world, order);
  await untilTrue('it says so', async () =>
    (await world.state(buyer.customerId)).needsAttention.includes('dotdigital-credentials-refused'),
  );
  await controlDotdigital(world, 'POST', 'settings', { areCredentialsRevoked: false });
  await world.settled(buyer.customerId, (state) => isSynced(2)(state) && state.needsAttention.length === 0);
  return [customerRun(buyer.customerId)];
}

/** A drain fails because Stokly asks to come back in an hour, and goes on by itself as soon as a limiter no longer believes it. */
async function limitReached(world: World): Promise<RunReference[]> {
  const { buyer } = await syncedPurchase(world);
  const order = await placeOrder(world, buyer.customerId);
  const match = { method: 'GET', path: '^/v2/saleorders/' };
  await controlStokly(world, 'POST', 'faults', [
    { kind: 'status', status: 429, headers: { 'retry-after': '3600' }, match, times: 1 },
  ]);
  await orderEvent(world, order);
  await untilTrue('it says so', async () =>
    (await world.state(buyer.customerId)).needsAttention.includes('stokly-limit-reached'),
  );
  await pause(RESET_BELIEVED_MS);
  await world.settled(buyer.customerId, (state) => isSynced(2)(state) && state.needsAttention.length === 0);
  return [customerRun(buyer.customerId)];
}

/** At most (`http/learned-budget.ts`). */
const RESET_BELIEVED_MS = 90_000;

/** One more than allowed lose their consent: the last one waits until a person releases the breaker, which wakes it. */
async function consentBreaker(world: World): Promise<RunReference[]> {
  const buyers: Buyer[] = [];
  for (let count = 0; count <= LOWER_MAX; count++) buyers.push((await syncedPurchase(world)).buyer);
  for (const buyer of buyers) await refuseConsent(world, buyer);
  const last = buyers[LOWER_MAX];
  if (last === undefined) throw new Error('nobody waits');
  const breaker = world.client.workflow.getHandle(CONSENT_BREAKER_WORKFLOW_ID);
  await untilTrue('it is open', async () => (await breaker.query(breakerStateQuery)).isOpen);
  await breaker.signal(releaseLoweringsSignal, { actor: 'recorder', reason: 'looked at it' });
  await untilTrue(
    'the waiting one is lowered',
    async () => (await contactOf(world, last.email))?.emailStatus === 'unsubscribed',
  );
  await world.settled(last.customerId, ({ needsAttention }) => needsAttention.length === 0);
  return [{ workflowId: CONSENT_BREAKER_WORKFLOW_ID }, customerRun(last.customerId)];
}

async function refuseConsent(world: World, { customerId, email }: Buyer): Promise<void> {
  await seedStokly(world, {
    customers: [{ ...CANARY_CUSTOMER, customerId, email, marketingConsent: false, timeUpdated: instant(40) }],
  });
  await world.send('customer.updated', { customerId });
  await world.settled(customerId);
}

/** Dotdigital stumbles over a record: its activity is repeated, and the record is read back two minutes later. */
async function writeRepeated(world: World): Promise<RunReference[]> {
  const { buyer } = await syncedPurchase(world);
  await controlDotdigital(world, 'POST', 'faults', { kind: 'status', match: { method: 'PUT' }, times: 1 });
  await orderEvent(world, await placeOrder(world, buyer.customerId));
  const { due } = await world.settled(buyer.customerId, (state) => state.due.some(({ why }) => why === 'unconfirmed'));
  // Nothing can happen before that moment; then it is waited for as for everything else.
  await pause(Math.max(0, Date.parse(due[0]?.dueAt ?? '') - Date.now()));
  await world.settled(buyer.customerId, (state) => isSynced(2)(state) && state.due.length === 0);
  return [customerRun(buyer.customerId)];
}
