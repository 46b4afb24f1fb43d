import type { Difference } from '../src/domain/judgement.js';
import type { Outcome } from '../src/domain/ledger.js';
import { SKIP_REASONS, type SkipReason } from '../src/domain/reasons.js';
import { minus, type MoneyTotals, NO_MONEY, size, sum } from './amounts.js';
import type { OrderRecordFacts } from './dotdigital-side.js';
import type { OrderFacts } from './stokly-side.js';

/** One order of Stokly's beside its record in Dotdigital. */
export interface ComparedOrder extends OrderFacts {
  /** Null: in none, which must never be. */
  readonly outcome: Outcome | null;
  readonly reason: SkipReason | null;
  /** Its record under its customer's contact. */
  readonly record: OrderRecordFacts | null;
  readonly differences: readonly Difference[];
}

/** Both sides in one currency. `difference` = Stokly − Dotdigital = held + skipped + what is unexplained. */
export interface CurrencySection {
  readonly stokly: MoneyTotals;
  readonly dotdigital: MoneyTotals;
  readonly difference: MoneyTotals;
  readonly explained: {
    /** Stokly now less what the records of held orders say. */
    readonly held: MoneyTotals;
    readonly skippedByReason: Readonly<Record<SkipReason, MoneyTotals>>;
  };
  /** Minor units that have no name, summed order by order without sign: two errors never cancel each other out. */
  readonly unexplained: number;
}

/** What Dotdigital says too little (or too much) of one order. */
function orderDifference(order: ComparedOrder): MoneyTotals {
  return minus(order.money, order.record?.money ?? NO_MONEY);
}

/** The part of an order's difference that no outcome explains. A skipped order must have no record at all. */
export function unexplainedOf(order: ComparedOrder): number {
  if (order.record !== null && order.record.currency !== order.currency)
    return size(order.money) + size(order.record.money);
  switch (order.outcome) {
    case 'held':
      return 0;
    case 'skipped':
      return size(order.record?.money ?? NO_MONEY);
    case 'synced':
    case null:
      return size(orderDifference(order));
  }
}

function sectionOf(
  orders: readonly ComparedOrder[],
  records: readonly OrderRecordFacts[],
  orphans: readonly OrderRecordFacts[],
): CurrencySection {
  const stokly = sum(orders.map(({ money }) => money));
  const dotdigital = sum(records.map(({ money }) => money));
  const skipped = (reason: SkipReason): MoneyTotals =>
    sum(orders.filter((order) => order.reason === reason).map(({ money }) => money));
  return {
    stokly,
    dotdigital,
    difference: minus(stokly, dotdigital),
    explained: {
      held: sum(orders.filter(({ outcome }) => outcome === 'held').map(orderDifference)),
      skippedByReason: Object.fromEntries(SKIP_REASONS.map((reason) => [reason, skipped(reason)])) as Record<
        SkipReason,
        MoneyTotals
      >,
    },
    unexplained:
      orders.reduce((total, order) => total + unexplainedOf(order), 0) +
      orphans.reduce((total, { money }) => total + size(money), 0),
  };
}

/** Both sides, currency by currency: they are never added up. An orphan is a record that belongs to no order. */
export function compareMoney(
  orders: readonly ComparedOrder[],
  orphans: readonly OrderRecordFacts[],
  currency: string,
): { section: CurrencySection; otherCurrency: Record<string, CurrencySection> } {
  const records = [...orders.flatMap(({ record }) => record ?? []), ...orphans];
  const inCurrency = (code: string): CurrencySection =>
    sectionOf(
      orders.filter((order) => order.currency === code),
      records.filter((record) => record.currency === code),
      orphans.filter((record) => record.currency === code),
    );
  const others = new Set([...orders, ...records].map((one) => one.currency).filter((code) => code !== currency));
  return {
    section: inCurrency(currency),
    otherCurrency: Object.fromEntries([...others].toSorted().map((code) => [code, inCurrency(code)])),
  };
}
