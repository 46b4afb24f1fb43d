import type { LedgerEntry, LedgerWritten } from '../domain/ledger.js';
import { currencyScale, formatMinor } from '../domain/money.js';

/** An amount with its currency; an order that cannot be read may have a currency that nobody knows. */
export function amount(minorUnits: number, currency: string): string {
  return currencyScale(currency) === null ? 'not known' : `${formatMinor(minorUnits, currency)} ${currency}`;
}

/** `synced, wrote 12.00 GBP, refunded 0.00 GBP`: an entry's outcome and what stands in Dotdigital. */
export function outcomeText({ outcome, reason, written, currency }: LedgerEntry): string {
  const why = reason === null ? '' : ` (${reason})`;
  return `${outcome}${why}, ${written === null ? 'no record written' : writtenText(written, currency)}`;
}

function writtenText(written: LedgerWritten, currency: string): string {
  const unsure = written.isUnconfirmed ? ' (fate unknown, is looked at again)' : '';
  return `wrote ${amount(written.grossMinor, currency)}, refunded ${amount(written.refundedMinor, currency)}${unsure}`;
}
