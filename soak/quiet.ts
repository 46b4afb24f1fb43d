import { setTimeout as pause } from 'node:timers/promises';
import type { CustomerState } from '../src/contract/messages.js';
import { customerWorkflowId, WORKFLOW_TYPES } from '../src/contract/ids.js';
import { isAtWork, readCustomerStates } from '../demo/customer-states.js';
import { control, type SoakStack } from './stack.js';

export interface QuietBounds {
  /** It did not get quiet within this: said as a violation, and judged as it is. */
  readonly giveUpAfterMs: number;
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
}

const LOOK_EVERY_MS = 1_000;
const TELL_EVERY_MS = 10_000;

/**
 * Waits until nothing is in hand and nothing is due: every webhook acknowledged, every order routed, every customer idle, also
 * what is only read back. Gives what is still at work when it gives up, in words; null when all is quiet.
 */
export async function untilQuiet(stack: SoakStack, bounds: QuietBounds): Promise<string | null> {
  const giveUpAt = performance.now() + bounds.giveUpAfterMs;
  let toldAt = performance.now();
  for (;;) {
    bounds.signal.throwIfAborted();
    const left = await whatIsLeft(stack).catch(
      (error: unknown) => `not quiet: not everyone answers (${causeOf(error)})`,
    );
    if (left === null) return null;
    if (performance.now() > giveUpAt) return left;
    if (performance.now() - toldAt > TELL_EVERY_MS) {
      bounds.tell(left);
      toldAt = performance.now();
    }
    await pause(LOOK_EVERY_MS, undefined, { signal: bounds.signal });
  }
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

async function whatIsLeft(stack: SoakStack): Promise<string | null> {
  const { pending } = (await control(stack.stoklyUrl, ['GET', 'webhooks'])) as { pending: number };
  if (pending > 0) return `not quiet: ${pending} webhooks unacknowledged`;
  const routes = await stack.client.workflow.count(
    `WorkflowType = '${WORKFLOW_TYPES.routeOrder}' AND ExecutionStatus = 'Running'`,
  );
  if (routes.count > 0) return `not quiet: ${routes.count} orders being routed`;
  const customerIds = [...stack.stokly.account.store.customers.all()].flatMap(({ customerId }) =>
    typeof customerId === 'string' ? [customerId] : [],
  );
  const busy = (await readCustomerStates(stack.client, customerIds, 'summary')).filter(isAtWork);
  const [example] = busy;
  return example === undefined ? null : `not quiet: ${busy.length} customers at work, such as ${whyAtWork(example)}`;
}

function whyAtWork({ customerId, status, lastProblem, due }: CustomerState): string {
  const waits = due.map(({ why, dueAt }) => `${why} at ${dueAt}`).join(', ');
  return `${customerWorkflowId(customerId)} (${[status, lastProblem, waits].filter((part) => part !== null && part !== '').join('; ')})`;
}
