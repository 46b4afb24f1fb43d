import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { temporal } from '@temporalio/proto';
import { customerWorkflowId } from '../../src/contract/ids.js';
import { DOTDIGITAL_TIMEOUT_MS } from '../../src/dotdigital/settings.js';
import { STOKLY_TIMEOUT_MS } from '../../src/stokly/settings.js';
import { type Chronicle, followStokly, violationsOf } from '../support/oracle.js';
import { controlStokly, dotdigitalState, orderEvent } from '../support/shop-events.js';
import {
  changePieces,
  clearFaults,
  newPurchase,
  type Purchase,
  strike,
  strikes,
  untilSynced,
  type Vendor,
} from '../support/vendor-weather.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

/** Calls that fail, hang, break off or drip (V2, V3, V4, V5), in both directions and for Stokly's token. */

/** A client's own time, short: what hangs is given up after it. */
const TIMEOUT_MS = 1_500;

const SEED = Number(process.env['VENDOR_SEED'] ?? Date.now() % 1_000_000);

/** What fails in one is waited for by everyone there: so there are as many as go on side by side. */
let worlds: readonly World[];
let chronicles: ReadonlyMap<World, Chronicle>;
beforeAll(async () => {
  worlds = await Promise.all(ROUNDS.map(() => createWorld({ clients: { timeoutMs: TIMEOUT_MS } })));
  chronicles = new Map(worlds.map((world) => [world, followStokly(world)]));
});
afterAll(async () => {
  await Promise.all(worlds.map((world) => world.close()));
});

function worldOf(at: number): World {
  const world = worlds[at];
  if (world === undefined) throw new Error(`there is no world ${at}`);
  return world;
}

/** Every kind of call that an order costs. */
const CALLS: readonly {
  readonly vendor: Vendor;
  readonly match: { readonly method: string; readonly path: string };
}[] = [
  { vendor: 'stokly', match: { method: 'POST', path: '^/v1/grant' } },
  { vendor: 'stokly', match: { method: 'GET', path: '^/v2/saleorders/[^/]+$' } },
  { vendor: 'stokly', match: { method: 'GET', path: '^/v2/saleorders/[^/]+/items' } },
  { vendor: 'stokly', match: { method: 'GET', path: '^/v0/refunds' } },
  { vendor: 'stokly', match: { method: 'GET', path: '^/v0/customers/' } },
  { vendor: 'dotdigital', match: { method: 'GET', path: '^/contacts/v3/' } },
  { vendor: 'dotdigital', match: { method: 'POST', path: '^/contacts/v3$' } },
  { vendor: 'dotdigital', match: { method: 'PUT', path: '^/insightData/v3/' } },
  { vendor: 'dotdigital', match: { method: 'PATCH', path: '^/contacts/v3/' } },
];

/** Writes that fail once, each with one try that changes nothing; the one of the fields makes its record be put once more. */
const WASTED_A_ROW =
  CALLS.filter(({ match: { method }, vendor }) => vendor === 'dotdigital' && method !== 'GET').length + 1;

/** Each fault below costs what it strikes. */
const wastedIn = new Map<World, number>();
function wastes(world: World, writes: number): void {
  wastedIn.set(world, (wastedIn.get(world) ?? 0) + writes);
}

async function sendNew(world: World, count: number): Promise<Purchase[]> {
  const all = await Promise.all(Array.from({ length: count }, () => newPurchase(world)));
  await controlStokly(world, 'POST', 'tokens/revoke');
  for (const { order } of all) await orderEvent(world, order);
  return all;
}

/** One contact a customer, whatever became of the answers. */
async function contactsOf(world: World, all: readonly Purchase[]): Promise<number[]> {
  const { contacts } = await dotdigitalState(world);
  return all.map(({ buyer }) => contacts.filter(({ email }) => email === buyer.email).length);
}

async function expectOneContactEach(world: World, all: readonly Purchase[]): Promise<void> {
  expect(await contactsOf(world, all)).toEqual(all.map(() => 1));
}

type Fault = Readonly<Record<string, unknown>>;

