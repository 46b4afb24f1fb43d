import { type Client, ScheduleAlreadyRunning, ScheduleNotFoundError, ScheduleOverlapPolicy } from '@temporalio/client';
import { loadStarterConfig } from '../config.js';
import { type BackfillInput, backfillNameOf, backfillWorkflowId } from '../contract/backfill.js';
import { backfillStart, pagesFor } from '../contract/backfill-start.js';
import { WORKFLOW_TYPES } from '../contract/ids.js';
import { activePrograms, whatWillHappen, whose } from './backfill-start.js';
import { confirm } from './confirm.js';
import { SCHEMA_VERSION, type StarterContext, StarterError, using } from './context.js';
import { everyText } from './schedules.js';

/** When a backfill runs by itself: each time that so much time is over, or by five fields of cron, in UTC. */
export type BackfillTimes = { readonly everyMs: number } | { readonly cron: string };

export interface BackfillScheduleOptions {
  readonly json: boolean;
  readonly actor: string;
  readonly isConfirmed: boolean;
  readonly times: BackfillTimes;
  /** Customers with an order in so long before each run; null: since `HISTORY_FROM`, or ever. */
  readonly lastMs: number | null;
  readonly pagesAtOnce: number | null;
}

/** Kept with the Schedule: what it was asked for, as it was said. Temporal keeps a cron text only as calendars. */
interface ScheduleMemo {
  readonly when: string;
  readonly orders: string;
  readonly actor: string;
}

/** One run for all that were missed while Temporal was away, if that was no longer than this. */
const CATCH_UP_MS = 86_400_000;

/**
 * Makes a Schedule that starts a backfill again and again, one at a time: a run that is due beside another is left out. Shows what a start
 * shows, and has it confirmed once for all. Resolves with the exit status.
 */
export async function runBackfillScheduleAdd(
  name: string,
  options: BackfillScheduleOptions,
  context: StarterContext,
): Promise<number> {
  const config = loadStarterConfig(['temporal', 'stokly', 'dotdigital', 'policy', 'planned'], context.env);
  const { lastMs, pagesAtOnce, times, actor, json } = options;
  const from = config.planned.historyFrom;
  const memo: ScheduleMemo = {
    when: timesText(times),
    orders: lastMs === null ? whose(from) : `every customer with an order in the ${everyText(lastMs)} before it`,
    actor,
  };
  const programs = await activePrograms(config.dotdigital, context);
  if (!json) {
    context.print(`Backfill ${name}, ${memo.when}: all orders of ${memo.orders}.`);
    for (const line of whatWillHappen(programs, config.policy.writes)) context.print(line);
  }
  await confirm(name, options.isConfirmed, context);
  const input: BackfillInput = {
    window: { from: from === null ? null : new Date(from).toISOString(), to: null },
    ...(lastMs === null ? {} : { lastMs }),
    confirmation: null,
    ...pagesFor(config.stokly.requestsPerMinute),
    ...(pagesAtOnce === null ? {} : { pagesAtOnce }),
  };
  return using(await context.connectTemporal(config.temporal), async ({ client }) => {
    await create(client, { name, times, memo, input });
    if (json) context.print(JSON.stringify({ schemaVersion: SCHEMA_VERSION, name, ...memo, programs }));
    else context.print('It is there; when it runs next and what its last run was: starter backfill schedule list');
    return 0;
  });
}

async function create(
  client: Client,
  asked: {
    readonly name: string;
    readonly times: BackfillTimes;
    readonly memo: ScheduleMemo;
    readonly input: BackfillInput;
  },
): Promise<void> {
  const { name, times, memo, input } = asked;
  try {
    await client.schedule.create({
      scheduleId: backfillWorkflowId(name),
      spec: 'cron' in times ? { cronExpressions: [times.cron] } : { intervals: [{ every: times.everyMs }] },
      action: {
        type: 'startWorkflow',
        workflowType: WORKFLOW_TYPES.backfillOrders,
        ...backfillStart(backfillWorkflowId(name), input),
      },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: CATCH_UP_MS },
      memo: { ...memo },
    });
  } catch (error) {
    if (error instanceof ScheduleAlreadyRunning)
      throw new StarterError(`backfill ${name} has a Schedule already: starter backfill schedule remove ${name}`, {
        cause: error,
      });
    // What the SDK makes of times that Temporal refuses.
    if (error instanceof TypeError)
      throw new StarterError(`Temporal does not take ${memo.when}: cron has five fields, such as "0 3 * * 0"`, {
        cause: error,
      });
    throw error;
  }
}

