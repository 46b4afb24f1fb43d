import type { CallOptions } from './api.js';
import type { StoklyCalls } from './calls.js';
import { StoklyCallError } from './errors.js';
import type { Filter } from './filter.js';
import { wireList } from './wire.js';
import { problemsOf } from './wire-values.js';

/** A list to read. `idOf` gives the id by which rows are told apart, or null for a row that has none. */
export interface ListRead {
  readonly resource: string;
  readonly label: string;
  /** As a function: asked when the call goes out, and answering the same from then on. */
  readonly filter: Filter | null | (() => Filter);
  /** A field that never changes, so that rows keep their places. */
  readonly sortField: string | null;
  readonly size: number;
  readonly options: CallOptions;
}

export interface Page {
  readonly rows: readonly unknown[];
  /** known: `metadata.count` is the number of all that match. */
  readonly count: number;
}

/** Rows of a page where all that is known of it must fit into one: lines of an order, refunds of some orders. */
export const PAGE_SIZE_MAX = 1000;
/** Passes over a list of several pages before we say that it does not hold still. */
const PASSES_MAX = 4;

/** One page; `not-found` where the resource itself is not (the order of these lines). */
export async function readPage(calls: StoklyCalls, list: ListRead, page: number): Promise<Page | 'not-found'> {
  const answer = await calls.get({
    path: () => pathOf(list, page),
    label: list.label,
    options: list.options,
  });
  return answer.kind === 'not-found' ? 'not-found' : pageIn(answer.body, list.label);
}

/** One page of a list that is always there. Throws `unreadable-answer` where Stokly says that it is not. */
export async function readListPage(calls: StoklyCalls, list: ListRead, page: number): Promise<Page> {
  return thereIs(await readPage(calls, list, page), list.label);
}

/** For what is read of a list that is always there. */
export function thereIs<Read>(read: Read | 'not-found', label: string): Read {
  if (read === 'not-found') throw new StoklyCallError('unreadable-answer', `${label}: there is no such list`);
  return read;
}

export function pageIn(body: unknown, label: string): Page {
  const parsed = wireList.safeParse(body);
  if (!parsed.success) {
    const problems = problemsOf(parsed.error).join('; ');
    throw new StoklyCallError('unreadable-answer', `${label}: the list cannot be read (${problems})`);
  }
  return { rows: parsed.data.data, count: parsed.data.metadata.count };
}

/** With its query, encoded. */
export function pathOf(list: Omit<ListRead, 'label' | 'options'>, page: number): string {
  const query = new URLSearchParams({ page: String(page), size: String(list.size) });
  if (list.sortField !== null) {
    query.set('sortField', list.sortField);
    query.set('sortDirection', 'ASC');
  }
  const filter = typeof list.filter === 'function' ? list.filter() : list.filter;
  if (filter !== null) query.set('filter', filter.expression);
  return `${list.resource}?${query.toString()}`;
}

/**
 * All rows of a list by pages. Pages shift when rows come or go meanwhile, and a row that slid onto a page already read
 * is lost without a trace in the counts. One page is a consistent answer; several are read again until two passes in a
 * row agree. Rows without an id are kept, each as often as it came.
 */
export async function readAllRows(
  calls: StoklyCalls,
  list: ListRead,
  idOf: (row: unknown) => string | null,
): Promise<readonly unknown[] | 'not-found'> {
  let previousIds: string | null = null;
  for (let pass = 0; pass < PASSES_MAX; pass += 1) {
    const found = await readPass(calls, list, idOf);
    if (found === 'not-found') return 'not-found';
    if (found.pages === 1 || found.ids === previousIds) return found.rows;
    previousIds = found.ids;
  }
  throw new StoklyCallError('unavailable', `${list.label}: the pages shifted in each of ${PASSES_MAX} passes`);
}

async function readPass(calls: StoklyCalls, list: ListRead, idOf: (row: unknown) => string | null) {
  const byId = new Map<string, unknown>();
  const withoutId: unknown[] = [];
  let rowsRead = 0;
  for (let page = 0; ; page += 1) {
    const answer = await readPage(calls, list, page);
    if (answer === 'not-found') return 'not-found' as const;
    rowsRead += answer.rows.length;
    for (const row of answer.rows) {
      const rowId = idOf(row);
      if (rowId === null) withoutId.push(row);
      else byId.set(rowId, row);
    }
    if (answer.rows.length === 0 || rowsRead >= answer.count) {
      return { pages: page + 1, rows: [...byId.values(), ...withoutId], ids: [...byId.keys()].sort().join() };
    }
  }
}
