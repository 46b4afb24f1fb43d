import type { OrderLine, OrderSnapshot } from './order.js';
import type { RefundSnapshot } from './refund.js';

export { compareInstants } from './instants.js';

/**
 * One text for one value: keys sorted by code unit at every depth, `undefined` left out as JSON does. Values are plain JSON data;
 * lists keep their order.
 */
export function canonicalJson(value: unknown): string {
  return textOf(value) ?? 'null';
}

/** Undefined for what JSON leaves out. Written straight into one text: every order of a history is put in this form four times. */
function textOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (value instanceof Unordered) return listText(value.values.map(canonicalJson).sort());
  if (Array.isArray(value)) return listText(value.map(canonicalJson));
  const members: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const member = textOf((value as Record<string, unknown>)[key]);
    if (member !== undefined) members.push(`${JSON.stringify(key)}:${member}`);
  }
  return `{${members.join(',')}}`;
}

function listText(texts: readonly string[]): string {
  return `[${texts.join(',')}]`;
}

/** A list in which the order does not count: it is written in the order of its values' texts. */
class Unordered {
  constructor(readonly values: readonly unknown[]) {}
}

/** All of a snapshot; in which order Stokly listed lines and refunds does not count. */
export function snapshotText(snapshot: OrderSnapshot): string {
  const refunds = snapshot.refunds.map((refund) => ({ ...refund, lines: new Unordered(refund.lines) }));
  return canonicalJson({ ...snapshot, lines: new Unordered(snapshot.lines), refunds: new Unordered(refunds) });
}

/**
 * What the money rules read, and nothing else: a despatch, a name or a new version changes nothing here, so that a person's
 * decision about the money stands. Of a line's status only whether the line is cancelled or returned.
 */
export function moneyText(snapshot: OrderSnapshot): string {
  const { currency, totals, refundsKnown } = snapshot;
  const lines = new Unordered(snapshot.lines.map(moneyOfLine));
  const refunds = new Unordered(snapshot.refunds.map(moneyOfRefund));
  return canonicalJson({ currency, totals, lines, refunds, refundsKnown });
}

function moneyOfLine(line: OrderLine) {
  const { lineId, quantity, unitNetMinor, unitGrossMinor, totalMinor, taxMinor, status } = line;
  const gone = status === 'cancelled' || status === 'returned' ? status : null;
  return { lineId, quantity, unitNetMinor, unitGrossMinor, totalMinor, taxMinor, gone };
}

function moneyOfRefund(refund: RefundSnapshot) {
  const { number: _, createdAt: __, lines, ...money } = refund;
  return { ...money, lines: new Unordered(lines) };
}
