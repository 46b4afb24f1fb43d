import { Arrivals } from './arrivals.js';
import { CostMeter, type CostsPerOrder } from './costs.js';
import { type Known, makeKnown } from './known.js';
import type { Sent } from './sender.js';
import {
  type BenchEvent,
  type BenchOrder,
  customerIds,
  despatchedObject,
  eventOf,
  ordersOf,
  placedObject,
} from './shop.js';
import type { Stack } from './stack.js';

export interface LoadOptions {
  readonly orders: number;
  readonly customers: number;
  /** Of the second phase; null: half of what the first came to. */
  readonly ratePerSecond: number | null;
  /** Told what is being done, a line a step. */
  readonly tell: (line: string) => void;
}

export interface PhaseResult {
  readonly orders: number;
  readonly events: number;
  /** Events a second at which they were sent; null: as fast as they were acknowledged. */
  readonly ratePerSecond: number | null;
  readonly acknowledgedPerSecond: number;
  /** Orders that stood at their latest state, by the time from the first send to the last of them. */
  readonly donePerSecond: number;
  /** From the moment that an event was due to the moment that Dotdigital had what it is about. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Orders acknowledged whose latest state never came, or did not stay. */
  readonly lost: number;
  readonly perOrder: CostsPerOrder;
}

export interface LoadResult {
  readonly burst: PhaseResult;
  readonly halfRate: PhaseResult;
  /** Records that went back to an earlier state, in both phases. */
  readonly orderViolations: number;
}

/** Every tenth order is despatched while the others are still on their way: two states, the later one must stay. */
const DESPATCHED_EVERY = 10;

/** All orders at once, then as many again at half of the rate that this came to, or at the rate that was asked for. */
export async function runLoad(stack: Stack, options: LoadOptions): Promise<LoadResult> {
  const { tell } = options;
  const customers = customerIds(options.customers);
  const arrivals = new Arrivals(stack.dotdigital);
  const meter = await CostMeter.open(stack);
  const phase: Known = { stack, arrivals, meter };
  try {
    tell(`Making ${customers.length} customers known: one order each, not counted …`);
    await makeKnown(phase, customers);
    tell(`${options.orders} orders at once …`);
    const burst = await runPhase(phase, {
      orders: ordersOf(customers, { from: customers.length, count: options.orders }),
      ratePerSecond: null,
    });
    const ratePerSecond = options.ratePerSecond ?? Math.max(1, burst.donePerSecond / 2);
    tell(`${options.orders} orders at ${ratePerSecond.toFixed(0)} a second …`);
    const second = ordersOf(customers, { from: customers.length + options.orders, count: options.orders });
    const halfRate = await runPhase(phase, { orders: second, ratePerSecond });
    return { burst, halfRate, orderViolations: arrivals.violations };
  } finally {
    await meter.close();
  }
}

interface PhasePlan {
  readonly orders: readonly BenchOrder[];
  readonly ratePerSecond: number | null;
}

async function runPhase({ stack, arrivals, meter }: Known, plan: PhasePlan): Promise<PhaseResult> {
  const { orders } = plan;
  await stack.stokly.seed('orders', orders.map(placedObject));
  const { result, costs } = await meter.measure(orders.length, async () => {
    const sent = await sendStages(stack, plan);
    return { sent, missing: await arrivals.waitFor(sent.map(({ event }) => event)) };
  });
  return { ...figuresOf(result, arrivals, plan), perOrder: costs };
}

/** Orders are placed; while they are on their way some of them are despatched. */
async function sendStages({ stokly, sender }: Stack, { orders, ratePerSecond }: PhasePlan): Promise<Sent[]> {
  const send = (events: readonly BenchEvent[]) =>
    ratePerSecond === null ? sender.sendAll(events) : sender.sendAtRate(events, ratePerSecond);
  const placed = send(orders.map((order) => eventOf(order, 'unprocessed')));
  // At a rate, sending takes its time and the first are long done; a despatch must never be told before its order.
  const first = await placed;
  const despatched = orders.filter((_, index) => index % DESPATCHED_EVERY === DESPATCHED_EVERY - 1);
  await stokly.seed('orders', despatched.map(despatchedObject));
  return [...first, ...(await send(despatched.map((order) => eventOf(order, 'despatched'))))];
}

interface Outcome {
  readonly sent: readonly Sent[];
  readonly missing: readonly BenchEvent[];
}

function figuresOf({ sent, missing }: Outcome, arrivals: Arrivals, plan: PhasePlan): Omit<PhaseResult, 'perOrder'> {
  const startedAtMs = Math.min(...sent.map(({ dueAtMs }) => dueAtMs));
  const acknowledgedAtMs = Math.max(...sent.map((one) => one.acknowledgedAtMs));
  const tookMs = sent.flatMap(({ event, dueAtMs }) => {
    const arrivedAtMs = arrivals.arrivedAtMs(event);
    return arrivedAtMs === null ? [] : [arrivedAtMs - dueAtMs];
  });
  const arrivedAtMs = sent.map(({ event }) => arrivals.arrivedAtMs(event) ?? 0);
  const lost = new Set(missing.map(({ order }) => order.orderId)).size;
  return {
    orders: plan.orders.length,
    events: sent.length,
    ratePerSecond: plan.ratePerSecond === null ? null : oneDigit(plan.ratePerSecond),
    acknowledgedPerSecond: oneDigit(perSecond(sent.length, acknowledgedAtMs - startedAtMs)),
    donePerSecond: oneDigit(perSecond(plan.orders.length - lost, Math.max(...arrivedAtMs) - startedAtMs)),
    p50Ms: percentile(tookMs, 50),
    p99Ms: percentile(tookMs, 99),
    lost,
  };
}

function perSecond(count: number, ms: number): number {
  return (count * 1_000) / Math.max(1, ms);
}

/** The nearest-rank percentile, whole ms; 0 where nothing was measured. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? 0);
}

function oneDigit(value: number): number {
  return Math.round(value * 10) / 10;
}
