import { CancellationScope, continueAsNew, isCancellation, setCurrentDetails, setHandler } from '@temporalio/workflow';
import {
  backfillProgressQuery,
  type BackfillInput,
  type BackfillResult,
  cancelBackfillSignal,
  pauseBackfillSignal,
  resumeBackfillSignal,
  setSpeedSignal,
} from '../contract/backfill.js';
import { textOr } from './asked-text.js';
import { checkHistory } from './backfill-check.js';
import { type BackfillRun, hasOpen, newBackfillRun, openPage, untilPagesEnd } from './backfill-run.js';
import { countAtStart, isWalkOver, mustContinue, walkOn } from './backfill-walk.js';
import { type BackfillState, newBackfillState, pause, resume, setSpeed } from './backfill-state.js';
import { backfillResult, describeBackfill, progressOf } from './backfill-view.js';

/**
 * Brings the whole history over, once and quietly (`backfill/<name>`): walks the customers, page by page, has each load its history through
 * its own workflow, so that nothing races with live events, and adds up what came of it. Every order that Stokly counts in the window is in
 * one outcome, or named as a difference. Started by the starter or a Schedule; killed at any point it goes on, with at most the open pages
 * asked again. Cancelled, it ends with a result of what was done.
 * Bounded by: the pages open at once, 60 pages a run (`domain/limits.ts`).
 */
export async function backfillOrdersWorkflow(input: BackfillInput): Promise<BackfillResult> {
  const state = (input.carried as BackfillState | undefined) ?? newBackfillState(input);
  const run = newBackfillRun(state);
  const scope = new CancellationScope();
  handleMessages(run, scope);
  try {
    await scope.run(async () => {
      await countAtStart(run);
      await walk(run, input);
      await revisit(run);
      await checkHistory(run);
    });
  } catch (error) {
    if (!isCancellation(error)) throw error;
    state.isCancelled = true;
    // Pages end with what was answered.
    await CancellationScope.nonCancellable(() => untilPagesEnd(run));
  }
  state.phase = 'done';
  publish(run);
  return backfillResult(state);
}

/** Children do not outlive a run that continues as new: pages end first. */
async function walk(run: BackfillRun, input: BackfillInput): Promise<void> {
  const { state } = run;
  while (!isWalkOver(run)) {
    publish(run);
    if (mustContinue(run) && !hasOpen(run) && state.paused === null)
      await continueAsNew<(next: BackfillInput) => Promise<BackfillResult>>({ ...input, carried: state });
    await walkOn(run);
  }
}

/** Customers whose orders wait for something (a second read, say), and those that did not answer: once more, all at the end. */
async function revisit(run: BackfillRun): Promise<void> {
  const { state } = run;
  state.phase = 'waiting';
  while (state.revisit.length > 0) {
    const customerIds = state.revisit.slice(0, state.pageSize);
    state.revisit = state.revisit.slice(state.pageSize);
    openPage(run, { customerIds, until: 'final' });
  }
  publish(run);
  await untilPagesEnd(run);
}

function publish(run: BackfillRun): void {
  setCurrentDetails(describeBackfill(progressOf(run.state, run)));
}

function handleMessages(run: BackfillRun, scope: CancellationScope): void {
  const { state } = run;
  setHandler(backfillProgressQuery, () => progressOf(state, run), { description: 'How far it is.' });
  setHandler(
    pauseBackfillSignal,
    (asked) => {
      pause(state, `paused by ${textOr(asked?.actor, 'a person')}: ${textOr(asked?.reason, 'no reason given')}`);
      publish(run);
    },
    { description: 'Open no further page. Example: {"actor":"jane","reason":"a sale is on"}' },
  );
  setHandler(
    resumeBackfillSignal,
    () => {
      resume(state);
      publish(run);
    },
    { description: 'Go on. Example: {"actor":"jane"}' },
  );
  setHandler(cancelBackfillSignal, () => scope.cancel(), {
    description: 'End it with what was done. Customers that were woken go on by themselves.',
  });
  setHandler(setSpeedSignal, (asked) => setSpeed(state, asked?.pagesAtOnce), {
    description: 'Slower or faster: pages open at once. Example: {"pagesAtOnce":2}',
  });
}
