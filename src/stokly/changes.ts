import type { CallOptions, Change, ChangesAsked, ChangesPage, ChangeStream } from './api.js';
import type { StoklyCalls } from './calls.js';
import { readAfter, type TimedRow } from './read-after.js';
import type { StoklySettings } from './settings.js';
import { fieldOf, optionalId, optionalInstant } from './wire-values.js';

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
  const changes = page.rows.map((row) => changeOf(stream, row, settings.timeUpdatedKnown));
  return { changes, unreadable: page.unreadable, isLast: page.isLast };
}

function changeOf(stream: ChangeStream, { id, at, row }: TimedRow, timeUpdatedKnown: boolean): Change {
  const version = optionalInstant.safeParse(fieldOf(row, 'timeUpdated'));
  return {
    id,
    orderId: stream === 'orders' ? id : idIn(stream, row, { refunds: 'saleOrderId' }),
    customerId: stream === 'customers' ? id : idIn(stream, row, { orders: 'customerId' }),
    at,
    version: timeUpdatedKnown && version.success ? version.data : null,
  };
}

function idIn(stream: ChangeStream, row: unknown, keys: Partial<Record<ChangeStream, string>>): string | null {
  const key = keys[stream];
  const parsed = optionalId.safeParse(key === undefined ? null : fieldOf(row, key));
  return parsed.success ? parsed.data : null;
}
