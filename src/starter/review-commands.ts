import type { Command } from 'commander';
import { addCommand, type GivenJson, jsonOption, readDuration, type RegisterCommands } from './command-line.js';
import { type StarterContext, StarterError } from './context.js';
import { readAsked } from './release.js';
import { readAction, readHash, runReviewsDecide } from './reviews-decide.js';
import { runReviewsDecideMany } from './reviews-decide-many.js';
import { type GivenFilter, readFilter, runReviewsList } from './reviews-list.js';
import { runReviewsOpenMissing } from './reviews-open-missing.js';
import { runReviewsSay } from './reviews-say.js';
import { runReviewsShow } from './reviews-show.js';
import { runReviewsVerify } from './reviews-verify.js';

interface GivenList extends GivenFilter, GivenJson {
  readonly csv?: true;
  readonly unfold?: true;
}

interface GivenDecide extends GivenFilter, GivenJson {
  readonly action?: string;
  readonly reason?: string;
  readonly hash?: string;
  readonly all?: true;
  readonly yes?: true;
  readonly signal?: true;
  readonly wait: string;
}

interface GivenSay extends GivenJson {
  readonly actor?: string;
  readonly to?: string;
  readonly nobody?: true;
  readonly text?: string;
  readonly signal?: true;
}

/** Orders that do not add up, and the people who decide about them. */
export const registerReviewCommands: RegisterCommands = ({ program, context, run }) => {
  const reviews = program.command('reviews').description('orders that do not add up wait here for a person');
  withFilter(
    addCommand(reviews, 'list', {
      description: 'open reviews, most urgent first: amount at stake × age',
      examples: [
        'reviews list',
        'reviews list --rule refund-has-order --min-amount 50',
        'reviews list --csv > held.csv',
      ],
    }),
  )
    .option('--csv', 'print CSV for a spreadsheet')
    .option('--unfold', 'list the orders of an incident one by one')
    .action((given: GivenList) => run(async () => list(given, context)));
  addCommand(reviews, 'show', {
    description: 'one review: both sides of the money, what each decision would write, what was said',
    examples: ['reviews show 536365'],
  })
    .argument('<order>', 'order number, or order id')
    .action((order: string, given: GivenJson) => run(() => runReviewsShow(order, jsonOption(given), context)));
  registerDecide(reviews, context, run);
  registerSayings(reviews, context, run);
  addCommand(reviews, 'verify', {
    description: 'reckon the trails’ hashes again and compare them with the ledgers',
    examples: ['reviews verify', 'reviews verify 536365'],
  })
    .argument('[order]', 'order number, or order id; all without it')
    .action((order: string | undefined, given: GivenJson) =>
      run(() => runReviewsVerify(order ?? null, jsonOption(given), context)),
    );
  addCommand(reviews, 'open-missing', {
    description: 'have a review opened for every held order that has none',
    examples: ['reviews open-missing'],
  }).action((given: GivenJson) => run(() => runReviewsOpenMissing(jsonOption(given), context)));
};

type Run = Parameters<RegisterCommands>[0]['run'];

function registerDecide(reviews: Command, context: StarterContext, run: Run): void {
  withFilter(
    addCommand(reviews, 'decide', {
      description: 'decide about one order, or with --all about every open review that the filters let through',
      examples: [
        'reviews decide 536365 --action acceptStated --hash=0f3a9c21 --actor jane --reason "as the bank says"',
        'reviews decide --all --rule refund-has-order --channel Amazon --action exclude --actor jane --reason "sold twice"',
      ],
    }),
  )
    .argument('[order]', 'order number, or order id')
    .option('--action <action>', 'recheck, acceptStated, acceptComputed or exclude; needed')
    .option('--reason <text>', 'why; needed')
    .option(
      '--hash <hash>',
      'the money that is decided about, as starter reviews show prints it; without it you are asked',
    )
    .option('--all', 'all that the filters let through')
    .option('--yes', 'do not ask')
    .option('--signal', 'leave the decision for later: no worker has to run')
    .option('--wait <time>', 'how long to wait until it is carried out', '30s')
    .action((order: string | undefined, given: GivenDecide) => run(async () => decide(order, given, context)));
}

