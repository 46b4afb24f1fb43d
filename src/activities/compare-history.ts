import { type BackfillDifference, backfillPageWorkflowId } from '../contract/backfill.js';
import { type HistoryAnswer, type HistoryWindow, isCounted, isInWindow } from '../domain/backfill/answer.js';
import { countsAnswered, customersThatDiffer } from '../domain/backfill/compare.js';
import { LIMITS } from '../domain/limits.js';
import type { CallOptions, OrdersInWindow, StoklyApi } from '../stokly/api.js';
import { eachAtOnce } from './at-once.js';
import type { ActivityDeps } from './deps.js';
import { runActivity } from './run-activity.js';

/** One that nobody answers for costs ten seconds: a whole page of them must fit an attempt. */
const LEDGERS_AT_ONCE = 20;

export interface CompareHistoryInput {
  readonly backfillWorkflowId: string;
  /** Pages 1 … `pages` have ended: their results are read. */
  readonly pages: number;
  readonly window: HistoryWindow;
}

export interface CompareHistoryResult {
  /** At most `LIMITS.backfillNamed`, by order; of customers for whom nobody answers, as far as there is room. */
  readonly differences: readonly BackfillDifference[];
  /** Whom to ask again, with the answer that was counted; null: none was. At most `LIMITS.backfillPageSizeMax`. */
  readonly customers: readonly { readonly customerId: string; readonly before: HistoryAnswer | null }[];
  /** How many customers differ in all. */
  readonly customersDiffering: number;
}

/** What of the world it needs. */
interface CompareHistoryDeps extends Pick<ActivityDeps, 'readBackfillPage' | 'readLedger'> {
  readonly stokly: Pick<StoklyApi, 'listOrdersInWindow'>;
}

/**
 * Finds out which orders Stokly counts in a window and no customer's answer has, or the other way round: first by customer, from
 * the results of the pages, then by order, from the ledgers of the customers that differ. Reads only.
 */
export function createCompareHistory(deps: CompareHistoryDeps) {
  return async function compareHistory(input: CompareHistoryInput): Promise<CompareHistoryResult> {
    return await runActivity(async ({ signal, begunAtMs }) => {
      const call = { priority: 'history', signal, begunAtMs } as const;
      const answers = await readAnswers(deps, input);
      const inStokly = new Map<string, number>();
      for await (const { customerId } of ordersOf(deps, input.window, call))
        if (customerId !== null) inStokly.set(customerId, (inStokly.get(customerId) ?? 0) + 1);
      const differing = customersThatDiffer(inStokly, countsAnswered(answers.values()));
      const asked = differing.slice(0, LIMITS.backfillPageSizeMax);
      return {
        differences: await differencesOf(deps, { customerIds: new Set(asked), window: input.window, call }),
        customers: asked.map((customerId) => ({ customerId, before: answers.get(customerId) ?? null })),
        customersDiffering: differing.length,
      };
    });
  };
}

/** The last answer of each customer that was counted. */
async function readAnswers(deps: CompareHistoryDeps, input: CompareHistoryInput): Promise<Map<string, HistoryAnswer>> {
  const answers = new Map<string, HistoryAnswer>();
  for (let page = 1; page <= input.pages; page += 1) {
    const result = await deps.readBackfillPage(backfillPageWorkflowId(input.backfillWorkflowId, page));
    for (const answer of result?.answers ?? [])
      if (isCounted(answer, result?.until ?? 'loaded')) answers.set(answer.customerId, answer);
  }
  return answers;
}

async function* ordersOf(
  deps: CompareHistoryDeps,
  window: HistoryWindow,
  call: CallOptions,
): AsyncGenerator<OrdersInWindow['orders'][number]> {
  for await (const { orders } of deps.stokly.listOrdersInWindow(window, call)) yield* orders;
}

async function differencesOf(
  deps: CompareHistoryDeps,
  asked: { readonly customerIds: ReadonlySet<string>; readonly window: HistoryWindow; readonly call: CallOptions },
): Promise<BackfillDifference[]> {
  const { customerIds, window, call } = asked;
  if (customerIds.size === 0) return [];
  const found: BackfillDifference[] = [];
  const unanswered: BackfillDifference[] = [];
  const ledgers = await readLedgers(deps, customerIds, window);
  for await (const { orderId, number, customerId } of ordersOf(deps, window, call)) {
    const ledger = customerId === null ? undefined : ledgers.get(customerId);
    if (ledger === 'unanswered') unanswered.push({ number, orderId, customerId, what: 'unanswered' });
    else if (ledger !== undefined && !ledger.delete(orderId))
      found.push({ number, orderId, customerId, what: 'not-in-ledger' });
  }
  for (const [customerId, ledger] of ledgers) {
    if (ledger === 'unanswered') continue;
    for (const [orderId, number] of ledger) found.push({ number, orderId, customerId, what: 'not-in-stokly' });
  }
  // Last: of those nothing is known, and one silent customer with many orders would leave no room for what is surely missing.
  return [...found, ...unanswered].slice(0, LIMITS.backfillNamed);
}

/** Of each customer the numbers of its orders in a window, by order id. */
async function readLedgers(
  deps: CompareHistoryDeps,
  customerIds: ReadonlySet<string>,
  window: HistoryWindow,
): Promise<Map<string, Map<string, string> | 'unanswered'>> {
  const ledgers = new Map<string, Map<string, string> | 'unanswered'>();
  await eachAtOnce(customerIds, LEDGERS_AT_ONCE, async (customerId) => {
    const read = await deps.readLedger(customerId);
    const own = typeof read === 'string' ? [] : read.filter(({ placedAt }) => isInWindow(placedAt, window));
    const numbers = new Map(own.map(({ orderId, number }) => [orderId, number]));
    ledgers.set(customerId, read === 'unanswered' ? read : numbers);
  });
  return ledgers;
}
