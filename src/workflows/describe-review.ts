import { currencyScale } from '../domain/money.js';
import { REVIEW_ACTIONS } from '../domain/review/actions.js';
import type { ReviewStake } from '../domain/review/stake.js';
import { amountText } from '../domain/rule-words.js';
import type { ReviewCase, Told } from './review-case.js';
import { stageOf } from './review-view.js';

/** Entries of the trail in the details; the query `reviewState` has all of them. */
const TRAIL_SHOWN = 12;

/** The review's current details in Temporal's UI: enough to decide from. Markdown; costs no history. */
export function describeReview(review: ReviewCase, told: Told): string {
  const { stake } = told;
  return [
    headline(review, told),
    '',
    ...stake.differences.map(
      ({ rule, subject, expected, observed }) =>
        `- **${rule}** (${subject}): expected ${cell(expected)}; observed ${cell(observed)}`,
    ),
    '',
    '| action | what it does |',
    '|---|---|',
    ...REVIEW_ACTIONS.map((action) => {
      const { isAllowed, text } = stake.choices[action];
      return `| ${isAllowed ? `\`${action}\`` : `~~${action}~~`} | ${isAllowed ? '' : 'not possible: '}${cell(text)} |`;
    }),
    '',
    ...howToDecide(review, told),
    '',
    ...trailTable(review),
  ].join('\n');
}

function headline(review: ReviewCase, { number, stake, isQuiet }: Told): string {
  return [
    `**${stageOf(review)}**`,
    `order ${number}`,
    `at stake ${amount(stake)}`,
    stake.channel === null ? null : `channel ${cell(stake.channel)}`,
    `held since ${minute(stake.heldAt)}`,
    review.assignee === null ? 'nobody has it' : `${cell(review.assignee)} has it`,
    isQuiet ? 'from history' : null,
  ]
    .filter((part) => part !== null)
    .join(' · ');
}

function amount({ amountMinor, currency }: ReviewStake): string {
  return currencyScale(currency) === null ? 'an amount that cannot be read' : amountText(amountMinor, currency);
}

function howToDecide(review: ReviewCase, { stake, policy }: Told): string[] {
  if (review.ending !== null) return [`Closed: ${cell(review.ending.text)}.`];
  if (review.deciding !== null) {
    const { decision, asks } = review.deciding;
    return [
      `${cell(decision.actors.join(' and '))} decided \`${decision.action}\`. The customer’s workflow carries it out; it was asked ${asks} time(s).`,
    ];
  }
  const example = JSON.stringify({
    action: review.awaited?.action ?? REVIEW_ACTIONS.find((action) => stake.choices[action].isAllowed),
    actor: 'your name',
    reason: 'why',
    moneyHash: stake.moneyHash,
  });
  const second =
    stake.amountMinor > policy.fourEyesAboveMinor
      ? ' Above the four-eyes limit: a second person sends the same action (not for `recheck`).'
      : '';
  const waits =
    review.awaited === null
      ? []
      : [
          `**${cell(review.awaited.actor)}** decided \`${review.awaited.action}\`: a second person has to send the same.`,
        ];
  return [
    ...waits,
    `To decide send the Update \`decideReview\` (or, when no worker runs, the Signal of that name): \`${example}\`.${second}`,
    'Also `assignReview` `{"assignee":"…","actor":"…"}` and `commentReview` `{"actor":"…","text":"…"}`.',
  ];
}

function trailTable(review: ReviewCase): string[] {
  const rows = review.trail
    .slice(-TRAIL_SHOWN)
    .toReversed()
    .map(({ at, actor, action, reason }) => `| ${minute(at)} | ${cell(actor)} | ${action} | ${cell(reason)} |`);
  return ['| when (UTC) | who | what | |', '|---|---|---|---|', ...rows];
}

/** Text that people and shops typed must not break the table, and not fill it: details have at most 20,000 bytes. */
function cell(text: string): string {
  const line = text.replaceAll('|', '/').replaceAll(/\s+/g, ' ');
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}

function minute(at: string): string {
  return at.slice(0, 16).replace('T', ' ');
}
