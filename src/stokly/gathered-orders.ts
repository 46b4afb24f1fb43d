import type { CallOptions } from './api.js';
import type { StoklyCalls } from './calls.js';
import { GATHERED } from './errors.js';
import { equals, type Filter, IDS_PER_FILTER, oneOf } from './filter.js';
import { type Batch, Gatherer, type Gathering } from './gather.js';
import { OneOrMany } from './one-or-many.js';
import { PAGE_SIZE_MAX, readAllRows, thereIs } from './paging.js';
import { wireOrder, wireRefundOwner } from './wire.js';

/** Headers of orders, gathered over all who ask in this process. */
export function gatherHeaders(calls: StoklyCalls, gathering: Gathering): Gatherer<unknown> {
  const headers = new OneOrMany(calls, {
    resource: '/v2/saleorders',
    idField: 'saleOrderId',
    sortField: 'niceId',
    label: `GET saleorders${GATHERED}`,
    subject: 'order',
    idOf: orderIdOf,
    isWhole: () => true, // A4
  });
  return new Gatherer<unknown>({
    keysMax: IDS_PER_FILTER,
    ...gathering,
    read: (batch) => headers.read(batch),
  });
}

/** All refunds of orders, gathered likewise. */
export function gatherRefunds(calls: StoklyCalls, gathering: Gathering): Gatherer<readonly unknown[]> {
  return new Gatherer<readonly unknown[]>({
    keysMax: IDS_PER_FILTER,
    ...gathering,
    read: (batch) => readRefunds(calls, batch),
  });
}

async function readRefunds(calls: StoklyCalls, batch: Batch): Promise<Map<string, unknown[]>> {
  let orderIds: readonly string[] | null = null;
  const filter = () => {
    orderIds ??= batch.close();
    return of(orderIds);
  };
  const rows = await readList(calls, filter, batch.options);
  const asked: readonly string[] = orderIds ?? [];
  const refunds = new Map<string, unknown[]>();
  const [alone, ...others] = asked;
  if (alone !== undefined && others.length === 0) return refunds.set(alone, [...rows]);
  // A refund that does not say whose it is must not be lost: asked for by order, each answer says it.
  if (rows.some((row) => refundOrderIdOf(row) === null)) {
    for (const orderId of asked)
      refunds.set(orderId, [...(await readList(calls, equals('saleOrderId', orderId), batch.options))]);
    return refunds;
  }
  for (const row of rows) {
    const orderId = refundOrderIdOf(row) ?? '';
    refunds.set(orderId, [...(refunds.get(orderId) ?? []), row]);
  }
  return refunds;
}

function of(orderIds: readonly string[]): Filter {
  const [alone, ...others] = orderIds;
  return alone !== undefined && others.length === 0 ? equals('saleOrderId', alone) : oneOf('saleOrderId', orderIds);
}

async function readList(calls: StoklyCalls, filter: Filter | (() => Filter), options: CallOptions) {
  const label = `GET refunds${GATHERED}`;
  const list = { resource: '/v0/refunds', sortField: 'createdAt', size: PAGE_SIZE_MAX, label, filter, options };
  return thereIs(await readAllRows(calls, list, refundIdOf), label);
}

/** Made once: making one costs twenty times what reading a row with it does. */
const ID_OF_ORDER = wireOrder.pick({ saleOrderId: true });
const ID_OF_REFUND = wireRefundOwner.pick({ refundId: true });
const ORDER_OF_REFUND = wireRefundOwner.pick({ saleOrderId: true });

export function orderIdOf(row: unknown): string | null {
  const parsed = ID_OF_ORDER.safeParse(row);
  return parsed.success ? parsed.data.saleOrderId : null;
}

function refundIdOf(row: unknown): string | null {
  const parsed = ID_OF_REFUND.safeParse(row);
  return parsed.success ? parsed.data.refundId : null;
}

function refundOrderIdOf(row: unknown): string | null {
  const parsed = ORDER_OF_REFUND.safeParse(row);
  return parsed.success ? parsed.data.saleOrderId : null;
}
