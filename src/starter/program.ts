import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config.js';
import type { StarterContext } from './context.js';
import { runDoctor } from './doctor.js';
import { runSetup } from './setup.js';
import { runShow } from './show.js';
import { runStoklyProbe } from './stokly-probe.js';
import { readTarget } from './target.js';
import { runWake } from './wake.js';

interface Given {
  readonly json?: true;
  readonly order?: string;
  readonly customer?: string;
}

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

type Run = (run: () => Promise<number>) => Promise<void>;

function createProgram(context: StarterContext, run: Run): Command {
  const program = new Command('starter')
    .description('Sets Lockstep up, looks into it and has things looked at again.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.print(text.trimEnd()),
      writeErr: (text) => context.complain(text.trimEnd()),
    })
    .addHelpText('after', '\nExample:\n  $ starter doctor\n');
  command(
    program,
    'setup',
    'prepare Temporal (search attributes) and Dotdigital (data fields, collection); safe to repeat',
  )
    .addHelpText('after', '\nExample:\n  $ starter setup\n  $ starter setup --json\n')
    .action((given: Given) => run(() => runSetup(optionsOf(given), context)));
  command(program, 'doctor', 'check settings, credentials, Temporal, fields and collection; changes nothing')
    .addHelpText('after', '\nExample:\n  $ starter doctor\n')
    .action((given: Given) => run(() => runDoctor(optionsOf(given), context)));
  targeted(command(program, 'show', 'show what all sides say about an order or a customer, and why'))
    .addHelpText('after', '\nExample:\n  $ starter show --order 536365\n')
    .action((given: Given) => run(async () => runShow(readTarget(given), optionsOf(given), context)));
  targeted(command(program, 'wake', 'have an order, or a customer’s own data, looked at again'))
    .addHelpText('after', '\nExample:\n  $ starter wake --order 536365\n')
    .action((given: Given) => run(async () => runWake(readTarget(given), optionsOf(given), context)));
  const stokly = program.command('stokly').description('look at the Stokly account itself');
  command(stokly, 'probe', 'show key names, types and counts of the account’s data, values of enums alone')
    .addHelpText('after', '\nExample:\n  $ starter stokly probe > shapes.txt\n')
    .action((given: Given) => run(() => runStoklyProbe(optionsOf(given), context)));
  return program;
}

function command(program: Command, name: string, description: string): Command {
  return program.command(name).description(description).option('--json', 'print one JSON object');
}

function targeted(target: Command): Command {
  return target.option('--order <number>', 'order number, or order id').option('--customer <id>', 'customer id');
}

function optionsOf(given: Given): { readonly json: boolean } {
  return { json: given.json === true };
}

function errorLines(error: unknown): string[] {
  if (error instanceof ConfigError) return error.message.split('\n').map((line) => `starter: ${line}`);
  const message = error instanceof Error ? error.message : 'unknown error';
  return [`starter: ${message.replaceAll(/\s*\n\s*/g, ' ')}`];
}
