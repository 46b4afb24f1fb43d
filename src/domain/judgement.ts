/** The rules of section "Money" in docs/architecture.md. */
export const RULES = [
  'readable',
  'lines-add-up',
  'tax-adds-up',
  'refund-adds-up',
  'refunds-within-order',
  'refunded-quantity-within-line',
  'refund-has-order',
  'refund-matches-header',
  'signs',
  'record-adds-up',
] as const;

export type Rule = (typeof RULES)[number];

/** One rule that an order does not keep. `hold` stops the order; `note` is only told. No personal data in `subject`. */
export interface Difference {
  readonly rule: Rule;
  readonly severity: 'hold' | 'note';
  /** What it is about: `order 536365`, `refund 12`, `line <lineId>`. */
  readonly subject: string;
  /** In plain words, with what was expected. Amounts as decimal text with currency, or a quantity. */
  readonly expected: string;
  readonly observed: string;
  /** observed − expected in minor units where both are money; null otherwise. */
  readonly differenceMinor: number | null;
}

/** What the rules made of one snapshot. */
export interface Judgement {
  readonly differences: readonly Difference[];
  /** Σ |difference| that `lines-add-up` and `refund-adds-up` let pass as rounding. */
  readonly toleratedMinor: number;
  /** stated − Σ parts as `lines-add-up` tolerated it (signed): exactly what `record-adds-up` allows. */
  readonly roundingMinor: number;
  /** Whether the header's total still counts cancelled lines (A18): which of the two adds up. */
  readonly headerCountsCancelled: boolean;
  /**
   * The order's total as it goes to Dotdigital: stated, less cancelled lines where the header counts them. What was both
   * cancelled and refunded stays in (was paid, was given back): its refund would else be taken off twice.
   */
  readonly grossMinor: number;
  /** Σ completed refunds; with refunds unknown, the header's refunded total. */
  readonly refundedMinor: number;
}

/** Settings that the rules run under. */
export interface RulesPolicy {
  readonly roundingToleranceMinor: number;
  readonly goodwillMaxMinor: number;
}
