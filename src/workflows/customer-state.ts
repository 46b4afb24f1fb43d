import type { CustomerState, CustomerStatus } from '../contract/messages.js';
import type { Attention } from '../domain/attention.js';
import { OUTCOMES, type Outcome } from '../domain/ledger.js';
import type { SkipReason } from '../domain/reasons.js';
import { countDue } from '../domain/wake-queue.js';
import type { Problem, SyncState } from './sync-state.js';

/** The answer to `customerState`. */
export function customerState(state: SyncState, view: { isBusy: boolean; detail: 'summary' | 'full' }): CustomerState {
  const nowMs = Date.now();
  return {
    customerId: state.customerId,
    // Who is blocked stays so while it is tried again: with refused credentials that try may be in hand for minutes.
    status: view.isBusy && state.problem === null ? 'syncing' : statusOf(state),
    needsAttention: attentionOf(state),
    ledgerComplete: state.isLedgerComplete,
    contactId: state.contact?.contactId ?? null,
    customerSkip: state.customerSkip,
    queued: countDue(state.queue, nowMs) + (state.isListDue ? 1 : 0) + (isRefreshDue(state) ? 1 : 0),
    due: state.queue
      .filter((item) => item.dueAtMs > nowMs)
      .map(({ orderId, why, dueAtMs }) => ({ orderId, why, dueAt: new Date(dueAtMs).toISOString() })),
    ...readBackAt(state),
    isBusy: view.isBusy,
    lastProblem: state.problem?.message ?? null,
    isRehearsal: state.isRehearsal,
    outcomes: countOutcomes(state),
    skippedByReason: countReasons(state),
    entries: view.detail === 'full' ? state.entries : [],
    unknownOrders: state.unknownOrderIds,
    recent: state.recent,
  };
}

/** Whoever asked for it. */
export function isRefreshDue(state: SyncState): boolean {
  return state.isRefreshDue || state.isRefreshOfHistoryDue === true;
}

function readBackAt({ contactReadBackAtMs }: SyncState): Pick<CustomerState, 'contactReadBackAt'> {
  const atMs = contactReadBackAtMs ?? null;
  return atMs === null ? {} : { contactReadBackAt: new Date(atMs).toISOString() };
}

/** Where the customer stands between drains; `syncing` is only ever said by the query. */
export function statusOf(state: SyncState): CustomerStatus {
  if (state.isStopped) return 'stopped';
  if (state.problem !== null) return 'blocked';
  if (!state.isLedgerComplete) return 'loading';
  return state.queue.length > 0 || (state.contactReadBackAtMs ?? null) !== null ? 'waiting' : 'idle';
}

export function countOutcomes(state: SyncState): Record<Outcome, number> {
  const counts: Record<Outcome, number> = { synced: 0, held: 0, skipped: 0 };
  for (const outcome of OUTCOMES) counts[outcome] = state.entries.filter((entry) => entry.outcome === outcome).length;
  return counts;
}

function countReasons(state: SyncState): Partial<Record<SkipReason, number>> {
  const counts: Partial<Record<SkipReason, number>> = {};
  for (const { reason } of state.entries) if (reason !== null) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}

/** What needs a person, derived from the state each time: a cause that is gone is no longer shown. */
export function attentionOf(state: SyncState): Attention[] {
  const found: (Attention | null)[] = [
    state.problem === null ? null : attentionOfProblem(state.problem),
    state.entries.some((entry) => entry.outcome === 'held') ? 'order-held' : null,
    state.entries.some((entry) => entry.reason === 'refused-by-dotdigital') ? 'refused-by-dotdigital' : null,
    state.customerSkip === 'contact-deleted' ? 'contact-deleted' : null,
    state.contact?.wasRecreated === true ? 'contact-recreated' : null,
    state.customerSkip === 'customer-deleted' ? 'customer-deleted' : null,
    state.customerSkip === 'email-taken' ? 'email-taken' : null,
    attentionOfConsent(state),
    state.unknownOrderIds.length > 0 ? 'unknown-order' : null,
    state.isLedgerFull ? 'ledger-full' : null,
    state.hasMalformedMessage ? 'malformed-message' : null,
  ];
  return found.filter((attention) => attention !== null);
}

function attentionOfConsent(state: SyncState): Attention | null {
  switch (state.contact?.consentFlag ?? null) {
    case null:
      return null;
    case 'conflict':
      return 'consent-conflict';
    case 'newer':
      return 'consent-newer';
    case 'breaker':
      return 'consent-breaker-open';
  }
}

function attentionOfProblem(problem: Problem): Attention {
  if (problem.type === 'StoklyCredentialsRefused') return 'stokly-credentials-refused';
  if (problem.type === 'DotdigitalCredentialsRefused') return 'dotdigital-credentials-refused';
  if (problem.type === 'DotdigitalNotSetUp') return 'dotdigital-not-set-up';
  if (problem.isOfLimit === true)
    return problem.type.startsWith('Stokly') ? 'stokly-limit-reached' : 'dotdigital-limit-reached';
  if (problem.type.startsWith('Stokly')) return 'stokly-unavailable';
  if (problem.type.startsWith('Dotdigital')) return 'dotdigital-unavailable';
  return 'sync-failing';
}
