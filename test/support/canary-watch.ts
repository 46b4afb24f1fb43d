import { existsSync, readFileSync, rmSync } from 'node:fs';
import type { Server, ServerResponse } from 'node:http';
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { FastifyInstance } from 'fastify';
import { createLog, type Log } from '../../src/logging.js';
import { canariesIn, textIn } from './canary.js';
import { listenToSdk } from './quiet-runtime.js';

/** Finds shown of one world: enough to understand, few enough to read. */
const FINDS_SHOWN = 12;
/** Workflows asked or read at the same time. */
const AT_ONCE = 16;
/** Whatever does not answer by then has nothing to say: its worker is gone. */
const ASK_TIMEOUT_MS = 5_000;

/** Queries by workflow type, beside the details that Temporal's UI shows of every workflow. */
const QUERIES: Readonly<Record<string, string>> = {
  syncCustomerWorkflow: 'customerState',
  reviewOrderWorkflow: 'reviewState',
  limitConsentWorkflow: 'breakerState',
};
const DETAILS_QUERY = '__temporal_workflow_metadata';

/**
 * Hears all that a world says, and looks into all that it leaves: logs of every level, histories with their payloads, ids, search
 * attributes, memos, details, answers to queries, metrics, answers of the relay, output of processes. What both vendors' stand-ins hold is theirs: it is
 * not looked at. Finds are kept, everything else is only counted.
 */
export class CanaryWatch {
  readonly #finds: string[] = [];
  readonly #seenBytes = new Map<string, number>();
  readonly #secrets: string[] = [];
  readonly #files = new Map<string, string>();
  readonly #stopListening: () => void;

  constructor() {
    this.#stopListening = listenToSdk((line) => this.hear("log of Temporal's SDK", line));
  }

  /** Looks at a text at once. */
  hear(where: string, text: string): void {
    this.#seenBytes.set(where, (this.#seenBytes.get(where) ?? 0) + text.length);
    for (const find of canariesIn(text, this.#secrets)) this.#finds.push(`${where}: …${find}…`);
  }

  /** A log of every level whose lines are heard as they would be printed. */
  log(process: string): Log {
    return createLog(
      { level: 'trace', process },
      { write: (line: string) => this.hear(`log of the ${process}`, line) },
    );
  }

  /** A file that is read when the world ends, and deleted. */
  file(where: string, path: string): void {
    this.#files.set(path, where);
  }

  /** Hears every byte that a server answers, with its headers. */
  answersOf(where: string, server: Server): void {
    server.prependListener('request', (_request, response: ServerResponse) => {
      const hear = (chunk: unknown): void => {
        if (typeof chunk === 'string' || chunk instanceof Uint8Array) this.hear(where, Buffer.from(chunk).toString());
      };
      const write = response.write.bind(response) as (...given: unknown[]) => boolean;
      const end = response.end.bind(response) as (...given: unknown[]) => ServerResponse;
      response.write = (...given: unknown[]) => {
        hear(given[0]);
        return write(...given);
      };
      response.end = (...given: unknown[]) => {
        hear(given[0]);
        return end(...given);
      };
      response.on('finish', () => this.hear(where, JSON.stringify(response.getHeaders())));
    });
  }

  /** Every token that Stokly's stand-in grants is a secret from then on. */
  tokensOf(app: FastifyInstance): void {
    app.addHook('onSend', async (request, _reply, payload) => {
      const token = request.url === '/v1/grant' && typeof payload === 'string' ? TOKEN.exec(payload)?.[1] : undefined;
      if (token !== undefined) this.#secrets.push(token);
    });
  }

  /** Asks every workflow that runs what a person could ask it. Needs a worker. */
  async ask(client: Client): Promise<void> {
    const running: { workflowId: string; type: string }[] = [];
    for await (const { workflowId, type } of client.workflow.list({ query: "ExecutionStatus = 'Running'" }))
      running.push({ workflowId, type });
    await inTurns(running, async ({ workflowId, type }) => {
      const handle = client.workflow.getHandle(workflowId);
      for (const query of [DETAILS_QUERY, QUERIES[type]]) {
        if (query !== undefined) this.hear('answers of workflows', await answerOf(handle, query));
      }
    });
  }

  /** Looks into every run of the namespace: its history, and what lists and pages show of it. */
  async readRuns(client: Client): Promise<void> {
    const runs: { workflowId: string; runId: string; isRunning: boolean }[] = [];
    for await (const { workflowId, runId, status, raw } of client.workflow.list()) {
      this.hear('lists of workflows', textIn(raw));
      runs.push({ workflowId, runId, isRunning: status.name === 'RUNNING' });
    }
    await inTurns(runs, async ({ workflowId, runId, isRunning }) => {
      const handle = client.workflow.getHandle(workflowId, runId);
      this.hear('histories', textIn(await handle.fetchHistory()));
      // Failures of attempts that are to be repeated stand in no history.
      if (isRunning) this.hear('pages of workflows', textIn((await handle.describe()).raw));
    });
  }

  readFiles(): void {
    for (const [path, where] of this.#files) {
      if (existsSync(path)) this.hear(where, readFileSync(path, 'utf8'));
      rmSync(path, { force: true });
    }
  }

  /** Where something was looked at, and how many characters. */
  seen(): ReadonlyMap<string, number> {
    return this.#seenBytes;
  }

  /** What was found, each with its place. */
  finds(): readonly string[] {
    return this.#finds;
  }

  /** Ends listening; throws when anything was found. */
  end(): void {
    this.#stopListening();
    if (this.#finds.length === 0) return;
    const shown = [...new Set(this.#finds)].slice(0, FINDS_SHOWN).map((find) => `\n- ${find}`);
    throw new Error(`${this.#finds.length} times a secret or personal data was seen:${shown.join('')}`);
  }
}

const TOKEN = /"accessToken":"([^"]+)"/;

async function answerOf(handle: WorkflowHandle, query: string): Promise<string> {
  try {
    const asked = () => handle.query(query);
    return textIn(await handle.client.withDeadline(Date.now() + ASK_TIMEOUT_MS, asked));
  } catch {
    return '';
  }
}

async function inTurns<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const left = [...all];
  const run = async (): Promise<void> => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) await work(next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, run));
}
