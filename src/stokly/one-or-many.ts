import type { StoklyCalls } from './calls.js';
import { StoklyCallError } from './errors.js';
import { oneOf } from './filter.js';
import type { Batch } from './gather.js';
import { PAGE_SIZE_MAX, pageIn, pathOf, readAllRows, thereIs } from './paging.js';
import { wireSingle } from './wire.js';

/** A resource whose objects are read one by one, or several by a list. */
export interface ById {
  readonly resource: string;
  readonly idField: 'saleOrderId' | 'customerId';
  readonly sortField: string;
  readonly label: string;
  /** What one object is called in messages: `order`. */
  readonly subject: string;
  readonly idOf: (row: unknown) => string | null;
  /** Whether a row of the list says as much as the single read; one that does not is read by itself. */
  readonly isWhole: (row: unknown) => boolean;
}

/**
 * Objects by their ids: one by a single read, several by one call of the list. A key that is not in the result is one that
 * Stokly does not have. What a list does not show is believed to be gone only by those that have shown that they understand
 * the filter, and show nothing that cannot be told apart: else it is asked for by name.
 */
export class OneOrMany {
  /** An answer held several of those that were asked for: `=*` means what we take it for (A20). */
  #isFilterProven = false;

  constructor(
    private readonly calls: StoklyCalls,
    private readonly by: ById,
  ) {}

  async read(batch: Batch): Promise<ReadonlyMap<string, unknown>> {
    const { by, calls } = this;
    let ids: readonly string[] = [];
    const path = () => {
      ids = batch.close();
      const [first = '', ...others] = ids;
      return others.length === 0 ? this.#singlePath(first) : pathOf(this.#listOf(ids), 0);
    };
    const answer = await calls.get({ path, label: by.label, options: batch.options });
    const [first = '', ...others] = ids;
    if (others.length === 0) {
      const row = answer.kind === 'not-found' ? null : objectIn(answer.body, by);
      return new Map(row === null ? [] : [[first, row]]);
    }
    const { body } = thereIs(answer.kind === 'not-found' ? 'not-found' : answer, by.label);
    const page = pageIn(body, by.label);
    const rows = page.rows.length < page.count ? await this.#readPages(batch, ids) : page.rows;
    return await this.#byId(rows, ids, batch);
  }

  /** More than fit on one page, where Stokly gives smaller ones than we ask for. */
  async #readPages(batch: Batch, ids: readonly string[]): Promise<readonly unknown[]> {
    const { by } = this;
    const list = { ...this.#listOf(ids), label: by.label, options: batch.options };
    const rows = await readAllRows(this.calls, list, by.idOf);
    return rows === 'not-found' ? [] : rows;
  }

  async #byId(rows: readonly unknown[], ids: readonly string[], batch: Batch): Promise<Map<string, unknown>> {
    const { by } = this;
    const found = new Map<string, unknown>();
    const asked = new Set(ids);
    for (const row of rows) {
      const rowId = by.idOf(row);
      if (rowId !== null && asked.has(rowId)) found.set(rowId, row);
    }
    this.#isFilterProven ||= found.size > 1;
    const isBelieved = this.#isFilterProven && rows.every((row) => by.idOf(row) !== null);
    for (const id of ids) {
      const row = found.get(id);
      if (row === undefined ? isBelieved : by.isWhole(row)) continue;
      const alone = await this.readOne(id, batch.options);
      if (alone === null) found.delete(id);
      else found.set(id, alone);
    }
    return found;
  }

  /** Null when Stokly has no such object. */
  async readOne(id: string, options: Batch['options']): Promise<unknown> {
    const label = `GET ${this.by.resource.split('/').at(-1)}/{id} (${this.by.subject} ${id})`;
    const answer = await this.calls.get({ path: this.#singlePath(id), label, options });
    return answer.kind === 'not-found' ? null : objectIn(answer.body, { ...this.by, label });
  }

  #singlePath(id: string): string {
    return `${this.by.resource}/${encodeURIComponent(id)}`;
  }

  #listOf(ids: readonly string[]) {
    const { resource, idField, sortField } = this.by;
    return { resource, filter: oneOf(idField, ids), sortField, size: PAGE_SIZE_MAX };
  }
}

function objectIn(body: unknown, { label, subject }: { readonly label: string; readonly subject: string }): unknown {
  const parsed = wireSingle.safeParse(body);
  if (!parsed.success) throw new StoklyCallError('unreadable-answer', `${label}: the answer holds no ${subject}`);
  return parsed.data.data;
}
