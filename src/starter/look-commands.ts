import { addCommand, type GivenTarget, jsonOption, type RegisterCommands, withTarget } from './command-line.js';
import { runShow } from './show.js';
import { readTarget } from './target.js';

/** What changes nothing. */
export const registerLookCommands: RegisterCommands = ({ program, context, run }) => {
  withTarget(
    addCommand(program, 'show', {
      description: 'show what all sides say about an order or a customer, and why',
      examples: ['show --order 536365'],
    }),
  ).action((given: GivenTarget) => run(async () => runShow(readTarget(given), jsonOption(given), context)));
};
