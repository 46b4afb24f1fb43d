import {
  condition,
  continueAsNew,
  isCancellation,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import {
  type BackfillPageInput,
  type BackfillPageResult,
  type BackfillPatience,
  historyLoadedSignal,
} from '../contract/backfill.js';
import { type HistoryAnswer, isFinal } from '../domain/backfill/answer.js';
import { isGivenUp, pauseBeforeAsk } from '../domain/backfill/page-patience.js';
import { LIMITS } from '../domain/limits.js';
import { history } from './activity-proxies.js';

/** What a page knows, and carries into its next run. */
interface Page {
  /** By customer; a later answer replaces an earlier one. */
  readonly answers: Record<string, HistoryAnswer>;
  /** How often those who were missing were asked. */
  asks: number;
  /** Epoch ms of the last ask; 0: not asked yet. */
  askedAtMs: number;
  /** Epoch ms of the last answer that said anything new, or of the first ask; 0: not asked yet. */
  heardAtMs: number;
}

/**
 * One page of a backfill (`backfill/<name>/<page>`): has its customers load their history and waits for what it came to. Who does not answer
 * is asked again, because an answer is lost where a worker is killed; what is asked twice costs nothing to read. A few who never answer do
 * not hold the others up. Cancelled, it ends with what was answered.
 * Bounded by: 200 customers, 2,000 events a run (`domain/limits.ts`).
 */
export async function backfillPageWorkflow(input: BackfillPageInput): Promise<BackfillPageResult> {
  const page: Page = (input.carried as Page | undefined) ?? { answers: {}, asks: 0, askedAtMs: 0, heardAtMs: 0 };
  const asked = new Set(input.customerIds);
  setHandler(
    historyLoadedSignal,
    (answers) => {
      for (const answer of answers) if (asked.has(answer.customerId)) hear(page, answer);
    },
    { description: 'Sent by workers alone: what customers of this page have loaded.' },
  );
  try {
    while (missingOf(input, page).length > 0 && !hasGivenUp(input, page)) {
      setCurrentDetails(
        `${missingOf(input, page).length} of ${input.customerIds.length} customers have not answered yet.`,
      );
      if (mustContinue()) await continueAsNew<typeof backfillPageWorkflow>({ ...input, carried: page });
      if (isAskDue(input, page)) await ask(input, page);
      else await untilMoved(input, page);
    }
  } catch (error) {
    if (!isCancellation(error)) throw error;
  }
  return resultOf(input, page);
}

/** One that says what is known already is no sign that things move. */
function hear(page: Page, answer: HistoryAnswer): void {
  if (JSON.stringify(page.answers[answer.customerId]) === JSON.stringify(answer)) return;
  page.answers[answer.customerId] = answer;
  page.heardAtMs = Date.now();
}

function mustContinue(): boolean {
  const { historyLength, continueAsNewSuggested, startTime } = workflowInfo();
  if (Date.now() - startTime.getTime() < LIMITS.runAgeMinMs) return false;
  return continueAsNewSuggested || historyLength >= LIMITS.eventsPerRun;
}

function missingOf({ customerIds, until }: BackfillPageInput, { answers }: Page): string[] {
  return customerIds.filter((customerId) => {
    const answer = answers[customerId];
    if (answer === undefined || answer.kind !== 'loaded') return true;
    return until === 'final' && !isFinal(answer);
  });
}

function hasGivenUp(input: BackfillPageInput, page: Page): boolean {
  const { heardAtMs } = page;
  const missing = missingOf(input, page).length;
  const silentMs = heardAtMs === 0 ? 0 : Date.now() - heardAtMs;
  return isGivenUp({ missing, asked: input.customerIds.length, silentMs, until: input.until }, input.patience);
}

function isAskDue({ patience }: BackfillPageInput, page: Page): boolean {
  return page.asks === 0 || askAtMs(page, patience) <= Date.now();
}

function askAtMs({ asks, askedAtMs, heardAtMs }: Page, patience: BackfillPatience): number {
  return Math.max(askedAtMs, heardAtMs) + pauseBeforeAsk(asks, patience);
}

async function ask(input: BackfillPageInput, page: Page): Promise<void> {
  const { loadId, window, since } = input;
  const customerIds = missingOf(input, page);
  const answerTo = { workflowId: workflowInfo().workflowId, loadId, window, since };
  page.asks += 1;
  const { asks } = page;
  try {
    await history.wakePage.executeWithOptions({ summary: `ask ${customerIds.length} customers (${asks})` }, [
      { customerIds, answerTo, ask: asks },
    ]);
  } catch (error) {
    if (isCancellation(error)) throw error;
    // Asked again when its time comes.
  }
  // From here: who was woken last needs its time too.
  page.askedAtMs = Date.now();
  if (page.heardAtMs === 0) page.heardAtMs = page.askedAtMs;
}

async function untilMoved(input: BackfillPageInput, page: Page): Promise<void> {
  const giveUpAtMs = page.heardAtMs + input.patience.giveUpMs;
  const nextAskAtMs = askAtMs(page, input.patience);
  const momentMs = giveUpAtMs > Date.now() ? Math.min(nextAskAtMs, giveUpAtMs) : nextAskAtMs;
  const isDone = (): boolean => missingOf(input, page).length === 0;
  await condition(isDone, Math.max(1, momentMs - Date.now()));
}

function resultOf({ customerIds, until }: BackfillPageInput, { answers }: Page): BackfillPageResult {
  const found = customerIds.flatMap((customerId) => answers[customerId] ?? []);
  return {
    until,
    answers: found,
    unanswered: customerIds.filter((customerId) => answers[customerId]?.kind !== 'loaded'),
  };
}
