import { loadStarterConfig } from '../config.js';
import { ensureSchedules, wantedSchedules } from '../schedules.js';
import { SCHEMA_VERSION, type StarterContext, using } from './context.js';
import { type ScheduleView, viewSchedule } from './schedule-view.js';

interface SchedulesOptions {
  readonly json: boolean;
}

/** Each Schedule: how often, what its last run came to, when it runs next. Changes nothing. Resolves with the exit status. */
export async function runSchedulesShow(options: SchedulesOptions, context: StarterContext): Promise<number> {
  return await withSchedules(options, context, false);
}

/** Makes each Schedule as the settings say, as a worker does when it starts; then shows them. Safe to repeat. */
export async function runSchedulesInstall(options: SchedulesOptions, context: StarterContext): Promise<number> {
  return await withSchedules(options, context, true);
}

async function withSchedules(options: SchedulesOptions, context: StarterContext, isInstalling: boolean) {
  const config = loadStarterConfig(['temporal', 'schedules'], context.env);
  return using(await context.connectTemporal(config.temporal), async ({ client }) => {
    if (isInstalling) await ensureSchedules(client, config.schedules);
    const wanted = wantedSchedules(config.schedules);
    const schedules = await Promise.all(wanted.map((one) => viewSchedule(client, one)));
    if (options.json) context.print(JSON.stringify({ schemaVersion: SCHEMA_VERSION, schedules }));
    else for (const line of schedules.flatMap(scheduleLines)) context.print(line);
    return 0;
  });
}

/** One Schedule for a person. */
export function scheduleLines(view: ScheduleView): string[] {
  const { id, setting, wantedEveryMs, found } = view;
  if (found === null) {
    return wantedEveryMs === 0
      ? [`${id}: off (${setting}), and not there`]
      : [`${id}: not there; a worker makes it when it starts, or: starter schedules install`];
  }
  const { everyMs, isPaused, note, nextAt, lastRun } = found;
  const every = everyMs === null ? 'at times of its own' : `every ${everyText(everyMs)}`;
  return [
    `${id}: ${every}${isPaused ? `, paused: ${note ?? 'nobody said why'}` : ''}`,
    `    last  ${lastRun === null ? 'never' : `${lastRun.startedAt}  ${lastRun.state}: ${lastRun.text}`}`,
    ...(nextAt === null ? [] : [`    next  ${nextAt}`]),
  ];
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

/** As settings are written: `2m`, `90s`. */
export function everyText(everyMs: number): string {
  const [unit, ms] = UNITS.find(([, unitMs]) => everyMs % unitMs === 0) ?? (['ms', 1] as const);
  return `${everyMs / ms}${unit}`;
}
