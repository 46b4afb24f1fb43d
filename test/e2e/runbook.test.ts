import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../demo/ports.js';
import { Processes } from '../../demo/processes.js';
import { projectPath } from '../../demo/project-path.js';
import { findTemporal } from '../../scripts/get-temporal.mjs';
import { backfillWorkflowId, pauseBackfillSignal } from '../../src/contract/backfill.js';
import { backfillStart } from '../../src/contract/backfill-start.js';
import { customerWorkflowId, TASK_QUEUE, WORKFLOW_TYPES } from '../../src/contract/ids.js';
import { ensureSchedules } from '../../src/schedules.js';
import { fencedLines, FOR_FINANCE, words } from '../docs/runbook.js';
import { heldOrder, reviewHandle, untilReview } from '../support/reviews.js';
import {
  type Buyer,
  controlDotdigital,
  instant,
  newBuyer,
  orderEvent,
  type PlacedOrder,
  placeOrder,
  seedStokly,
} from '../support/shop-events.js';
import { starterEnv, starterOn } from '../support/starter-on-world.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

/** Every command of docs/runbook.md, run as it stands there on a world in which something of everything has gone wrong. */
let world: World;
let temporalCli: string;
let synced: { readonly buyer: Buyer; readonly order: PlacedOrder };
let held: { readonly buyer: Buyer };
let skipped: Buyer;
let stopped: Buyer;
let waiting: Buyer;
let routed: PlacedOrder;
/** Begun first: Temporal marks it only after several tries of its task. */
let broken: string;

/** Where Schedules run, as they do in production; those of a world are off. */
const SCHEDULES_ON = { POLL_EVERY: '1h', REVIEW_DIGEST_EVERY: '24h' };

beforeAll(async () => {
  world = await createWorld({ consentLowerMaxPerHour: 1, policy: { holdAfterMs: 300 } });
  await turnSchedulesOn();
  broken = await startBroken();
  temporalCli = await findTemporal();
  synced = await syncedOrder();
  held = await heldOrder(world);
  skipped = await newBuyer(world, { type: 2 });
  await orderEvent(world, await placeOrder(world, skipped.customerId));
  await world.settled(skipped.customerId, ({ outcomes }) => outcomes.skipped === 1);
  stopped = await stoppedCustomer();
  await refuseConsent((await syncedOrder()).buyer);
  waiting = (await syncedOrder()).buyer;
  await refuseConsent(waiting);
  const buyer = await newBuyer(world);
  routed = { ...(await placeOrder(world, buyer.customerId)), customerId: null };
  await orderEvent(world, routed);
  await untilTrue('it was routed', async () => (await world.state(buyer.customerId)).outcomes.synced === 1);
});

afterAll(async () => {
  await world.close();
});

/** A worker of this world turns them off when it starts. */
async function turnSchedulesOn(): Promise<void> {
  await ensureSchedules(world.client, { pollEveryMs: 3_600_000, digestEveryMs: 86_400_000 });
}

async function syncedOrder(): Promise<{ buyer: Buyer; order: PlacedOrder }> {
  const buyer = await newBuyer(world);
  const order = await placeOrder(world, buyer.customerId);
  await orderEvent(world, order);
  await world.settled(buyer.customerId, ({ ledgerComplete, outcomes }) => ledgerComplete && outcomes.synced === 1);
  return { buyer, order };
}

async function stoppedCustomer(): Promise<Buyer> {
  const { buyer } = await syncedOrder();
  await controlDotdigital(world, 'POST', 'person', { email: buyer.email, action: 'delete' });
  await orderEvent(world, await placeOrder(world, buyer.customerId));
  await world.settled(buyer.customerId, ({ status }) => status === 'stopped');
  return buyer;
}

async function refuseConsent({ customerId, email }: Buyer): Promise<void> {
  await seedStokly(world, {
    customers: [{ customerId, email, marketingConsent: false, timeUpdated: instant(40) }],
  });
  await world.send('customer.updated', { customerId });
  await world.settled(customerId);
}

/** The number of an order that waits for a person, and is in the list of reviews. */
async function heldNumber(rest: Record<string, string>): Promise<string> {
  const { order } = await heldOrder(world, rest);
  const number = String(order.number);
  await untilTrue('its review is listed', async () =>
    (await starterOn(world, ['reviews', 'list', '--json', '--unfold'])).out.join('').includes(`"number":"${number}"`),
  );
  return number;
}

