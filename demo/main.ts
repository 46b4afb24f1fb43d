import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { customerWorkflowId } from '../src/contract/ids.js';
import type { CustomerState } from '../src/contract/messages.js';
import type { ReviewState } from '../src/contract/review.js';
import type { DemoOptions } from './options.js';
import { ProcessFailed, Processes } from './processes.js';
import { showProgress } from './progress.js';
import { NotQuiet, waitForQuiet } from './quiet.js';
import { replayMonth } from './replay.js';
import { buildReport, type ReportLinks, type ReportResult } from './report.js';
import { reportText } from './report-text.js';
import { decisionEffects, readReviews } from './review-effects.js';
import { type Stack, startStack } from './stack.js';
import { findPorts, SurroundingsError, urlOf } from './surroundings.js';

export { parseOptions } from './options.js';

const ACCOUNT_CURRENCY = 'GBP';
const ORDERS_COLLECTION = 'Orders';
const QUIET_LINE_EVERY_MS = 10_000;

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Ctrl-C or a request to end: not a failure. */
class Stopped extends Error {
  override name = 'Stopped';
}

/**
 * The whole demo: starts everything, replays the month, reports, and stops what it started. Gives the exit status: 1 when
 * something failed, or with `--exit` when the report is not in order.
 */
export async function runDemo(options: DemoOptions, temporalCliPath: string): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-demo-'));
  const abort = new AbortController();
  const stop = (): void => abort.abort(new Stopped());
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, stop);
  const processes = new Processes({
    logPath: join(folder, 'demo.log'),
    onCrash: (failure) => abort.abort(failure),
  });
  try {
    return await runIn(folder, { options, temporalCliPath, processes, signal: abort.signal });
  } catch (error) {
    return explain(abort.signal.aborted ? abort.signal.reason : error);
  } finally {
    await processes.stopAll();
    if (options.isKeeping) tell(`Kept: ${folder}`);
    else await rm(folder, { recursive: true, force: true });
  }
}

function explain(error: unknown): number {
  if (error instanceof Stopped) {
    tell('\nStopped everything.');
    return 0;
  }
  const isPlain = error instanceof SurroundingsError || error instanceof ProcessFailed || error instanceof NotQuiet;
  tell(isPlain ? error.message : error instanceof Error ? String(error.stack) : String(error));
  return 1;
}

interface Run {
  readonly options: DemoOptions;
  readonly temporalCliPath: string;
  readonly processes: Processes;
  readonly signal: AbortSignal;
}

async function runIn(folder: string, run: Run): Promise<number> {
  const { options, processes, signal } = run;
  const ports = await findPorts(process.env);
  const stack = await unlessAborted(
    startStack(processes, { ports, temporalCliPath: run.temporalCliPath, folder, invoices: options.orders, tell }),
    signal,
  );
  const connection = await Connection.connect({ address: stack.temporalAddress });
  try {
    tell(`Replaying the month. Watch it at ${urlOf(ports.temporalUi)} and ${urlOf(ports.dotdigital)}`);
    const client = new Client({ connection });
    const states = await replayAndWait(stack, client, signal);
    const result = await report(stack, states);
    const reviews = await readReviews(client, result.report.heldOrders);
    print(result, reviews, { stack, options });
    if (options.isExiting) return result.problems.length === 0 ? 0 : 1;
  } finally {
    await connection.close();
  }
  tell('Everything stays up. Ctrl-C stops it.');
  return unlessAborted(new Promise<never>(() => undefined), signal);
}

/** Rejects with the signal's reason as soon as it comes, whatever is being waited for. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  // What goes on after the end fails as its processes are stopped: nobody waits for it any more.
  work.catch(() => undefined);
  return Promise.race([work, aborted]);
}

async function replayAndWait(stack: Stack, client: Client, signal: AbortSignal): Promise<readonly CustomerState[]> {
  const { eventsLeft } = await stack.stokly.replayState();
  const progress = showProgress(eventsLeft);
  try {
    await unlessAborted(replayMonth(stack.stokly, progress, signal), signal);
  } finally {
    progress.stop();
  }
  tell('Replayed. Waiting until all is quiet …');
  let toldAt = Date.now();
  const tellNowAndThen = (line: string): void => {
    if (Date.now() - toldAt < QUIET_LINE_EVERY_MS) return;
    toldAt = Date.now();
    tell(`  ${line}`);
  };
  return unlessAborted(waitForQuiet({ client, stokly: stack.stokly, signal, tell: tellNowAndThen }), signal);
}

async function report(stack: Stack, states: readonly CustomerState[]): Promise<ReportResult> {
  const { orders } = await stack.stokly.shop();
  const account = await stack.dotdigital.account(ORDERS_COLLECTION);
  return buildReport({
    currency: ACCOUNT_CURRENCY,
    stoklyOrders: orders,
    contacts: account.contacts,
    records: account.records,
    seededContactIds: stack.seededContactIds,
    customerStates: states,
    links: linksOf(stack, states),
  });
}

/** A customer worth a look: one with a held order where there is one, else the one with most orders. */
function linksOf({ ports }: Stack, states: readonly CustomerState[]): ReportLinks {
  const temporalUi = urlOf(ports.temporalUi);
  const byInterest = states.toSorted(
    (a, b) => Number(b.outcomes.held > 0) - Number(a.outcomes.held > 0) || b.entries.length - a.entries.length,
  );
  const customerId = byInterest[0]?.customerId;
  const workflowId = customerId === undefined ? null : encodeURIComponent(customerWorkflowId(customerId));
  return {
    temporalUi,
    dotdigital: urlOf(ports.dotdigital),
    customer: workflowId === null ? null : `${temporalUi}/namespaces/default/workflows/${workflowId}`,
  };
}

interface Shown {
  readonly stack: Stack;
  readonly options: DemoOptions;
}

function print(result: ReportResult, reviews: readonly ReviewState[], { stack, options }: Shown): void {
  if (!options.isJson) {
    const { heldOrders, currency } = result.report;
    const effects = decisionEffects(heldOrders, reviews, currency);
    process.stdout.write(reportText(result, { effects, nextSteps: options.isExiting ? [] : nextSteps(result, stack) }));
    return;
  }
  for (const problem of result.problems) tell(`! ${problem}`);
  process.stdout.write(`${JSON.stringify(result.report, null, 2)}\n`);
}

function nextSteps({ report: { heldOrders } }: ReportResult, stack: Stack): string[] {
  const starter = `node --env-file=${stack.settingsPath} dist/src/starter.js`;
  const order = heldOrders[0]?.number ?? '536365';
  const held =
    heldOrders.length === 0
      ? []
      : [
          `${starter} reviews show ${order}   # ${heldOrders.length} orders are held: this is the first; reviews list shows all`,
        ];
  return [
    ...held,
    `${starter} show --order ${order}`,
    `${starter} doctor`,
    `curl -s ${urlOf(stack.ports.relay)}/metrics | grep lockstep`,
  ];
}
