import { compareTexts } from './instants.js';
import type { OrderLine, OrderSnapshot } from './order.js';
import type { RefundSnapshot } from './refund.js';

export { compareInstants } from './instants.js';

/**
 * One text for one value: keys sorted by code unit at every depth, `undefined` left out as JSON does. Values are plain JSON data;
 * lists keep their order.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sortKeys(value)) ?? 'null';
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => compareTexts(a, b));
  // Integer-like keys move to the front of any object, always to the same place. `fromEntries` keeps `__proto__` a plain key.
  return Object.fromEntries(entries.map(([key, member]) => [key, sortKeys(member)]));
}

/** All of a snapshot; in which order Stokly listed lines and refunds does not count. */
export function snapshotText(snapshot: OrderSnapshot): string {
  const refunds = snapshot.refunds.map((refund) => ({ ...refund, lines: sorted(refund.lines) }));
  return canonicalJson({ ...snapshot, lines: sorted(snapshot.lines), refunds: sorted(refunds) });
}

/**
 * What the money rules read, and nothing else: a despatch, a name or a new version changes nothing here, so that a person's
 * decision about the money stands. Of a line's status only whether the line is cancelled or returned.
 */
export function moneyText(snapshot: OrderSnapshot): string {
  const { currency, totals, refundsKnown } = snapshot;
  const lines = sorted(snapshot.lines.map(moneyOfLine));
  const refunds = sorted(snapshot.refunds.map(moneyOfRefund));
  return canonicalJson({ currency, totals, lines, refunds, refundsKnown });
}

function moneyOfLine(line: OrderLine) {
  const { lineId, quantity, unitNetMinor, unitGrossMinor, totalMinor, taxMinor, status } = line;
  const gone = status === 'cancelled' || status === 'returned' ? status : null;
  return { lineId, quantity, unitNetMinor, unitGrossMinor, totalMinor, taxMinor, gone };
}

function moneyOfRefund(refund: RefundSnapshot) {
  const { number: _, createdAt: __, lines, ...money } = refund;
  return { ...money, lines: sorted(lines) };
}

function sorted<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, text: canonicalJson(value) }))
    .sort((a, b) => compareTexts(a.text, b.text))
    .map(({ value }) => value);
}
