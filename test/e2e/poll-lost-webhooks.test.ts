import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WORKFLOW_TYPES } from '../../src/contract/ids.js';
import { readRuns, wakesOf } from '../support/histories.js';
import { type Chronicle, followStokly, violationsOf } from '../support/oracle.js';
import { installPoll, missRoundsSince, poll, pollRuns } from '../support/polls.js';
import { seededDraw } from '../support/seeded-draw.js';
import { type Buyer, controlStokly, newBuyer, nextNumber, type Wire } from '../support/shop-events.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

/** W3: webhooks are lost, some or all, or rounds are missed for a day. Two rounds of the poll later everything is over, and nothing was written twice. */

const CUSTOMERS = 12;
const STEPS = 120;
const DAY_MS = 86_400_000;
const DAY_ORDERS = 260;

const draw = seededDraw('the lost webhooks');

let world: World;
let chronicle: Chronicle;
let wastedWritesMax = 0;
beforeAll(async () => {
  world = await createWorld();
  chronicle = followStokly(world);
  await installPoll(world);
  await poll(world);
});
afterAll(async () => {
  await world.close();
});

function oneOf<T>(all: readonly T[]): T {
  const one = all[Math.floor(draw() * all.length)];
  if (one === undefined) throw new Error('nothing to choose from');
  return one;
}

async function change(objects: Readonly<Record<string, readonly Wire[]>>): Promise<void> {
  await controlStokly(world, 'POST', 'seed', { ...objects, emit: true });
}

/** A shop that lives: each step changes one thing, at the time at which it does. */
class Shop {
  readonly #orders: { saleOrderId: string; lineId: string; isRefunded: boolean }[] = [];
  /** Each may cost an update of a contact's fields that no record's change accounts for. */
  buyersChanged = 0;
  constructor(readonly buyers: readonly Buyer[]) {}

  async step(): Promise<void> {
    const kind = this.#orders.length < 5 ? 0 : Math.floor(draw() * 10);
    if (kind < 4) return await this.#place();
    if (kind === 4) return await this.#changeBuyer();
    const order = oneOf(this.#orders);
    const { saleOrderId, lineId } = order;
    if (kind === 5 && !order.isRefunded) {
      order.isRefunded = true;
      return await change({ refunds: [{ saleOrderId, items: [{ lineId }] }] });
    }
    if (kind === 6) return await change({ orders: [{ saleOrderId, stage: 'removed' }] });
    if (order.isRefunded) return;
    const status = oneOf(['processing', 'despatched', 'cancelled']);
    await change({ orders: [{ saleOrderId, lines: [{ lineId, status, quantity: 1 + Math.floor(draw() * 5) }] }] });
  }

  async #place(): Promise<void> {
    const [saleOrderId, lineId] = [randomUUID(), randomUUID()];
    const customerId = draw() < 0.1 ? null : oneOf(this.buyers).customerId;
    const line = {
      lineId,
      quantity: 2,
      displayPrice: '5.000000',
      displayTax: '1.000000',
      itemSku: 'A1',
      itemName: 'Mug',
    };
    await change({ orders: [{ saleOrderId, niceId: nextNumber(), customerId, lines: [line] }] });
    this.#orders.push({ saleOrderId, lineId, isRefunded: false });
  }

  async #changeBuyer(): Promise<void> {
    this.buyersChanged += 1;
    const { customerId } = oneOf(this.buyers);
    await change({
      customers: [
        oneOf([
          { customerId, billingAddressCity: oneOf(['Leeds', 'York', 'Hull']) },
          { customerId, marketingConsent: false },
        ]),
      ],
    });
  }
}

it.each([
  ['5 % of the webhooks', 0.05],
  ['all webhooks', 1],
])('W3: with %s lost, two rounds bring every change over', async (_name, loss) => {
  await controlStokly(world, 'DELETE', 'webhooks');
  await controlStokly(world, 'POST', 'webhooks', {
    url: `${world.relayUrl}/webhooks/stokly`,
    secret: world.webhookSecret,
    loss,
  });
  const buyers: Buyer[] = [];
  for (let made = 0; made < CUSTOMERS; made += 1) buyers.push(await newBuyer(world));
  const shop = new Shop(buyers);
  let rounds = 0;
  for (let step = 0; step < STEPS; step += 1) {
    await shop.step();
    // One round comes in the middle of it.
    if (step === STEPS / 2) rounds += (await poll(world)).woken;
  }
  await untilTrue('every webhook is delivered', async () => {
    const { pending, lost } = (await controlStokly(world, 'GET', 'webhooks')) as { pending: number; lost: number };
    return pending === 0 && lost > 0;
  });
  const last = await poll(world);
  expect(last).toMatchObject({ problems: {}, waiting: 0, givenUp: 0, unreadable: 0 });
  expect(rounds + last.woken).toBeGreaterThan(STEPS / 2);
  wastedWritesMax += shop.buyersChanged;
  expect(await violationsOf(world, { chronicle, wastedWritesMax })).toEqual([]);
});

it('of a day in which no round began, two rounds bring every change over, each woken for once', async () => {
  await controlStokly(world, 'DELETE', 'webhooks');
  const dayAgo = Date.now() - DAY_MS;
  await missRoundsSince(world, dayAgo);
  const at = (part: number): string => new Date(dayAgo + part * DAY_MS).toISOString();
  const buyers: Buyer[] = [];
  for (let made = 0; made < CUSTOMERS; made += 1)
    buyers.push(await newBuyer(world, { createdAt: at(0.1), timeUpdated: at(0.1 + made / 50) }));
  // More than one page of it, over the whole day; most of it is the till's.
  const orders = Array.from({ length: DAY_ORDERS }, (_, n) => ({
    saleOrderId: randomUUID(),
    niceId: nextNumber(),
    customerId: n % 5 === 0 ? oneOf(buyers).customerId : null,
    createdAt: at(n / DAY_ORDERS),
    timeUpdated: at(n / DAY_ORDERS),
  }));
  await controlStokly(world, 'POST', 'seed', { orders });
  const refunded = orders.find(({ customerId }) => customerId !== null);
  const refund = { refundId: randomUUID(), saleOrderId: refunded?.saleOrderId, timeUpdated: at(0.99) };
  await controlStokly(world, 'POST', 'seed', { refunds: [refund] });
  const before = (await pollRuns(world)).length;
  const first = await poll(world);
  expect(first.found).toMatchObject({ refunds: 1, customers: CUSTOMERS });
  expect(first.found.orders).toBeGreaterThanOrEqual(DAY_ORDERS);
  expect(first).toMatchObject({ problems: {}, waiting: 0, givenUp: 0, unreadable: 0 });
  expect(await poll(world)).toMatchObject({ found: { orders: 0, refunds: 0, customers: 0 }, woken: 0 });
  expect((await pollRuns(world)).length).toBe(before + 2);
  const wakes = (await readRuns(world, `WorkflowType = '${WORKFLOW_TYPES.syncCustomer}'`)).flatMap(wakesOf);
  const polled = wakes.map(({ eventId }) => eventId).filter((eventId) => eventId.startsWith('poll:'));
  expect(new Set(polled).size).toBe(polled.length);
  expect(await violationsOf(world, { chronicle, wastedWritesMax })).toEqual([]);
});
