import { z } from 'zod';
import { amount } from './outcome-text.js';

/**
 * What is read of the payloads of `fetchOrders` and `writeCustomer` in a history: as little as a person needs. Older histories
 * may lack what newer ones have, so everything but the order's id may be missing.
 */
const named = z.object({ orderId: z.string() });
const minor = z.number().optional();

const fetchInput = z.object({ orders: z.array(named) });
const fetched = named.extend({
  kind: z.string(),
  status: z.string().optional(),
  judgement: z.object({ grossMinor: minor, refundedMinor: minor }).optional(),
  snapshot: z.object({ currency: z.string() }).optional(),
});
const fetchResult = z.object({ orders: z.array(fetched) });

const writeInput = z.object({
  orders: z.array(
    z.union([
      z.object({ kind: z.literal('put'), entry: named }),
      z.object({ kind: z.literal('delete'), orderId: z.string() }),
    ]),
  ),
});
const writeResult = z.object({
  customerSkip: z.string().nullish(),
  isContactGone: z.boolean().optional(),
  orders: z.array(named.extend({ what: z.string(), code: z.string().nullish() })),
});

export type TrailActivity = 'fetchOrders' | 'writeCustomer';

/** Whether an activity was asked about the order. */
export function isAskedAbout(activity: TrailActivity, input: unknown, orderId: string): boolean {
  if (activity === 'fetchOrders') {
    const parsed = fetchInput.safeParse(input);
    return parsed.success && parsed.data.orders.some((order) => order.orderId === orderId);
  }
  const parsed = writeInput.safeParse(input);
  if (!parsed.success) return false;
  return parsed.data.orders.some((order) => ('entry' in order ? order.entry.orderId : order.orderId) === orderId);
}

/** What its result says about the order, in words; null where it does not name it. */
export function resultWords(activity: TrailActivity, result: unknown, orderId: string): string | null {
  if (activity === 'fetchOrders') {
    const parsed = fetchResult.safeParse(result);
    const order = parsed.data?.orders.find((one) => one.orderId === orderId);
    return order === undefined ? null : readWords(order);
  }
  const parsed = writeResult.safeParse(result);
  if (!parsed.success) return null;
  const { customerSkip, isContactGone, orders } = parsed.data;
  if (isContactGone === true) return 'the contact is gone: nothing written';
  const order = orders.find((one) => one.orderId === orderId);
  if (order !== undefined) return [order.what, ...((order.code ?? null) === null ? [] : [order.code])].join(' ');
  return (customerSkip ?? null) === null ? null : `customer left out: ${customerSkip}`;
}

function readWords({ kind, status, judgement, snapshot }: z.output<typeof fetched>): string {
  if (kind !== 'read') return kind;
  const currency = snapshot?.currency ?? '';
  const [gross, refunded] = [judgement?.grossMinor, judgement?.refundedMinor];
  const money =
    gross === undefined || refunded === undefined
      ? []
      : [amount(gross, currency), `refunded ${amount(refunded, currency)}`];
  return [...money, ...(status === undefined ? [] : [status])].join(', ');
}
