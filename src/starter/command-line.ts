import type { Command } from 'commander';
import { parseDuration } from '../setting-values.js';
import { StarterError, type StarterContext } from './context.js';

/** What a group of commands gets in order to register itself. */
export interface CommandLine {
  readonly program: Command;
  readonly context: StarterContext;
  /** Carries a command out; what it resolves with becomes the exit status. */
  readonly run: (run: () => Promise<number>) => Promise<void>;
}

/** Adds a group's commands to the program. One file a group; `program.ts` lists them. */
export type RegisterCommands = (commandLine: CommandLine) => void;

export interface GivenJson {
  readonly json?: true;
}

export interface GivenTarget extends GivenJson {
  readonly order?: string;
  readonly customer?: string;
}

/** A command with `--json` and its examples, one a line, as the help shows them. */
export function addCommand(
  parent: Command,
  name: string,
  { description, examples }: { readonly description: string; readonly examples: readonly string[] },
): Command {
  const shown = examples.map((example) => `  $ starter ${example}\n`).join('');
  return parent
    .command(name)
    .description(description)
    .option('--json', 'print JSON, one object a line')
    .addHelpText('after', `\nExample:\n${shown}`);
}

/** `--order` and `--customer`, for `readTarget`. */
export function withTarget(command: Command): Command {
  return command.option('--order <number>', 'order number, or order id').option('--customer <id>', 'customer id');
}

export function jsonOption(given: GivenJson): { readonly json: boolean } {
  return { json: given.json === true };
}

/** Milliseconds of `30s`, `2m`, `1h`. @throws StarterError for any other text */
export function readDuration(option: string, text: string): number {
  const durationMs = parseDuration(text.trim());
  if (durationMs !== null) return durationMs;
  throw new StarterError(`${option} takes a time such as 30s, 2m or 1h`);
}
