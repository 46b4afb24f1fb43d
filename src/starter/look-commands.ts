import {
  addCommand,
  type GivenJson,
  type GivenTarget,
  jsonOption,
  readDuration,
  type RegisterCommands,
  withTarget,
} from './command-line.js';
import { runShow } from './show.js';
import { readReason, runSkipped } from './skipped.js';
import { runTail } from './tail.js';
import { readCustomer, readTarget } from './target.js';

interface GivenSkipped extends GivenJson {
  readonly reason?: string;
  readonly orders?: true;
}

interface GivenTail extends GivenJson {
  readonly customer?: string;
  readonly for?: string;
}

/** What changes nothing. */
export const registerLookCommands: RegisterCommands = ({ program, context, run }) => {
  withTarget(
    addCommand(program, 'show', {
      description: 'show what all sides say about an order or a customer, where they differ, and why',
      examples: ['show --order 536365', 'show --customer 3b241101-e2bb-4255-8caf-4136c566a962'],
    }),
  ).action((given: GivenTarget) => run(async () => runShow(readTarget(given), jsonOption(given), context)));
  addCommand(program, 'skipped', {
    description: 'list all orders that are left out, by reason, with money, whose move it is and what to do',
    examples: ['skipped', 'skipped --reason no-email --orders'],
  })
    .option('--reason <reason>', 'only this reason')
    .option('--orders', 'name the orders by their numbers')
    .action((given: GivenSkipped) =>
      run(async () => {
        const options = { reason: readReason(given.reason), areNumbersShown: given.orders === true };
        return runSkipped({ ...jsonOption(given), ...options }, context);
      }),
    );
  addCommand(program, 'tail', {
    description: 'print outcomes as they happen, until Ctrl-C',
    examples: ['tail', 'tail --for 30s --json'],
  })
    .option('--customer <id>', 'only this customer')
    .option('--for <time>', 'end by itself after this long (30s, 5m)')
    .action((given: GivenTail) =>
      run(async () => {
        const customerId = given.customer === undefined ? null : readCustomer(given.customer);
        const forMs = given.for === undefined ? null : readDuration('--for', given.for);
        return runTail({ ...jsonOption(given), customerId, forMs }, context);
      }),
    );
};
