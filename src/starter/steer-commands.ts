import type { Command } from 'commander';
import {
  addCommand,
  type GivenJson,
  type GivenTarget,
  jsonOption,
  readDuration,
  type RegisterCommands,
  withTarget,
} from './command-line.js';
import { type StarterContext, StarterError } from './context.js';
import { runReleaseConsent } from './release-consent.js';
import { readAsked, runReleaseCustomer } from './release.js';
import { runResync } from './resync.js';
import { runSend, type SendRequest } from './send.js';
import { readCustomer, readTarget } from './target.js';
import { runWake, runWakeRehearsed } from './wake.js';

interface GivenWake extends GivenTarget {
  readonly rehearsed?: true;
}

interface GivenResync extends GivenTarget {
  readonly wait: string;
}

interface GivenRelease extends GivenJson {
  readonly customer?: string;
  readonly consent?: true;
  readonly actor?: string;
  readonly reason?: string;
  readonly yes?: true;
  readonly wait: string;
}

/** What has something looked at, written or let go on. */
export const registerSteerCommands: RegisterCommands = ({ program, context, run }) => {
  addCommand(program, 'send', {
    description: 'send the relay one signed webhook, as Stokly would, and show its answer',
    examples: ['send --type order.updated --order 536365', 'send --type order.updated --order 536365 --id evt-7'],
  })
    .requiredOption('--type <type>', 'type of the event: order.created, order.updated, customer.updated …')
    .option('--order <number>', 'order number (looked up in Stokly), or order id (sent as it is)')
    .option('--customer <id>', 'customer id')
    .option('--id <id>', 'id of the event: a repeat of one has no second effect')
    .option('--url <url>', 'where the relay is, if not at RELAY_HOST and RELAY_PORT')
    .action((given: SendRequest & GivenJson) => run(() => runSend(given, jsonOption(given), context)));
  withTarget(
    addCommand(program, 'wake', {
      description: 'have an order, or a customer’s own data, looked at again',
      examples: ['wake --order 536365', 'wake --rehearsed'],
    }),
  )
    .option('--rehearsed', 'every customer that was last looked at with WRITES=off, whole')
    .action((given: GivenWake) => run(async () => wake(given, context)));
  withWait(
    withTarget(
      addCommand(program, 'resync', {
        description: 'forget what was written of an order, or of all orders of a customer, and write it again',
        examples: ['resync --order 536365', 'resync --customer 3b241101-e2bb-4255-8caf-4136c566a962 --wait 5m'],
      }),
    ),
  ).action((given: GivenResync) =>
    run(async () => {
      const waitMs = readDuration('--wait', given.wait);
      return runResync(readTarget(given), { ...jsonOption(given), waitMs }, context);
    }),
  );
  withWait(
    addCommand(program, 'release', {
      description: 'let a stopped customer, or the consent breaker, go on; asks first',
      examples: [
        'release --customer 3b241101-e2bb-4255-8caf-4136c566a962 --actor jane --reason "restored, by mistake deleted"',
        'release --consent --actor jane --reason "the import of 24 November is right"',
      ],
    }),
  )
    .option('--customer <id>', 'customer that is stopped (its contact was deleted)')
    .option('--consent', 'the consent breaker: subscriptions are lowered again')
    .option('--actor <name>', 'who releases; needed')
    .option('--reason <text>', 'why; needed')
    .option('--yes', 'do not ask')
    .action((given: GivenRelease) => run(async () => release(given, context)));
};

function withWait(command: Command): Command {
  return command.option('--wait <time>', 'how long to wait for the outcome (0s: not at all)', '60s');
}

async function wake(given: GivenWake, context: StarterContext): Promise<number> {
  if (given.rehearsed === undefined) return runWake(readTarget(given), jsonOption(given), context);
  if (given.order === undefined && given.customer === undefined) return runWakeRehearsed(jsonOption(given), context);
  throw new StarterError('give --rehearsed alone, or --order or --customer');
}

async function release(given: GivenRelease, context: StarterContext): Promise<number> {
  if ((given.customer === undefined) === (given.consent === undefined)) {
    throw new StarterError('say which: --customer <id> or --consent');
  }
  const options = {
    ...jsonOption(given),
    ...readAsked(given),
    isConfirmed: given.yes === true,
    waitMs: readDuration('--wait', given.wait),
  };
  if (given.customer === undefined) return runReleaseConsent(options, context);
  return runReleaseCustomer(readCustomer(given.customer), options, context);
}
