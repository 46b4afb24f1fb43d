import { ordersIn, type OutcomeTally } from './tally.js';

/** How many orders of a window each customer has. */
export type CountByCustomer = ReadonlyMap<string, number>;

/** Customers whose answer has another number of orders than Stokly, in a fixed order. */
export function customersThatDiffer(inStokly: CountByCustomer, answered: CountByCustomer): string[] {
  const all = new Set([...inStokly.keys(), ...answered.keys()]);
  return [...all]
    .filter((customerId) => (inStokly.get(customerId) ?? 0) !== (answered.get(customerId) ?? 0))
    .toSorted();
}

/** Later answers of a customer replace earlier ones. */
export function countsAnswered(
  answers: Iterable<{ readonly customerId: string; readonly tallies: readonly OutcomeTally[] }>,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { customerId, tallies } of answers) counts.set(customerId, ordersIn(tallies));
  return counts;
}
