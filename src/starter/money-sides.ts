import type { LedgerEntry } from '../domain/ledger.js';
import { toMinorUnits } from '../domain/money.js';
import { completedRefunds, type OrderSnapshot } from '../domain/order.js';
import { judgeOrder } from '../domain/reconcile.js';
import { addUpLines, addUpRefund } from '../domain/rules-adding-up.js';
import type { RulesPolicy } from '../domain/judgement.js';
import type { ReadOrder } from '../stokly/api.js';
import { amount } from './outcome-text.js';

/** What one side says an order comes to, with tax, in minor units of the order's currency. Null: it does not say. */
export interface MoneySide {
  readonly side: 'stated' | 'parts' | 'judged' | 'read' | 'written' | 'record';
  readonly grossMinor: number | null;
  readonly refundedMinor: number | null;
}

interface Sides {
  readonly stokly: ReadOrder;
  readonly entry: LedgerEntry | null;
  readonly record: Readonly<Record<string, unknown>> | null;
}

/**
 * All that is said about an order's money: what Stokly's header states, what lines and refunds add up to, what the rules make of it
 * (`judged`: what its record is to say), what the ledger read and wrote, what the record says. A side that is not there is left out.
 */
export function moneySides({ stokly, entry, record }: Sides, policy: RulesPolicy): MoneySide[] {
  const currency = stokly.kind === 'read' ? stokly.snapshot.currency : (entry?.currency ?? '');
  const ofLedger: MoneySide[] = entry === null ? [] : [{ side: 'read', ...amountsOf(entry.read) }];
  const ofWritten: MoneySide[] =
    entry === null || entry.written === null ? [] : [{ side: 'written', ...amountsOf(entry.written) }];
  const ofRecord: MoneySide[] = record === null ? [] : [recordSide(record, currency)];
  return [
    ...(stokly.kind === 'read' ? stoklySides(stokly.snapshot, policy) : []),
    ...ofLedger,
    ...ofWritten,
    ...ofRecord,
  ];
}

function amountsOf({ grossMinor, refundedMinor }: { readonly grossMinor: number; readonly refundedMinor: number }) {
  return { grossMinor, refundedMinor };
}

/** stated − parts is what the rules observe; so the parts are reckoned by the rules alone. */
function stoklySides(snapshot: OrderSnapshot, policy: RulesPolicy): MoneySide[] {
  const { totalMinor, refundedMinor } = snapshot.totals;
  const refunds = completedRefunds(snapshot).filter((refund) => refund.currency === snapshot.currency);
  const refundParts = refunds.reduce((sum, one) => sum + one.totalMinor - addUpRefund(one, policy).observedMinor, 0);
  return [
    { side: 'stated', grossMinor: totalMinor, refundedMinor },
    {
      side: 'parts',
      grossMinor: totalMinor - addUpLines(snapshot, policy).observedMinor,
      refundedMinor: snapshot.refundsKnown ? refundParts : null,
    },
    { side: 'judged', ...amountsOf(judgeOrder(snapshot, policy)) },
  ];
}

function recordSide(record: Readonly<Record<string, unknown>>, currency: string): MoneySide {
  const minor = (key: string): number | null => {
    const value = record[key];
    return typeof value === 'number' || typeof value === 'string' ? toMinorUnits(String(value), currency) : null;
  };
  return { side: 'record', grossMinor: minor('order_gross_total'), refundedMinor: minor('refunded_total') };
}

/** Where two sides differ that should not, and what to do. */
export interface SideDifference {
  readonly what: string;
  readonly nextStep: string;
}

/**
 * Two pairs must agree: what Stokly says now with what was read last (or an event is missing), and what was written with what the
 * record says (or someone else changed it). A held order's record keeps its earlier state, and its rules say why.
 */
export function sideDifferences(
  sides: readonly MoneySide[],
  order: { readonly number: string; readonly currency: string; readonly isRecordThere: boolean },
): SideDifference[] {
  const { number, currency, isRecordThere } = order;
  const of = (side: MoneySide['side']): MoneySide | null => sides.find((one) => one.side === side) ?? null;
  const words = ({ grossMinor, refundedMinor }: MoneySide): string =>
    `${textOf(grossMinor, currency)}, refunded ${textOf(refundedMinor, currency)}`;
  const [judged, read, written, record] = [of('judged'), of('read'), of('written'), of('record')];
  const found: SideDifference[] = [];
  if (judged !== null && read !== null && differ(judged, read)) {
    found.push({
      what: `Stokly says ${words(judged)} by now, and ${words(read)} was read last`,
      nextStep: `starter wake --order ${number}`,
    });
  }
  if (written !== null && !isRecordThere) {
    found.push({ what: 'a record was written and is not there', nextStep: `starter resync --order ${number}` });
  }
  if (written !== null && record !== null && differ(written, record)) {
    found.push({
      what: `the record says ${words(record)}, and ${words(written)} was written: someone else changed it`,
      nextStep: `starter resync --order ${number}`,
    });
  }
  return found;
}

function differ(a: MoneySide, b: MoneySide): boolean {
  return a.grossMinor !== b.grossMinor || a.refundedMinor !== b.refundedMinor;
}

function textOf(minorUnits: number | null, currency: string): string {
  return minorUnits === null ? 'nothing' : amount(minorUnits, currency);
}

/** The parts of an order for a person: what lines and refunds add up to. */
export function partsText(sides: readonly MoneySide[], currency: string): string | null {
  const parts = sides.find(({ side }) => side === 'parts');
  if (parts === undefined) return null;
  const refunds = parts.refundedMinor === null ? 'are not known' : `to ${textOf(parts.refundedMinor, currency)}`;
  return `lines and delivery less discount add up to ${textOf(parts.grossMinor, currency)}, refunds ${refunds}`;
}