function registerSayings(reviews: Command, context: StarterContext, run: Run): void {
  addCommand(reviews, 'assign', {
    description: 'say who has a review',
    examples: ['reviews assign 536365 --to jane --actor tom', 'reviews assign 536365 --nobody --actor tom'],
  })
    .argument('<order>', 'order number, or order id')
    .option('--to <name>', 'who has it from now on')
    .option('--nobody', 'nobody has it any more')
    .option('--actor <name>', 'who says so; needed')
    .option('--signal', 'leave it for later: no worker has to run')
    .action((order: string, given: GivenSay) => run(async () => assign(order, given, context)));
  addCommand(reviews, 'comment', {
    description: 'say something for a review’s trail',
    examples: ['reviews comment 536365 --actor jane --text "asked the warehouse"'],
  })
    .argument('<order>', 'order number, or order id')
    .option('--text <text>', 'what there is to say; needed')
    .option('--actor <name>', 'who says it; needed')
    .option('--signal', 'leave it for later: no worker has to run')
    .action((order: string, given: GivenSay) => run(async () => comment(order, given, context)));
}

function withFilter(command: Command): Command {
  return command
    .option('--stage <stage>', 'only this stage: open, assigned, reminded, escalated, awaiting-second, deciding')
    .option('--rule <rule>', 'only what fails this rule')
    .option('--channel <name>', 'only this channel')
    .option('--min-amount <amount>', 'only from this amount at stake on, such as 50 or 49.99')
    .option('--mine', 'only what --actor has')
    .option('--actor <name>', 'who you are');
}

function list(given: GivenList, context: StarterContext): Promise<number> {
  if (given.json === true && given.csv === true) throw new StarterError('give --json or --csv, not both');
  const format = given.json === true ? 'json' : given.csv === true ? 'csv' : 'table';
  return runReviewsList({ format, filter: readFilter(given), isFolded: given.unfold !== true }, context);
}

function decide(order: string | undefined, given: GivenDecide, context: StarterContext): Promise<number> {
  if ((order === undefined) !== (given.all === true))
    throw new StarterError('name one order, or give --all with filters');
  const asked = {
    ...jsonOption(given),
    action: readAction(given.action),
    ...readAsked(given),
    isConfirmed: given.yes === true,
  };
  if (order === undefined) {
    if (given.signal === true || given.hash !== undefined)
      throw new StarterError('--signal and --hash go with one order');
    return runReviewsDecideMany({ ...asked, filter: readFilter(given) }, context);
  }
  const waitMs = readDuration('--wait', given.wait);
  return runReviewsDecide(
    order,
    { ...asked, hash: readHash(given.hash), isSignal: given.signal === true, waitMs },
    context,
  );
}

function assign(order: string, given: GivenSay, context: StarterContext): Promise<number> {
  if ((given.to === undefined) !== (given.nobody === true)) throw new StarterError('give --to <name> or --nobody');
  const saying = { kind: 'assign', assignee: given.to ?? null, actor: needed('--actor', given.actor) } as const;
  return runReviewsSay(order, { saying, options: sayOptions(given) }, context);
}

function comment(order: string, given: GivenSay, context: StarterContext): Promise<number> {
  const saying = {
    kind: 'comment',
    text: needed('--text', given.text),
    actor: needed('--actor', given.actor),
  } as const;
  return runReviewsSay(order, { saying, options: sayOptions(given) }, context);
}

function sayOptions(given: GivenSay) {
  return { ...jsonOption(given), isSignal: given.signal === true };
}

function needed(option: string, text: string | undefined): string {
  const trimmed = text?.trim() ?? '';
  if (trimmed === '') throw new StarterError(`${option} is needed: it is kept in the review’s trail`);
  return trimmed;
}
