/**
 * Money as checked integers. A `Money` carries its currency; where a record has one currency for all its amounts
 * (a snapshot, a ledger entry), amounts stand as plain integers in fields that end in `Minor`, next to one `currency`.
 */
export interface Money {
  /** Safe integer, in the currency's smallest unit (pence, yen, fils). */
  readonly minorUnits: number;
  /** Upper-case ISO 4217 code with a known scale. */
  readonly currency: string;
}
