import { toMinorUnits } from '../domain/money.js';

/** Turns amounts into minor units and notes the keys of those that cannot be counted exactly; those read as 0. */
export class AmountReader {
  readonly problems: string[] = [];

  constructor(private readonly at = '') {}

  read(key: string, decimalText: string, currency: string): number {
    const minor = toMinorUnits(decimalText, currency);
    if (minor === null) this.problems.push(`${this.at}${key}: an amount beyond what can be counted exactly`);
    return minor ?? 0;
  }
}
