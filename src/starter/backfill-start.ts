import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { loadStarterConfig } from '../config.js';
import { type BackfillConfirmation, type BackfillInput, backfillWorkflowId } from '../contract/backfill.js';
import { backfillStart, pagesFor } from '../contract/backfill-start.js';
import { WORKFLOW_TYPES } from '../contract/ids.js';
import type { DotdigitalSettings } from '../dotdigital/settings.js';
import type { TemporalAccess } from '../temporal.js';
import { backfillLink } from './backfill-workflow.js';
import { confirm } from './confirm.js';
import { LIVE, SCHEMA_VERSION, type StarterContext, StarterError, using } from './context.js';

export interface BackfillStartOptions {
  readonly json: boolean;
  readonly actor: string;
  readonly isConfirmed: boolean;
  /** A day or an instant; null: `HISTORY_FROM`. */
  readonly from: string | null;
  readonly pagesAtOnce: number | null;
}

const START_TIMEOUT_MS = 10_000;

/** Shows what could take notice of old orders, has it confirmed, and starts the backfill. Resolves with the exit status. */
export async function runBackfillStart(
  name: string,
  options: BackfillStartOptions,
  context: StarterContext,
): Promise<number> {
  const config = loadStarterConfig(
    ['temporal', 'temporalUiUrl', 'stokly', 'dotdigital', 'policy', 'planned'],
    context.env,
  );
  const programs = await activePrograms(config.dotdigital, context);
  const from = options.from ?? config.planned.historyFrom;
  if (!options.json) {
    context.print(`Backfill ${name}: all orders of ${whose(from)}.`);
    for (const line of whatWillHappen(programs, config.policy.writes)) context.print(line);
  }
  await confirm(name, options.isConfirmed, context);
  const input: BackfillInput = {
    window: { from: from === null ? null : new Date(from).toISOString(), to: null },
    confirmation: { actor: options.actor, at: new Date().toISOString(), programs },
    ...pagesFor(config.stokly.requestsPerMinute),
    ...(options.pagesAtOnce === null ? {} : { pagesAtOnce: options.pagesAtOnce }),
  };
  return using(await context.connectTemporal(config.temporal), async (temporal) => {
    await start(temporal, name, input);
    const link = backfillLink(config.temporalUiUrl, temporal.namespace, name);
    if (options.json) context.print(JSON.stringify({ schemaVersion: SCHEMA_VERSION, name, programs, link }));
    else context.print(`Started; watch it: starter backfill watch ${name}\n${link}`);
    return 0;
  });
}

type Programs = BackfillConfirmation['programs'];

/** Dotdigital's programs that could take notice of old orders. */
export async function activePrograms(settings: DotdigitalSettings, context: StarterContext): Promise<Programs> {
  const all = await using(context.createDotdigital(settings), (dotdigital) => dotdigital.listPrograms(LIVE));
  return all.filter(({ status }) => status.toLowerCase() === 'active').map(({ id, name }) => ({ id, name }));
}

/** The customers of a window, in words. */
export function whose(from: string | null): string {
  return `every customer${from === null ? '' : ` with an order since ${from}`}`;
}

/** What is to be known before it is confirmed. */
export function whatWillHappen(programs: Programs, writes: boolean): string[] {
  return [
    writes
      ? 'Contacts, records and fields are written. Old facts stay quiet: LAST_ORDER_STATUS is withheld for them.'
      : 'WRITES=off: nothing is written (as set here; what counts is the worker’s own setting).',
    programs.length === 0
      ? 'No program is active in Dotdigital.'
      : `${programs.length} programs are active in Dotdigital, and a segment or date of theirs may match from tomorrow on:`,
    ...programs.map((program) => `    ${program.name}`),
  ];
}

async function start({ client }: TemporalAccess, name: string, input: BackfillInput): Promise<void> {
  try {
    await client.withDeadline(Date.now() + START_TIMEOUT_MS, () =>
      client.workflow.start(WORKFLOW_TYPES.backfillOrders, backfillStart(backfillWorkflowId(name), input)),
    );
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    throw new StarterError(`backfill ${name} runs already: starter backfill watch ${name}`, { cause: error });
  }
}

/** @throws StarterError unless it is a day such as 2025-01-31 */
export function readDay(option: string, text: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw new StarterError(`${option} takes a day such as 2025-01-31`);
}
