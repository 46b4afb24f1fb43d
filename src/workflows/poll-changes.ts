import {
  ApplicationFailure,
  continueAsNew,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import type { PollChangesInput, PollChangesResult } from '../contract/poll.js';
import { LIMITS } from '../domain/limits.js';
import { type Change, POLL_STREAMS, type PollStream, type WakesDone } from '../domain/poll/change.js';
import { memoryOf } from '../domain/poll/memory.js';
import {
  beginRound,
  failStream,
  freshOf,
  isOpenOrdersDue,
  type PollRound,
  streamsToRead,
  takeOpenOrders,
  takePage,
  takeWakes,
} from '../domain/poll/round.js';
import { resultOf } from '../domain/poll/result.js';
import { pollText } from '../domain/poll/words.js';

/**
 * Before history, behind live events. After ten minutes a stream is left to the next round: that it cannot be read is then said, and the others
 * do not wait for it.
 */
const { listChanges, listOpenChanges, wakeChanged } = proxyActivities<Activities>({
  startToCloseTimeout: '3 minutes',
  scheduleToCloseTimeout: '10 minutes',
  heartbeatTimeout: '4 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
  priority: { priorityKey: 2 },
});

/**
 * The safety net under webhooks, started by the Schedule `poll-changes`: finds what changed in Stokly since the last round that succeeded, and
 * wakes the customers for it. Customers read for themselves, and drop what they have seen already.
 *
 * Promises: each watermark moves last, and only when its stream was read to its end; what could not be woken goes into the next round. A round
 * that fails, or is skipped for a day, loses nothing. Orders, refunds and customers do not wait for each other.
 * Bounded by: 20 pages of each stream a run, then it continues as new; about 1 MB of memory in its result (`domain/limits.ts`).
 */
export async function pollChangesWorkflow(input: PollChangesInput = {}): Promise<PollChangesResult> {
  // Its own continue-as-new finds no last result: it carries the round.
  let round = input.carried ?? beginRound(memoryOf(workflowInfo().lastResult), Date.now());
  if (input.carried === undefined) round = await wake(round, round.waiting);
  for (let pages = 0; streamsToRead(round).length > 0; pages += 1) {
    if (pages === LIMITS.pollPagesPerRun) await continueAsNew<typeof pollChangesWorkflow>({ carried: round });
    round = await readPages(round);
    setCurrentDetails(pollText(resultOf(round, Date.now())));
  }
  if (isOpenOrdersDue(round)) round = await compareOpenOrders(round);
  const result = resultOf(round, Date.now());
  setCurrentDetails(pollText(result));
  if (isLost(round)) throw ApplicationFailure.nonRetryable(pollText(result), 'PollFailed');
  return result;
}

/** One page of each stream that is not at its end, all at once, and the wakes for what is new on them. */
async function readPages(before: PollRound): Promise<PollRound> {
  const read = await Promise.all(streamsToRead(before).map((stream) => readPage(before, stream)));
  let round = before;
  const fresh: Change[] = [];
  for (const { stream, outcome } of read) {
    if (outcome.kind === 'failed') {
      round = failStream(round, stream, outcome.problem);
      continue;
    }
    fresh.push(...freshOf(round, stream, outcome.page));
    round = takePage(round, stream, outcome.page);
  }
  return await wake(round, fresh);
}

async function readPage(round: PollRound, stream: PollStream) {
  const { since, cursor } = round.streams[stream];
  try {
    const page = await listChanges.executeWithOptions({ summary: `${stream} since ${since}` }, [
      { stream, since, cursor },
    ]);
    return { stream, outcome: { kind: 'read', page } as const };
  } catch (error) {
    if (isCancellation(error)) throw error;
    return { stream, outcome: { kind: 'failed', problem: problemText(error) } as const };
  }
}

async function compareOpenOrders(round: PollRound): Promise<PollRound> {
  try {
    const open = await listOpenChanges.executeWithOptions({ summary: 'open orders by fingerprint' }, [
      { known: round.memory.openOrders, noticedAt: round.startedAt },
    ]);
    return await wake(takeOpenOrders(round, open), open.changes);
  } catch (error) {
    if (isCancellation(error)) throw error;
    return failStream(round, 'orders', problemText(error));
  }
}

async function wake(before: PollRound, changes: readonly Change[]): Promise<PollRound> {
  let round = before;
  for (let from = 0; from < changes.length; from += LIMITS.pollWakesPerActivity) {
    const some = changes.slice(from, from + LIMITS.pollWakesPerActivity);
    round = takeWakes(round, some, await wakeSome(some));
  }
  return round;
}

/** An activity that gave up has woken some of them, or none: all go into the next round, and customers drop what they had. */
async function wakeSome(changes: readonly Change[]): Promise<WakesDone> {
  try {
    return await wakeChanged.executeWithOptions({ summary: `${changes.length} changes` }, [{ changes }]);
  } catch (error) {
    if (isCancellation(error)) throw error;
    return { withoutCustomer: [], unknown: [], failed: changes.map((_, at) => at) };
  }
}

/** Nothing could be read: the run fails, so that it is seen, and the next one goes on from the last that did not. */
function isLost({ streams }: PollRound): boolean {
  return POLL_STREAMS.every((stream) => streams[stream].problem !== null || streams[stream].isOff);
}

function problemText(error: unknown): string {
  return error instanceof Error && error.cause instanceof Error ? error.cause.message : 'unknown failure';
}
