import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { WORKFLOW_TYPES } from '../src/contract/ids.js';
import type { CustomerState } from '../src/contract/messages.js';
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
  /** Told now and then what is still waited for. */
  readonly tell: (line: string) => void;
}

/** It did not get quiet; the message says what is still at work, and why. */
export class NotQuiet extends Error {
  override name = 'NotQuiet';
}

interface Look {
  readonly webhooks: number;
  readonly routes: number;
  readonly atWork: readonly CustomerState[];
  readonly states: readonly CustomerState[];
}

/**
 * Waits until nothing is in hand: no webhook unacknowledged, no order being routed, no customer with a queue; twice, 2 s apart.
 * Gives all customers' states with their ledgers.
 */
export async function waitForQuiet(options: QuietOptions): Promise<readonly CustomerState[]> {
  let isQuietBefore = false;
  let least = Number.POSITIVE_INFINITY;
  let progressAt = Date.now();
  for (;;) {
    options.signal.throwIfAborted();
    const look = await lookAround(options, isQuietBefore ? 'full' : 'summary');
    const left = look.webhooks + look.routes + look.atWork.length;
    if (left === 0 && isQuietBefore) return look.states;
    isQuietBefore = left === 0;
    if (left < least) progressAt = Date.now();
    least = Math.min(least, left);
    if (Date.now() - progressAt > STUCK_AFTER_MS) throw new NotQuiet(describeLook(look));
    if (left > 0) options.tell(describeLook(look));
    await pause(isQuietBefore ? SECOND_LOOK_MS : LOOK_AGAIN_MS, undefined, { signal: options.signal });
  }
}

async function lookAround(options: QuietOptions, detail: 'summary' | 'full'): Promise<Look> {
  const { client, stokly } = options;
  const { webhooksPending } = await stokly.replayState();
  const open = `WorkflowType = '${WORKFLOW_TYPES.routeOrder}' AND ExecutionStatus = 'Running'`;
  const routes = (await client.workflow.count(open)).count;
  const { customerIds } = await stokly.shop();
  const states = await readCustomerStates(client, customerIds, detail);
  return { webhooks: webhooksPending, routes, atWork: states.filter(isAtWork), states };
}

function describeLook({ webhooks, routes, atWork }: Look): string {
  const why = atWork.find(({ lastProblem }) => lastProblem !== null)?.lastProblem;
  const first = atWork[0]?.customerId;
  return [
    'Not quiet yet:',
    `${webhooks} webhooks unacknowledged, ${routes} orders being routed, ${atWork.length} customers at work`,
    ...(first === undefined ? [] : [`(such as ${first})`]),
    ...(why === undefined ? [] : [`· ${why}`]),
  ].join(' ');
}
