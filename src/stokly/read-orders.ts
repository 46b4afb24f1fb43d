import type { CallOptions, ReadOrder } from './api.js';
import type { StoklyCalls } from './calls.js';
import { StoklyCallError } from './errors.js';
import { equals, type Filter, isFilterValue, oneOf } from './filter.js';
import { mapOrder } from './order-mapping.js';
import { type ListRead, PAGE_SIZE_MAX, readAllRows } from './paging.js';
import type { StoklySettings } from './settings.js';
import { wireLine, wireOrder, wireRefundOwner, wireSingle } from './wire.js';

/** Ids in one `=*` filter: about 2 KB of address, far below what any server takes. */
const IDS_PER_FILTER = 50;
/** Orders whose lines are read at a time: the limiter paces the calls, this bounds what hangs on one failure. */
const ORDERS_AT_A_TIME = 8;

const HEADERS = '/v2/saleorders';
const REFUNDS = '/v0/refunds';

/** Reads orders: headers and refunds of several in one call each, lines per order. One order costs three calls. */
export class OrderReader {
  constructor(
    private readonly calls: StoklyCalls,
    private readonly settings: StoklySettings,
  ) {}

  async readOrders(orderIds: readonly string[], options: CallOptions): Promise<ReadOrder[]> {
    const asked = [...new Set(orderIds)].filter(isFilterValue);
    const headers = await this.#readHeaders(asked, options);
    const found = asked.filter((orderId) => headers.has(orderId));
    const [refunds, lines] = await Promise.all([
      this.#readRefunds(found, options),
      this.#readLines(
        found.filter((orderId) => wireOrder.safeParse(headers.get(orderId)).success),
        options,
      ),
    ]);
    // An id that cannot stand in a filter is no id of Stokly's, and lines that are gone are an order gone meanwhile.
    return orderIds.map((orderId) =>
      headers.has(orderId) && lines.get(orderId) !== 'not-found'
        ? mapOrder(
            {
              orderId,
              header: headers.get(orderId),
              lines: rowsOf(lines.get(orderId)),
              refunds: refunds.get(orderId) ?? [],
            },
            this.settings,
          )
        : { kind: 'not-found', orderId },
    );
  }

  /** One header, null when Stokly has no such order. */
  async readHeader(orderId: string, options: CallOptions): Promise<unknown> {
    const label = `GET saleorders/{id} (order ${orderId})`;
    const answer = await this.calls.get({ path: `${HEADERS}/${encodeURIComponent(orderId)}`, label, options });
    if (answer.kind === 'not-found') return null;
    const parsed = wireSingle.safeParse(answer.body);
    if (!parsed.success) throw new StoklyCallError('unreadable-answer', `${label}: the answer holds no order`);
    return parsed.data.data;
  }

  async #readHeaders(orderIds: readonly string[], options: CallOptions): Promise<Map<string, unknown>> {
    const headers = new Map<string, unknown>();
    const single: string[] = orderIds.length === 1 ? [...orderIds] : [];
    for (const ids of single.length > 0 ? [] : chunks(orderIds)) {
      const rows = await this.#readList(
        { resource: HEADERS, filter: oneOf('saleOrderId', ids), sortField: 'niceId', ids },
        orderIdOf,
        options,
      );
      for (const row of rows) {
        const orderId = orderIdOf(row);
        if (orderId !== null) headers.set(orderId, row);
      }
      // A row that does not say whose it is may be any of the missing ones: those are asked for by name.
      if (rows.some((row) => orderIdOf(row) === null)) single.push(...ids.filter((orderId) => !headers.has(orderId)));
    }
    for (const orderId of single) {
      const header = await this.readHeader(orderId, options);
      if (header !== null) headers.set(orderId, header);
    }
    return headers;
  }

  async #readRefunds(orderIds: readonly string[], options: CallOptions): Promise<Map<string, unknown[]>> {
    const refunds = new Map<string, unknown[]>();
    if (!this.settings.refundsKnown) return refunds;
    const read = (filter: Filter, ids: readonly string[]) =>
      this.#readList({ resource: REFUNDS, filter, sortField: 'createdAt', ids }, refundIdOf, options);
    const alone: string[] = orderIds.length === 1 ? [...orderIds] : [];
    for (const ids of alone.length > 0 ? [] : chunks(orderIds)) {
      const rows = await read(oneOf('saleOrderId', ids), ids);
      // A refund that does not say whose it is must not be lost: asked for by order, each answer says it.
      if (rows.some((row) => refundOrderIdOf(row) === null)) alone.push(...ids);
      else for (const row of rows) addTo(refunds, refundOrderIdOf(row), row);
    }
    for (const orderId of alone) refunds.set(orderId, [...(await read(equals('saleOrderId', orderId), [orderId]))]);
    return refunds;
  }

  async #readLines(orderIds: readonly string[], options: CallOptions) {
    const lines = new Map<string, readonly unknown[] | 'not-found'>();
    for (const batch of chunks(orderIds, ORDERS_AT_A_TIME)) {
      const read = async (orderId: string) => {
        const list: ListRead = {
          resource: `${HEADERS}/${encodeURIComponent(orderId)}/items`,
          label: `GET saleorders/{id}/items (order ${orderId})`,
          filter: null,
          sortField: null,
          size: PAGE_SIZE_MAX,
          options,
        };
        lines.set(orderId, await readAllRows(this.calls, list, lineIdOf));
      };
      await Promise.all(batch.map(read));
    }
    return lines;
  }

  async #readList(
    list: { resource: string; filter: Filter; sortField: string; ids: readonly string[] },
    idOf: (row: unknown) => string | null,
    options: CallOptions,
  ): Promise<readonly unknown[]> {
    const { ids, ...rest } = list;
    const label = `GET ${list.resource.slice('/v0/'.length)} (${ordersText(ids)})`;
    const rows = await readAllRows(this.calls, { ...rest, label, size: PAGE_SIZE_MAX, options }, idOf);
    if (rows === 'not-found')
      throw new StoklyCallError('unreadable-answer', `${label}: Stokly says that there is no such list`);
    return rows;
  }
}

/** Ids named in a label: enough to find the drain, few enough to be read. */
const IDS_SHOWN = 3;

function ordersText(ids: readonly string[]): string {
  const more = ids.length > IDS_SHOWN ? ` and ${ids.length - IDS_SHOWN} more` : '';
  return `order${ids.length === 1 ? '' : 's'} ${ids.slice(0, IDS_SHOWN).join(', ')}${more}`;
}

function addTo(groups: Map<string, unknown[]>, key: string | null, row: unknown): void {
  if (key !== null) groups.set(key, [...(groups.get(key) ?? []), row]);
}

function rowsOf(lines: readonly unknown[] | 'not-found' | undefined): readonly unknown[] {
  return lines === undefined || lines === 'not-found' ? [] : lines;
}

/** Made once: making one costs twenty times what reading a row with it does, and an order may have 10,000 lines. */
const ID_OF_ORDER = wireOrder.pick({ saleOrderId: true });
const ID_OF_REFUND = wireRefundOwner.pick({ refundId: true });
const ORDER_OF_REFUND = wireRefundOwner.pick({ saleOrderId: true });
const ID_OF_LINE = wireLine.pick({ lineId: true });

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

function lineIdOf(row: unknown): string | null {
  const parsed = ID_OF_LINE.safeParse(row);
  return parsed.success ? parsed.data.lineId : null;
}

function chunks(ids: readonly string[], size = IDS_PER_FILTER): string[][] {
  const parts: string[][] = [];
  for (let start = 0; start < ids.length; start += size) parts.push(ids.slice(start, start + size));
  return parts;
}
