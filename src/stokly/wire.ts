import { isLosslessNumber } from 'lossless-json';
import { z } from 'zod';
import {
  amount,
  amountOrZero,
  currency,
  id,
  instant,
  kindOf,
  optionalAmount,
  optionalId,
  optionalInstant,
  optionalText,
  quantity,
  text,
  wholeNumberText,
} from './wire-values.js';

/**
 * Stokly's wire format. `known` facts were seen in client code that ran against Stokly; `A…` are our assumptions, listed
 * in `docs/stokly-assumptions.md` with what happens if one is wrong. Unknown extra keys are accepted, wrong types refused.
 */

/** known: `{ data: [...], metadata: { count } }`; rows are read one by one, so that a bad one spoils no other. */
export const wireList = z.object(
  {
    data: z.array(z.unknown(), 'expected an array'),
    metadata: z.object({ count: quantity }, 'expected an object'),
  },
  'expected an object',
);

/** known: `{ data: {...} }` */
export const wireSingle = z.object(
  { data: z.record(z.string(), z.unknown(), 'expected an object') },
  'expected an object',
);

/** known: errors carry a `message`. A3: a 404 does too. */
export const wireMessage = z.object({ message: z.string() });

/** known: `authenticationResult`, with `expiry` as a date and, in older code, `expiresIn` in seconds. */
export const wireGrant = z.object(
  {
    data: z.object(
      {
        authenticationResult: z.object(
          {
            accessToken: z.string('expected text').min(1, 'expected a token'),
            expiry: z.unknown().optional(),
            expiresIn: z.unknown().optional(),
          },
          'expected an object',
        ),
      },
      'expected an object',
    ),
  },
  'expected an object',
);

/** `GET /v2/saleorders` and `/v2/saleorders/{id}`. A4: a row of the list has the same fields as the single read. */
export const wireOrder = z.object({
  saleOrderId: id, // known: a UUID
  niceId: wholeNumberText, // known: a number
  stage: text, // known: `order`, `removed`
  createdAt: instant,
  timeUpdated: optionalInstant, // A5
  sourceReferenceId: optionalText,
  channelName: optionalText,
  // Known: null for till sales; A6: its name on read. Not there at all is not null: it would take a standing record away.
  customerId: id.nullable(),
  // A7 `email` is not read: the contact's address is the customer's. A8 `itemStatuses` is not read: lines say more.
  despatchedAt: optionalInstant, // A9: the last despatch, null until then
  currency, // A11: `display…` amounts are in it
  displaySubtotal: amount,
  displayDiscount: amountOrZero,
  displayDiscountTax: optionalAmount, // A17: derived where it is missing
  displayShipping: amountOrZero,
  displayShippingTax: amountOrZero,
  displayTax: amount,
  displayTotal: amount, // A18: whether cancelled lines are in it is tried both ways, in `domain/reconcile.ts`
  displayRefunded: optionalAmount, // A10: may be missing
});
export type WireOrder = z.output<typeof wireOrder>;

/** `GET /v2/saleorders/{id}/items`. known: children of bundles name their parent and carry no money that counts. */
export const wireLineParent = z.object({ parentId: optionalId });
export const wireLine = z.object({
  lineId: id,
  itemSku: optionalText,
  itemName: optionalText,
  quantity,
  status: text,
  displayPrice: amount, // known: per unit, net
  displayTax: amount, // known: per unit
  // A12 `displayLineDiscount` is net and already in the line's total: not read.
  displayLineTotal: optionalAmount, // with tax, after discount
  displayLineTax: optionalAmount,
});

/** `GET /v0/refunds`. A13: the whole resource is assumed. */
export const wireRefundOwner = z.object({ refundId: id, saleOrderId: id });
export const wireRefund = z.object({
  refundId: id,
  niceId: wholeNumberText,
  saleOrderId: id,
  createdAt: instant,
  timeUpdated: optionalInstant, // A5
  status: text, // `pending`, `completed`, `cancelled`; others are judged unreadable by the rules
  currency,
  displayShipping: amountOrZero,
  displayShippingTax: amountOrZero,
  displayAdjustment: amountOrZero, // signed, with tax
  displayTax: amount,
  displayTotal: amount,
  items: z
    .array(
      z.object({ lineId: id, quantity, displayLineTotal: amount, displayLineTax: amount }, 'expected an object'),
      'expected an array',
    )
    .nullish()
    .transform((lines) => lines ?? []),
});
export type WireRefund = z.output<typeof wireRefund>;

/** A15: true, false, or null = never asked. Whatever else stands there is unknown, never granted. */
const consent = z
  .unknown()
  .optional()
  .transform((raw) => {
    if (raw === true) return 'granted' as const;
    return raw === false ? ('refused' as const) : ('unknown' as const);
  });

/** `GET /v0/customers/{id}`. No code that was seen reads more than the ids: all names on read are assumed (A14, A15). */
export const wireCustomer = z.object({
  customerId: id,
  type: optionalText, // A14: meaning unknown
  status: z
    .unknown()
    .optional()
    .transform((raw) => (isLosslessNumber(raw) ? raw.toString() : typeof raw === 'string' ? raw : kindOf(raw))),
  email: optionalText,
  forename: optionalText,
  surname: optionalText,
  billingAddressPostcode: optionalText,
  billingAddressCity: optionalText,
  billingAddressCountry: optionalText, // ISO 3166 alpha-2
  timeUpdated: optionalInstant, // A5
  marketingConsent: consent,
});
