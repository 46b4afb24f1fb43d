import { customerIdOf, WORKFLOW_TYPES } from '../contract/ids.js';
import type { TemporalAccess } from '../temporal.js';

/** Customers asked at once: each answer may cost the worker the replay of a short history. */
const AT_ONCE = 8;

/**
 * The ids of all customers that Lockstep knows, or of those that a list filter such as `OrdersHeld > 0` finds. Needs no worker. Names a
 * customer once, though its runs follow each other.
 */
export async function listCustomerIds({ client }: TemporalAccess, filter: string | null = null): Promise<string[]> {
  const running = `WorkflowType = '${WORKFLOW_TYPES.syncCustomer}' AND ExecutionStatus = 'Running'`;
  const query = filter === null ? running : `${running} AND ${filter}`;
  const found = new Set<string>();
  for await (const { workflowId } of client.workflow.list({ query, pageSize: 1_000 })) {
    const customerId = customerIdOf(workflowId);
    if (customerId !== null) found.add(customerId);
  }
  return [...found].sort();
}

/** Calls `visit` for each, a few at a time. The first that throws ends it. */
export async function forEachBounded<T>(items: readonly T[], visit: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  const worker = async (): Promise<void> => {
    for (const item of rest) await visit(item);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker));
}
