import { isLosslessNumber } from 'lossless-json';
import type { CallOptions } from './api.js';
import type { StoklyCalls } from './calls.js';
import { StoklyCallError } from './errors.js';
import { readPage } from './paging.js';
import { orderIdOf } from './gathered-orders.js';
import { kindOf } from './wire-values.js';

/** What an account's data look like. Holds key names, types and counts; of values only those of a few enums. */
export interface ShapeReport {
  readonly resources: readonly ResourceShape[];
}

export interface ResourceShape {
  /** Path with its version, e.g. `/v2/saleorders`. */
  readonly resource: string;
  /** `readable`, or how the call failed (an account without refunds answers `refused` or `not-found`). */
  readonly outcome: string;
  readonly rows: number;
  readonly keys: readonly KeyShape[];
}

export interface KeyShape {
  /** Key path, `[]` for the elements of an array. */
  readonly path: string;
  /** Rows by kind of value: `text`, `number`, `null` … */
  readonly kinds: Readonly<Record<string, number>>;
  /** How often each value was seen; only for keys whose values are known to be enums. */
  readonly values?: Readonly<Record<string, number>>;
}

/** Rows looked at per resource: enough to see optional keys, one call each. */
const ROWS = 100;
/** Orders whose lines are looked at. */
const ORDERS_WITH_LINES = 5;
/** Enums of the wire assumptions, by their last key. Nothing that names a person, a place or a product. */
const ENUM_KEYS = new Set(['stage', 'itemStatuses', 'status', 'type', 'currency', 'marketingConsent', 'format']);
/** A value that does not look like an enum's is counted as `other`, and not shown. */
const ENUM_VALUE = /^[A-Za-z0-9_-]{1,24}$/;
const ENUM_VALUES_MAX = 30;
const KEY_NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,47}$/;

export async function probeShapes(calls: StoklyCalls, options: CallOptions): Promise<ShapeReport> {
  const orders = await probeList(calls, '/v2/saleorders', options);
  const orderIds = orders.raw.map(orderIdOf).filter((orderId) => orderId !== null);
  const lines: Probed[] = [];
  for (const orderId of orderIds.slice(0, ORDERS_WITH_LINES)) {
    lines.push(await probeList(calls, `/v2/saleorders/${encodeURIComponent(orderId)}/items`, options));
  }
  const refunds = await probeList(calls, '/v0/refunds', options);
  const customers = await probeList(calls, '/v0/customers', options);
  const lineRows = lines.flatMap(({ raw }) => raw);
  const lineOutcome = lines.find(({ outcome }) => outcome !== 'readable')?.outcome ?? 'readable';
  return {
    resources: [
      shapeOf('/v2/saleorders', orders),
      shapeOf('/v2/saleorders/{id}/items', { outcome: lineOutcome, raw: lineRows }),
      shapeOf('/v0/refunds', refunds),
      shapeOf('/v0/customers', customers),
    ],
  };
}

interface Probed {
  readonly outcome: string;
  readonly raw: readonly unknown[];
}

async function probeList(calls: StoklyCalls, resource: string, options: CallOptions): Promise<Probed> {
  const list = { resource, label: 'probe', filter: null, sortField: null, size: ROWS, options };
  try {
    const page = await readPage(calls, list, 0);
    return page === 'not-found' ? { outcome: 'not-found', raw: [] } : { outcome: 'readable', raw: page.rows };
  } catch (error) {
    const isAboutResource =
      error instanceof StoklyCallError && (error.failure === 'refused' || error.failure === 'unreadable-answer');
    if (!isAboutResource) throw error;
    return { outcome: error.failure, raw: [] };
  }
}

/** Exported for its test: the one place that decides what of the data may be seen. */
export function shapeOf(resource: string, probed: Probed): ResourceShape {
  const found = new Map<string, { kinds: Map<string, number>; values: Map<string, number> }>();
  const note = (path: string, raw: unknown): void => {
    const entry = found.get(path) ?? { kinds: new Map(), values: new Map() };
    found.set(path, entry);
    count(entry.kinds, kindOf(raw) === 'string' ? 'text' : kindOf(raw));
    if (ENUM_KEYS.has(lastKeyOf(path))) count(entry.values, enumValueOf(raw));
  };
  const walk = (path: string, raw: unknown): void => {
    if (path !== '') note(path, raw);
    if (Array.isArray(raw)) for (const element of raw) walk(`${path}[]`, element);
    else if (typeof raw === 'object' && raw !== null && !isLosslessNumber(raw)) {
      for (const [key, value] of Object.entries(raw))
        walk(path === '' ? shownKey(key) : `${path}.${shownKey(key)}`, value);
    }
  };
  for (const row of probed.raw) walk('', row);
  const keys = [...found]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, { kinds, values }]) => ({
      path,
      kinds: Object.fromEntries(kinds),
      ...(values.size > 0 && values.size <= ENUM_VALUES_MAX ? { values: Object.fromEntries(values) } : {}),
    }));
  return { resource, outcome: probed.outcome, rows: probed.raw.length, keys };
}

/** A key that is no name (an object keyed by addresses, say) is not shown either. */
function shownKey(key: string): string {
  return KEY_NAME.test(key) ? key : '(other)';
}

function enumValueOf(raw: unknown): string {
  if (typeof raw === 'boolean' || raw === null) return String(raw);
  const text = isLosslessNumber(raw) ? raw.toString() : raw;
  if (typeof text === 'string') return ENUM_VALUE.test(text) ? text : 'other';
  return kindOf(raw);
}

function lastKeyOf(path: string): string {
  return path.split('.').at(-1)?.replaceAll('[]', '') ?? '';
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
