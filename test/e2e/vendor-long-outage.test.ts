import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../demo/ports.js';
import { Processes } from '../../demo/processes.js';
import { startTemporalServer } from '../../demo/temporal-server.js';
import { findTemporal } from '../../scripts/get-temporal.mjs';
import { customerWorkflowId } from '../../src/contract/ids.js';
import { wakeCustomerSignal } from '../../src/contract/messages.js';
import { readRuns } from '../support/histories.js';
import { type Chronicle, followStokly, violationsOf } from '../support/oracle.js';
import { orderEvent, placeOrder, recordOf } from '../support/shop-events.js';
import {
  clearFaults,
  exhaustActivity,
  newPurchase,
  type Purchase,
  shownOf,
  strike,
  untilSynced,
  type Vendor,
} from '../support/vendor-weather.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

/**
 * An outage that lasts longer than the ten minutes of an activity (V2): the server is told that the next attempt is the last. It
 * also suggests to continue as new after few events, so that a run is long when an outage of hours would have made it so.
 */

const EVENTS_SUGGESTED = 60;
/** Beyond the suggestion: what one drain and the wakes of meanwhile may add before the next look. */
const EVENTS_MAX = 4 * EVENTS_SUGGESTED;

const servers = new Processes({ logPath: null });
/** Each vendor's outage in a world of its own, side by side: what they cost is the pauses between two tries. */
const worlds = new Map<Vendor, { readonly world: World; readonly chronicle: Chronicle }>();
beforeAll(async () => {
  const { address } = await startTemporalServer(servers, {
    cliPath: await findTemporal(),
    port: await freePort(),
    uiPort: null,
    databasePath: null,
    dynamicConfig: [`limit.historyCount.suggestContinueAsNew=${EVENTS_SUGGESTED}`],
  });
  await Promise.all(
    (['stokly', 'dotdigital'] as const).map(async (vendor) => {
      const world = await createWorld({ temporalAddress: address, clients: { refusedWaitMsMax: 5_000 } });
      worlds.set(vendor, { world, chronicle: followStokly(world) });
    }),
  );
});
afterAll(async () => {
  await Promise.all([...worlds.values()].map(({ world }) => world.close()));
  await servers.stopAll();
});

async function runOf(world: World, customerId: string): Promise<{ runId: string; historyLength: number }> {
  const { runId, historyLength } = await world.client.workflow.getHandle(customerWorkflowId(customerId)).describe();
  return { runId, historyLength };
}

/** Wakes for an order that is known in this version: they say nothing new and queue nothing, and make the run long. */
async function wakeUntilLong(world: World, { buyer, order }: Purchase): Promise<void> {
  const handle = world.client.workflow.getHandle(customerWorkflowId(buyer.customerId));
  const { orderId, placedAt: version } = order;
  for (let wake = 0; (await runOf(world, buyer.customerId)).historyLength < EVENTS_SUGGESTED; wake += 1) {
    await handle.signal(wakeCustomerSignal, { eventId: `${orderId}:${wake}`, kind: 'order', orderId, version });
  }
}

function worldOf(vendor: Vendor): { readonly world: World; readonly chronicle: Chronicle } {
  const found = worlds.get(vendor);
  if (found === undefined) throw new Error(`there is no world for ${vendor}`);
  return found;
}

const VENDORS: readonly { vendor: Vendor; name: string; path: string }[] = [
  { vendor: 'stokly', name: 'Stokly', path: '^/v[0-9]/' },
  { vendor: 'dotdigital', name: 'Dotdigital', path: '^/(contacts|insightData)/v3/' },
];

describe.concurrent.each(VENDORS)('V2: an outage of $name that outlasts its activity', ({ vendor, name, path }) => {
  it('is said in words and search attributes, runs continue meanwhile, and all goes on by itself afterwards', async () => {
    const { world, chronicle } = worldOf(vendor);
    const { buyer, order: first } = await newPurchase(world);
    await orderEvent(world, first);
    await untilSynced(world, [{ buyer, order: first }]);
    const order = await placeOrder(world, buyer.customerId);
    await strike(world, vendor, { kind: 'status', status: 503, match: { path } });
    await orderEvent(world, order);
    await exhaustActivity(world, buyer.customerId);
    await untilTrue('it says so', async () => (await shownOf(world, buyer.customerId))['CustomerStatus'] === 'blocked');
    const attention = `${vendor}-unavailable`;
    expect((await shownOf(world, buyer.customerId))['NeedsAttention']).toEqual([attention]);
    const blocked = await world.state(buyer.customerId);
    expect(blocked).toMatchObject({ needsAttention: [attention] });
    expect(blocked.lastProblem).toMatch(new RegExp(`^${name}: .*answered 503: it is tried again by itself$`));

    const before = await runOf(world, buyer.customerId);
    await wakeUntilLong(world, { buyer, order: first });
    await exhaustActivity(world, buyer.customerId);
    await untilTrue('the run is continued', async () => (await runOf(world, buyer.customerId)).runId !== before.runId);
    const continued = await world.state(buyer.customerId);
    expect(continued).toMatchObject({ needsAttention: [attention], lastProblem: blocked.lastProblem });
    expect(await shownOf(world, buyer.customerId)).toMatchObject({
      CustomerStatus: 'blocked',
      NeedsAttention: [attention],
    });

    await clearFaults(world);
    await untilSynced(world, [{ buyer, order }]);
    expect(await recordOf(world, order)).toMatchObject({ order_total: 12 });
    await untilTrue('nothing needs attention', async () => {
      const { CustomerStatus, NeedsAttention } = await shownOf(world, buyer.customerId);
      return (CustomerStatus === 'idle' || CustomerStatus === 'waiting') && NeedsAttention === undefined;
    });
    const lengths = (await readRuns(world, `WorkflowId = '${customerWorkflowId(buyer.customerId)}'`)).map(
      ({ events }) => events.length,
    );
    expect(Math.max(...lengths)).toBeLessThan(EVENTS_MAX);
    // While Dotdigital is away each attempt's put changes nothing.
    const wastedWritesMax = world.dotdigital.account.requests.all.filter(({ status }) => status === 503).length;
    expect(await violationsOf(world, { chronicle, wastedWritesMax })).toEqual([]);
  });
});

// Last: afterwards nothing is sent for a minute and a half, the longest that a reset is believed.
describe('V1: a limit that outlasts an activity', () => {
  it('is said to be a limit, and no outage', async () => {
    await Promise.all(
      VENDORS.map(async ({ vendor, name, path }) => {
        const { world } = worldOf(vendor);
        const { buyer, order } = await newPurchase(world);
        const headers = { 'retry-after': '3600' };
        await strike(world, vendor, { kind: 'status', status: 429, headers, match: { path } });
        await orderEvent(world, order);
        const attention = `${vendor}-limit-reached`;
        await untilTrue('it says so', async () => {
          const shown = await shownOf(world, buyer.customerId);
          return JSON.stringify(shown['NeedsAttention']) === JSON.stringify([attention]);
        });
        const { needsAttention, lastProblem } = await world.state(buyer.customerId);
        expect(needsAttention).toEqual([attention]);
        expect(lastProblem).toMatch(
          new RegExp(`^${name}: .*answered 429.*: it goes on by itself when the limit allows$`),
        );
      }),
    );
  });
});
