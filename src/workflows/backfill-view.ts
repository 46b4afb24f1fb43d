import type { BackfillProgress, BackfillResult } from '../contract/backfill.js';
import { heldBackWords } from '../domain/backfill/pace.js';
import { addTallies, ordersIn } from '../domain/backfill/tally.js';
import { LIMITS } from '../domain/limits.js';
import type { BackfillState } from './backfill-state.js';

/** What one run keeps beside the state. */
export interface OpenPages {
  /** Customers of each open page, by page. */
  readonly open: ReadonlyMap<number, number>;
  /** What failed last and is tried again, in words; null: nothing. */
  readonly problem: string | null;
}

export function progressOf(state: BackfillState, { open, problem }: OpenPages): BackfillProgress {
  const { tallies, inStokly, withoutCustomer, place: _place, ...known } = state;
  return {
    phase: known.phase,
    paused: known.paused,
    isCancelled: known.isCancelled,
    startedAt: known.startedAt,
    window: known.window,
    pagesAtOnce: known.pagesAtOnce,
    pagesOpen: open.size,
    pagesDone: known.pagesDone,
    customersOpen: [...open.values()].reduce((sum, customers) => sum + customers, 0),
    customersDone: known.answered,
    customersLeftOut: known.leftOut,
    ordersTotal: inStokly === null ? null : Math.max(0, inStokly - ordersIn(withoutCustomer)),
    ordersDone: ordersIn(tallies),
    outcomes: tallies,
    pace: known.pace,
    paceAt: known.paceAt,
    heldBackBy: problem ?? (known.phase === 'walking' ? heldBackWords(known.pace) : null),
  };
}

export function backfillResult(state: BackfillState): BackfillResult {
  const { inStokly, tallies, withoutCustomer, unanswered } = state;
  const outcomes = addTallies(tallies, withoutCustomer);
  return {
    ending: state.isCancelled ? 'cancelled' : 'done',
    window: state.window,
    startedAt: state.startedAt,
    endedAt: new Date(Date.now()).toISOString(),
    confirmation: state.confirmation,
    customers: {
      woken: state.woken,
      answered: state.answered,
      leftOut: state.leftOut,
      unanswered: unanswered.length,
      unansweredIds: unanswered.slice(0, LIMITS.backfillNamed),
      rehearsed: state.rehearsed,
      unreadable: state.unreadable,
    },
    orders: {
      inStokly,
      withOutcome: ordersIn(outcomes),
      waiting: Object.values(state.waiting).reduce((sum, orders) => sum + orders, 0),
    },
    isReconciled: state.isReconciled,
    outcomes,
    differences: state.differences,
    pauses: state.pauses,
  };
}

/** The run's current details in Temporal's UI. Costs no history. */
export function describeBackfill(progress: BackfillProgress): string {
  const { phase, paused, ordersDone, ordersTotal, customersDone, customersOpen, pagesOpen, pagesAtOnce } = progress;
  const state = paused === null ? `**${phase}**` : `**PAUSED**: ${paused}`;
  return [
    `${state}${progress.isCancelled ? ' · being cancelled' : ''}`,
    '',
    `${ordersDone} of ${ordersTotal ?? '?'} orders have their outcome · ${customersDone} customers done, ${customersOpen} open in ${pagesOpen} of ${pagesAtOnce} pages`,
    '',
    ...progress.outcomes.map(
      ({ outcome, reason, currency, orders }) =>
        `* ${outcome}${reason === null ? '' : ` (${reason})`} ${currency}: ${orders}`,
    ),
    ...(progress.heldBackBy === null ? [] : ['', progress.heldBackBy]),
  ].join('\n');
}
