import { randomInt } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';

export interface SoakCommand {
  /** Of load; getting quiet and judging come on top. */
  readonly minutes: number;
  readonly seed: number;
  /** Something breaks every few seconds instead of every 10 to 30. */
  readonly isDense: boolean;
  /** People decide while worker and Temporal are killed this often, instead of a shop that lives; null for the shop. */
  readonly restarts: number | null;
  /** Prints the report as one line of JSON on standard output instead of the table. */
  readonly isJson: boolean;
  /** Keeps the temporary folder: Temporal's database and the log of all processes. */
  readonly isKeeping: boolean;
}

function minutes(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 24 * 60)) throw new InvalidArgumentError('It is a number above 0, of a day at most.');
  return value;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('It is a whole number from 0 on.');
  return value;
}

const SEED_MAX = 1_000_000;

const RESTARTS = 200;

const MORE = `
Examples:
  $ npm run soak -- --minutes 10
  $ npm run soak -- --minutes 10 --seed 42
  $ npm run --silent soak -- --minutes 2 --json
  $ npm run soak -- --reviews
  $ npm run soak -- --reviews --restarts 20 --seed 7

Everything random comes from the seed that it prints: what happens in the shop, what breaks, and when. Status 1 when anything
is not as promised. SOAK_BREAK=lose-webhooks or lower-a-total plants a defect, which it must find; with --reviews, lose-decision.`;

/** Reads the command line. For --help, or for what cannot be read, it says so and ends the process. */
export function parseOptions(argv: readonly string[]): SoakCommand {
  const command = new Command('npm run soak --')
    .description('Lets a shop live while everything around Lockstep breaks, and judges what came of it, to the penny.')
    .option('--minutes <number>', 'how long', minutes, 10)
    .option('--seed <number>', 'repeats a run; left out, one is drawn and printed', wholeNumber)
    .option('--dense', 'let something break every 3 to 6 seconds instead of every 10 to 30', false)
    .option('--reviews', 'let people decide about orders while worker and Temporal are killed, instead', false)
    .option('--restarts <number>', 'with --reviews: how often something is killed', wholeNumber, RESTARTS)
    .option('--json', 'print the report as one line of JSON on standard output', false)
    .option('--keep', "keep the temporary folder with Temporal's database and the log of all processes", false)
    .allowExcessArguments(false)
    .addHelpText('after', MORE)
    .parse([...argv], { from: 'user' });
  const given = command.opts<{
    minutes: number;
    seed?: number;
    dense: boolean;
    reviews: boolean;
    restarts: number;
    json: boolean;
    keep: boolean;
  }>();
  return {
    minutes: given.minutes,
    seed: given.seed ?? randomInt(SEED_MAX),
    isDense: given.dense,
    restarts: given.reviews ? given.restarts : null,
    isJson: given.json,
    isKeeping: given.keep,
  };
}
