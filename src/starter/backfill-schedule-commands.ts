import type { Command } from 'commander';
import {
  type BackfillTimes,
  runBackfillScheduleAdd,
  runBackfillScheduleList,
  runBackfillScheduleRemove,
} from './backfill-schedule.js';
import { readPages } from './backfill-steer.js';
import { readName } from './backfill-workflow.js';
import { addCommand, type CommandLine, type GivenJson, jsonOption, readDuration } from './command-line.js';
import { StarterError } from './context.js';

interface GivenAdd extends GivenJson {
  readonly actor?: string;
  readonly every?: string;
  readonly cron?: string;
  readonly last?: string;
  readonly pages?: string;
  readonly yes?: true;
}

/** A backfill that runs again and again; see docs/runbook.md. */
export function registerBackfillSchedules(backfill: Command, { context, run }: Pick<CommandLine, 'context' | 'run'>) {
  const schedule = backfill.command('schedule').description('have a backfill run by itself, again and again');
  addCommand(schedule, 'add', {
    description: 'make its Schedule; shows Dotdigital’s active programs and asks first',
    examples: [
      'backfill schedule add weekly --every 7d --last 14d --actor jane',
      'backfill schedule add sundays --cron "0 3 * * 0" --actor jane',
    ],
  })
    .argument('<name>', 'its name; runs get the time behind it')
    .option('--every <time>', 'how often (24h, 7d)')
    .option('--cron <fields>', 'or when: five fields, in UTC')
    .option('--last <time>', 'leave out customers without an order in so long before each run (otherwise HISTORY_FROM)')
    .option('--pages <number>', 'pages of customers open at once')
    .option('--actor <name>', 'who makes it; needed')
    .option('--yes', 'do not ask')
    .action((name: string, given: GivenAdd) =>
      run(async () => runBackfillScheduleAdd(readName(name), readAdd(given), context)),
    );
  addCommand(schedule, 'list', {
    description: 'those that are there, with the name of the last run and when the next one is due',
    examples: ['backfill schedule list'],
  }).action((given: GivenJson) => run(() => runBackfillScheduleList(jsonOption(given), context)));
  addCommand(schedule, 'remove', {
    description: 'start it no more; a run that is under way goes on',
    examples: ['backfill schedule remove weekly'],
  })
    .argument('<name>', 'its name')
    .action((name: string, given: GivenJson) =>
      run(async () => runBackfillScheduleRemove(readName(name), jsonOption(given), context)),
    );
}

function readAdd(given: GivenAdd) {
  const actor = given.actor?.trim() ?? '';
  if (actor === '') throw new StarterError('--actor is needed: who makes it');
  return {
    ...jsonOption(given),
    actor,
    isConfirmed: given.yes === true,
    times: readTimes(given),
    lastMs: given.last === undefined ? null : readDuration('--last', given.last),
    pagesAtOnce: given.pages === undefined ? null : readPages(given.pages),
  };
}

/** More often makes no sense: a run asks for every customer. */
const EVERY_MIN_MS = 60_000;

function readTimes({ every, cron }: GivenAdd): BackfillTimes {
  if ((every === undefined) === (cron === undefined)) throw new StarterError('give either --every or --cron');
  if (every === undefined) return { cron: (cron ?? '').trim() };
  const everyMs = readDuration('--every', every);
  if (everyMs < EVERY_MIN_MS) throw new StarterError('--every takes a minute or more, such as 24h or 7d');
  return { everyMs };
}
