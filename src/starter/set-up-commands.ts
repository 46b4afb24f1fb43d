import { addCommand, type GivenJson, jsonOption, type RegisterCommands } from './command-line.js';
import { runDoctor } from './doctor.js';
import { runSetup } from './setup.js';
import { runStoklyProbe } from './stokly-probe.js';

/** What is needed before the first order flows. */
export const registerSetUpCommands: RegisterCommands = ({ program, context, run }) => {
  addCommand(program, 'setup', {
    description: 'prepare Temporal (search attributes) and Dotdigital (data fields, collection); safe to repeat',
    examples: ['setup', 'setup --json'],
  }).action((given: GivenJson) => run(() => runSetup(jsonOption(given), context)));
  addCommand(program, 'doctor', {
    description: 'check settings, credentials, Temporal, fields and collection; changes nothing',
    examples: ['doctor'],
  }).action((given: GivenJson) => run(() => runDoctor(jsonOption(given), context)));
  const stokly = program.command('stokly').description('look at the Stokly account itself');
  addCommand(stokly, 'probe', {
    description: 'show key names, types and counts of the account’s data, values of enums alone',
    examples: ['stokly probe > shapes.txt'],
  }).action((given: GivenJson) => run(() => runStoklyProbe(jsonOption(given), context)));
};
