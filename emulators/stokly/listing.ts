import { badRequest } from './api-error.js';
import { parseFilter, type Filter } from './filter-grammar.js';
import { compileFilter } from './filter-match.js';
import type { FieldKind, Resource } from './resources.js';
import { isList, plainText, type WireObject, type WireValue } from './wire.js';

/** Assumed: the largest page anyone is known to ask for, and the size that pages have when none is asked for. */
export const PAGE_SIZE_MAX = 1000;
export const PAGE_SIZE_DEFAULT = 100;

/** A list request after parsing. `filter` is null when all rows are wanted. */
export interface ListQuery {
  readonly page: number;
  readonly size: number;
  readonly sort: { readonly field: string; readonly isDescending: boolean } | null;
  readonly filter: Filter | null;
}

const PARAMETERS = ['page', 'size', 'sortField', 'sortDirection', 'filter'];

/** Throws 400 with the reason for every parameter that is unknown, given twice or wrong. */
export function parseListQuery(query: unknown, resource: Resource): ListQuery {
  const given = new Map<string, unknown>(Object.entries(typeof query === 'object' && query !== null ? query : {}));
  for (const name of given.keys()) {
    if (!PARAMETERS.includes(name)) {
      const hint = name.includes('[') ? ' ("&&" inside a filter must be sent as %26%26)' : '';
      throw badRequest(`Unknown parameter ${name}${hint}`);
    }
  }
  const filterText = single(given, 'filter');
  return {
    page: wholeNumber(given, 'page', { least: 0, most: Number.MAX_SAFE_INTEGER, otherwise: 0 }),
    size: wholeNumber(given, 'size', { least: 1, most: PAGE_SIZE_MAX, otherwise: PAGE_SIZE_DEFAULT }),
    sort: sortOf(given, resource),
    filter: filterText === null || filterText === '' ? null : parseFilter(filterText),
  };
}

/** One page of the rows that match, in a stable order, with the count of all that match. */
export function listPage(
  rows: Iterable<WireObject>,
  query: ListQuery,
  resource: Resource,
): { data: WireObject[]; metadata: { count: number } } {
  const matches = query.filter === null ? null : compileFilter(query.filter, resource);
  const matching = matches === null ? [...rows] : [...rows].filter(matches);
  const sort =
    query.sort ?? (resource.defaultSort === null ? null : { field: resource.defaultSort, isDescending: false });
  if (sort !== null) {
    sortRows(matching, sort, resource);
  }
  const start = query.page * query.size;
  return { data: matching.slice(start, start + query.size), metadata: { count: matching.length } };
}

function sortRows(rows: WireObject[], sort: { field: string; isDescending: boolean }, resource: Resource): void {
  const kind = resource.fields[sort.field] ?? 'text';
  const field = resource.aliases?.[sort.field] ?? sort.field;
  const sign = sort.isDescending ? -1 : 1;
  rows.sort((left, right) => {
    const byField = compareValues(left[field], right[field], kind);
    return sign * byField || compareValues(left[resource.idField], right[resource.idField], 'text');
  });
}

/** Null and missing come first. All dates on the wire have one form, so their text sorts as time. */
function compareValues(left: WireValue | undefined, right: WireValue | undefined, kind: FieldKind): number {
  const [leftText, rightText] = [sortText(left), sortText(right)];
  if (leftText === null || rightText === null) {
    return Number(leftText !== null) - Number(rightText !== null);
  }
  if (kind === 'number') {
    return Number(leftText) - Number(rightText);
  }
  return leftText === rightText ? 0 : leftText < rightText ? -1 : 1;
}

function sortText(value: WireValue | undefined): string | null {
  return isList(value) ? value.map((entry) => plainText(entry) ?? '').join(',') : plainText(value);
}

function sortOf(given: ReadonlyMap<string, unknown>, resource: Resource): ListQuery['sort'] {
  const field = single(given, 'sortField');
  const direction = single(given, 'sortDirection') ?? 'ASC';
  if (direction !== 'ASC' && direction !== 'DESC') {
    throw badRequest('sortDirection must be ASC or DESC');
  }
  if (field === null) {
    return null;
  }
  if (resource.fields[field] === undefined) {
    throw badRequest(`Unknown sort field ${field} on ${resource.name}`);
  }
  return { field, isDescending: direction === 'DESC' };
}

function wholeNumber(
  given: ReadonlyMap<string, unknown>,
  name: string,
  { least, most, otherwise }: { least: number; most: number; otherwise: number },
): number {
  const text = single(given, name);
  if (text === null) {
    return otherwise;
  }
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) {
    throw badRequest(
      `${name} must be a whole number from ${least}${most < Number.MAX_SAFE_INTEGER ? ` to ${most}` : ''}`,
    );
  }
  return value;
}

function single(given: ReadonlyMap<string, unknown>, name: string): string | null {
  const value = given.get(name);
  if (value === undefined) {
    return null;
  }
  if (typeof value !== 'string') {
    throw badRequest(`${name} is given more than once`);
  }
  return value;
}
