import { mayCreate } from '../domain/consent.js';
import { toMinorUnits } from '../domain/money.js';
import { orderStatus } from '../domain/order.js';
import { recordKey } from '../domain/order-record.js';
import type { SyncPolicy } from '../domain/policy.js';
import { customerSkipReason, firstReason, orderSkipReasons, type SkipReason } from '../domain/reasons.js';
import { holdsOf, judgeOrder } from '../domain/reconcile.js';
import type { DotdigitalApi } from '../dotdigital/api.js';
import { isGone, ownerOf } from '../dotdigital/found-contact.js';
import type { ReadOrder, StoklyApi } from '../stokly/api.js';
import { LIVE } from './context.js';

export const PLANNED = ['create', 'update', 'leave', 'hold', 'skip'] as const;

/** What a backfill would do about one order. Money with tax, in minor units; null where it cannot be read. */
export interface PlannedOrder {
  readonly number: string;
  readonly customerId: string | null;
  /** `leave`: its record is there already, with the same amounts and statuses. */
  readonly planned: (typeof PLANNED)[number];
  readonly reason: SkipReason | null;
  readonly currency: string | null;
  readonly grossMinor: number | null;
  readonly refundedMinor: number | null;
}

export interface PlannedCustomer {
  readonly contact: 'create' | 'update' | 'none';
  readonly orders: readonly PlannedOrder[];
}

/** The records of the collection as they stand, by key. */
export type StandingRecords = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

interface Sides {
  readonly stokly: StoklyApi;
  readonly dotdigital: DotdigitalApi;
  readonly policy: SyncPolicy;
  readonly records: StandingRecords;
}

/** Reads a customer with all of its orders, and says what would become of them. Writes nothing. */
export async function planCustomer(sides: Sides, customerId: string): Promise<PlannedCustomer> {
  const { stokly } = sides;
  const { orderIds, headers } = await stokly.listCustomerOrders(customerId, LIVE);
  const orders = orderIds.length === 0 ? [] : await stokly.readOrders(orderIds, LIVE, headers);
  const contact = await planContact(sides, customerId);
  const reason = contact.kind === 'skip' ? contact.reason : null;
  return {
    contact: contact.kind === 'skip' ? 'none' : contact.kind,
    orders: orders.flatMap((order) => planOrder(sides, order, { customerId, reason })),
  };
}

type PlannedContact = { readonly kind: 'create' | 'update' } | { readonly kind: 'skip'; readonly reason: SkipReason };

/** As `settleContact` will decide it, from reads alone. */
async function planContact({ stokly, dotdigital, policy }: Sides, customerId: string): Promise<PlannedContact> {
  const profile = await stokly.readCustomer(customerId, LIVE);
  if (profile === null) return { kind: 'skip', reason: 'customer-deleted' };
  const reason = customerSkipReason(profile, policy);
  if (reason !== null) return { kind: 'skip', reason };
  const found = await dotdigital.findContactByEmail(profile.email ?? '', LIVE);
  if (found !== null) {
    if (isGone(found)) return { kind: 'skip', reason: 'contact-deleted' };
    const owner = ownerOf(found, policy.dataFieldPrefix);
    return owner === null || owner === customerId ? { kind: 'update' } : { kind: 'skip', reason: 'email-taken' };
  }
  if (policy.contactPolicy === 'existing') return { kind: 'skip', reason: 'no-contact' };
  return mayCreate(profile.consent, policy.contactPolicy) ? { kind: 'create' } : { kind: 'skip', reason: 'no-consent' };
}

interface OfCustomer {
  readonly customerId: string;
  readonly reason: SkipReason | null;
}

/** None where it is gone, or another customer's by now. */
function planOrder({ policy, records }: Sides, order: ReadOrder, of: OfCustomer): PlannedOrder[] {
  const { customerId } = of;
  if (order.kind === 'not-found') return [];
  if (order.kind === 'unreadable') {
    const number = order.number ?? order.orderId;
    const money = { currency: order.currency, grossMinor: null, refundedMinor: null };
    return [{ number, customerId, planned: of.reason === null ? 'hold' : 'skip', reason: of.reason, ...money }];
  }
  const { snapshot } = order;
  if (snapshot.customerId !== customerId) return [];
  const judgement = judgeOrder(snapshot, policy);
  const { grossMinor, refundedMinor } = judgement;
  const status = orderStatus(snapshot, judgement);
  const known = { number: snapshot.number, customerId, currency: snapshot.currency, grossMinor, refundedMinor };
  const reason = firstReason([
    ...orderSkipReasons({ ...snapshot, status, policy }),
    ...(of.reason === null ? [] : [of.reason]),
  ]);
  if (reason !== null) return [{ ...known, planned: 'skip', reason }];
  if (holdsOf(judgement).length > 0) return [{ ...known, planned: 'hold', reason: null }];
  const standing = records.get(recordKey(snapshot, policy));
  if (standing === undefined) return [{ ...known, planned: 'create', reason: null }];
  const isSame =
    minorOf(standing['order_gross_total'], snapshot.currency) === grossMinor &&
    minorOf(standing['refunded_total'], snapshot.currency) === refundedMinor &&
    standing['order_status'] === status;
  return [{ ...known, planned: isSame ? 'leave' : 'update', reason: null }];
}

function minorOf(value: unknown, currency: string): number | null {
  return typeof value === 'number' || typeof value === 'string' ? toMinorUnits(String(value), currency) : null;
}
