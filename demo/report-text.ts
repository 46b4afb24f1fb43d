import Table from 'cli-table3';
import { REASONS, SKIP_REASONS } from '../src/domain/reasons.js';
import { type MoneyTotals, moneyText } from './amounts.js';
import type { CurrencySection } from './money-comparison.js';
import type { HeldOrder, Report, ReportResult } from './report.js';
import type { DecisionEffect } from './review-effects.js';

const HELD_SHOWN = 5;

function table(head: readonly string[], rows: readonly (readonly string[])[], numbers: readonly number[]): string {
  const made = new Table({
    head: [...head],
    colAligns: head.map((_, index) => (numbers.includes(index) ? 'right' : 'left')),
    style: { head: [], border: [], compact: true },
  });
  made.push(...rows.map((row) => [...row]));
  return made.toString();
}

/** The report for a person: what is wrong first, then orders, contacts, money, held orders and where to look next. */
export function reportText(
  { report, problems }: ReportResult,
  { effects, nextSteps }: { readonly effects: readonly DecisionEffect[]; readonly nextSteps: readonly string[] },
): string {
  const verdict =
    problems.length === 0
      ? ['Every order is in one outcome, and every penny is accounted for.']
      : ['NOT IN ORDER:', ...problems.map((problem) => `  ! ${problem}`)];
  return [
    '',
    ...verdict,
    '',
    ordersTable(report),
    '',
    contactsText(report),
    '',
    moneyTable(report.currency, report.money),
    `Rounding let pass inside the records: ${moneyText(report.money.explained.tolerated, report.currency)} in all (no part of the difference).`,
    ...Object.entries(report.money.explained.otherCurrency).flatMap(([currency, section]) => [
      '',
      moneyTable(currency, section),
    ]),
    ...heldText(report.heldOrders),
    ...effectsText(effects, report.currency),
    '',
    linksText(report),
    ...nextSteps.map((step) => `  ${step}`),
    '',
  ].join('\n');
}

function ordersTable({ orders }: Report): string {
  const { skipped } = orders;
  const reasons = SKIP_REASONS.filter((reason) => skipped.byReason[reason] > 0);
  const sum = orders.synced + orders.held + skipped.total;
  return table(
    ['Orders', 'Count', 'Whose move', 'What it means'],
    [
      ['synced', String(orders.synced), '', "Dotdigital has Stokly's latest state"],
      ['held', String(orders.held), 'a person', 'its money does not add up in Stokly'],
      ['skipped', String(skipped.total), '', 'left out by a rule:'],
      ...reasons.map((reason) => [
        `  ${reason}`,
        String(skipped.byReason[reason]),
        REASONS[reason].owner,
        REASONS[reason].text,
      ]),
      ['sum', String(sum), '', sum === orders.inStokly ? '= orders in Stokly' : `but Stokly has ${orders.inStokly}`],
    ],
    [1],
  );
}

function contactsText({ contacts }: Report): string {
  const { created, met, spendAgrees, spendDiffers } = contacts;
  return [
    `Contacts: ${created} created, ${met} met in Dotdigital and taken over.`,
    `Spend fields against the sum of the records: ${spendAgrees} agree, ${spendDiffers} differ.`,
  ].join('\n');
}

function moneyRow(name: string, amount: MoneyTotals, currency: string): string[] {
  return [name, ...[amount.gross, amount.refunded, amount.net].map((minor) => moneyText(minor, currency))];
}

function moneyTable(currency: string, section: CurrencySection): string {
  const { explained } = section;
  const reasons = SKIP_REASONS.filter((reason) => {
    const { gross, refunded } = explained.skippedByReason[reason];
    return gross !== 0 || refunded !== 0;
  });
  return table(
    [`Money in ${currency}`, 'Gross', 'Refunded', 'Net'],
    [
      moneyRow('Stokly', section.stokly, currency),
      moneyRow('Dotdigital', section.dotdigital, currency),
      moneyRow('difference', section.difference, currency),
      moneyRow('  held: Stokly less the record', explained.held, currency),
      ...reasons.map((reason) => moneyRow(`  skipped: ${reason}`, explained.skippedByReason[reason], currency)),
      ['  unexplained', '', '', moneyText(section.unexplained, currency)],
    ],
    [1, 2, 3],
  );
}

function heldText(held: readonly HeldOrder[]): string[] {
  if (held.length === 0) return [];
  const rows = held
    .slice(0, HELD_SHOWN)
    .flatMap(({ number, differences, currency }) =>
      differences
        .slice(0, 1)
        .map(({ rule, subject, expected, observed, differenceMinor }) => [
          number,
          rule,
          wrapped(`${subject}: ${expected}`),
          wrapped(observed),
          differenceMinor === null ? '' : moneyText(differenceMinor, currency),
        ]),
    );
  return [
    '',
    `Held orders (${Math.min(HELD_SHOWN, held.length)} of ${held.length}):`,
    table(['Order', 'Rule', 'Expected', 'Observed', 'Difference'], rows, [4]),
  ];
}

/** Held orders wait for a person: what each decision would do to the money, if it were made for all that allow it. */
function effectsText(effects: readonly DecisionEffect[], currency: string): string[] {
  if (effects.every(({ orders }) => orders === 0)) return [];
  const rows = effects.map(({ action, orders, netBefore, netAfter }) => [
    action,
    String(orders),
    ...[netBefore, netAfter, netAfter - netBefore].map((minor) => moneyText(minor, currency)),
  ]);
  return [
    '',
    `What a person may decide about them (in ${currency}):`,
    table(['Decision', 'Possible for', 'Net in Dotdigital now', 'after it', 'Change'], rows, [1, 2, 3, 4]),
  ];
}

const CELL_WIDTH = 44;

function wrapped(text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && last.length + word.length >= CELL_WIDTH) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.join('\n');
}

function linksText({ links }: Report): string {
  return [
    `Temporal's UI:        ${links.temporalUi}`,
    `Dotdigital emulator:  ${links.dotdigital}`,
    ...(links.customer === null ? [] : [`One customer's run:   ${links.customer}`]),
    'Try next:',
  ].join('\n');
}
