import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { temporal } from '@temporalio/proto';
import { customerWorkflowId } from '../../src/contract/ids.js';
import { type Chronicle, followStokly, violationsOf } from '../support/oracle.js';
import { clearRequests, controlDotdigital, controlStokly, orderEvent } from '../support/shop-events.js';
import {
  callsOf,
  newPurchase,
  pendingActivity,
  type Purchase,
  shownOf,
  untilSynced,
  type Vendor,
  type VendorCall,
} from '../support/vendor-weather.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

/** Credentials that are taken away and given back (V6), with many customers waiting. */

const FIRST_WAVE = 8;
/** Customers whose orders come in while the credentials are refused already: they would be the storm. */
const SECOND_WAVE = 12;
/** The shortest pause between two looks (`http/credentials-gate.ts`); the stand-in's clock reads whole milliseconds. */
const PROBE_PAUSE_MS = 1_000 - 5;

interface Case {
  readonly vendor: Vendor;
  readonly attention: string;
  readonly variable: string;
  readonly revoke: (world: World) => Promise<void>;
  readonly restore: (world: World) => Promise<void>;
  /** A call that shows whether the credentials work. */
  readonly isProbe: (call: VendorCall) => boolean;
}

const CASES: readonly Case[] = [
  {
    vendor: 'stokly',
    attention: 'stokly-credentials-refused',
    variable: 'STOKLY_SECRET_KEY',
    revoke: async (world) => {
      await controlStokly(world, 'POST', 'settings', {
        credentials: { ...world.stoklyCredentials, secretKey: 'another' },
      });
      await controlStokly(world, 'POST', 'tokens/revoke');
    },
    restore: async (world) => {
      await controlStokly(world, 'POST', 'settings', { credentials: world.stoklyCredentials });
    },
    isProbe: ({ path }) => path === '/v1/grant',
  },
  {
    vendor: 'dotdigital',
    attention: 'dotdigital-credentials-refused',
    variable: 'DOTDIGITAL_API_PASSWORD',
    revoke: async (world) => {
      await controlDotdigital(world, 'POST', 'settings', { areCredentialsRevoked: true });
    },
    restore: async (world) => {
      await controlDotdigital(world, 'POST', 'settings', { areCredentialsRevoked: false });
    },
    isProbe: () => true,
  },
];

async function purchases(world: World, count: number): Promise<Purchase[]> {
  return await Promise.all(Array.from({ length: count }, () => newPurchase(world)));
}

async function sendAll(world: World, all: readonly Purchase[]): Promise<void> {
  for (const { order } of all) await orderEvent(world, order);
}

/** As an operator would look for them, whether a worker runs or not. */
async function countShown(world: World, attention: string): Promise<number> {
  const query = `CustomerStatus = 'blocked' AND NeedsAttention = '${attention}'`;
  return (await world.client.workflow.count(query)).count;
}

/** Activities of the customer that have failed, all their attempts together. */
async function countFailed(world: World, { buyer }: Purchase): Promise<number> {
  const { events } = await world.client.workflow.getHandle(customerWorkflowId(buyer.customerId)).fetchHistory();
  const all = (events as temporal.api.history.v1.IHistoryEvent[] | undefined) ?? [];
  return all.filter(({ activityTaskFailedEventAttributes: failed }) => (failed ?? null) !== null).length;
}

/** Each in a world of its own, side by side: what they cost is the pauses between two looks. */
const worlds = new Map<Vendor, { readonly world: World; readonly chronicle: Chronicle }>();
beforeAll(async () => {
  await Promise.all(
    CASES.map(async ({ vendor }) => {
      const world = await createWorld();
      worlds.set(vendor, { world, chronicle: followStokly(world) });
    }),
  );
});
afterAll(async () => {
  await Promise.all([...worlds.values()].map(({ world }) => world.close()));
});

function worldOf(vendor: Vendor): { readonly world: World; readonly chronicle: Chronicle } {
  const found = worlds.get(vendor);
  if (found === undefined) throw new Error(`there is no world for ${vendor}`);
  return found;
}

describe.concurrent.each(CASES)(
  'V6: credentials that $vendor refuses',
  ({ vendor, attention, variable, revoke, restore, isProbe }) => {
    it('are looked at by one call at a time however many wait, are said, and everyone goes on when they work', async () => {
      const { world, chronicle } = worldOf(vendor);
      const [known, ...first] = await purchases(world, FIRST_WAVE + 1);
      if (known === undefined) throw new Error('nobody');
      await sendAll(world, [known]);
      await untilSynced(world, [known]);
      const second = await purchases(world, SECOND_WAVE);
      await revoke(world);
      await clearRequests(world);
      await sendAll(world, first);
      await untilTrue('all of the first are shown', async () => (await countShown(world, attention)) === FIRST_WAVE);
      const refusedSoFar = callsOf(world).filter((call) => call.vendor === vendor).length;
      await sendAll(world, second);
      await untilTrue('all are shown', async () => (await countShown(world, attention)) === FIRST_WAVE + SECOND_WAVE);

      const calls = callsOf(world).filter((call) => call.vendor === vendor);
      expect(calls.every(({ status }) => status === 401)).toBe(true);
      // Those that were out together when it began: each once, and nobody else but the one that looks.
      const began = calls.filter(({ atMs }) => atMs <= (calls.at(0)?.atMs ?? 0) + PROBE_PAUSE_MS);
      expect(began.length).toBeLessThanOrEqual(FIRST_WAVE + 1);
      const probes = calls.slice(began.length).filter(isProbe);
      for (const [at, probe] of probes.entries())
        expect(probe.atMs - (probes[at - 1] ?? calls[0] ?? probe).atMs).toBeGreaterThanOrEqual(PROBE_PAUSE_MS);
      // Two calls a look at most: Stokly's is a token and, where one was granted before, the call that it is for.
      expect(calls.length - refusedSoFar).toBeLessThan(SECOND_WAVE);

      const one = first[0] ?? known;
      expect((await world.state(one.buyer.customerId)).lastProblem).toContain(`check `);
      expect((await world.state(one.buyer.customerId)).lastProblem).toContain(variable);
      // Who is shown is tried again by Temporal: no pause of his own grows meanwhile, and nothing is read anew.
      await untilTrue(
        'Temporal tries it again',
        async () => ((await pendingActivity(world, one.buyer.customerId))?.attempt ?? 0) > 1,
      );
      await restore(world);
      const all = [...first, ...second];
      await untilSynced(world, all);
      await untilTrue('nobody is shown any more', async () => (await countShown(world, attention)) === 0);
      expect(await shownOf(world, one.buyer.customerId)).not.toHaveProperty('NeedsAttention');
      expect(await countFailed(world, one)).toBe(1);
      // A refused call had no effect: nothing is written twice.
      expect(await violationsOf(world, { chronicle, wastedWritesMax: 0 })).toEqual([]);
    });
  },
);
