import { addCommand, type GivenJson, jsonOption, readDuration, type RegisterCommands } from './command-line.js';
import { readAsked } from './release.js';
import { runSchedulesInstall, runSchedulesShow } from './schedules.js';
import { runSchedulesPause, runSchedulesResume, runSchedulesTrigger } from './schedules-steer.js';

interface GivenPause extends GivenJson {
  readonly actor?: string;
  readonly reason?: string;
}

interface GivenTrigger extends GivenJson {
  readonly wait: string;
}

const NAME = ['<name>', 'poll-changes or digest-reviews'] as const;

/** What runs by itself, and how often. */
export const registerScheduleCommands: RegisterCommands = ({ program, context, run }) => {
  const schedules = program.command('schedules').description('what runs by itself: the poll and the digest of reviews');
  addCommand(schedules, 'show', {
    description: 'how often each runs, what its last run came to, when it runs next',
    examples: ['schedules show'],
  }).action((given: GivenJson) => run(() => runSchedulesShow(jsonOption(given), context)));
  addCommand(schedules, 'install', {
    description: 'make each as the settings say, as a worker does when it starts; safe to repeat',
    examples: ['schedules install'],
  }).action((given: GivenJson) => run(() => runSchedulesInstall(jsonOption(given), context)));
  addCommand(schedules, 'pause', {
    description: 'let one rest until it is resumed; what changes meanwhile is found then',
    examples: ['schedules pause poll-changes --actor jane --reason "Stokly asked for quiet until noon"'],
  })
    .argument(...NAME)
    .option('--actor <name>', 'who pauses it; needed')
    .option('--reason <text>', 'why; needed')
    .action((name: string, given: GivenPause) =>
      run(async () => runSchedulesPause(name, { ...jsonOption(given), ...readAsked(given) }, context)),
    );
  addCommand(schedules, 'resume', {
    description: 'let a paused one go on',
    examples: ['schedules resume poll-changes'],
  })
    .argument(...NAME)
    .action((name: string, given: GivenJson) => run(() => runSchedulesResume(name, jsonOption(given), context)));
  addCommand(schedules, 'trigger', {
    description: 'one run now, unless one is under way, and what came of it',
    examples: ['schedules trigger poll-changes'],
  })
    .argument(...NAME)
    .option('--wait <time>', 'how long to wait for what comes of it', '60s')
    .action((name: string, given: GivenTrigger) =>
      run(async () => {
        const waitMs = readDuration('--wait', given.wait);
        return await runSchedulesTrigger(name, { ...jsonOption(given), waitMs }, context);
      }),
    );
};
