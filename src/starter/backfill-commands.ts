import type { Command } from 'commander';
import { runBackfillPlan } from './backfill-plan.js';
import { registerBackfillSchedules } from './backfill-schedule-commands.js';
import { readDay, runBackfillStart } from './backfill-start.js';
import { readPages, runBackfillSteer } from './backfill-steer.js';
import { runBackfillShow, runBackfillWatch } from './backfill-watch.js';
import { readName } from './backfill-workflow.js';
import {
  addCommand,
  type CommandLine,
  type GivenJson,
  jsonOption,
  readDuration,
  type RegisterCommands,
} from './command-line.js';
import { readAsked } from './release.js';
import { StarterError } from './context.js';

interface GivenStart extends GivenJson {
  readonly actor?: string;
  readonly yes?: true;
  readonly from?: string;
  readonly pages?: string;
}

interface GivenSteer extends GivenJson {
  readonly actor?: string;
  readonly reason?: string;
}

/** The whole history, once, or again and again; see docs/runbook.md. */
export const registerBackfillCommands: RegisterCommands = ({ program, context, run }) => {
  const backfill = program.command('backfill').description('bring the whole history over, steer it and look at it');
  withName(
    addCommand(backfill, 'start', {
      description: 'start it; shows Dotdigital’s active programs and asks first',
      examples: ['backfill start history --actor jane', 'backfill start since-may --from 2026-05-01 --actor jane'],
    }),
  )
    .option('--actor <name>', 'who starts it; needed')
    .option('--from <day>', 'leave out customers without an order since this day (otherwise HISTORY_FROM)')
    .option('--pages <number>', 'pages of 200 customers open at once')
    .option('--yes', 'do not ask')
    .action((name: string, given: GivenStart) =>
      run(async () => {
        if (given.actor === undefined || given.actor.trim() === '')
          throw new StarterError('--actor is needed: who starts it');
        const options = {
          ...jsonOption(given),
          actor: given.actor.trim(),
          isConfirmed: given.yes === true,
          from: given.from === undefined ? null : readDay('--from', given.from),
          pagesAtOnce: given.pages === undefined ? null : readPages(given.pages),
        };
        return runBackfillStart(readName(name), options, context);
      }),
    );
  addCommand(backfill, 'plan', {
    description: 'say what a backfill would do, order by order with --json; reads only, writes nothing',
    examples: ['backfill plan', 'backfill plan --from 2026-05-01 --json > plan.jsonl'],
  })
    .option('--from <day>', 'leave out customers without an order since this day (otherwise HISTORY_FROM)')
    .action((given: GivenJson & { readonly from?: string }) =>
      run(() =>
        runBackfillPlan(
          { ...jsonOption(given), from: given.from === undefined ? null : readDay('--from', given.from) },
          context,
        ),
      ),
    );
  registerLooks(backfill, { context, run });
  registerSteering(backfill, { context, run });
  registerBackfillSchedules(backfill, { context, run });
};

function withName(command: Command): Command {
  return command.argument('[name]', 'its name: one runs a name at a time', 'history');
}

function registerLooks(backfill: Command, { context, run }: Pick<CommandLine, 'context' | 'run'>): void {
  withName(
    addCommand(backfill, 'watch', {
      description: 'print how far it is until it ends, with rate, time left and what holds it back',
      examples: ['backfill watch history', 'backfill watch history --for 1m --json'],
    }),
  )
    .option('--for <time>', 'end by itself after this long (30s, 5m)')
    .action((name: string, given: GivenJson & { readonly for?: string }) =>
      run(() => {
        const forMs = given.for === undefined ? null : readDuration('--for', given.for);
        return runBackfillWatch(readName(name), { ...jsonOption(given), forMs }, context);
      }),
    );
  withName(
    addCommand(backfill, 'show', {
      description: 'how far it is now, or what came of it; status 1 where the sum is not Stokly’s count',
      examples: ['backfill show history --json'],
    }),
  ).action((name: string, given: GivenJson) => run(() => runBackfillShow(readName(name), jsonOption(given), context)));
}

const STEERING = {
  pause: 'open no further page; those that are open end',
  resume: 'let it go on after a pause',
  cancel: 'end it with what was done; customers that were woken go on by themselves',
} as const;

function registerSteering(backfill: Command, { context, run }: Pick<CommandLine, 'context' | 'run'>): void {
  for (const kind of ['pause', 'resume', 'cancel'] as const) {
    withName(
      addCommand(backfill, kind, {
        description: STEERING[kind],
        examples: [`backfill ${kind} history --actor jane --reason "a sale is on"`],
      }),
    )
      .option('--actor <name>', 'who asks; needed')
      .option('--reason <text>', 'why; needed')
      .action((name: string, given: GivenSteer) =>
        run(async () => runBackfillSteer(readName(name), { kind, ...jsonOption(given), ...readAsked(given) }, context)),
      );
  }
  addCommand(backfill, 'speed', {
    description: 'slower or faster: pages of 200 customers open at once',
    examples: ['backfill speed history 2'],
  })
    .argument('<name>', 'its name')
    .argument('<pages>', 'pages open at once')
    .action((name: string, pages: string, given: GivenJson) =>
      run(async () =>
        runBackfillSteer(
          readName(name),
          { kind: 'speed', pagesAtOnce: readPages(pages), ...jsonOption(given) },
          context,
        ),
      ),
    );
}
