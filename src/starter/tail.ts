import { setTimeout as pause } from 'node:timers/promises';
import { loadStarterConfig } from '../config.js';
import { customerWorkflowId } from '../contract/ids.js';
import type { CustomerState } from '../contract/messages.js';
import type { TemporalAccess } from '../temporal.js';
import { forEachBounded, listCustomerIds } from './all-customers.js';
import { SCHEMA_VERSION, type StarterContext, using } from './context.js';
import { askCustomer } from './customer-workflow.js';
import { changesSince, type TailLine, tailText } from './tail-changes.js';

export interface TailOptions {
  readonly json: boolean;
  /** Only this customer; null: all. */
  readonly customerId: string | null;
  /** Ends by itself after this long; null: only when it is interrupted. */
  readonly forMs: number | null;
}

const LOOK_AGAIN_MS = 500;
const DESCRIBE_TIMEOUT_MS = 5_000;

/** What is remembered of a customer between two looks. */
interface Seen {
  /** Run and length of its history: only where they changed is the customer itself asked. */
  readonly mark: string;
  /** As it last answered; null before it did. */
  readonly state: CustomerState | null;
}

/**
 * Prints outcomes as they happen, from now on. Asks Temporal how long each customer's history is (no worker's work) and only the
 * customers in which something happened what it was. Resolves with the exit status.
 */
export async function runTail(options: TailOptions, context: StarterContext): Promise<number> {
  const config = loadStarterConfig(['temporal'], context.env);
  const interrupted = context.interruption();
  // Not `AbortSignal.any` with `AbortSignal.timeout`: Node 20 may collect them before they fire.
  const endsAtMs = options.forMs === null ? Number.POSITIVE_INFINITY : Date.now() + options.forMs;
  return using(await context.connectTemporal(config.temporal), async (temporal) => {
    const tail = new Tail(temporal, new Date().toISOString());
    // What was there before is the beginning, not news: only its marks are taken.
    await tail.look(options.customerId);
    if (!options.json) context.print(`Watching ${tail.customers} customers; Ctrl-C ends.`);
    while (!interrupted.aborted && Date.now() < endsAtMs) {
      const lookedAtMs = Date.now();
      for (const line of await tail.look(options.customerId)) {
        context.print(options.json ? JSON.stringify({ schemaVersion: SCHEMA_VERSION, ...line }) : tailText(line));
      }
      // With very many customers a look takes seconds: half of the time Temporal is left alone.
      const pauseMs = Math.min(Math.max(LOOK_AGAIN_MS, Date.now() - lookedAtMs), Math.max(0, endsAtMs - Date.now()));
      await pause(pauseMs, undefined, { signal: interrupted }).catch(() => undefined);
    }
    return 0;
  });
}

class Tail {
  readonly #seen = new Map<string, Seen>();
  #isFirst = true;

  constructor(
    private readonly temporal: TemporalAccess,
    private readonly fromAt: string,
  ) {}

  /** How many are known by now. */
  get customers(): number {
    return this.#seen.size;
  }

  async look(customerId: string | null): Promise<TailLine[]> {
    const customerIds = customerId === null ? await listCustomerIds(this.temporal) : [customerId];
    const lines: TailLine[] = [];
    await forEachBounded(customerIds, async (id) => {
      const before = this.#seen.get(id) ?? null;
      const mark = await this.#markOf(id);
      if (mark === null || mark === before?.mark) return;
      // A mark from before the beginning; what happened since then the first answer tells by its times.
      if (this.#isFirst) {
        this.#seen.set(id, { mark, state: null });
        return;
      }
      const asked = await askCustomer(this.temporal, id, 'full');
      // Without an answer the old mark stays, and it is asked again.
      if (asked.kind !== 'answers') return;
      this.#seen.set(id, { mark, state: asked.state });
      lines.push(...changesSince(asked.state, before?.state ?? null, this.fromAt));
    });
    this.#isFirst = false;
    return lines.sort((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)));
  }

  async #markOf(customerId: string): Promise<string | null> {
    const { client } = this.temporal;
    try {
      const { runId, historyLength } = await client.withDeadline(Date.now() + DESCRIBE_TIMEOUT_MS, () =>
        client.workflow.getHandle(customerWorkflowId(customerId)).describe(),
      );
      return `${runId}:${historyLength}`;
    } catch {
      // Gone, or Temporal is busy: the next look shows it.
      return null;
    }
  }
}
