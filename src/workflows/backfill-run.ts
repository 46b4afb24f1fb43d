import {
  ActivityFailure,
  ApplicationFailure,
  ChildWorkflowFailure,
  condition,
  executeChild,
  isCancellation,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { type BackfillPageInput, backfillPageWorkflowId } from '../contract/backfill.js';
import { WORKFLOW_TASK_TIMEOUT } from '../contract/wake-start.js';
import type { HistoryAnswer } from '../domain/backfill/answer.js';
import { backfillPageWorkflow } from './backfill-page.js';
import { type BackfillState, countPage } from './backfill-state.js';
import { pauseAfter } from './refused-access.js';

/** What one run keeps beside the state that is carried over. */
export interface BackfillRun {
  readonly state: BackfillState;
  /** Customers of each open page, by page. */
  readonly open: Map<number, number>;
  /** Pages that this run has opened. */
  pagesOpened: number;
  /** What failed last and is tried again, in words; null: nothing. */
  problem: string | null;
  /** What ended a page that should not have ended so: a defect. */
  failure: unknown;
}

export function newBackfillRun(state: BackfillState): BackfillRun {
  return { state, open: new Map(), pagesOpened: 0, problem: null, failure: null };
}

export function hasOpen({ open }: BackfillRun): boolean {
  return open.size > 0;
}

interface PageAsked {
  readonly customerIds: readonly string[];
  readonly until: BackfillPageInput['until'];
  /** Another reading of their histories than the walk's; and the answers that it replaces. */
  readonly again?: { readonly round: number; readonly before: ReadonlyMap<string, HistoryAnswer> };
}

/** Opens a page and goes on; what it came to is entered when it ends. */
export function openPage(run: BackfillRun, page: PageAsked): void {
  run.pagesOpened += 1;
  run.state.pagesOpened += 1;
  const number = run.state.pagesOpened;
  run.open.set(number, page.customerIds.length);
  carryOut(run, number, page).then(
    () => run.open.delete(number),
    (error: unknown) => {
      run.open.delete(number);
      if (isCancellation(error)) return;
      // Somebody terminated it: its customers are asked once more, at the end.
      if (error instanceof ChildWorkflowFailure)
        countPage(run.state, { until: page.until, answers: [], unanswered: page.customerIds });
      else run.failure ??= error;
    },
  );
}

async function carryOut(run: BackfillRun, number: number, page: PageAsked): Promise<void> {
  const { loadId, window, startedAt, patience } = run.state;
  const input: BackfillPageInput = {
    customerIds: page.customerIds,
    loadId: page.again === undefined ? loadId : `${loadId}:${page.again.round}`,
    window,
    since: startedAt,
    until: page.until,
    patience,
  };
  const result = await executeChild(backfillPageWorkflow, {
    workflowId: backfillPageWorkflowId(workflowInfo().workflowId, number),
    args: [input],
    staticSummary: `${page.customerIds.length} customers`,
    workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
  });
  countPage(run.state, result, page.again?.before);
}

export async function untilPagesEnd(run: BackfillRun): Promise<void> {
  await condition(() => run.open.size === 0 || run.failure !== null);
  throwFailure(run);
}

/** A defect: the workflow ends with it, rather than with sums that nobody can trust. */
export function throwFailure({ failure }: BackfillRun): void {
  if (failure !== null) throw failure;
}

/** Carries out what cannot be left out, again and again at a growing pace; what is wrong stands in the progress meanwhile. */
export async function persistently<Result>(run: BackfillRun, attempt: () => Promise<Result>): Promise<Result> {
  for (let failures = 1; ; failures += 1) {
    try {
      const result = await attempt();
      run.problem = null;
      return result;
    } catch (error) {
      if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
      const cause = error.cause instanceof ApplicationFailure ? error.cause : null;
      run.problem = cause?.message ?? error.message;
      await sleep(pauseAfter(cause?.type ?? null, failures), { summary: 'pause before the next try' });
    }
  }
}
