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
  readonly filter: Filter | null;
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
  const query = new URLSearchParams({ page: String(page), size: String(list.size) });
  if (list.sortField !== null) {
    query.set('sortField', list.sortField);
    query.set('sortDirection', 'ASC');
  }
  if (list.filter !== null) query.set('filter', list.filter.expression);
  const answer = await calls.get({
    path: `${list.resource}?${query.toString()}`,
    label: list.label,
    options: list.options,
  });
  if (answer.kind === 'not-found') return 'not-found';
  const parsed = wireList.safeParse(answer.body);
  if (!parsed.success) {
    throw new StoklyCallError(
      'unreadable-answer',
      `${list.label}: the list cannot be read (${problemsOf(parsed.error).join('; ')})`,
    );
  }
  return { rows: parsed.data.data, count: parsed.data.metadata.count };
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
