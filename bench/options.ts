import { Command, InvalidArgumentError } from 'commander';

export type BenchKind = 'load' | 'replay' | 'memory';

export interface BenchOptions {
  readonly kind: BenchKind;
  /** Orders of each phase of the load. */
  readonly orders: number;
  readonly customers: number;
  /** Added to each answer of both stand-ins, in ms. */
  readonly latencyMs: number;
  /** Orders a second of the second phase; null: half of what the first came to. */
  readonly ratePerSecond: number | null;
  /** Prints the JSON line alone. */
  readonly isJson: boolean;
  /** Where V8's CPU profiles of worker and relay go; null: none are taken. */
  readonly profileFolder: string | null;
}

const LOAD = { orders: 3_000, customers: 200 } as const;
/** One order each: what a night after a year of orders looks like to the worker's cache. */
const MEMORY_CUSTOMERS = 10_000;

const MORE = `
Examples:
  $ npm run bench
  $ npm run bench --silent -- --json >> results.jsonl
  $ npm run bench -- --orders 300 --customers 20
  $ npm run bench -- --rate 30
  $ npm run bench -- --profile ./profiles
  $ npm run bench -- --replay
  $ npm run bench -- --memory

All ports are free ones. TEMPORAL_CLI_PATH names the Temporal command line to use.`;

/** Reads the command line. For --help, or for what cannot be read, it says so and ends the process. */
export function parseOptions(argv: readonly string[]): BenchOptions {
  const command = new Command('npm run bench --')
    .description(
      'Measures what an order costs: real processes, signed webhooks through the relay, both vendors as stand-ins. ' +
        'First all orders at once, then as many again at half of the measured rate.',
    )
    .option('--orders <number>', `orders of each phase (${LOAD.orders})`, positive)
    .option('--customers <number>', `customers that they belong to (${LOAD.customers})`, positive)
    .option('--latency <ms>', 'latency of both vendors', notNegative, 5)
    .option('--rate <number>', 'orders a second of the second phase, instead of half of the first phase’s', positive)
    .option('--replay', 'instead: how long a history of 40 orders, and one of 2,000 events, takes to replay', false)
    .option('--memory', `instead: the worker's memory with ${MEMORY_CUSTOMERS} customers of one order each`, false)
    .option('--profile <folder>', 'also take CPU profiles of worker and relay')
    .option('--json', 'print one line of JSON and nothing else', false)
    .allowExcessArguments(false)
    .addHelpText('after', MORE)
    .parse([...argv], { from: 'user' });
  return bounded(command, command.opts<Given>());
}

interface Given {
  readonly orders?: number;
  readonly customers?: number;
  readonly latency: number;
  readonly rate?: number;
  readonly replay: boolean;
  readonly memory: boolean;
  readonly profile?: string;
  readonly json: boolean;
}

function bounded(command: Command, given: Given): BenchOptions {
  if (given.replay && given.memory) command.error('error: --replay and --memory are two runs');
  if (given.replay && (given.orders ?? given.customers) !== undefined)
    command.error('error: --replay has orders and customers of its own');
  if (given.memory && given.orders !== undefined)
    command.error('error: with --memory each customer has one order: say --customers');
  if ((given.replay || given.memory) && given.rate !== undefined) command.error('error: --rate is of the load alone');
  const customers = given.customers ?? (given.memory ? MEMORY_CUSTOMERS : LOAD.customers);
  const orders = given.memory ? customers : (given.orders ?? LOAD.orders);
  if (orders < customers)
    command.error(`error: ${orders} orders are too few for ${customers} customers: say --customers`);
  return {
    kind: given.replay ? 'replay' : given.memory ? 'memory' : 'load',
    orders,
    customers,
    latencyMs: given.latency,
    ratePerSecond: given.rate ?? null,
    isJson: given.json,
    profileFolder: given.profile ?? null,
  };
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
