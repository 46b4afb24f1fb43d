import type { AcceptAction, HoldingRule } from './actions.js';

/**
 * Where an accepted gross comes from: `stated`, Stokly's total less what was cancelled, as the rules take it · `lines`, what lines and
 * delivery less discount make · `record`, what the parts that stand in the record make.
 */
export type GrossSource = 'stated' | 'lines' | 'record';

/**
 * Where an accepted refunded total comes from: `header`, the order's own, or where it states none the refunds' totals · `totals`, the refunds'
 * own totals · `parts`, what the refunds' lines, delivery and adjustment make.
 */
export type RefundedSource = 'header' | 'totals' | 'parts';

export type TableCell =
  | {
      readonly isAllowed: true;
      /** Null: this rule says nothing about the gross, it stays as judged. */
      readonly gross: GrossSource | null;
      readonly refunded: RefundedSource | null;
    }
  | { readonly isAllowed: false; readonly why: string };

const writes = (gross: GrossSource | null, refunded: RefundedSource | null): TableCell => ({
  isAllowed: true,
  gross,
  refunded,
});
const never = (why: string): TableCell => ({ isAllowed: false, why });

/**
 * THE table of decisions: which rule lets which amounts be accepted, and where they come from. `recheck` and `exclude` are allowed
 * whatever fails. In every cell that writes: `order_total` = max(0, gross − refunded); quantities stay as the refunds that fit say, at most
 * what was ordered, so that refund lines that fit nothing change none; `reconciled_by` is `review-stated` or `review-computed`. Where several
 * rules fail, each has to allow it.
 */
export const DECISION_TABLE: Readonly<Record<HoldingRule, Readonly<Record<AcceptAction, TableCell>>>> = {
  readable: {
    acceptStated: never('what cannot be read cannot be accepted'),
    acceptComputed: never('what cannot be read cannot be added up'),
  },
  'lines-add-up': { acceptStated: writes('stated', null), acceptComputed: writes('lines', null) },
  'record-adds-up': { acceptStated: writes('stated', null), acceptComputed: writes('record', null) },
  'refund-adds-up': { acceptStated: writes(null, 'totals'), acceptComputed: writes(null, 'parts') },
  'refunds-within-order': { acceptStated: writes(null, 'header'), acceptComputed: writes(null, 'parts') },
  'refunded-quantity-within-line': { acceptStated: writes(null, 'header'), acceptComputed: writes(null, 'parts') },
  'refund-has-order': { acceptStated: writes(null, 'header'), acceptComputed: writes(null, 'parts') },
  signs: {
    acceptStated: writes('stated', null),
    acceptComputed: never('a sum with negative parts in it proves nothing'),
  },
};
