import type { CallOptions, Change, ChangesAsked, ChangesPage, ChangeStream, UnreadableRows } from './api.js';
import type { StoklyCalls } from './calls.js';
import { readAfter, type TimedRow } from './read-after.js';
import type { StoklySettings } from './settings.js';
import { wireOrder, wireRefund } from './wire.js';
import { fieldOf, optionalInstant } from './wire-values.js';

const STREAMS = {
  orders: { resource: '/v2/saleorders', idField: 'saleOrderId' },
  refunds: { resource: '/v0/refunds', idField: 'refundId' },
  customers: { resource: '/v0/customers', idField: 'customerId' },
} as const;

export interface ChangesList {
  readonly calls: StoklyCalls;
  readonly settings: Pick<StoklySettings, 'timeUpdatedKnown'>;
  readonly stream: ChangeStream;
}

/** See `StoklyApi.listChanges`. A row that changes again while it is read moves on and is met again. */
export async function listChanges(list: ChangesList, asked: ChangesAsked, options: CallOptions): Promise<ChangesPage> {
  const { calls, settings, stream } = list;
  const { resource, idField } = STREAMS[stream];
  const label = `GET ${resource.split('/').at(-1)} (by ${asked.field})`;
  const page = await readAfter(calls, { ...asked, resource, idField, label, options });
  const changes = page.rows.flatMap((row) => changeOf(stream, row, settings.timeUpdatedKnown) ?? []);
  const last = page.rows.at(-1);
  return {
    changes,
    unreadable: withThose(page.unreadable, page.rows, changes),
    last: last === undefined ? null : { at: last.at, id: last.id },
    isLast: page.isLast,
  };
}

/** Null for a row that does not say whom it concerns. */
function changeOf(stream: ChangeStream, { id, at, row }: TimedRow, timeUpdatedKnown: boolean): Change | null {
  const version = optionalInstant.safeParse(fieldOf(row, 'timeUpdated'));
  const rest = { id, at, version: timeUpdatedKnown && version.success ? version.data : null };
  switch (stream) {
    case 'orders': {
      const owner = wireOrder.shape.customerId.safeParse(fieldOf(row, 'customerId'));
      return owner.success ? { ...rest, orderId: id, customerId: owner.data } : null;
    }
    case 'refunds': {
      const order = wireRefund.shape.saleOrderId.safeParse(fieldOf(row, 'saleOrderId'));
      return order.success ? { ...rest, orderId: order.data, customerId: null } : null;
    }
    case 'customers':
      return { ...rest, orderId: null, customerId: id };
  }
}

function withThose(unreadable: UnreadableRows, rows: readonly TimedRow[], changes: readonly Change[]): UnreadableRows {
  const read = new Set(changes.map(({ id }) => id));
  const ids = rows.map(({ id }) => id).filter((id) => !read.has(id));
  return { count: unreadable.count + ids.length, ids: [...unreadable.ids, ...ids] };
}
