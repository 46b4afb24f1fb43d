import type { BackfillDifference, BackfillProgress, BackfillResult } from '../contract/backfill.js';
import { minutesLeft } from '../domain/backfill/pace.js';
import { ordersIn, type OutcomeTally } from '../domain/backfill/tally.js';
import { amount } from './outcome-text.js';

const BAR_WIDTH = 24;

/** One line: bar, orders, rate, time left, what holds it back. `ordersAMinute`: null while not measured. */
export function progressLine(progress: BackfillProgress, ordersAMinute: number | null): string {
  const { ordersDone, ordersTotal, phase, paused, customersOpen } = progress;
  const state = paused === null ? phase : `PAUSED (${paused})`;
  const left = ordersTotal === null ? null : Math.max(0, ordersTotal - ordersDone);
  const stokly = progress.pace.find(({ vendor }) => vendor === 'Stokly') ?? null;
  const minutes = left === null || paused !== null ? null : minutesLeft({ orders: left, ordersAMinute, stokly });
  return [
    `${bar(ordersDone, ordersTotal)} ${ordersDone} of ${ordersTotal ?? '?'} orders`,
    `${progress.customersDone} customers, ${customersOpen} open`,
    state,
    ...(ordersAMinute === null ? [] : [`${Math.round(ordersAMinute)} orders a minute`]),
    ...(minutes === null || phase !== 'walking' ? [] : [leftWords(minutes)]),
    ...(progress.heldBackBy === null ? [] : [progress.heldBackBy]),
  ].join(' · ');
}

function bar(done: number, total: number | null): string {
  const share = total === null || total === 0 ? 0 : Math.min(1, done / total);
  const full = Math.floor(share * BAR_WIDTH);
  return `[${'#'.repeat(full)}${'.'.repeat(BAR_WIDTH - full)}] ${Math.floor(share * 100)} %`;
}

function leftWords(minutes: number): string {
  if (minutes < 1) return 'under a minute left';
  if (minutes < 120) return `about ${Math.round(minutes)} min left`;
  return `about ${Math.round(minutes / 60)} h left`;
}

/** Outcomes with their money, one a line. */
export function tallyLines(tallies: readonly OutcomeTally[]): string[] {
  return tallies.map(({ outcome, reason, orders, grossMinor, refundedMinor, currency }) => {
    const why = reason === null ? '' : ` (${reason})`;
    return `${outcome}${why}: ${orders} order${orders === 1 ? '' : 's'}, ${amount(grossMinor, currency)}, refunded ${amount(refundedMinor, currency)}`;
  });
}

const DIFFERS: Readonly<Record<BackfillDifference['what'], string>> = {
  'not-in-ledger': 'is counted by Stokly and in no ledger',
  'not-in-stokly': 'is in a ledger and not counted by Stokly',
  unanswered: 'is counted by Stokly; whether it was brought over is not known: nobody answers for that customer',
};

export function resultLines(result: BackfillResult): string[] {
  const { ending, customers, orders, differences, confirmation, pauses, window } = result;
  return [
    `${ending === 'done' ? 'Done' : 'Cancelled'} ${result.endedAt}, begun ${result.startedAt}; orders placed ${window.from ?? 'ever'} to ${window.to ?? 'now'}`,
    ...tallyLines(result.outcomes),
    sumLine(result),
    `${customers.answered} of ${customers.woken} customers answered${customers.leftOut === 0 ? '' : `, ${customers.leftOut} left out: no order since history begins`}`,
    ...(customers.rehearsed === 0 ? [] : [`WRITES=off for ${customers.rehearsed} of them: nothing was written`]),
    ...(orders.waiting === 0
      ? []
      : [`${orders.waiting} orders wait for their outcome; their customers go on by themselves`]),
    ...(customers.unanswered === 0
      ? []
      : [`${customers.unanswered} did not answer: ${customers.unansweredIds.join(', ')}`]),
    ...differences.map(
      ({ number, what, customerId }) => `differs: order ${number} of customer ${customerId ?? 'none'} ${DIFFERS[what]}`,
    ),
    ...pauses.map(({ at, why, resumedAt }) => `paused ${at} to ${resumedAt ?? 'the end'}: ${why}`),
    ...(confirmation === null
      ? ['started by a Schedule']
      : [
          `confirmed by ${confirmation.actor} ${confirmation.at}; programs active then: ${confirmation.programs.map(({ name }) => name).join(', ') || 'none'}`,
        ]),
  ];
}

function sumLine({ orders, outcomes, isReconciled, ending }: BackfillResult): string {
  const sum = `${ordersIn(outcomes)} orders in one outcome, Stokly counts ${orders.inStokly ?? '?'}`;
  if (isReconciled) return `${sum}: it adds up`;
  return ending === 'cancelled' ? `${sum}: not compared, it was cancelled` : `${sum}: IT DOES NOT ADD UP`;
}
