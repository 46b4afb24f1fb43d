import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config.js';
import { registerBackfillCommands } from './backfill-commands.js';
import type { CommandLine, RegisterCommands } from './command-line.js';
import type { StarterContext } from './context.js';
import { registerLookCommands } from './look-commands.js';
import { registerReviewCommands } from './review-commands.js';
import { registerScheduleCommands } from './schedule-commands.js';
import { registerSetUpCommands } from './set-up-commands.js';
import { registerSteerCommands } from './steer-commands.js';

/** Each group registers its commands itself; help shows them in this order. */
const GROUPS: readonly RegisterCommands[] = [
  registerSetUpCommands,
  registerLookCommands,
  registerSteerCommands,
  registerReviewCommands,
  registerBackfillCommands,
  registerScheduleCommands,
];

/**
 * The command line. Resolves with the exit status: 0, or 1 for anything that went wrong, which is told in one line on
 * standard error (one a setting where settings are wrong), never with a stack.
 */
export async function runStarter(args: readonly string[], context: StarterContext): Promise<number> {
  let status = 0;
  const program = createProgram(context, async (run) => {
    status = await run();
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return status;
  } catch (error) {
    // commander has told what was wrong already, or printed the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode;
    for (const line of errorLines(error)) context.complain(line);
    return 1;
  }
}

function createProgram(context: StarterContext, run: CommandLine['run']): Command {
  const program = new Command('starter')
    .description('Sets Lockstep up, looks into it and has things looked at again.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.print(text.trimEnd()),
      writeErr: (text) => context.complain(text.trimEnd()),
    })
    .addHelpText('after', '\nExample:\n  $ starter doctor\n');
  for (const register of GROUPS) register({ program, context, run });
  return program;
}

function errorLines(error: unknown): string[] {
  if (error instanceof ConfigError) return error.message.split('\n').map((line) => `starter: ${line}`);
  const message = error instanceof Error ? error.message : 'unknown error';
  return [`starter: ${message.replaceAll(/\s*\n\s*/g, ' ')}`];
}
