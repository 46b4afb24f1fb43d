import { type HistoryAnswer, talliesOf, waitingOf } from '../domain/backfill/answer.js';
import { LIMITS } from '../domain/limits.js';
import { tellHistoryLoaded } from './outcome-sink.js';
import type { HistoryAsk, SyncState } from './sync-state.js';

/**
 * Tells backfills what the ledger comes to, once all of the customer's orders were looked at, and again when an order that had
 * no outcome yet got one. Makes no command: the worker gathers what is told. Never called while a drain is in hand, whose
 * outcomes are not in the ledger yet.
 */
export function answerHistory(state: SyncState): void {
  const asks = state.asks ?? [];
  if (asks.length === 0) return;
  const waiting = waitingOf(state.queue, state.entries);
  const count = Object.values(waiting).reduce((sum, orders) => sum + orders, 0);
  const isLoaded = isHistoryLoaded(state);
  state.asks = asks.flatMap((ask) => {
    if (!isLoaded && state.problem === null) return [ask];
    if (isLoaded && ask.toldWaiting === count) return [ask];
    tellHistoryLoaded(ask.workflowId, answerOf(state, { ask, waiting, isLoaded }));
    if (!isLoaded) return [ask];
    noteDone(state, ask.loadId);
    return count === 0 ? [] : [{ ...ask, toldWaiting: count }];
  });
}

/** Orders that wait for a later moment are no reason to hold the answer back: it says so. */
function isHistoryLoaded(state: SyncState): boolean {
  if (state.isListDue || (!state.isLedgerComplete && !state.isStopped)) return false;
  return !state.queue.some(({ why }) => why === 'history' || why === 'again');
}

function noteDone(state: SyncState, loadId: string): void {
  const others = (state.loadsDone ?? []).filter((done) => done !== loadId);
  state.loadsDone = [...others, loadId].slice(-LIMITS.loadsRemembered);
}

function answerOf(
  state: SyncState,
  { ask, waiting, isLoaded }: { ask: HistoryAsk; waiting: HistoryAnswer['waiting']; isLoaded: boolean },
): HistoryAnswer {
  const optInAskedAt = state.contact?.optInAskedAt ?? null;
  return {
    customerId: state.customerId,
    kind: isLoaded ? 'loaded' : 'blocked',
    tallies: talliesOf(state.entries, ask.window),
    waiting,
    ...(isLoaded || state.problem === null ? {} : { problem: state.problem.type }),
    ...(optInAskedAt !== null && optInAskedAt >= ask.since ? { isOptInAsked: true as const } : {}),
    ...(state.isRehearsal ? { isRehearsal: true as const } : {}),
  };
}
