import {
  ActivityFailure,
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
import { retryAfterSaying } from './refused-access.js';

/** A round that finds its credentials refused fails and says so; the next one is two minutes away. */
const RETRY = retryAfterSaying({ initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '30 seconds' });

/**
 * Before history, behind live events. A stream that cannot be read is left to the next round after four minutes, and that is said: the rounds of
 * the others must not wait for it.
 */
const { listChanges, listOpenChanges } = proxyActivities<Activities>({
  startToCloseTimeout: '2 minutes',
  scheduleToCloseTimeout: '4 minutes',
  heartbeatTimeout: '4 seconds',
  retry: RETRY,
  priority: { priorityKey: 2 },
});

/** Refunds are woken for by way of their orders, which are asked for first: a thousand of them take their time under a tight limit. */
const { wakeChanged } = proxyActivities<Activities>({
  startToCloseTimeout: '3 minutes',
  scheduleToCloseTimeout: '10 minutes',
  heartbeatTimeout: '4 seconds',
  retry: RETRY,
  priority: { priorityKey: 2 },
});

/** The round that is under way; its streams are read at once, each step is a new state. */
interface Poll {
  round: PollRound;
}

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
  const poll: Poll = { round: input.carried ?? beginRound(memoryOf(workflowInfo().lastResult), Date.now()) };
  const waiting = input.carried === undefined ? poll.round.waiting : [];
  await Promise.all([wake(poll, waiting), ...streamsToRead(poll.round).map((stream) => readStream(poll, stream))]);
  if (streamsToRead(poll.round).length > 0) await continueAsNew<typeof pollChangesWorkflow>({ carried: poll.round });
  if (isOpenOrdersDue(poll.round)) await compareOpenOrders(poll);
  const result = resultOf(poll.round, Date.now());
  setCurrentDetails(pollText(result));
  if (isLost(poll.round)) throw ApplicationFailure.nonRetryable(pollText(result), 'PollFailed');
  return result;
}

/** To its end, or as far as one run reads: page by page, each with the wakes for what is new on it. */
async function readStream(poll: Poll, stream: PollStream): Promise<void> {
  try {
    for (let pages = 0; pages < LIMITS.pollPagesPerRun && !poll.round.streams[stream].isDone; pages += 1) {
      const { since, cursor } = poll.round.streams[stream];
      const page = await listChanges.executeWithOptions({ summary: `${stream} since ${since}` }, [
        { stream, since, cursor },
      ]);
      const fresh = freshOf(poll.round, stream, page);
      poll.round = takePage(poll.round, stream, page);
      await wake(poll, fresh);
    }
  } catch (error) {
    poll.round = failStream(poll.round, stream, problemOf(error));
  }
}

async function compareOpenOrders(poll: Poll): Promise<void> {
  try {
    const open = await listOpenChanges.executeWithOptions({ summary: 'open orders by fingerprint' }, [
      { known: poll.round.memory.openOrders, noticedAt: poll.round.startedAt },
    ]);
    poll.round = takeOpenOrders(poll.round, open);
    await wake(poll, open.changes);
  } catch (error) {
    poll.round = failStream(poll.round, 'orders', problemOf(error));
  }
}

async function wake(poll: Poll, changes: readonly Change[]): Promise<void> {
  for (let from = 0; from < changes.length; from += LIMITS.pollWakesPerActivity) {
    const some = changes.slice(from, from + LIMITS.pollWakesPerActivity);
    const done = await wakeSome(some);
    poll.round = takeWakes(poll.round, some, done);
    setCurrentDetails(pollText(resultOf(poll.round, Date.now())));
  }
}

/** An activity that gave up has woken some of them, or none: all go into the next round, and customers drop what they had. */
async function wakeSome(changes: readonly Change[]): Promise<WakesDone> {
  try {
    return await wakeChanged.executeWithOptions({ summary: `${changes.length} changes` }, [{ changes }]);
  } catch (error) {
    problemOf(error);
    return { withoutCustomer: [], unknown: [], failed: changes.map((_, at) => at) };
  }
}

/** Nothing could be read: the run fails, so that it is seen, and the next one goes on from the last that did not. */
function isLost({ streams }: PollRound): boolean {
  return POLL_STREAMS.every((stream) => streams[stream].problem !== null || streams[stream].isOff);
}

/** What an activity gave up with, in words. Anything else is no problem of Stokly's: it is thrown on. */
function problemOf(error: unknown): string {
  if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
  return error.cause?.message ?? error.message;
}