/** Each round in a world of its own, one fault after the other; the long ones beside the short ones. */
const ROUNDS: readonly { readonly faults: string; readonly all: readonly Fault[] }[] = [
  {
    faults: 'V2: 504, V3: a time-out before the effect',
    all: [{ kind: 'status', status: 504 }, { kind: 'timeout-before' }],
  },
  {
    faults: 'V2: 503, V3: a time-out after the effect',
    all: [{ kind: 'status', status: 503 }, { kind: 'timeout-after' }],
  },
  {
    faults: 'V2: 502, V5: an answer of a byte a second',
    all: [{ kind: 'status', status: 502 }, { kind: 'byte-a-second' }],
  },
  {
    faults: 'V2: 500, V4: a reset in the middle of the answer',
    all: [{ kind: 'status', status: 500 }, { kind: 'reset-mid-body' }],
  },
];

/** Every kind of call that an order costs fails once. */
async function isGoneThrough(world: World, fault: Fault): Promise<void> {
  for (const { vendor, match } of CALLS) await strike(world, vendor, { ...fault, match, times: 1 });
  wastes(world, WASTED_A_ROW);
  const all = await sendNew(world, 5);
  await untilSynced(world, all);
  // A put and a delete are answered without a body: nothing of them can be broken off or drip.
  expect(await strikes(world)).toEqual(CALLS.map(() => 1));
  await expectOneContactEach(world, all);
  await clearFaults(world);
}

describe.concurrent('a fault of every kind of call', () => {
  it.each(ROUNDS.map((round, at) => ({ ...round, at })))(
    '$faults: each is gone through: every order is written, each customer has one contact',
    async ({ all, at }) => {
      for (const fault of all) await isGoneThrough(worldOf(at), fault);
    },
  );
});

const BURST_STATUSES = [500, 502, 503, 504];
const BURST_TIMES = 3;

describe('V2: a burst', () => {
  it('of every outage at once, at random calls, leaves everything as it should be', async () => {
    process.stdout.write(`VENDOR_SEED=${SEED}\n`);
    const world = worldOf(0);
    for (const [at, status] of BURST_STATUSES.entries()) {
      const fault = { kind: 'status', status, times: BURST_TIMES, probability: 0.3 };
      await strike(world, 'stokly', fault);
      await strike(world, 'dotdigital', { ...fault, seed: SEED + at });
    }
    wastes(world, BURST_STATUSES.length * BURST_TIMES);
    const all = await sendNew(world, 8);
    await untilSynced(world, all);
    expect((await strikes(world)).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
    await expectOneContactEach(world, all);
    await clearFaults(world);
  });
});

describe('V3: a call', () => {
  it('never outlives its attempt: an attempt has more time than the longest call', async () => {
    const world = worldOf(0);
    const [one] = await sendNew(world, 1);
    if (one === undefined) throw new Error('nothing was sent');
    await untilSynced(world, [one]);
    const { events } = await world.client.workflow.getHandle(customerWorkflowId(one.buyer.customerId)).fetchHistory();
    const scheduled = ((events ?? []) as temporal.api.history.v1.IHistoryEvent[]).flatMap(
      ({ activityTaskScheduledEventAttributes }) => activityTaskScheduledEventAttributes ?? [],
    );
    const attemptsMs = scheduled.map(({ startToCloseTimeout }) => Number(startToCloseTimeout?.seconds ?? 0) * 1_000);
    expect(attemptsMs.length).toBeGreaterThan(0);
    expect(Math.min(...attemptsMs)).toBeGreaterThan(Math.max(DOTDIGITAL_TIMEOUT_MS, STOKLY_TIMEOUT_MS));
  });
});

describe('V3: an order that changes while a write of it hangs', () => {
  it('stands in its newest version in the end', async () => {
    const world = worldOf(0);
    const one = await newPurchase(world);
    await strike(world, 'dotdigital', { kind: 'timeout-after', match: { method: 'PUT' }, times: 1 });
    wastes(world, 1);
    await orderEvent(world, one.order);
    await untilTrue('its write hangs', async () => (await strikes(world))[0] === 1);
    await changePieces(world, one, 3);
    await untilSynced(world, [one]);
    await world.settled(one.buyer.customerId, ({ entries }) => entries[0]?.read.grossMinor === 1_800);
    await expectOneContactEach(world, [one]);
    await clearFaults(world);
  });
});

describe('V2 to V5: after all of it', () => {
  it('each effect stands once and as Stokly says, nothing ever went back, no more calls were wasted than must be', async () => {
    for (const [world, chronicle] of chronicles)
      expect(await violationsOf(world, { chronicle, wastedWritesMax: wastedIn.get(world) ?? 0 })).toEqual([]);
  });
});
