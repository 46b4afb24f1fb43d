import { Arrivals } from '../arrivals.js';
import { CostMeter } from '../costs.js';
import { makeKnown } from '../known.js';
import { percentile } from '../load.js';
import { type BenchEvent, customerIds, eventOf, ordersOf, placedObject } from '../shop.js';
import type { Stack } from '../stack.js';

export interface LiveResult {
  readonly ratePerSecond: number;
  /** From the moment an event was due to the moment Dotdigital had it: by itself, and with a backfill at full speed. */
  readonly alone: { readonly p50Ms: number; readonly p99Ms: number };
  readonly beside: { readonly p50Ms: number; readonly p99Ms: number };
  readonly lost: number;
}

const CUSTOMERS = 100;
const SECONDS = 20;

/** Live orders of customers that are known already, at a steady rate: first by themselves, then beside a backfill. */
export class LiveLoad {
  #next = CUSTOMERS;
  #result: LiveResult | null = null;
  readonly #customers = customerIds(CUSTOMERS);

  private constructor(
    private readonly stack: Stack,
    private readonly ratePerSecond: number,
    private readonly arrivals: Arrivals,
  ) {}

  /** Makes its customers known, and measures the rate without anything beside it. */
  static async prepare(stack: Stack, ratePerSecond: number, tell: (line: string) => void): Promise<LiveLoad> {
    const arrivals = new Arrivals(stack.dotdigital);
    const load = new LiveLoad(stack, ratePerSecond, arrivals);
    const meter = await CostMeter.open(stack);
    try {
      tell(`Making ${CUSTOMERS} live customers known …`);
      await makeKnown({ stack, arrivals, meter }, load.#customers);
    } finally {
      await meter.close();
    }
    tell(`${ratePerSecond} live orders a second by themselves …`);
    const { lost, ...alone } = await load.#send();
    load.#result = { ratePerSecond, alone, beside: { p50Ms: 0, p99Ms: 0 }, lost };
    return load;
  }

  get result(): LiveResult | null {
    return this.#result;
  }

  /** Beside whatever runs now. */
  async play(): Promise<void> {
    const { lost, ...beside } = await this.#send();
    if (this.#result !== null) this.#result = { ...this.#result, beside, lost: this.#result.lost + lost };
  }

  async #send(): Promise<{ p50Ms: number; p99Ms: number; lost: number }> {
    const count = this.ratePerSecond * SECONDS;
    const orders = ordersOf(this.#customers, { from: this.#next, count });
    this.#next += count;
    await this.stack.stokly.seed('orders', orders.map(placedObject));
    const sent = await this.stack.sender.sendAtRate(
      orders.map((order): BenchEvent => eventOf(order, 'unprocessed')),
      this.ratePerSecond,
    );
    const missing = await this.arrivals.waitFor(sent.map(({ event }) => event));
    const tookMs = sent.flatMap(({ event, dueAtMs }) => {
      const atMs = this.arrivals.arrivedAtMs(event);
      return atMs === null ? [] : [atMs - dueAtMs];
    });
    return { p50Ms: percentile(tookMs, 50), p99Ms: percentile(tookMs, 99), lost: missing.length };
  }
}
