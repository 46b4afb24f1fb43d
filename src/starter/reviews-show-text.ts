import { currencyScale } from '../domain/money.js';
import { REVIEW_ACTIONS, type ReviewAction } from '../domain/review/actions.js';
import type { SpendParts } from '../domain/spend.js';
import type { MoneySide } from './money-sides.js';
import { amount } from './outcome-text.js';
import { refundsOf, type ShownChoice, type ShownReview } from './shown-review.js';
import { labelled } from './show-customer.js';

/** One open review for a person: what is at stake, both sides of the money, what each decision would do, and how to make it. */
export function reviewShownLines(shown: ShownReview): string[] {
  return [
    ...headLines(shown),
    ...shown.state.stake.differences.flatMap(({ rule, subject, expected, observed }) => [
      labelled('fails', `${rule} (${subject})`),
      labelled('', `expected ${expected}`),
      labelled('', `observed ${observed}`),
    ]),
    ...moneyLines(shown),
    ...totalsLines(shown),
    '',
    ...REVIEW_ACTIONS.flatMap((action) => choiceLines(action, shown)),
    '',
    ...trailLines(shown),
    labelled('Temporal', shown.link),
  ];
}

function headLines({ state }: ShownReview): string[] {
  const { number, orderId, stage, stake, assignee, needsSecond, awaited, deciding } = state;
  return [
    labelled('order', `${number} (${orderId})`),
    labelled('customer', state.customerId),
    labelled('stage', `${stage}${state.isQuiet ? ', from history' : ''}`),
    labelled('at stake', moneyText(stake.amountMinor, stake.currency)),
    labelled('held since', stake.heldAt),
    ...(stake.channel === null ? [] : [labelled('channel', stake.channel)]),
    labelled('who has it', assignee ?? 'nobody'),
    ...(needsSecond ? [labelled('four eyes', 'above the limit: a second person has to send the same decision')] : []),
    ...(awaited === null
      ? []
      : [
          labelled(
            'waits',
            `${awaited.actor} decided ${awaited.action} (${awaited.reason}): a second person is to confirm`,
          ),
        ]),
    ...(deciding === null
      ? []
      : [labelled('decided', `${deciding.action} by ${deciding.actors.join(' and ')}: being carried out`)]),
  ];
}

function moneyLines({ sides, stokly, state }: ShownReview): string[] {
  const { currency } = state.stake;
  const side = (name: MoneySide['side']): MoneySide | null => sides.find((one) => one.side === name) ?? null;
  const [stated, parts, written] = [side('stated'), side('parts'), side('written')];
  const text = (minor: number | null | undefined): string =>
    minor === null || minor === undefined ? 'not stated' : moneyText(minor, currency);
  if (stated === null) return [labelled('money', 'Stokly’s order cannot be read at the moment')];
  return [
    '',
    `${''.padEnd(20)} ${'Stokly states'.padEnd(18)} ${'its parts make'.padEnd(18)} stands in Dotdigital`,
    moneyRow('total, with tax', [
      text(stated.grossMinor),
      text(parts?.grossMinor),
      standing(written?.grossMinor, text),
    ]),
    moneyRow('given back', [
      text(stated.refundedMinor),
      text(parts?.refundedMinor),
      standing(written?.refundedMinor, text),
    ]),
    ...refundsOf(stokly).map(({ number, createdAt, totalMinor, lines }) => {
      const made = lines.reduce((sum, line) => sum + line.totalMinor, 0);
      return `  refund ${number} of ${createdAt.slice(0, 10)}: ${text(totalMinor)}, its ${lines.length} lines ${text(made)}`;
    }),
  ];
}

function moneyRow(label: string, [stated = '', parts = '', written = '']: readonly string[]): string {
  return `${label.padEnd(20)} ${stated.padEnd(18)} ${parts.padEnd(18)} ${written}`;
}

function standing(minor: number | null | undefined, text: (minor: number) => string): string {
  return minor === null || minor === undefined ? 'no record' : text(minor);
}

function totalsLines({ totals, accountCurrency }: ShownReview): string[] {
  if (totals === null)
    return [labelled('contact', 'its totals are not known: the customer’s workflow does not answer')];
  return ['', `The contact says now: ${totalsText(totals, accountCurrency)}`];
}

function totalsText(totals: SpendParts, currency: string): string {
  const { grossMinor, refundedMinor, countingOrders } = totals;
  const text = (minor: number): string => amount(minor, currency);
  return `NET_SPEND ${text(grossMinor - refundedMinor)} = TOTAL_SPEND ${text(grossMinor)} − TOTAL_REFUND ${text(refundedMinor)}, NUMBER_OF_ORDERS ${countingOrders}`;
}

function choiceLines(action: ReviewAction, shown: ShownReview): string[] {
  const choice = shown.choices[action];
  if (!choice.isAllowed) return [`${action}: not possible: ${choice.text}`];
  return [
    `${action}: ${choice.text}`,
    ...outlookLines(choice, shown.state.stake.currency),
    ...(choice.totals === null
      ? []
      : [`    the contact would say: ${totalsText(choice.totals, shown.accountCurrency)}`]),
    `    starter reviews decide ${shown.state.number} --action ${action} --hash=${shown.state.stake.moneyHash} --actor <your name> --reason "<why>"`,
  ];
}

function outlookLines({ outlook }: ShownChoice, currency: string): string[] {
  if (outlook?.kind !== 'writes') return [];
  const text = (minor: number): string => moneyText(minor, currency);
  return [
    `    order_total ${text(outlook.orderTotalMinor)}, order_gross_total ${text(outlook.grossMinor)}, refunded_total ${text(outlook.refundedMinor)}`,
    `    pieces kept ${outlook.keptPieces}, come back ${outlook.returnedPieces}; reconciled_by ${outlook.reconciledBy}`,
  ];
}

function trailLines({ state }: ShownReview): string[] {
  const dropped = state.trailDropped === 0 ? [] : [`  (${state.trailDropped} older entries are in its earlier runs)`];
  return [
    'What happened:',
    ...dropped,
    ...state.trail.map(({ at, actor, action, reason }) => `  ${at}  ${actor}  ${action}  ${reason}`),
  ];
}

function moneyText(minor: number, currency: string): string {
  return currencyScale(currency) === null ? 'not readable' : amount(minor, currency);
}
