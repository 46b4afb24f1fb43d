import { addCommand, type GivenTarget, jsonOption, type RegisterCommands, withTarget } from './command-line.js';
import { readTarget } from './target.js';
import { runWake } from './wake.js';

/** What has something looked at, written or let go on. */
export const registerSteerCommands: RegisterCommands = ({ program, context, run }) => {
  withTarget(
    addCommand(program, 'wake', {
      description: 'have an order, or a customer’s own data, looked at again',
      examples: ['wake --order 536365'],
    }),
  ).action((given: GivenTarget) => run(async () => runWake(readTarget(given), jsonOption(given), context)));
};
