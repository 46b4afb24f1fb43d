import type { CallLog } from '../http/log.js';
import type { CallOptions, ListedOrders } from './api.js';
import type { StoklyCalls } from './calls.js';
import { GATHERED, StoklyCallError } from './errors.js';
import { allOf, equals, type Filter, greaterThan, IDS_PER_FILTER, isFilterValue, oneOf } from './filter.js';
import { type Batch, Gatherer, type Gathering } from './gather.js';
import { orderIdOf } from './gathered-orders.js';
import { readListPage } from './paging.js';
import type { StoklySettings } from './settings.js';
import { wireOrder } from './wire.js';
import { fieldOf, id } from './wire-values.js';

/** A listing that finds fewer rows than Stokly counted is made again, once. */
const LISTINGS_MAX = 2;
const RESOURCE = '/v2/saleorders';

/** A customer's rows: each order once, by its id, and how many rows have none. */
interface Rows {
  readonly byId: Map<string, unknown>;
  withoutId: number;
}

/** Lists customers' orders, those of several in one listing, gathered over all who ask in this process. */
export class OrderLister {
  readonly #orders: Gatherer<Rows>;
  /** An answer held orders of several of those that were asked for: `=*` means what we take it for (A20). */
  #isFilterProven = false;

  constructor(
    private readonly calls: StoklyCalls,
    private readonly settings: Pick<StoklySettings, 'pageSize'>,
    private readonly deps: { readonly gathering: Gathering; readonly log: CallLog },
  ) {
    this.#orders = new Gatherer({
      keysMax: IDS_PER_FILTER,
      ...deps.gathering,
      read: (batch) => this.#list(batch),
    });
  }

  /** All orders of a customer (stage `removed` too), oldest first, with the headers that the list showed. */
  async listOrders(customerId: string, options: CallOptions): Promise<ListedOrders> {
    if (!isFilterValue(customerId)) return { orderIds: [], headers: new Map() };
    const label = `GET saleorders (customer ${customerId})`;
    const rows = (await this.#orders.ask([customerId], options, label)).get(customerId);
    if (rows === undefined) return { orderIds: [], headers: new Map() };
    if (rows.withoutId > 0)
      this.deps.log.warn({ customerId, rows: rows.withoutId }, 'Stokly lists orders without a readable id: left out');
    const placed = [...rows.byId].map(([orderId, row]) => ({ orderId, at: placedAtOf(row) }));
    placed.sort((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)));
    return { orderIds: placed.map(({ orderId }) => orderId), headers: rows.byId };
  }

  async #list(batch: Batch): Promise<ReadonlyMap<string, Rows>> {
    let customerIds: readonly string[] | null = null;
    const close = () => {
      customerIds ??= batch.close();
      return customerIds;
    };
    const rows = await this.#listWhole(close, batch.options);
    const asked = close();
    const [alone, ...others] = asked;
    if (alone !== undefined && others.length === 0) return new Map([[alone, rowsIn(rows)]]);
    const owned = byOwner(rows);
    this.#isFilterProven ||= asked.filter((customerId) => owned.has(customerId)).length > 1;
    const isBelieved = !owned.has(null) && this.#isFilterProven;
    const found = new Map<string, Rows>();
    for (const customerId of asked) {
      const own = owned.get(customerId) ?? [];
      // A row that does not say whose it is must not be lost: asked for by customer, each answer says it.
      const isComplete = isBelieved || (own.length > 0 && !owned.has(null));
      found.set(customerId, rowsIn(isComplete ? own : await this.#listWhole(() => [customerId], batch.options)));
    }
    return found;
  }

  /** All that Stokly counts, or an error: never a shorter list. */
  async #listWhole(close: () => readonly string[], options: CallOptions): Promise<readonly unknown[]> {
    const byId = new Map<string, unknown>();
    for (let attempt = 0; attempt < LISTINGS_MAX; attempt += 1) {
      const { counted, withoutId } = await this.#listInto(byId, close, options);
      if (byId.size + withoutId.length >= counted) return [...byId.values(), ...withoutId];
    }
    throw new StoklyCallError('unreadable-answer', `${LABEL}: fewer rows than Stokly counts`);
  }

  /**
   * Each page asks for what comes after the last number of the one before, so rows that come or go meanwhile shift nothing.
   * (Numbers grow with each order; the time placed may be back-dated, so it only orders the result.)
   */
  async #listInto(byId: Map<string, unknown>, close: () => readonly string[], options: CallOptions) {
    let counted: number | null = null;
    const withoutId: unknown[] = [];
    for (let lastNumber = -1; ; ) {
      const filter = () => filterOf(close(), lastNumber);
      const list = {
        resource: RESOURCE,
        label: LABEL,
        sortField: 'niceId',
        filter,
        size: this.settings.pageSize,
        options,
      };
      const page = await readListPage(this.calls, list, 0);
      counted ??= page.count;
      for (const row of page.rows) {
        const orderId = orderIdOf(row);
        if (orderId === null) withoutId.push(row);
        else byId.set(orderId, row);
      }
      if (page.rows.length >= page.count || page.rows.length === 0) return { counted, withoutId };
      const highest = Math.max(...page.rows.map(numberOf));
      if (highest <= lastNumber)
        throw new StoklyCallError('unreadable-answer', `${LABEL}: a page without readable numbers`);
      lastNumber = highest;
    }
  }
}

const LABEL = `GET saleorders${GATHERED}`;

function filterOf([alone = '', ...others]: readonly string[], lastNumber: number): Filter {
  const own = others.length === 0 ? equals('customerId', alone) : oneOf('customerId', [alone, ...others]);
  return lastNumber < 0 ? own : allOf(own, greaterThan('niceId', String(lastNumber)));
}

/** Null: rows that do not say whose they are. */
function byOwner(rows: readonly unknown[]): Map<string | null, unknown[]> {
  const owned = new Map<string | null, unknown[]>();
  for (const row of rows) {
    const parsed = id.safeParse(fieldOf(row, 'customerId'));
    const customerId = parsed.success ? parsed.data : null;
    const own = owned.get(customerId);
    if (own === undefined) owned.set(customerId, [row]);
    else own.push(row);
  }
  return owned;
}

function rowsIn(rows: readonly unknown[]): Rows {
  const byId = new Map<string, unknown>();
  let withoutId = 0;
  for (const row of rows) {
    const orderId = orderIdOf(row);
    if (orderId === null) withoutId += 1;
    else byId.set(orderId, row);
  }
  return { byId, withoutId };
}

const PLACED_AT = wireOrder.pick({ createdAt: true });
const NUMBER = wireOrder.pick({ niceId: true });

function placedAtOf(row: unknown): string {
  const parsed = PLACED_AT.safeParse(row);
  return parsed.success ? parsed.data.createdAt : '';
}

function numberOf(row: unknown): number {
  const parsed = NUMBER.safeParse(row);
  return parsed.success ? Number(parsed.data.niceId) : -1;
}