function timesText(times: BackfillTimes): string {
  return 'cron' in times ? `cron ${times.cron} (UTC)` : `every ${everyText(times.everyMs)}`;
}

/** One of them, as it stands. */
interface ScheduledBackfill extends Partial<ScheduleMemo> {
  readonly name: string;
  /** In words, who paused it and why; null: it is not paused. */
  readonly paused: string | null;
  readonly runs: number;
  /** Names of runs, for `backfill show` and `watch`; null: none. */
  readonly lastRun: string | null;
  readonly isRunning: boolean;
  /** ISO instant; null while it is paused. */
  readonly nextAt: string | null;
}

/** All Schedules for backfills, whoever made them. Changes nothing. Resolves with the exit status. */
export async function runBackfillScheduleList(
  { json }: { readonly json: boolean },
  context: StarterContext,
): Promise<number> {
  const config = loadStarterConfig(['temporal'], context.env);
  return using(await context.connectTemporal(config.temporal), async ({ client }) => {
    const found: ScheduledBackfill[] = [];
    for await (const { scheduleId } of client.schedule.list()) {
      const name = backfillNameOf(scheduleId);
      if (name !== null) found.push(...(await view(client, name)));
    }
    if (json) context.print(JSON.stringify({ schemaVersion: SCHEMA_VERSION, schedules: found }));
    else for (const line of linesOf(found)) context.print(line);
    return 0;
  });
}

/** Empty: it was removed meanwhile. */
async function view(client: Client, name: string): Promise<ScheduledBackfill[]> {
  try {
    const { memo, state, info } = await client.schedule.getHandle(backfillWorkflowId(name)).describe();
    const last = info.recentActions.at(-1)?.action.workflow.workflowId;
    return [
      {
        name,
        ...(memo as Partial<ScheduleMemo> | undefined),
        paused: state.paused ? (state.note ?? 'nobody said why') : null,
        runs: info.numActionsTaken,
        lastRun: last === undefined ? null : backfillNameOf(last),
        isRunning: info.runningActions.length > 0,
        nextAt: state.paused ? null : (info.nextActionTimes[0]?.toISOString() ?? null),
      },
    ];
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return [];
    throw error;
  }
}

function linesOf(found: readonly ScheduledBackfill[]): string[] {
  if (found.length === 0) return ['No backfill runs by itself: starter backfill schedule add'];
  return found.flatMap(({ name, when, orders, actor, paused, lastRun, isRunning, nextAt }) => [
    `${name}: ${when ?? 'at times of its own'}${orders === undefined ? '' : `, ${orders}`}${actor === undefined ? '' : `, by ${actor}`}${paused === null ? '' : `, paused: ${paused}`}`,
    `    last  ${lastRun === null ? 'never' : `${lastRun}${isRunning ? ', under way' : ''}: starter backfill show ${lastRun}`}`,
    ...(nextAt === null ? [] : [`    next  ${nextAt}`]),
  ]);
}

/** It starts nothing any more; a run that is under way goes on. Resolves with the exit status. */
export async function runBackfillScheduleRemove(
  name: string,
  { json }: { readonly json: boolean },
  context: StarterContext,
): Promise<number> {
  const config = loadStarterConfig(['temporal'], context.env);
  return using(await context.connectTemporal(config.temporal), async ({ client }) => {
    try {
      await client.schedule.getHandle(backfillWorkflowId(name)).delete();
    } catch (error) {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
      throw new StarterError(`backfill ${name} has no Schedule: starter backfill schedule list`, { cause: error });
    }
    if (json) context.print(JSON.stringify({ schemaVersion: SCHEMA_VERSION, name, removed: true }));
    else context.print(`${name} starts no more; a run that is under way goes on: starter backfill cancel`);
    return 0;
  });
}
