import { condition, workflowInfo } from '@temporalio/workflow';
import type { BackfillState } from './backfill-state.js';
import { pagesAtOnceMax } from './backfill-state.js';
import { LIMITS } from '../domain/limits.js';
import { history } from './activity-proxies.js';
import { type BackfillRun, openPage, persistently, throwFailure } from './backfill-run.js';

/** What there is to do, for the bar. */
export async function countAtStart(run: BackfillRun): Promise<void> {
  const { state } = run;
  if (state.inStokly !== null) return;
  const counted = await persistently(run, () =>
    history.countHistory.executeWithOptions({ summary: 'orders of the window' }, [{ window: state.window }]),
  );
  state.inStokly = counted.inStokly;
  state.withoutCustomer = counted.withoutCustomer;
}

export function isWalkOver({ state, open }: BackfillRun): boolean {
  return state.isListed && open.size === 0;
}

export function mustContinue(run: BackfillRun): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return (
    run.pagesOpened >= LIMITS.backfillPagesPerRun || historyLength >= LIMITS.eventsPerRun || continueAsNewSuggested
  );
}

/** Opens the next page where one may be opened, and otherwise waits until something moved. */
export async function walkOn(run: BackfillRun): Promise<void> {
  if (mayOpen(run)) {
    await openNext(run);
    return;
  }
  const isAtEnd = (): boolean =>
    run.open.size === 0 && (run.state.isListed || (mustContinue(run) && run.state.paused === null));
  const pagesOpen = run.open.size;
  // A page that ended changes what there is to tell.
  await condition(() => mayOpen(run) || isAtEnd() || run.open.size !== pagesOpen || run.failure !== null);
  throwFailure(run);
}

function mayOpen(run: BackfillRun): boolean {
  const { state, open } = run;
  if (state.isListed || state.paused !== null || mustContinue(run)) return false;
  // The first page goes alone.
  if (state.pagesDone === 0 && open.size > 0) return false;
  return open.size < Math.min(state.pagesAtOnce, pagesAtOnceMax(state));
}

async function openNext(run: BackfillRun): Promise<void> {
  const { state } = run;
  if (state.revisit.length >= LIMITS.backfillRevisitMax) {
    const customerIds = state.revisit.slice(0, state.pageSize);
    state.revisit = state.revisit.slice(state.pageSize);
    openPage(run, { customerIds, until: 'final' });
    return;
  }
  const size = pageSizeOf(state);
  const listed = await persistently(run, () =>
    history.listCustomers.executeWithOptions({ summary: `customers of page ${state.pagesOpened + 1}` }, [
      { after: state.place, size, window: state.window },
    ]),
  );
  state.place = listed.last;
  state.isListed = listed.isLast;
  state.leftOut += listed.leftOut;
  state.unreadable += listed.unreadable;
  state.pace = listed.pace;
  state.paceAt = new Date(Date.now()).toISOString();
  if (listed.customerIds.length === 0) return;
  state.woken += listed.customerIds.length;
  openPage(run, { customerIds: listed.customerIds, until: 'loaded' });
}

function pageSizeOf({ pagesOpened, pageSize }: BackfillState): number {
  return pagesOpened === 0 ? Math.min(LIMITS.backfillFirstPage, pageSize) : pageSize;
}
