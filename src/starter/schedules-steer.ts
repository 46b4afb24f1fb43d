import { setTimeout as pause } from 'node:timers/promises';
import { type Client, WorkflowFailedError } from '@temporalio/client';
import { loadStarterConfig } from '../config.js';
import { type WantedSchedule, wantedSchedules } from '../schedules.js';
import { SCHEMA_VERSION, StarterError, type StarterContext, using } from './context.js';
import { causeOf, type FoundSchedule, resultText, viewSchedule } from './schedule-view.js';
import { isUnanswered } from '../temporal.js';

interface SteerOptions {
  readonly json: boolean;
}

/** Nothing runs until somebody resumes it; what changes meanwhile is found then. Who and why stand in the Schedule's note. */
export async function runSchedulesPause(
  id: string,
  options: SteerOptions & { readonly actor: string; readonly reason: string },
  context: StarterContext,
): Promise<number> {
  return await onSchedule(id, context, async ({ client, wanted, found }) => {
    if (found.isPaused) throw new StarterError(`${wanted.id} is paused already: ${found.note ?? 'nobody said why'}`);
    await client.schedule.getHandle(wanted.id).pause(`${options.actor}: ${options.reason}`);
    say(context, options, { id: wanted.id, text: `paused by ${options.actor}: ${options.reason}` });
    return 0;
  });
}

export async function runSchedulesResume(id: string, options: SteerOptions, context: StarterContext): Promise<number> {
  return await onSchedule(id, context, async ({ client, wanted, found }) => {
    if (wanted.everyMs === 0)
      throw new StarterError(`${wanted.id} is off by ${wanted.setting}: set that, for the worker too`);
    if (found.isPaused) await client.schedule.getHandle(wanted.id).unpause();
    say(context, options, { id: wanted.id, text: found.isPaused ? 'goes on' : 'was not paused' });
    return 0;
  });
}

/** The Schedule tells its runs apart by the second. */
const SECOND_MS = 1_000;
const BEGIN_TIMEOUT_MS = 10_000;
const BEGIN_PAUSE_MS = 100;

/**
 * One run now, also of a paused one, and what came of it. Never beside one that is under way: a run that began without the overlap policy would
 * not find what the last one left. Resolves with the exit status: 1 where it failed.
 */
export async function runSchedulesTrigger(
  id: string,
  options: SteerOptions & { readonly waitMs: number },
  context: StarterContext,
): Promise<number> {
  return await onSchedule(id, context, async ({ client, wanted, found }) => {
    if (found.isRunning)
      throw new StarterError(`${wanted.id} is under way already: starter schedules show says how it went`);
    await untilNewSecond(found);
    await client.schedule.getHandle(wanted.id).trigger('SKIP');
    const workflowId = await begun(client, wanted, found.runs);
    const outcome = await endOf(client, { wanted, workflowId, waitMs: options.waitMs });
    say(context, options, { id: wanted.id, workflowId, text: outcome.text });
    return outcome.status;
  });
}

async function untilNewSecond({ lastRun }: FoundSchedule): Promise<void> {
  const next = lastRun === null ? 0 : (Math.floor(Date.parse(lastRun.startedAt) / SECOND_MS) + 1) * SECOND_MS;
  await pause(Math.min(Math.max(0, next - Date.now()), SECOND_MS));
}

/** The id of the run that was begun. */
async function begun(client: Client, { id }: WantedSchedule, runsBefore: number): Promise<string> {
  const giveUpAt = Date.now() + BEGIN_TIMEOUT_MS;
  while (Date.now() < giveUpAt) {
    const { info } = await client.schedule.getHandle(id).describe();
    const workflowId = info.recentActions.at(-1)?.action.workflow.workflowId;
    if (info.numActionsTaken > runsBefore && workflowId !== undefined) return workflowId;
    await pause(BEGIN_PAUSE_MS);
  }
  throw new StarterError(
    `${id} did not begin within 10s: another run may just have been under way; look with starter schedules show`,
  );
}

async function endOf(
  client: Client,
  { wanted, workflowId, waitMs }: { wanted: WantedSchedule; workflowId: string; waitMs: number },
): Promise<{ readonly status: number; readonly text: string }> {
  try {
    const result = await client.withDeadline(Date.now() + waitMs, () => client.workflow.getHandle(workflowId).result());
    return { status: 0, text: resultText(wanted.id, result) };
  } catch (error) {
    if (error instanceof WorkflowFailedError) return { status: 1, text: `failed: ${causeOf(error)}` };
    if (isUnanswered(error)) return { status: 0, text: 'begun, not over yet (does a worker run?)' };
    throw error;
  }
}

interface Steered {
  readonly client: Client;
  readonly wanted: WantedSchedule;
  readonly found: FoundSchedule;
}

async function onSchedule(id: string, context: StarterContext, steer: (steered: Steered) => Promise<number>) {
  const config = loadStarterConfig(['temporal', 'schedules'], context.env);
  const all = wantedSchedules(config.schedules);
  const wanted = all.find((one) => one.id === id);
  if (wanted === undefined)
    throw new StarterError(`there is no schedule ${id}: ${all.map((one) => one.id).join(', ')}`);
  return using(await context.connectTemporal(config.temporal), async ({ client }) => {
    const { found } = await viewSchedule(client, wanted);
    if (found === null) throw new StarterError(`${id} is not there: start a worker, or run starter schedules install`);
    return await steer({ client, wanted, found });
  });
}

function say(
  context: StarterContext,
  { json }: SteerOptions,
  said: { readonly id: string; readonly text: string; readonly workflowId?: string },
): void {
  context.print(json ? JSON.stringify({ schemaVersion: SCHEMA_VERSION, ...said }) : `${said.id}: ${said.text}`);
}
