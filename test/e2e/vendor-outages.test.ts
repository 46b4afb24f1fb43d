import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
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

let world: World;
let chronicle: Chronicle;
beforeAll(async () => {
  world = await createWorld({ clients: { timeoutMs: TIMEOUT_MS } });
  chronicle = followStokly(world);
});
afterEach(async () => {
  await clearFaults(world);
});
afterAll(async () => {
  await world.close();
});

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

let wastedWritesMax = 0;

async function sendNew(count: number): Promise<Purchase[]> {
  const all = await Promise.all(Array.from({ length: count }, () => newPurchase(world)));
  await controlStokly(world, 'POST', 'tokens/revoke');
  for (const { order } of all) await orderEvent(world, order);
  return all;
}

/** One contact a customer, whatever became of the answers. */
async function contactsOf(all: readonly Purchase[]): Promise<number[]> {
  const { contacts } = await dotdigitalState(world);
  return all.map(({ buyer }) => contacts.filter(({ email }) => email === buyer.email).length);
}

async function expectOneContactEach(all: readonly Purchase[]): Promise<void> {
  expect(await contactsOf(all)).toEqual(all.map(() => 1));
}

const FAULTS: readonly {
  readonly row: string;
  readonly name: string;
  readonly fault: Readonly<Record<string, unknown>>;
}[] = [
  { row: 'V2', name: '500', fault: { kind: 'status', status: 500 } },
  { row: 'V2', name: '502', fault: { kind: 'status', status: 502 } },
  { row: 'V2', name: '503', fault: { kind: 'status', status: 503 } },
  { row: 'V2', name: '504', fault: { kind: 'status', status: 504 } },
  { row: 'V3', name: 'a time-out before the effect', fault: { kind: 'timeout-before' } },
  { row: 'V3', name: 'a time-out after the effect', fault: { kind: 'timeout-after' } },
  { row: 'V4', name: 'a reset in the middle of the answer', fault: { kind: 'reset-mid-body' } },
  { row: 'V5', name: 'an answer of a byte a second', fault: { kind: 'byte-a-second' } },
];

describe.each(FAULTS)('$row: $name', ({ fault }) => {
  it('of every kind of call is gone through: every order is written, each customer has one contact', async () => {
    for (const { vendor, match } of CALLS) await strike(world, vendor, { ...fault, match, times: 1 });
    wastedWritesMax += WASTED_A_ROW;
    const all = await sendNew(5);
    await untilSynced(world, all);
    // A put and a delete are answered without a body: nothing of them can be broken off or drip.
    expect(await strikes(world)).toEqual(CALLS.map(() => 1));
    await expectOneContactEach(all);
  });
});

const BURST_STATUSES = [500, 502, 503, 504];
const BURST_TIMES = 3;

describe('V2: a burst', () => {
  it('of every outage at once, at random calls, leaves everything as it should be', async () => {
    process.stdout.write(`VENDOR_SEED=${SEED}\n`);
    for (const [at, status] of BURST_STATUSES.entries()) {
      const fault = { kind: 'status', status, times: BURST_TIMES, probability: 0.3 };
      await strike(world, 'stokly', fault);
      await strike(world, 'dotdigital', { ...fault, seed: SEED + at });
    }
    wastedWritesMax += BURST_STATUSES.length * BURST_TIMES;
    const all = await sendNew(8);
    await untilSynced(world, all);
    expect((await strikes(world)).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
    await expectOneContactEach(all);
  });
});

describe('V3: a call', () => {
  it('never outlives its attempt: an attempt has more time than the longest call', async () => {
    const [one] = await sendNew(1);
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
    const one = await newPurchase(world);
    await strike(world, 'dotdigital', { kind: 'timeout-after', match: { method: 'PUT' }, times: 1 });
    wastedWritesMax += 1;
    await orderEvent(world, one.order);
    await untilTrue('its write hangs', async () => (await strikes(world))[0] === 1);
    await changePieces(world, one, 3);
    await untilSynced(world, [one]);
    await world.settled(one.buyer.customerId, ({ entries }) => entries[0]?.read.grossMinor === 1_800);
    await expectOneContactEach([one]);
  });
});

describe('V2 to V5: after all of it', () => {
  it('each effect stands once and as Stokly says, nothing ever went back, no more calls were wasted than must be', async () => {
    expect(await violationsOf(world, { chronicle, wastedWritesMax })).toEqual([]);
  });
});
