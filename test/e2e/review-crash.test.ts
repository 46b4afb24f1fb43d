import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../demo/ports.js';
import { Processes, type RunningProcess } from '../../demo/processes.js';
import { startTemporalServer } from '../../demo/temporal-server.js';
import { findTemporal } from '../../scripts/get-temporal.mjs';
import { decideReviewSignal } from '../../src/contract/review.js';
import type { ReviewAction } from '../../src/domain/review/actions.js';
import { firstBrokenEntry } from '../../src/domain/review/trail.js';
import { decision, type HeldOrder, reviewHandle, untilReview } from '../support/reviews.js';
import {
  contactOf,
  controlDotdigital,
  controlStokly,
  newBuyer,
  orderEvent,
  placeOrder,
  recordOf,
} from '../support/shop-events.js';
import { seededDraw } from '../support/seeded-draw.js';
import { type ProgramProcesses, workerProcesses } from '../support/worker-process.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

/**
 * `kill -9` of the worker and of Temporal while people decide: a server of this test's own, its database in a file.
 * `BREAK=lose-decision` sends one decision less than the test thinks, and must be seen.
 */
const BREAK = process.env['BREAK'];

const CUSTOMERS = 5;
const ORDERS_EACH = 4;
const RESTARTS = 10;

let folder: string;
const servers = new Processes({ logPath: null });
let startTemporal: () => Promise<RunningProcess>;
let temporal: RunningProcess;
let world: World;
let workers: ProgramProcesses;
let worker: RunningProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-review-'));
  const cliPath = await findTemporal();
  const port = await freePort();
  const databasePath = join(folder, 'temporal.db');
  startTemporal = async () =>
    (await startTemporalServer(servers, { cliPath, port, uiPort: null, databasePath })).process;
  temporal = await startTemporal();
  world = await createWorld({ hasWorker: false, temporalAddress: `127.0.0.1:${port}` });
  workers = workerProcesses(world);
  worker = workers.start();
});
afterAll(async () => {
  await workers.stopAll();
  await world.close();
  await servers.stopAll();
  await rm(folder, { recursive: true, force: true });
  // Every history is looked through once more when the world is closed.
}, 300_000);

async function heldOrders(): Promise<HeldOrder[]> {
  const all: HeldOrder[] = [];
  for (let n = 0; n < CUSTOMERS; n++) {
    const buyer = await newBuyer(world);
    for (let at = 0; at < ORDERS_EACH; at++) {
      const order = await placeOrder(world, buyer.customerId, { displayTotal: '13.00' });
      await orderEvent(world, order);
      all.push({ buyer, order });
    }
  }
  for (const held of all) await untilReview(world, held);
  return all;
}

interface Made {
  readonly held: HeldOrder;
  readonly action: Exclude<ReviewAction, 'recheck'>;
}

/** Moments at which something is killed: each is waited for, so that the kill falls into it. */
const MOMENTS = ['decided', 'read', 'written'] as const;
type Moment = (typeof MOMENTS)[number];

/** Calls that are held until the fault is taken away: the kill falls between the decision and its write, or its answer. */
const FAULTS = {
  read: { match: { method: 'GET', path: '/v2/saleorders/' }, kind: 'timeout-before' },
  written: { match: { method: 'PUT', path: '^/insightData/v3/contacts/' }, kind: 'timeout-after' },
} as const;

async function arm(moment: Moment): Promise<void> {
  if (moment === 'read') await controlStokly(world, 'POST', 'faults', FAULTS.read);
  if (moment === 'written') await controlDotdigital(world, 'POST', 'faults', FAULTS.written);
}

async function reached(moment: Moment): Promise<boolean> {
  if (moment === 'read') {
    const faults = (await controlStokly(world, 'GET', 'faults')) as readonly { hits: number }[];
    return faults.some(({ hits }) => hits > 0);
  }
  if (moment === 'written') {
    const { faults } = (await controlDotdigital(world, 'GET', 'faults')) as { faults: readonly { struck: number }[] };
    return faults.some(({ struck }) => struck > 0);
  }
  return true;
}

