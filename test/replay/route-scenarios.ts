import { randomUUID } from 'node:crypto';
import { routeWorkflowId } from '../../src/contract/ids.js';
import { newBuyer, placeOrder, requestPaths, seedStokly } from '../support/shop-events.js';
import { untilTrue, type World } from '../support/world.js';
import type { RunReference, Scenario } from './shop.js';

/** Events that name an order and no customer. */
export const ROUTE_SCENARIOS: readonly Scenario[] = [
  { files: ['route-woken'], play: woken },
  { files: ['route-no-customer'], play: noCustomer },
  { files: ['route-not-shown-yet'], play: notShownYet },
];

async function woken(world: World): Promise<RunReference[]> {
  const order = await placeOrder(world, (await newBuyer(world)).customerId);
  return [await routed(world, order.orderId, 'woken')];
}

/** A till sale. */
async function noCustomer(world: World): Promise<RunReference[]> {
  const order = await placeOrder(world, null);
  return [await routed(world, order.orderId, 'no-customer')];
}

async function notShownYet(world: World): Promise<RunReference[]> {
  const { customerId } = await newBuyer(world);
  const orderId = randomUUID();
  const ended = routed(world, orderId, 'woken');
  const wasAsked = async (): Promise<boolean> =>
    (await requestPaths(world)).stokly.some((call) => call.includes(orderId));
  await untilTrue('Stokly was asked in vain', wasAsked);
  await seedStokly(world, { orders: [{ saleOrderId: orderId, customerId, lines: [{}] }] });
  return [await ended];
}

/** Sends the event and follows its run to its end. */
async function routed(world: World, orderId: string, outcome: string): Promise<RunReference> {
  const eventId = `evt_${randomUUID()}`;
  await world.send('order.created', { orderId }, eventId);
  const workflowId = routeWorkflowId(eventId);
  const result: { outcome: string } = await world.client.workflow.getHandle(workflowId).result();
  if (result.outcome !== outcome) throw new Error(`routed to ${result.outcome}, not ${outcome}`);
  return { workflowId };
}
