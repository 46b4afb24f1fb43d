import type { Filter } from './filter-grammar.js';
import { plainText, textOf, type WireObject } from './wire.js';

export interface StoredOrder {
  readonly header: WireObject;
  readonly lines: readonly WireObject[];
}

/** Rows by their id, and by the one other field that clients look them up by. */
class Table {
  readonly #rows = new Map<string, WireObject>();
  readonly #byOther = new Map<string, Set<string>>();

  constructor(
    readonly idField: string,
    readonly otherField: string | null,
  ) {}

  get size(): number {
    return this.#rows.size;
  }

  get(id: string): WireObject | undefined {
    return this.#rows.get(id);
  }

  all(): IterableIterator<WireObject> {
    return this.#rows.values();
  }

  /** Insert or replace, by the id that the row carries. */
  put(row: WireObject): void {
    const id = plainText(row[this.idField]) ?? '';
    this.remove(id);
    this.#rows.set(id, row);
    const other = this.#otherOf(row);
    if (other !== null) {
      const ids = this.#byOther.get(other) ?? new Set();
      this.#byOther.set(other, ids.add(id));
    }
  }

  remove(id: string): void {
    const row = this.#rows.get(id);
    const other = row === undefined ? null : this.#otherOf(row);
    if (other !== null) {
      this.#byOther.get(other)?.delete(id);
    }
    this.#rows.delete(id);
  }

  clear(): void {
    this.#rows.clear();
    this.#byOther.clear();
  }

  withOther(value: string): WireObject[] {
    return this.#pick(this.#byOther.get(value) ?? []);
  }

  /**
   * Rows that a filter can match at all: where it names ids, or the other field, only those are looked at. It never decides
   * what matches; it saves reading a year of orders for each call that asks for a few.
   */
  candidates(filter: Filter | null): Iterable<WireObject> {
    const ids = filter === null ? null : wantedKeys(filter, this.idField);
    if (ids !== null) {
      return this.#pick(ids);
    }
    const others = filter === null || this.otherField === null ? null : wantedKeys(filter, this.otherField);
    return others === null ? this.all() : others.flatMap((other): WireObject[] => this.withOther(other));
  }

  #pick(ids: Iterable<string>): WireObject[] {
    return [...new Set(ids)].map((id) => this.#rows.get(id)).filter((row) => row !== undefined);
  }

  #otherOf(row: WireObject): string | null {
    return this.otherField === null ? null : plainText(row[this.otherField]);
  }
}

/** The values that a condition on that field, which every match must meet, allows; null where the filter has none. */
function wantedKeys(filter: Filter, field: string): string[] | null {
  if (filter.kind !== 'condition') {
    const keysOfParts = filter.kind === 'or' ? [] : filter.parts.map((part) => wantedKeys(part, field));
    return keysOfParts.find((keys) => keys !== null) ?? null;
  }
  if (filter.field !== field || filter.value.kind === 'null') {
    return null;
  }
  switch (filter.operator) {
    case '==':
      return [filter.value.text];
    case '=*':
      return [...new Set(filter.value.text.split(','))];
    default:
      return null;
  }
}

/** Everything that the shop holds now. What has not happened yet on the shop's clock is not in it. */
export class Store {
  readonly orders = new Table('saleOrderId', 'customerId');
  readonly refunds = new Table('refundId', 'saleOrderId');
  readonly customers = new Table('customerId', null);
  readonly items = new Table('itemId', null);
  readonly #lines = new Map<string, readonly WireObject[]>();

  order(saleOrderId: string): StoredOrder | null {
    const header = this.orders.get(saleOrderId);
    return header === undefined ? null : { header, lines: this.#lines.get(saleOrderId) ?? [] };
  }

  /** Insert or replace header and lines together. */
  putOrder(order: StoredOrder): void {
    this.orders.put(order.header);
    this.#lines.set(textOf(order.header, 'saleOrderId') ?? '', order.lines);
  }

  removeOrder(saleOrderId: string): void {
    this.orders.remove(saleOrderId);
    this.#lines.delete(saleOrderId);
  }

  clear(): void {
    this.orders.clear();
    this.refunds.clear();
    this.customers.clear();
    this.items.clear();
    this.#lines.clear();
  }

  counts(): Record<'orders' | 'refunds' | 'customers' | 'items', number> {
    return {
      orders: this.orders.size,
      refunds: this.refunds.size,
      customers: this.customers.size,
      items: this.items.size,
    };
  }
}

/** The statuses that a header shows: each of its lines' once, in the order in which they first stand. */
export function itemStatusesOf(lines: readonly WireObject[]): string[] {
  return [...new Set(lines.flatMap((line) => textOf(line, 'status') ?? []))];
}