async function incidentChannel(): Promise<string> {
  const channelName = `Channel ${randomUUID()}`;
  await heldNumber({ displayTotal: '13.00', channelName });
  return channelName;
}

/** One that goes on until it is told otherwise: it was paused before it began. */
async function pausedBackfill(): Promise<string> {
  const name = `paused-${randomUUID()}`;
  const input = { window: { from: null, to: null }, confirmation: null };
  await world.client.workflow.signalWithStart(WORKFLOW_TYPES.backfillOrders, {
    ...backfillStart(backfillWorkflowId(name), input),
    signal: pauseBackfillSignal,
    signalArgs: [{ actor: 'jane' }],
  });
  return name;
}

/** One that a Schedule starts, in a week. */
async function scheduledBackfill(): Promise<string> {
  const name = `scheduled-${randomUUID()}`;
  const asked = ['backfill', 'schedule', 'add', name, '--every', '7d', '--actor', 'jane', '--yes'];
  expect((await starterOn(world, asked)).err).toEqual([]);
  return name;
}

/** What stands between `<` and `>`, filled in as its reader would. A release needs somebody who is stopped each time. */
async function filledIn(line: string): Promise<string> {
  const values: Readonly<Record<string, string>> = {
    'order number': String(synced.order.number),
    'order id': routed.orderId,
    'customer id': synced.buyer.customerId,
    'stopped customer id': line.includes('<stopped customer id>') ? (await stoppedCustomer()).customerId : '',
    'event id': `evt-${randomUUID()}`,
    'held order number': line.includes('<held order number>') ? await heldNumber({ displayTotal: '13.00' }) : '',
    'incident channel': line.includes('<incident channel>') ? await incidentChannel() : '',
    'new backfill': `history-${randomUUID()}`,
    'running backfill': line.includes('<running backfill>') ? await pausedBackfill() : '',
    'scheduled backfill': line.includes('<scheduled backfill>') ? await scheduledBackfill() : '',
    'your name': 'jane',
    why: 'looked at it',
  };
  const filled = line.replaceAll(/<([a-z ]+)>/g, (whole, name: string) => values[name] ?? whole);
  expect(filled).not.toMatch(/<[a-z]/);
  return filled;
}

describe('each command of the runbook and of the page for finance', () => {
  it.each([...new Set([...fencedLines('sh'), ...fencedLines('sh', FOR_FINANCE)])])('%s', async (line) => {
    const [first = '', ...rest] = words(await filledIn(line));
    if (first === 'npm') return runStarterCommand(rest);
    if (first === 'curl') return runCurl(rest);
    if (first === 'temporal') return runTemporal(rest);
    return runProgram([first, ...rest]);
  });
});

async function runStarterCommand([run, name, dashes, ...args]: readonly string[]): Promise<void> {
  expect([run, name, dashes]).toEqual(['run', 'starter', '--']);
  if (args[0] === 'doctor') await turnSchedulesOn();
  const { status, out, err } = await starterOn(world, shortly(args), {}, SCHEDULES_ON);
  expect({ status, err }, out.join('\n')).toEqual({ status: 0, err: [] });
  if (args.includes('--json'))
    for (const printed of out) expect(JSON.parse(printed)).toMatchObject({ schemaVersion: 1 });
  else if (args[0] !== 'tail') expect(out).not.toEqual([]);
}

/** Whoever looks on for some seconds may as well look on for one. */
function shortly(args: readonly string[]): string[] {
  return args.map((arg, at) => (args[at - 1] === '--for' ? '1s' : arg));
}

/** The relay of this world listens elsewhere. */
async function runCurl(args: readonly string[]): Promise<void> {
  const [silent, url = '', ...more] = args;
  expect([silent, more]).toEqual(['-s', []]);
  const response = await fetch(url.replace('http://127.0.0.1:8080', world.relayUrl));
  expect(response.status).toBe(200);
}

async function runTemporal(args: readonly string[]): Promise<void> {
  const env = {
    PATH: process.env['PATH'] ?? '',
    // Whoever runs the tests may have settings of his own for the command line.
    XDG_CONFIG_HOME: '/nonexistent',
    TEMPORAL_ADDRESS: world.address,
    TEMPORAL_NAMESPACE: world.namespace,
  };
  const { stdout } = await promisify(execFile)(temporalCli, [...args], { env });
  // A list may well be empty: here nobody's workflow task fails.
  if (args[1] !== 'list') expect(stdout).not.toBe('');
}

