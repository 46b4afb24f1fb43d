import type { CallOptions, UnreadableRows } from './api.js';
import type { StoklyCalls } from './calls.js';
import { StoklyCallError } from './errors.js';
import { allOf, atLeast, type Filter, lessThan } from './filter.js';
import { PAGE_SIZE_MAX, readAllRows, readListPage, thereIs } from './paging.js';
import { fieldOf, id, instant } from './wire-values.js';

/** A list that is walked by a time and an id, from one place to the next. */
export interface TimedList {
  readonly resource: string;
  readonly label: string;
  readonly field: 'createdAt' | 'timeUpdated';
  readonly idField: 'saleOrderId' | 'refundId' | 'customerId';
  /** Rows before this time are not wanted; null: all are. */
  readonly since: string | null;
  /** The last row that was seen; null: none was. */
  readonly after: Place | null;
  /** Rows a call, at most 1000. */
  readonly size: number;
  readonly options: CallOptions;
}

export interface Place {
  readonly at: string;
  readonly id: string;
}

export interface TimedRow extends Place {
  readonly row: unknown;
}

export interface TimedPage {
  /** After the place, by (at, id). */
  readonly rows: readonly TimedRow[];
  readonly unreadable: UnreadableRows;
  readonly isLast: boolean;
}

/**
 * The rows that come after a place. Stokly sorts by one field, and how it orders rows of the same time is not known: so only
 * times that the answer holds completely are taken from it, and a time with more rows than fit is read by itself. Each call
 * asks for what comes from a time on, so rows that come, go or move on meanwhile shift nothing. Times count in milliseconds,
 * whatever precision Stokly keeps.
 */
export async function readAfter(calls: StoklyCalls, list: TimedList): Promise<TimedPage> {
  const unreadable = new Unreadable();
  let from = list.after?.at ?? list.since;
  for (;;) {
    const page = await readFrom(calls, list, from);
    const rows = timedRows(page.rows, list, unreadable);
    const isAll = page.rows.length >= page.count;
    const lastAt = rows.at(-1)?.at;
    const complete = fresh(isAll ? rows : rows.filter(({ at }) => at !== lastAt), list.after);
    if (isAll || complete.length > 0) return { rows: complete, unreadable: unreadable.report(), isLast: isAll };
    if (lastAt === undefined) throw unreadableList(list, 'a page without readable times');
    const together = fresh(await readTime({ calls, list, unreadable }, lastAt), list.after);
    if (together.length > 0)
      return { rows: together.slice(0, list.size), unreadable: unreadable.report(), isLast: false };
    from = millisecondAfter(lastAt); // all of that time had been seen
  }
}

async function readFrom(calls: StoklyCalls, list: TimedList, from: string | null) {
  const filter = from === null ? null : atLeast(list.field, from);
  return await readListPage(calls, { ...pageOf(list), filter, sortField: list.field, size: list.size }, 0);
}

/** All rows of one time, however many. */
async function readTime(
  { calls, list, unreadable }: { calls: StoklyCalls; list: TimedList; unreadable: Unreadable },
  at: string,
): Promise<readonly TimedRow[]> {
  const filter: Filter = allOf(atLeast(list.field, at), lessThan(list.field, millisecondAfter(at)));
  const whole = { ...pageOf(list), filter, sortField: list.idField, size: PAGE_SIZE_MAX };
  const rows = thereIs(await readAllRows(calls, whole, (row) => idOf(row, list)), list.label);
  return timedRows(rows, list, unreadable);
}

function pageOf({ resource, label, options }: TimedList) {
  return { resource, label, options };
}

/** In the order of Stokly's page, which is checked: where it does not sort, a page that is cut would lose rows. */
function timedRows(rows: readonly unknown[], list: TimedList, unreadable: Unreadable): TimedRow[] {
  const timed: TimedRow[] = [];
  for (const row of rows) {
    const rowId = idOf(row, list);
    const at = instant.safeParse(fieldOf(row, list.field));
    if (rowId === null || !at.success) {
      unreadable.add(rowId);
      continue;
    }
    if (at.data < (timed.at(-1)?.at ?? '')) throw unreadableList(list, `a page that is not sorted by ${list.field}`);
    timed.push({ id: rowId, at: at.data, row });
  }
  return timed;
}

function fresh(rows: readonly TimedRow[], after: Place | null): TimedRow[] {
  const isFresh = (row: TimedRow) => after === null || row.at > after.at || (row.at === after.at && row.id > after.id);
  return rows.filter(isFresh).toSorted((a, b) => compare(a.at, b.at) || compare(a.id, b.id));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function idOf(row: unknown, list: TimedList): string | null {
  const parsed = id.safeParse(fieldOf(row, list.idField));
  return parsed.success ? parsed.data : null;
}

function millisecondAfter(at: string): string {
  return new Date(Date.parse(at) + 1).toISOString();
}

function unreadableList({ label }: TimedList, what: string): StoklyCallError {
  return new StoklyCallError('unreadable-answer', `${label}: ${what}`);
}

/** Rows that cannot be placed: each that has an id once, the others as often as they come. */
export class Unreadable {
  readonly #ids = new Set<string>();
  #withoutId = 0;

  add(rowId: string | null): void {
    if (rowId === null) this.#withoutId += 1;
    else this.#ids.add(rowId);
  }

  report(): UnreadableRows {
    return { count: this.#ids.size + this.#withoutId, ids: [...this.#ids] };
  }
}
