import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { kindOf } from './activities/failures.js';
import { historyLoadedSignal } from './contract/backfill.js';
import type { HistoryAnswer } from './domain/backfill/answer.js';
import type { Log } from './logging.js';

/** Gathers what customers answer to backfills, and sends many answers in one signal: one each would cost five events. */
export interface AnswerGatherer {
  /** Takes an answer; a later one of the same customer replaces it. Never throws. */
  take(workflowId: string, answer: HistoryAnswer): void;
  /** Sends what was gathered. For the worker's end. */
  close(): Promise<void>;
}

/** Answers are gathered this long: a page of 200 customers that takes ten seconds then costs some twenty signals. */
const GATHER_MS = 250;
/** A signal with this many is about 50 KB. */
const ANSWERS_MAX = 200;

/** What is lost with this process is asked for again by whoever waits. */
export function createAnswerGatherer(client: Client, log: Pick<Log, 'warn'>): AnswerGatherer {
  return new Gatherer((workflowId, answers) => signal(client, workflowId, answers), log);
}

async function signal(client: Client, workflowId: string, answers: readonly HistoryAnswer[]): Promise<void> {
  await client.workflow.getHandle(workflowId).signal(historyLoadedSignal, answers);
}

/** Exported for tests, which have no server. */
export class Gatherer implements AnswerGatherer {
  readonly #waiting = new Map<string, Map<string, HistoryAnswer>>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #sending = new Set<Promise<void>>();

  constructor(
    private readonly send: (workflowId: string, answers: readonly HistoryAnswer[]) => Promise<void>,
    private readonly log: Pick<Log, 'warn'>,
  ) {}

  take(workflowId: string, answer: HistoryAnswer): void {
    const answers = this.#waiting.get(workflowId) ?? new Map<string, HistoryAnswer>();
    this.#waiting.set(workflowId, answers.set(answer.customerId, answer));
    if (answers.size >= ANSWERS_MAX) this.#flush(workflowId);
    else if (!this.#timers.has(workflowId)) {
      this.#timers.set(
        workflowId,
        setTimeout(() => this.#flush(workflowId), GATHER_MS),
      );
    }
  }

  async close(): Promise<void> {
    for (const workflowId of this.#waiting.keys()) this.#flush(workflowId);
    await Promise.all(this.#sending);
  }

  #flush(workflowId: string): void {
    clearTimeout(this.#timers.get(workflowId));
    this.#timers.delete(workflowId);
    const answers = [...(this.#waiting.get(workflowId)?.values() ?? [])];
    this.#waiting.delete(workflowId);
    if (answers.length === 0) return;
    const sending = this.#sendSafely(workflowId, answers).finally(() => this.#sending.delete(sending));
    this.#sending.add(sending);
  }

  async #sendSafely(workflowId: string, answers: readonly HistoryAnswer[]): Promise<void> {
    try {
      await this.send(workflowId, answers);
    } catch (error) {
      // Nobody waits any more: the page has ended.
      if (error instanceof WorkflowNotFoundError) return;
      this.log.warn(
        { workflowId, answers: answers.length, cause: kindOf(error) },
        'answers not told: they are asked for again',
      );
    }
  }
}
