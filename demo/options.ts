import { Command, InvalidArgumentError } from 'commander';

export interface DemoOptions {
  /** Ends after the table instead of staying up. */
  readonly isExiting: boolean;
  /** Prints the report as JSON on standard output instead of the table. */
  readonly isJson: boolean;
  /** Keeps the temporary folder: Temporal's database and the log. */
  readonly isKeeping: boolean;
  /** Only the first so many invoices of the month; null: all. */
  readonly orders: number | null;
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('It is a number from 1 on.');
  return value;
}

const MORE = `
Examples:
  $ npm start
  $ npm start -- --orders 50 --exit
  $ npm start --silent -- --exit --json > report.json

Ports are moved by TEMPORAL_PORT, TEMPORAL_UI_PORT, STOKLY_EMULATOR_PORT, DOTDIGITAL_EMULATOR_PORT, RELAY_PORT and
METRICS_PORT; 0 takes a free one. TEMPORAL_CLI_PATH names the Temporal command line to use.`;

/** Reads the command line. For --help, or for what cannot be read, it says so and ends the process. */
export function parseOptions(argv: readonly string[]): DemoOptions {
  const command = new Command('npm start --')
    .description("Replays a month of a real shop's orders from Stokly to Dotdigital, and compares both to the penny.")
    .option('--exit', 'end after the table; status 1 when anything is unexplained', false)
    .option('--json', 'print the report as JSON on standard output', false)
    .option('--keep', "keep the temporary folder with Temporal's database and the log", false)
    .option('--orders <number>', 'replay only the first so many invoices', positive)
    .allowExcessArguments(false)
    .addHelpText('after', MORE)
    .parse([...argv], { from: 'user' });
  const given = command.opts<{ exit: boolean; json: boolean; keep: boolean; orders?: number }>();
  return { isExiting: given.exit, isJson: given.json, isKeeping: given.keep, orders: given.orders ?? null };
}
