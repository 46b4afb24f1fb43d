import type { FastifyRequest } from 'fastify';
import { v3Error } from './answers.js';

export type Query = Readonly<Record<string, string | undefined>>;

export interface Paging<T> {
  readonly service: 'contacts' | 'insightData';
  readonly pageSizeMax: number;
  /** Text that orders the items; a marker is the last one's, so that pages do not shift when an item goes. */
  readonly position: (item: T) => string;
}

/** A page as v3 gives it: `_items` and `_links`, ascending, opaque base64 markers, no `next` at the end. */
export function page<T>(
  items: readonly T[],
  request: FastifyRequest,
  paging: Paging<T>,
): { items: T[]; links: object } {
  const query = request.query as Query;
  const limit = limitOf(query, paging);
  const after = query['marker'] === undefined || query['marker'] === '' ? '' : unmark(query['marker'], paging.service);
  const sorted = items.map((item) => ({ item, at: paging.position(item) })).sort((a, b) => compare(a.at, b.at));
  const rest = sorted.filter(({ at }) => compare(at, after) > 0);
  const taken = rest.slice(0, limit);
  const last = taken.at(-1);
  const links = {
    self: link(request, query['marker'] ?? ''),
    first: link(request, ''),
    ...(last !== undefined && rest.length > taken.length ? { next: link(request, mark(last.at)) } : {}),
  };
  return { items: taken.map(({ item }) => item), links };
}

/** Numbers are padded by whoever makes a position; plain code-unit order is enough and the same everywhere. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function limitOf<T>(query: Query, paging: Paging<T>): number {
  const text = query['limit'];
  if (text === undefined) return paging.pageSizeMax;
  const limit = Number(text);
  if (!/^\d+$/.test(text) || limit < 1 || limit > 5000) {
    throw v3Error(400, `${paging.service}:invalidFilter`, { description: `The limit '${text}' is invalid` });
  }
  return Math.min(limit, paging.pageSizeMax);
}

function mark(at: string): string {
  return Buffer.from(`after:${at}`).toString('base64');
}

function unmark(marker: string, service: string): string {
  const text = Buffer.from(marker, 'base64').toString('utf8');
  if (!text.startsWith('after:')) {
    throw v3Error(400, `${service}:invalidFilter`, { description: `The marker '${marker}' is invalid` });
  }
  return text.slice('after:'.length);
}

function link(request: FastifyRequest, marker: string): { marker: string; link: string } {
  const url = new URL(request.url, `http://${request.host}`);
  url.searchParams.delete('marker');
  if (marker !== '') url.searchParams.set('marker', marker);
  return { marker, link: url.toString() };
}

/** `gte::<ISO>Z` as the vendor's OpenAPI spells it; null when the query has no such filter. */
export function sinceFilter(query: Query, name: '~modified' | '~created', service: string): string | null {
  const text = query[name];
  if (text === undefined) return null;
  const match = /^gte::(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{3})?Z)$/.exec(text);
  if (match?.[1] === undefined || Number.isNaN(Date.parse(match[1]))) {
    throw v3Error(400, `${service}:invalidFilter`, { description: `The filter value '${text}' is invalid` });
  }
  return new Date(match[1]).toISOString();
}
