import { setTimeout as pause } from 'node:timers/promises';
import type { CustomerState } from '../contract/messages.js';
import type { TemporalAccess } from '../temporal.js';
import { viewCustomer } from './customer-workflow.js';

/** What came of a wake within the time that a person waits. */
export interface Awaited {
  readonly isDone: boolean;
  /** In plain words why it is not done yet; null when it is. It goes on without us. */
  readonly why: string | null;
  /** As last seen; null when no worker answered. */
  readonly state: CustomerState | null;
}

const LOOK_AGAIN_MS = 250;

/**
 * Waits until a customer has carried out what it was just woken for, at most `waitMs`. A query is answered with all signals
 * taken in that Temporal had accepted before it, so the first look is never too early.
 */
export async function awaitCustomer(
  temporal: TemporalAccess,
  customerId: string,
  { orderId, waitMs }: { readonly orderId: string | null; readonly waitMs: number },
): Promise<Awaited> {
  const giveUpAt = Date.now() + waitMs;
  for (;;) {
    const view = await viewCustomer(temporal, customerId);
    const state = view.kind === 'answers' ? view.state : null;
    const why = state === null ? 'no worker answers; it is done when one runs' : whyPending(state, orderId);
    if (why === null || Date.now() >= giveUpAt) return { isDone: why === null, why, state };
    await pause(LOOK_AGAIN_MS);
  }
}

/** Why a customer, or one order of it, is not through yet; null when it is. */
export function whyPending(state: CustomerState, orderId: string | null): string | null {
  if (state.lastProblem !== null) return `it is tried again and again: ${state.lastProblem}`;
  if (state.isBusy) return 'it is being worked on';
  if (state.queued > 0) return `${state.queued} to be looked at`;
  if (!state.ledgerComplete && state.status !== 'stopped') return "the customer's orders are still being loaded";
  const due = state.due.find((item) => item.orderId === orderId);
  return due === undefined ? null : `the order is looked at again at ${due.dueAt} (${due.why})`;
}

/** How a wait ended, in one line. */
export function awaitedLine({ isDone, why }: Awaited): string {
  return isDone ? 'Done.' : `Not yet: ${why ?? 'unknown'}. It goes on by itself; look again with starter show.`;
}
