import type { CallOptions, OrderHeaders, ReadOrder } from './api.js';
import type { StoklyCalls } from './calls.js';
import { isFilterValue } from './filter.js';
import type { Gatherer, Gathering } from './gather.js';
import { gatherHeaders, gatherRefunds } from './gathered-orders.js';
import { mapOrder } from './order-mapping.js';
import { type ListRead, PAGE_SIZE_MAX, readAllRows } from './paging.js';
import type { StoklySettings } from './settings.js';
import { wireLine, wireOrder } from './wire.js';

/** Orders whose lines are read at a time: the limiter paces the calls, this bounds what hangs on one failure. */
const ORDERS_AT_A_TIME = 8;

const HEADERS = '/v2/saleorders';

const NONE_KNOWN: OrderHeaders = new Map();

/** Reads orders: headers and refunds of several in one call each, lines per order. One order costs three calls. */
export class OrderReader {
  readonly #headers: Gatherer<unknown>;
  readonly #refunds: Gatherer<readonly unknown[]>;

  constructor(
    private readonly calls: StoklyCalls,
    private readonly settings: StoklySettings,
    gathering: Gathering,
  ) {
    this.#headers = gatherHeaders(calls, gathering);
    this.#refunds = gatherRefunds(calls, gathering);
  }

  async readOrders(orderIds: readonly string[], options: CallOptions, known = NONE_KNOWN): Promise<ReadOrder[]> {
    const asked = [...new Set(orderIds)].filter(isFilterValue);
    const headers = await this.#readHeaders(asked, options, known);
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

  /** One header, undefined when Stokly has no such order. */
  async readHeader(orderId: string, options: CallOptions): Promise<unknown> {
    return (await this.#headers.ask([orderId], options, `GET saleorders/{id} (order ${orderId})`)).get(orderId);
  }

  async #readHeaders(orderIds: readonly string[], options: CallOptions, known: OrderHeaders) {
    const unknown = orderIds.filter((orderId) => !known.has(orderId));
    const read = await this.#headers.ask(unknown, options, `GET saleorders (${ordersText(unknown)})`);
    for (const orderId of orderIds) if (known.has(orderId)) read.set(orderId, known.get(orderId));
    return read;
  }

  async #readRefunds(orderIds: readonly string[], options: CallOptions): Promise<Map<string, readonly unknown[]>> {
    if (!this.settings.refundsKnown) return new Map();
    return await this.#refunds.ask(orderIds, options, `GET refunds (${ordersText(orderIds)})`);
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
}

/** Ids named in a label: enough to find the drain, few enough to be read. */
const IDS_SHOWN = 3;

function ordersText(ids: readonly string[]): string {
  const more = ids.length > IDS_SHOWN ? ` and ${ids.length - IDS_SHOWN} more` : '';
  return `order${ids.length === 1 ? '' : 's'} ${ids.slice(0, IDS_SHOWN).join(', ')}${more}`;
}

function rowsOf(lines: readonly unknown[] | 'not-found' | undefined): readonly unknown[] {
  return lines === undefined || lines === 'not-found' ? [] : lines;
}

/** Made once: making one costs twenty times what reading a row with it does, and an order may have 10,000 lines. */
const ID_OF_LINE = wireLine.pick({ lineId: true });

function lineIdOf(row: unknown): string | null {
  const parsed = ID_OF_LINE.safeParse(row);
  return parsed.success ? parsed.data.lineId : null;
}

function chunks(ids: readonly string[], size: number): string[][] {
  const parts: string[][] = [];
  for (let start = 0; start < ids.length; start += size) parts.push(ids.slice(start, start + size));
  return parts;
}
