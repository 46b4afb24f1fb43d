import { reviewWorkflowId } from '../contract/ids.js';
import type { Attention } from '../domain/attention.js';
import { attentionOf, countOutcomes, statusOf } from './customer-state.js';
import type { SyncState } from './sync-state.js';

/** The run's current details in Temporal's UI: Markdown, read by a person at night. Costs no history. */
export function describe(state: SyncState): string {
  return [headline(state), '', ...attentionLines(state), '', ...recentTable(state), '', ...waitingLines(state)]
    .join('\n')
    .trimEnd();
}

function headline(state: SyncState): string {
  const { synced, held, skipped } = countOutcomes(state);
  const contact = state.contact === null ? 'no contact' : `contact ${state.contact.contactId}`;
  const skip = state.customerSkip === null ? '' : `, left out: **${state.customerSkip}**`;
  const rehearsal = state.isRehearsal ? ' (WRITES=off: nothing is written)' : '';
  return `**${statusOf(state)}**${rehearsal} · ${contact}${skip} · ${synced} synced, ${held} held, ${skipped} skipped`;
}

const WHAT_TO_DO: Record<Attention, string> = {
  'stokly-credentials-refused':
    'Stokly refuses our credentials: check STOKLY_ACCOUNT_KEY, STOKLY_CLIENT_ID, STOKLY_SECRET_KEY',
  'dotdigital-credentials-refused':
    'Dotdigital refuses our credentials: check DOTDIGITAL_API_USER, DOTDIGITAL_API_PASSWORD, DOTDIGITAL_API_URL',
  'dotdigital-not-set-up': 'run `npm run starter -- setup`',
  'stokly-unavailable':
    'Stokly cannot be reached, does not answer well, or refuses a call: see below; it goes on by itself',
  'dotdigital-unavailable':
    'Dotdigital cannot be reached, does not answer well, or refuses a call: see below; it goes on by itself',
  'sync-failing': 'look at the worker’s log',
  'order-held': 'money does not add up; decide in its review, or mend it in Stokly: its next event reads it again',
  'refused-by-dotdigital': 'Dotdigital refuses a record for good: see below for its code',
  'contact-deleted': 'someone deleted the contact in Dotdigital: it stays deleted until a person releases it',
  'contact-recreated': 'a change of e-mail made a new contact, unsubscribed: look at it in Dotdigital',
  'customer-deleted': 'the customer was deleted in Stokly: nothing more is written',
  'email-taken': 'another customer’s contact has this address: merge the two in Stokly',
  'consent-breaker-open': 'too many subscriptions were to be lowered within an hour: a person releases them',
  'consent-conflict': 'subscribed in Dotdigital, refused in Stokly: a person decides',
  'consent-newer': 'granted in Stokly, unsubscribed in Dotdigital: a person decides',
  'unknown-order': 'an event named an order that Stokly never showed',
  'ledger-full': 'more than 2,000 orders: records go on, money fields stand still',
  'malformed-message': 'a signal could not be understood and was dropped',
  'stokly-limit-reached': 'Stokly allows no more calls just now; it goes on by itself',
  'dotdigital-limit-reached': 'Dotdigital allows no more calls just now; it goes on by itself',
};

function attentionLines(state: SyncState): string[] {
  const lines = attentionOf(state).map(
    (attention) => `- **${attention}**: ${WHAT_TO_DO[attention]}${commandFor(state, attention)}`,
  );
  if (state.problem === null) return lines;
  const since = timeOf(new Date(state.problem.sinceMs).toISOString());
  return [...lines, `- since ${since}, ${state.problem.failures} time(s): ${state.problem.message}`];
}

/** Held orders named in the details. */
const HELD_SHOWN = 5;

function commandFor(state: SyncState, attention: Attention): string {
  if (attention !== 'order-held') return '';
  const held = state.entries.filter((entry) => entry.outcome === 'held').slice(0, HELD_SHOWN);
  return held
    .map(
      (entry) =>
        ` · \`npm run starter -- show --order ${entry.number}\`, review \`${reviewWorkflowId(entry.orderId)}\``,
    )
    .join('');
}

/** `2026-11-24 16:35:40`, UTC: seconds are what a person reads. */
function timeOf(at: string): string {
  return at.slice(0, 19).replace('T', ' ');
}

function recentTable(state: SyncState): string[] {
  if (state.recent.length === 0) return [];
  const rows = state.recent.map(
    ({ at, number, what }) => `| ${timeOf(at)} | ${number} | ${what.replaceAll('|', '/')} |`,
  );
  return ['| when (UTC) | order | what |', '|---|---|---|', ...rows];
}

/** Waiting orders named in the details; more are only counted. */
const WAITING_SHOWN = 10;

function waitingLines(state: SyncState): string[] {
  const waiting = state.queue.filter((item) => item.dueAtMs > 0);
  const numbers = new Map(state.entries.map((entry) => [entry.orderId, entry.number]));
  const shown = waiting
    .slice(0, WAITING_SHOWN)
    .map(
      (item) =>
        `- waits (${item.why}): order ${numbers.get(item.orderId) ?? item.orderId}, next look ${timeOf(new Date(item.dueAtMs).toISOString())}`,
    );
  return waiting.length > WAITING_SHOWN ? [...shown, `- and ${waiting.length - WAITING_SHOWN} more`] : shown;
}
