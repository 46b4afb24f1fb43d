import type { LedgerEntry } from '../domain/ledger.js';
import { currencyScale } from '../domain/money.js';
import type { SyncPolicy } from '../domain/policy.js';
import { firstReason, orderSkipReasons, REASONS, SKIP_REASONS, type SkipReason } from '../domain/reasons.js';
import type { OrderWithoutCustomer } from '../stokly/api.js';
import { amount } from './outcome-text.js';

/** One order that is left out. */
export interface SkippedOrder {
  readonly number: string;
  readonly reason: SkipReason;
  /** As Stokly states it, with tax, in minor units; null where its money cannot be read. */
  readonly grossMinor: number | null;
  readonly currency: string | null;
}

/** All orders left out for one reason. Amounts with tax, as Stokly states them; two currencies never add up. */
export interface ReasonRow {
  readonly reason: SkipReason;
  readonly owner: string;
  readonly text: string;
  readonly nextStep: string;
  readonly orders: number;
  readonly money: readonly { readonly currency: string; readonly minorUnits: number; readonly text: string }[];
  /** Orders whose money cannot be read: counted, and in no sum. */
  readonly withoutMoney: number;
  readonly numbers: readonly string[];
}

export function skippedOfLedger(entries: readonly LedgerEntry[]): SkippedOrder[] {
  return entries.flatMap(({ number, reason, read, currency }) =>
    reason === null ? [] : [{ number, reason, grossMinor: read.grossMinor, currency }],
  );
}

/** The rule itself is `orderSkipReasons`: without a customer there is always a reason. */
export function skippedWithoutCustomer(
  orders: readonly OrderWithoutCustomer[],
  policy: Pick<SyncPolicy, 'channelsExcluded' | 'customersExcluded' | 'orderStatusesSynced'>,
): SkippedOrder[] {
  return orders.map(({ number, stage, storeName, currency, totalMinor }) => {
    const header = { stage: stage ?? 'order', customerId: null, storeName, status: '', policy };
    const reason = firstReason(orderSkipReasons(header)) ?? 'no-customer';
    return { number: number ?? 'without a number', reason, grossMinor: totalMinor, currency };
  });
}

/** In the order of precedence of the reasons; those that nothing is skipped for are left out. */
export function rowsOf(orders: readonly SkippedOrder[]): ReasonRow[] {
  return SKIP_REASONS.flatMap((reason) => {
    const group = orders.filter((order) => order.reason === reason);
    if (group.length === 0) return [];
    const { owner, text, nextStep } = REASONS[reason];
    const numbers = group.map(({ number }) => number).sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
    return [{ reason, owner, text, nextStep, orders: group.length, ...moneyOf(group), numbers }];
  });
}

function moneyOf(orders: readonly SkippedOrder[]): Pick<ReasonRow, 'money' | 'withoutMoney'> {
  const sums = new Map<string, number>();
  let withoutMoney = 0;
  for (const { grossMinor, currency } of orders) {
    if (grossMinor === null || currency === null || currencyScale(currency) === null) withoutMoney += 1;
    else sums.set(currency, (sums.get(currency) ?? 0) + grossMinor);
  }
  const money = [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, minorUnits]) => ({ currency, minorUnits, text: amount(minorUnits, currency) }));
  return { money, withoutMoney };
}

/** For a person. `areNumbersShown`: the order numbers too. */
export function rowLines(row: ReasonRow, areNumbersShown: boolean): string[] {
  const money = [
    ...row.money.map(({ text }) => text),
    ...(row.withoutMoney === 0 ? [] : [`${row.withoutMoney} without readable money`]),
  ].join(', ');
  return [
    `${row.reason}: ${row.orders} order${row.orders === 1 ? '' : 's'}, ${money}`,
    `    ${row.text}`,
    `    whose move: ${row.owner}; next step: ${row.nextStep}`,
    ...(areNumbersShown ? [`    orders: ${row.numbers.join(', ')}`] : []),
  ];
}