async function disarm(): Promise<void> {
  await controlStokly(world, 'DELETE', 'faults');
  await controlDotdigital(world, 'DELETE', 'faults');
}

async function restart(what: 'worker' | 'temporal' | 'both'): Promise<void> {
  if (what !== 'temporal') await workers.kill(worker);
  if (what !== 'worker') {
    process.kill(temporal.pid, 'SIGKILL');
    await temporal.ended;
    temporal = await startTemporal();
  }
  if (what !== 'temporal') worker = workers.start();
}

describe('people decide while worker and Temporal are killed', () => {
  it(`over ${RESTARTS} restarts no decision is lost, and none is carried out twice`, async () => {
    const draw = seededDraw('the decisions and the kills');
    const pick = <T>(of: readonly T[]): T => of[Math.floor(draw() * of.length)] as T;
    const open = await heldOrders();
    const perRound = open.length / RESTARTS;
    const made: Made[] = [];
    for (let round = 0; round < RESTARTS; round++) {
      const moment = pick(MOMENTS);
      // A worker that lives on would wait for the held call as long as a call may take.
      const what = pick(
        moment === 'decided' ? (['worker', 'temporal', 'both'] as const) : (['worker', 'both'] as const),
      );
      await arm(moment);
      const actions: Made['action'][] = [];
      for (const held of open.splice(0, perRound)) {
        // Where a record is to be in flight, one is written.
        const action = pick(
          moment === 'written'
            ? (['acceptStated', 'acceptComputed'] as const)
            : (['acceptStated', 'acceptComputed', 'exclude'] as const),
        );
        const message = await decision(world, held, { action, actor: pick(['jane', 'tom']) });
        if (BREAK !== 'lose-decision' || round > 0) await reviewHandle(world, held).signal(decideReviewSignal, message);
        made.push({ held, action });
        actions.push(action);
      }
      await untilTrue(`round ${round}: ${moment}`, () => reached(moment));
      await restart(what);
      await disarm();
      process.stdout.write(`round ${round}: ${actions.join(', ')}; killed ${what} when ${moment}\n`);
      // The next round finds the reviews answering again.
      if (open[0] !== undefined) await untilReview(world, open[0]);
    }
    for (const { held, action } of made) await expectCarriedOut(held, action);
    await expectSums(made);
  }, 480_000);
});

const TOTAL: Readonly<Record<Made['action'], number | undefined>> = {
  acceptStated: 13,
  acceptComputed: 12,
  exclude: undefined,
};

async function expectCarriedOut(held: HeldOrder, action: Made['action']): Promise<void> {
  const handle = reviewHandle(world, held);
  await untilTrue(
    `the review of order ${held.order.number} is over`,
    async () => (await handle.describe()).status.name !== 'RUNNING',
  );
  const { outcome, decision: carried, trail, trailDropped } = await handle.result();
  expect([outcome, carried?.action]).toEqual(['applied', action]);
  expect(trail.map((entry) => entry.action)).toEqual(['opened', action, 'applied']);
  expect(firstBrokenEntry(trail, trailDropped)).toBeNull();
  expect((await recordOf(world, held.order))?.['order_total']).toBe(TOTAL[action]);
  const contents = world.dotdigital.account.log.all.flatMap((change) =>
    change.kind === 'record' && change.key === String(held.order.number) ? [change.json] : [],
  );
  // Written once, or the very same once more after a kill; never another content.
  expect(new Set(contents.filter((json) => json !== null)).size).toBe(action === 'exclude' ? 0 : 1);
}

async function expectSums(made: readonly Made[]): Promise<void> {
  const buyers = new Set(made.map(({ held }) => held.buyer));
  for (const buyer of buyers) {
    await world.settled(buyer.customerId, ({ outcomes, ledgerComplete }) => outcomes.held === 0 && ledgerComplete);
    const sum = made
      .filter(({ held }) => held.buyer === buyer)
      .reduce((total, { action }) => total + (TOTAL[action] ?? 0), 0);
    expect((await contactOf(world, buyer.email))?.dataFields).toMatchObject({ TOTAL_SPEND: sum, ORDERS_IN_REVIEW: 0 });
  }
}
