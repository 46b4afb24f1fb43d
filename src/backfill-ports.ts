import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { BackfillPageResult } from './contract/backfill.js';
import { customerWorkflowId } from './contract/ids.js';
import { customerStateQuery } from './contract/messages.js';
import type { VendorPace } from './domain/backfill/pace.js';
import type { LedgerEntry } from './domain/ledger.js';
import type { RateLimiterState } from './http/limiter.js';
import { RATE_WINDOW_MS } from './dotdigital/settings.js';
import { isUnanswered } from './temporal.js';

const ASK_TIMEOUT_MS = 10_000;

/** Null where the page's history is gone: its retention was over. */
export function readBackfillPagePort(client: Client): (workflowId: string) => Promise<BackfillPageResult | null> {
  return async (workflowId) => {
    try {
      const handle = client.workflow.getHandle(workflowId);
      return await client.withDeadline(
        Date.now() + ASK_TIMEOUT_MS,
        async () => (await handle.result()) as BackfillPageResult,
      );
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  };
}

/** `unanswered`: there is one, and nobody answers for it (a run whose workflow task fails). Whoever asks is not to wait for that. */
export function readLedgerPort(
  client: Client,
  timeoutMs: number = ASK_TIMEOUT_MS,
): (customerId: string) => Promise<readonly LedgerEntry[] | 'none' | 'unanswered'> {
  return async (customerId) => {
    try {
      const handle = client.workflow.getHandle(customerWorkflowId(customerId));
      const state = await client.withDeadline(Date.now() + timeoutMs, () => handle.query(customerStateQuery, 'full'));
      return state.entries;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return 'none';
      if (isUnanswered(error)) return 'unanswered';
      throw error;
    }
  };
}

/** What this process's limiters have learned, as a backfill shows it. */
export function paceOf(vendors: {
  readonly stokly: { readonly state: RateLimiterState; readonly windowMs: number };
  readonly dotdigital: Readonly<Record<string, RateLimiterState>>;
}): VendorPace[] {
  const { stokly, dotdigital } = vendors;
  return [
    paceOfOne('Stokly', stokly.state, stokly.windowMs),
    ...Object.entries(dotdigital).map(([tier, state]) => paceOfOne(`Dotdigital (${tier})`, state, RATE_WINDOW_MS)),
  ];
}

function paceOfOne(vendor: string, { limit, waiting }: RateLimiterState, windowMs: number): VendorPace {
  return { vendor, limit, windowMs, waiting: waiting.live + waiting.history };
}
