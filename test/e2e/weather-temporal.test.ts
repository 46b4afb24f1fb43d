import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../demo/ports.js';
import { Processes, type RunningProcess } from '../../demo/processes.js';
import { startTemporalServer } from '../../demo/temporal-server.js';
import { findTemporal } from '../../scripts/get-temporal.mjs';
import { readRuns, wakesOf } from '../support/histories.js';
import { type Chronicle, followStokly, violationsOf } from '../support/oracle.js';
import {
  type Buyer,
  changeOrder,
  controlStokly,
  dotdigitalState,
  instant,
  newBuyer,
  type PlacedOrder,
  placeOrder,
} from '../support/shop-events.js';
import { postEvent } from '../support/webhook-sender.js';
import { type ProgramProcesses, relayProcesses, workerProcesses } from '../support/worker-process.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

/** `kill -9` of Temporal itself: a server of this test's own, its database in a file (R5). */

/** Set to break the run on purpose and see it fail: `lose-database` starts the next server with an empty one. */
const BREAK = process.env['BREAK'];
/** How long Temporal is away, in seconds; 30 for the whole fault. */
const DOWN_S = Number(process.env['WEATHER_TEMPORAL_DOWN_S'] ?? 5);

/** What may pass beside: it starts twice, and everything is looked at in the end. */
const TIMEOUT_MS = 90_000 + DOWN_S * 5_000;

const CUSTOMERS = 30;

let folder: string;
const servers = new Processes({ logPath: null });
let world: World;
let chronicle: Chronicle;
let relays: ProgramProcesses;
let workers: ProgramProcesses;
let relay: RunningProcess;
let worker: RunningProcess;
let relayUrl: string;
let startTemporal: (database: string) => Promise<RunningProcess>;
let temporal: RunningProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-weather-'));
  const cliPath = await findTemporal();
  const port = await freePort();
  startTemporal = async (database) =>
    (await startTemporalServer(servers, { cliPath, port, uiPort: null, databasePath: join(folder, database) })).process;
  temporal = await startTemporal('temporal.db');
  world = await createWorld({ hasWorker: false, temporalAddress: `127.0.0.1:${port}` });
  chronicle = followStokly(world);
  const relayPort = await freePort();
  relayUrl = `http://127.0.0.1:${relayPort}`;
  relays = relayProcesses(world, { port: relayPort, temporalAddress: world.address });
  workers = workerProcesses(world);
  relay = relays.start();
  worker = workers.start();
  await untilTrue('the relay is healthy', async () => (await fetch(`${relayUrl}/healthz`)).ok);
  const secret = world.webhookSecret;
  await controlStokly(world, 'POST', 'webhooks', { url: `${relayUrl}/webhooks/stokly`, secret });
});
afterAll(async () => {
  await workers.stopAll();
  await relays.stopAll();
  await world.close();
  await servers.stopAll();
  await rm(folder, { recursive: true, force: true });
});

interface SentByStokly {
  readonly pending: number;
  readonly delivered: number;
  readonly refused: number;
}

async function sentByStokly(): Promise<SentByStokly> {
  return (await controlStokly(world, 'GET', 'webhooks')) as SentByStokly;
}

async function countThrough(): Promise<number> {
  const { contacts } = await dotdigitalState(world);
  return contacts.filter(({ dataFields }) => 'NUMBER_OF_ORDERS' in dataFields).length;
}

const said: string[] = [];

/** Stokly says that an order changed; the id is kept, to be looked for in Temporal. */
async function say(order: PlacedOrder, updatedAt: string): Promise<void> {
  const id = `evt_${randomUUID()}`;
  said.push(id);
  const { orderId, customerId } = order;
  await controlStokly(world, 'POST', 'events', { type: 'order.updated', orderId, customerId, updatedAt, id });
}

async function edit(order: PlacedOrder, quantity: number): Promise<void> {
  const timeUpdated = instant(50 - quantity);
  const line = { lineId: order.lineId, quantity, displayPrice: '5.000000', displayTax: '1.000000' };
  await changeOrder(world, order, { timeUpdated, lines: [line] });
  await say(order, timeUpdated);
}

describe('R5: kill -9 of Temporal', () => {
  it(
    'R5: the relay says come again, the sender does, and nothing that was acknowledged is lost',
    async () => {
      const orders: { buyer: Buyer; order: PlacedOrder }[] = [];
      for (let count = 0; count < CUSTOMERS; count += 1) {
        const buyer = await newBuyer(world);
        const order = await placeOrder(world, buyer.customerId);
        orders.push({ buyer, order });
        await say(order, order.placedAt);
      }
      await untilTrue('some are acknowledged', async () => (await sentByStokly()).delivered >= CUSTOMERS / 2);
      await untilTrue('the worker is in the middle of it', async () => (await countThrough()) > 0);
      process.kill(temporal.pid, 'SIGKILL');
      expect(await temporal.ended).toBe('signal SIGKILL');
      const killedAt = performance.now();

      for (const { order } of orders) await edit(order, 3);
      await untilTrue(
        'the relay says that it is not well',
        async () => (await fetch(`${relayUrl}/healthz`)).status === 503,
      );
      const answer = await postEvent(
        { relayUrl, secret: world.webhookSecret },
        { type: 'customer.updated', data: { customerId: randomUUID() }, eventId: `evt_${randomUUID()}` },
      );
      expect(answer).toEqual({ status: 503, retryAfter: '5' });
      const atRest = await sentByStokly();
      expect(atRest.pending).toBeGreaterThanOrEqual(CUSTOMERS);
      await pause(Math.max(0, DOWN_S * 1000 - (performance.now() - killedAt)));
      expect((await sentByStokly()).delivered).toBe(atRest.delivered);
      expect((await sentByStokly()).refused).toBeGreaterThan(0);

      temporal = await startTemporal(BREAK === 'lose-database' ? 'empty.db' : 'temporal.db');
      const backAt = performance.now();
      await untilTrue('the sender got all in', async () => (await sentByStokly()).pending === 0);
      const inMs = Math.round(performance.now() - backAt);
      for (const { order } of orders.slice(0, 5)) await edit(order, 4);
      await untilTrue('and what came after', async () => (await sentByStokly()).pending === 0);
      expect(await violationsOf(world, { chronicle, wastedWritesMax: 2 * CUSTOMERS })).toEqual([]);
      const settledMs = Math.round(performance.now() - backAt);
      const standing = new Set((await readRuns(world)).flatMap(wakesOf).map(({ eventId }) => eventId));
      expect(said.filter((id) => !standing.has(id))).toEqual([]);
      expect([relay.hasEnded(), worker.hasEnded()]).toEqual([false, false]);
      process.stdout.write(
        `Temporal was away ${DOWN_S} s: all in ${inMs} ms after it was back, settled in ${settledMs} ms\n`,
      );
    },
    TIMEOUT_MS,
  );
});
