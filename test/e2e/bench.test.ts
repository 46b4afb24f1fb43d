import { describe, expect, it } from 'vitest';
import { runScript } from '../support/run-script.js';

/** `npm run bench` itself, as a user runs it, with few orders: what it counts must be right, how fast it was says nothing here. */
const ORDERS = 20;
const CUSTOMERS = 4;
/** Every tenth order is despatched while it is on its way, and sends a second event. */
const EVENTS = ORDERS + ORDERS / 10;

interface Phase {
  readonly orders: number;
  readonly events: number;
  readonly ratePerSecond: number | null;
  readonly acknowledgedPerSecond: number;
  readonly donePerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly lost: number;
  readonly perOrder: {
    readonly cpuMs: Record<string, number | null>;
    readonly historyEvents: number;
    readonly workflowTasks: number;
    readonly activities: number;
    readonly stoklyCalls: number;
    readonly dotdigitalCalls: number;
    readonly calls: Record<string, number>;
  };
}

interface LoadLine {
  readonly bench: string;
  readonly orderViolations: number;
  readonly burst: Phase;
  readonly halfRate: Phase;
  readonly machine: { readonly cores: number };
}

const bench = (args: readonly string[]) => runScript('bench.mjs', args);

const PUT = 'PUT /insightData/v3/contacts/:identifier/:value/:collection/:key';

describe('npm run bench', () => {
  it('brings every order to its latest state, twice, and says in one line of JSON what it cost', async () => {
    const args = ['--orders', String(ORDERS), '--customers', String(CUSTOMERS), '--json'];
    const { code, stdout, stderr } = await bench(args);
    expect(code, stderr).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    const line = JSON.parse(stdout) as LoadLine;
    expect(line).toMatchObject({
      bench: 'load',
      orders: ORDERS,
      customers: CUSTOMERS,
      latencyMs: 5,
      orderViolations: 0,
    });
    for (const phase of [line.burst, line.halfRate]) {
      expect(phase).toMatchObject({ orders: ORDERS, events: EVENTS, lost: 0 });
      expect(phase.acknowledgedPerSecond).toBeGreaterThan(0);
      expect(phase.donePerSecond).toBeGreaterThan(0);
      expect(phase.p50Ms).toBeLessThanOrEqual(phase.p99Ms);
      expectCosts(phase);
    }
    expect(line.burst.ratePerSecond).toBeNull();
    expect(line.halfRate.ratePerSecond).toBeCloseTo(Math.max(1, line.burst.donePerSecond / 2), 0);
    expect(line.machine.cores).toBeGreaterThan(0);
  }, 300_000);

  it('refuses what it does not know in one clear line', async () => {
    const { code, stdout, stderr } = await bench(['--orders', '3']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr.trim().split('\n').at(-1)).toMatch(/3 orders are too few for 200 customers/);
  });
});

/** Bounds that hold however events are gathered: from each event a drain of its own to all of a customer in one. */
function expectCosts({ perOrder }: Phase): void {
  const eventsPerOrder = EVENTS / ORDERS;
  // A record is put for each state that a drain has seen: at least the last one of each order, at most one an event.
  expect(perOrder.calls[PUT]).toBeGreaterThanOrEqual(1);
  expect(perOrder.calls[PUT]).toBeLessThanOrEqual(eventsPerOrder);
  // Two activities a drain, and at most one drain an event.
  expect(perOrder.activities).toBeGreaterThanOrEqual((2 * CUSTOMERS) / ORDERS);
  expect(perOrder.activities).toBeLessThanOrEqual(2 * eventsPerOrder);
  expect(perOrder.workflowTasks).toBeGreaterThan(0);
  // The signal itself, and no more than a whole drain of each event's own.
  expect(perOrder.historyEvents).toBeGreaterThanOrEqual(eventsPerOrder);
  expect(perOrder.historyEvents).toBeLessThanOrEqual(20 * eventsPerOrder);
  // Header, refunds and lines; record and fields.
  expect(perOrder.stoklyCalls).toBeLessThanOrEqual(3 * eventsPerOrder);
  expect(perOrder.dotdigitalCalls).toBeLessThanOrEqual(2 * eventsPerOrder);
  expect(Object.keys(perOrder.cpuMs)).toEqual(['temporal', 'relay', 'worker', 'stokly', 'dotdigital', 'sender']);
}
