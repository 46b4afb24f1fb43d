import { StoklyCallError } from './errors.js';

/** Fields that Stokly is known or assumed to filter by (wire assumptions, `docs/stokly-assumptions.md`). */
export type FilterField =
  | 'saleOrderId'
  | 'customerId'
  | 'refundId'
  | 'niceId'
  | 'stage'
  | 'itemStatuses'
  | 'createdAt'
  | 'timeUpdated';

/** An expression of Stokly's filter language, built here alone. */
export interface Filter {
  readonly expression: string;
}

/** How to escape `}` `,` `;` inside a value is not known, so a value is made of what needs no escape. */
const VALUE = /^[A-Za-z0-9][A-Za-z0-9._:+-]{0,127}$/;

export function isFilterValue(value: string): boolean {
  return VALUE.test(value);
}

export function equals(field: FilterField, value: string): Filter {
  return { expression: `[${field}]==${braced([value])}` };
}

/** Nothing is stated there. */
export function isNull(field: FilterField): Filter {
  return { expression: `[${field}]=={@null;}` };
}

/** At least one value. */
export function oneOf(field: FilterField, values: readonly string[]): Filter {
  if (values.length === 0) throw new StoklyCallError('refused', 'a filter without values was not sent');
  return { expression: `[${field}]=*${braced(values)}` };
}

export function greaterThan(field: FilterField, value: string): Filter {
  return { expression: `[${field}]>>${braced([value])}` };
}

export function atLeast(field: FilterField, value: string): Filter {
  return { expression: `[${field}]>=${braced([value])}` };
}

export function lessThan(field: FilterField, value: string): Filter {
  return { expression: `[${field}]<<${braced([value])}` };
}

/** A list that has that entry. */
export function contains(field: FilterField, value: string): Filter {
  return { expression: `[${field}]::${braced([value])}` };
}

/** Joined by `||`, in parentheses, so that it can stand in `allOf`. */
export function anyOf(...filters: readonly Filter[]): Filter {
  return { expression: `(${filters.map(({ expression }) => expression).join('||')})` };
}

/** Joined by `&&`; encoding for the query turns it into the `%26%26` that Stokly expects. */
/** Ids in one `=*` filter: about 2 KB of address, far below what any server takes. */
export const IDS_PER_FILTER = 50;

/** Null where there is nothing to ask for. */
export function allOfSome(filters: readonly Filter[]): Filter | null {
  return filters.length === 0 ? null : allOf(...filters);
}

export function allOf(...filters: readonly Filter[]): Filter {
  return { expression: filters.map(({ expression }) => expression).join('&&') };
}

function braced(values: readonly string[]): string {
  if (!values.every(isFilterValue)) {
    throw new StoklyCallError('refused', 'a value that could change the meaning of a filter was not sent');
  }
  return `{${values.join(',')}}`;
}
