import type { HttpAnswer } from '../http/transport.js';
import type { CallOptions, ImportedWrite } from './api.js';
import type { Endpoint } from './tiers.js';

/** What a status call says of an import. `failed`: as a whole, and nothing more will come of it. */
export type ImportState<Report> =
  | { readonly state: 'pending' }
  | { readonly state: 'failed'; readonly status: string }
  | { readonly state: 'done'; readonly report: Report };

/** One kind of write that can go out alone or with others: all that differs between records and fields of contacts. */
export interface ImportKind<Write, Result, Report> {
  readonly name: ImportedWrite['kind'];
  /** Active imports of the kind that Dotdigital allows an account. */
  readonly importsMax: number;
  /** Of the single call. */
  readonly single: Endpoint;
  readonly submit: Endpoint;
  readonly poll: Endpoint;
  /** Where an import is handed in; with `/{importId}` behind it, where it is asked about. */
  readonly path: string;
  /** Two writes with the same key never go out at the same time. */
  keyOf(write: Write): string;
  /** Names the write in messages: ids, never an address or a name. */
  labelOf(write: Write): string;
  /** The write as one item of an import, as JSON text. */
  itemOf(write: Write): string;
  bodyOf(items: readonly string[]): string;
  /** Throws `unreadable-answer`. */
  readState(answer: HttpAnswer, label: string): ImportState<Report>;
  /** What the report says of one write; null where it does not say it plainly: then a single call decides. */
  resultOf(report: Report, write: Write): Result | null;
  sendSingle(write: Write, options: CallOptions): Promise<Result>;
}

const PENDING = new Set(['notstarted', 'notfinished', 'processing']);
const DONE = new Set(['finished', 'complete']);

/** Dotdigital's own file has two names for some; whatever is neither pending nor done is a failure. */
export function importStateOf<Report extends { readonly status: string }>(report: Report): ImportState<Report> {
  const { status } = report;
  const named = status.toLowerCase();
  if (PENDING.has(named)) return { state: 'pending' };
  return DONE.has(named) ? { state: 'done', report } : { state: 'failed', status };
}