/** A process of ours, until it says that it is ready; then it is stopped as an operator stops it. */
async function runProgram(all: readonly string[]): Promise<void> {
  const settings = all.filter((word) => /^[A-Z_]+=/.test(word)).map((word) => word.split('=') as [string, string]);
  const [node, path = '', ...more] = all.slice(settings.length);
  expect([node, more]).toEqual(['node', []]);
  const processes = new Processes({ logPath: null });
  const env = {
    PATH: process.env['PATH'] ?? '',
    ...starterEnv(world),
    RELAY_PORT: String(await freePort()),
    LOG_LEVEL: 'info',
    ...Object.fromEntries(settings),
  };
  // Two workers with different settings would share the work.
  await world.stopWorker();
  try {
    const running = processes.start({ name: path, command: process.execPath, args: [projectPath(path)], env });
    const ready = /"msg":"(worker ready|relay listens)"/;
    await untilTrue(
      `${path} is ready`,
      () => {
        if (running.hasEnded()) throw new Error(running.lastLines());
        return ready.test(running.lastLines());
      },
      () => running.lastLines(),
    );
    process.kill(running.pid, 'SIGTERM');
    expect(await running.ended).toBe('status 0');
  } finally {
    await processes.stopAll();
    await world.startWorker();
  }
}

describe('each list filter of the runbook', () => {
  it.each(fencedLines('sql'))('%s', async (query) => {
    const found = await listed(await filledIn(query));
    expect(Array.isArray(found)).toBe(true);
  });

  it('finds whom it is meant to find', async () => {
    const find = async (part: string): Promise<string[]> => {
      const query = fencedLines('sql').find((one) => one.includes(part)) ?? part;
      return listed(await filledIn(query));
    };
    const expected: [string, string][] = [
      ["CustomerStatus = 'stopped'", stopped.customerId],
      ["CustomerStatus = 'idle'", synced.buyer.customerId],
      ['OrdersHeld > 0', held.buyer.customerId],
      ['OrdersSkipped > 0', skipped.customerId],
      ["NeedsAttention = 'order-held'", held.buyer.customerId],
      ["NeedsAttention IN ('contact-deleted'", stopped.customerId],
    ];
    for (const [part, customerId] of expected) {
      await untilTrue(`${part} finds it`, async () => (await find(part)).includes(customerWorkflowId(customerId)));
    }
    expect(await find("WorkflowId = 'customer/")).toEqual([customerWorkflowId(synced.buyer.customerId)]);
    expect(await find('OrderId = ')).toEqual([expect.stringMatching(/^route\//)]);
  });
});

describe('the JSON of a decision in the UI', () => {
  it('is taken as it stands, by the message of that name', async () => {
    const [json = ''] = fencedLines('json').filter((line) => line.includes('"action"'));
    const order = await heldOrder(world);
    const { stake } = await untilReview(world, order);
    const message = JSON.parse(json.replace('<as in the details>', stake.moneyHash)) as object;
    await reviewHandle(world, order).signal('decideReview', message);
    expect(await reviewHandle(world, order).result()).toMatchObject({
      outcome: 'applied',
      decision: { actors: ['jane'] },
    });
  });
});

/** What a run of another version might have carried: the code that is there cannot make anything of it. */
async function startBroken(): Promise<string> {
  const workflowId = customerWorkflowId(randomUUID());
  const args = [{ customerId: workflowId, carried: 'rubbish' }];
  const options = { workflowId, args, taskQueue: TASK_QUEUE, workflowTaskTimeout: '1s' as const };
  await world.client.workflow.start(WORKFLOW_TYPES.syncCustomer, options);
  return workflowId;
}

describe('a run whose workflow task fails', () => {
  it('is found by the filter for it', async () => {
    const [line = ''] = fencedLines('sh').filter((one) => one.includes('TemporalReportedProblems'));
    const query = words(line).at(-1) ?? '';
    await untilTrue('it is found', async () => (await listed(query)).includes(broken));
    await world.client.workflow.getHandle(broken).terminate();
  });
});

async function listed(query: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { workflowId } of world.client.workflow.list({ query })) found.push(workflowId);
  return found;
}
