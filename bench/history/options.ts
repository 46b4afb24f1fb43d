import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';

export interface HistoryBenchOptions {
  /** A gzipped file of the sample's columns; null: a generated shop. */
  readonly dataPath: string | null;
  /** Of the generated shop. */
  readonly customers: number;
  /** Added to each answer of both stand-ins, in ms. */
  readonly latencyMs: number;
  /** The vendors' limits, in windows of this length instead of their minute; null: none. */
  readonly limitWindowMs: number | null;
  /** Live orders a second while the backfill runs; null: none. */
  readonly liveRate: number | null;
  /** The worker's `--max-old-space-size`. */
  readonly workerHeapMiB: number;
  /** The first backfill alone: no second one, and both sides are not compared. */
  readonly isOnce: boolean;
  /** Prints the JSON line alone. */
  readonly isJson: boolean;
  /** Where V8's CPU profiles of the worker go; null: none are taken. */
  readonly profileFolder: string | null;
}

/** Customers with orders of the real shop's year. */
const CUSTOMERS = 4_337;
/** What lives at the same time needs less than 300; without a bound V8 lets garbage lie up to a gigabyte. */
const WORKER_HEAP_MIB = 400;

const MORE = `
Examples:
  $ npm run bench:history
  $ BENCH_DATA=online-retail.csv.gz npm run bench:history
  $ npm run bench:history -- --limits 10 --customers 1000
  $ npm run bench:history -- --live 5
  $ npm run bench:history --silent -- --customers 50000 --once --json >> results.jsonl

BENCH_DATA names a gzipped file with the columns of samples/; without it a shop of the same size is generated.`;

/** Reads the command line. For --help, or for what cannot be read, it says so and ends the process. */
export function parseHistoryOptions(argv: readonly string[], env: NodeJS.ProcessEnv): HistoryBenchOptions {
  const command = new Command('npm run bench:history --')
    .description(
      "Measures a backfill of a shop's whole history, from both vendors' stand-ins to the penny, and a second one over the same data.",
    )
    .option('--customers <number>', `of a generated shop (${CUSTOMERS})`, positive)
    .option('--latency <ms>', 'latency of both vendors', notNegative, 5)
    .option(
      '--limits [seconds]',
      "with limits: Stokly 600 a window, Dotdigital 35 (low) and 150 (medium, high), in windows of so many seconds instead of the vendors' 60 (1)",
      positive,
    )
    .option(
      '--live <rate>',
      'live orders a second meanwhile, of customers that are known and in no open page',
      positive,
    )
    .option('--heap <MiB>', "the worker's --max-old-space-size", positive, WORKER_HEAP_MIB)
    .option('--profile <folder>', 'also take CPU profiles of the worker')
    .option('--once', 'the first backfill alone: no second one, and both sides are not compared', false)
    .option('--json', 'print one line of JSON and nothing else', false)
    .allowExcessArguments(false)
    .addHelpText('after', MORE)
    .parse([...argv], { from: 'user' });
  const given = command.opts<Given>();
  const dataPath = env['BENCH_DATA'] === undefined || env['BENCH_DATA'] === '' ? null : resolve(env['BENCH_DATA']);
  if (dataPath !== null && !existsSync(dataPath)) command.error(`error: BENCH_DATA names no file: ${dataPath}`);
  if (dataPath !== null && given.customers !== undefined)
    command.error('error: --customers is of a generated shop: leave BENCH_DATA out');
  return {
    dataPath,
    customers: given.customers ?? CUSTOMERS,
    latencyMs: given.latency,
    limitWindowMs: given.limits === undefined ? null : (given.limits === true ? 1 : given.limits) * 1_000,
    liveRate: given.live ?? null,
    workerHeapMiB: given.heap,
    isOnce: given.once,
    isJson: given.json,
    profileFolder: given.profile ?? null,
  };
}

interface Given {
  readonly customers?: number;
  readonly latency: number;
  readonly limits?: number | true;
  readonly live?: number;
  readonly heap: number;
  readonly profile?: string;
  readonly once: boolean;
  readonly json: boolean;
}

function positive(text: string): number {
  const value = notNegative(text);
  if (value < 1) throw new InvalidArgumentError('It is a number from 1 on.');
  return value;
}

function notNegative(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('It is a whole number.');
  return Number(text);
}
