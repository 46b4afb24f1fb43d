import type { AnswerTo } from '../contract/backfill.js';
import type { WakeCustomer } from '../contract/messages.js';
import { eachAtOnce } from './at-once.js';
import type { ActivityDeps } from './deps.js';
import { kindOf } from './failures.js';
import type { HistoryTurns } from './history-turns.js';
import { runActivity } from './run-activity.js';

export interface WakePageInput {
  readonly customerIds: readonly string[];
  readonly answerTo: AnswerTo;
  /** How often this page has asked before: a customer takes each ask once. */
  readonly ask: number;
}

export interface WakePageResult {
  /** Customers that took no signal (a run that is full of them, say): they are asked again. */
  readonly refused: readonly string[];
}

/** Signals under way at once: Temporal takes some hundreds a second, and live events want most of them. */
const WAKES_AT_ONCE = 10;

/**
 * Has the customers of a page load their history, starting those that have no workflow. One that cannot be woken stops no other.
 * Safe to repeat: each ask of a load is one event id, which its customer remembers; a second attempt begins where the first got to.
 */
export function createWakePage(deps: ActivityDeps, turns: Pick<HistoryTurns, 'begin'>) {
  return async function wakePage({ customerIds, answerTo, ask }: WakePageInput): Promise<WakePageResult> {
    const done = new Set<number>();
    return await runActivity(
      async ({ signal, progress }) => {
        const from = typeof progress === 'number' ? progress : 0;
        const refused: string[] = [];
        for (let at = 0; at < from; at += 1) done.add(at);
        await eachAtOnce([...customerIds.entries()].slice(from), WAKES_AT_ONCE, async ([at, customerId]) => {
          await turns.begin(signal);
          // The attempt's time is over: whoever is left was not woken, and is asked again.
          const isWoken = !signal.aborted && (await isTaken(deps, customerId, wakeOf(answerTo, ask)));
          if (!isWoken) refused.push(customerId);
          done.add(at);
        });
        return { refused };
      },
      { progress: () => firstMissing(done) },
    );
  };
}

/** A customer may be in several pages of one load: first as it comes, at the end once more where it was not done. */
function wakeOf(answerTo: AnswerTo, ask: number): WakeCustomer {
  const { loadId, workflowId } = answerTo;
  return { eventId: `backfill:${loadId}:${workflowId}:${ask}`, kind: 'load-history', answerTo };
}

async function isTaken(deps: ActivityDeps, customerId: string, wake: WakeCustomer): Promise<boolean> {
  try {
    await deps.loadHistory(customerId, wake);
    return true;
  } catch (error) {
    deps.log.warn({ customerId, error: kindOf(error) }, 'not woken: it is asked again');
    return false;
  }
}

function firstMissing(done: ReadonlySet<number>): number {
  let at = 0;
  while (done.has(at)) at += 1;
  return at;
}
