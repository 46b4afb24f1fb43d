import type { HistoryAnswer } from '../domain/backfill/answer.js';
import { ordersIn } from '../domain/backfill/tally.js';
import { LIMITS } from '../domain/limits.js';
import { workflowInfo } from '@temporalio/workflow';
import { history } from './activity-proxies.js';
import type { CompareHistoryResult } from '../activities/compare-history.js';
import { type BackfillRun, openPage, persistently, untilPagesEnd } from './backfill-run.js';
import { areSilentLeftAlone } from './versions.js';

/**
 * Compares what was counted with what Stokly counts now, by customer, and has those that differ read their histories once more: orders that
 * came late, that changed hands meanwhile, whose customer is not in the list. What differs after that is named in the result.
 */
export async function checkHistory(run: BackfillRun): Promise<void> {
  const { state } = run;
  state.phase = 'checking';
  for (let round = 1; ; round += 1) {
    const { customers: differing, differences, customersDiffering } = await compare(run);
    state.differences = differences;
    state.isReconciled =
      customersDiffering === 0 && ordersIn(state.tallies) + ordersIn(state.withoutCustomer) === state.inStokly;
    const customers = whomToAsk(run, differing);
    if (customers.length === 0 || round > LIMITS.backfillRounds) return;
    const before = new Map(
      customers.flatMap(({ customerId, before: answer }): [string, HistoryAnswer][] =>
        answer === null ? [] : [[customerId, answer]],
      ),
    );
    // Some are new to it: Stokly's list of customers did not have them.
    const customerIds = customers.map(({ customerId }) => customerId);
    state.woken += customerIds.filter(
      (customerId) => !before.has(customerId) && !state.unanswered.includes(customerId),
    ).length;
    openPage(run, { customerIds, until: 'final', again: { round, before } });
    await untilPagesEnd(run);
  }
}

/** Those who stay silent were asked at length, twice: each time more would only hold up the end. */
function whomToAsk(
  { state }: BackfillRun,
  differing: CompareHistoryResult['customers'],
): CompareHistoryResult['customers'] {
  const others = differing.filter(({ customerId }) => !state.unanswered.includes(customerId));
  return others.length === differing.length || !areSilentLeftAlone() ? differing : others;
}

async function compare(run: BackfillRun) {
  const { state } = run;
  const { window } = state;
  const counted = await persistently(run, () =>
    history.countHistory.executeWithOptions({ summary: 'orders of the window' }, [{ window }]),
  );
  state.inStokly = counted.inStokly;
  state.withoutCustomer = counted.withoutCustomer;
  return await persistently(run, () =>
    history.compareHistory.executeWithOptions({ summary: 'orders counted and answered, by customer' }, [
      { backfillWorkflowId: workflowInfo().workflowId, pages: state.pagesOpened, window },
    ]),
  );
}
