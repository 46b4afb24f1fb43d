import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { WORKFLOW_TYPES } from '../src/contract/ids.js';
import type { CustomerState } from '../src/contract/messages.js';
import { CUSTOMER_STATUS } from '../src/contract/search-attributes.js';
import { isAtWork, readCustomerStates } from './customer-states.js';
import type { StoklyControls } from './emulator-calls.js';

/** Quiet is believed when it is seen twice, this far apart. */
const SECOND_LOOK_MS = 2_000;
const LOOK_AGAIN_MS = 1_000;
/** Without anything getting less for this long, it will not get quiet by itself. */
const STUCK_AFTER_MS = 300_000;

export interface QuietOptions {
  readonly client: Client;
  readonly stokly: Pick<StoklyControls, 'replayState' | 'shop'>;
  readonly signal: AbortSignal;
  /** Told what is still waited for. */
  readonly tell: (line: string) => void;
}

/** It did not get quiet; the message says what is still at work, and why. */
export class NotQuiet extends Error {
  override name = 'NotQuiet';
}

interface Look {
  readonly webhooks: number;
  readonly routes: number;
  /** Customers at work, as their search attributes or, when these say none, they themselves say. */
  readonly customers: number;
  readonly example: CustomerState | null;
  readonly states: readonly CustomerState[];
}

/**
 * Waits until nothing is in hand: no webhook unacknowledged, no order being routed, no customer with a queue; twice, 2 s apart.
 * Gives all customers' states with their ledgers. The shop's clock must have come to its end: nothing new may appear.
 * @throws NotQuiet
 */
export async function waitForQuiet(options: QuietOptions): Promise<readonly CustomerState[]> {
  const { customerIds } = await options.stokly.shop();
  let isQuietBefore = false;
  let least = Number.POSITIVE_INFINITY;
  let progressAt = Date.now();
  for (;;) {
    options.signal.throwIfAborted();
    const look = await lookAround(options, customerIds, isQuietBefore ? 'full' : 'summary');
    const left = look.webhooks + look.routes + look.customers;
    if (left === 0 && isQuietBefore) return look.states;
    isQuietBefore = left === 0;
    if (left < least) progressAt = Date.now();
    least = Math.min(least, left);
    if (Date.now() - progressAt > STUCK_AFTER_MS) throw new NotQuiet(describeLook(look));
    if (left > 0) options.tell(describeLook(look));
    await pause(isQuietBefore ? SECOND_LOOK_MS : LOOK_AGAIN_MS, undefined, { signal: options.signal });
  }
}

/** The cheap looks first: a thousand queries would only keep a busy worker busier. */
async function lookAround(
  { client, stokly }: QuietOptions,
  customerIds: readonly string[],
  detail: 'summary' | 'full',
): Promise<Look> {
  const { webhooksPending: webhooks } = await stokly.replayState();
  const routes = await countRunning(client, `WorkflowType = '${WORKFLOW_TYPES.routeOrder}'`);
  const atWork = `${CUSTOMER_STATUS.name} IN ('loading', 'waiting')`;
  const customers = await countRunning(client, `WorkflowType = '${WORKFLOW_TYPES.syncCustomer}' AND ${atWork}`);
  if (webhooks + routes + customers > 0) return { webhooks, routes, customers, example: null, states: [] };
  const states = await readCustomerStates(client, customerIds, detail);
  const busy = states.filter(isAtWork);
  const example = busy.find(({ lastProblem }) => lastProblem !== null) ?? busy[0] ?? null;
  return { webhooks, routes, customers: busy.length, example, states };
}

async function countRunning(client: Client, query: string): Promise<number> {
  return (await client.workflow.count(`${query} AND ExecutionStatus = 'Running'`)).count;
}

function describeLook({ webhooks, routes, customers, example }: Look): string {
  const counts = `${webhooks} webhooks unacknowledged, ${routes} orders being routed, ${customers} customers at work`;
  if (example === null) return `Not quiet yet: ${counts}`;
  const { customerId, status, lastProblem } = example;
  return `Not quiet yet: ${counts}, such as ${customerId} (${lastProblem ?? status})`;
}
