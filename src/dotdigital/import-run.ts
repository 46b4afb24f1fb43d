import { onAbort } from '../http/abort.js';
import { isOk, isTooManyJobs, parseBody } from './answers.js';
import type { DotdigitalCalls } from './calls.js';
import { DotdigitalCallError } from './errors.js';
import type { ImportKind } from './import-kind.js';
import type { ImportEnd, ImportPolls } from './import-polls.js';
import type { WaitingWrite } from './waiting-writes.js';
import { wireImportTaken } from './wire-imports.js';
import { writeHash } from './write-hash.js';

/** What became of one import, for whoever counts. */
export interface ImportSeen {
  readonly kind: 'records' | 'fields';
  readonly result: 'finished' | 'failed' | 'overdue' | 'refused' | 'too-many' | 'not-sent';
  readonly writes: number;
}

export interface ImportRunDeps<Report> {
  readonly calls: DotdigitalCalls;
  readonly polls: ImportPolls<Report>;
  readonly now: () => number;
  readonly importWaitMs: number;
  readonly onImport: ((seen: ImportSeen) => void) | undefined;
}

/** What the one who asked for it has to see to. Writes that are not over afterwards go back into the line. */
export interface ImportRun {
  /** Dotdigital has too many under way: nothing was sent. */
  readonly isTooMany: boolean;
  /** Imports that had not ended when patience was over. */
  readonly overdue: readonly string[];
}

/** An import of no more than this that was refused as a whole is sent one by one. */
const HALVED_DOWN_TO = 4;

/**
 * Sends writes in one import, waits for its report, and tells each caller. A write that the report leaves open is to go alone.
 * Rejects where nothing was taken, or it is not known.
 */
export async function runImport<Write, Result extends object, Report>(
  kind: ImportKind<Write, Result, Report>,
  items: readonly WaitingWrite<Write, Result>[],
  deps: ImportRunDeps<Report>,
): Promise<ImportRun> {
  const importId = await submit(kind, items, deps);
  if (importId === 'too-many') return { isTooMany: true, overdue: [] };
  if (importId === 'refused') return await runHalves(kind, items, deps);
  const sentAtMs = deps.now();
  for (const { item, options } of items) {
    options.imports?.note({ importId, kind: kind.name, write: writeHash(item), sentAtMs });
  }
  const end = await deps.polls.endOf(importId, sentAtMs + deps.importWaitMs);
  deps.onImport?.({ kind: kind.name, result: RESULTS[end.state], writes: items.length });
  for (const item of items) settle(kind, item, end);
  return { isTooMany: false, overdue: end.state === 'overdue' ? [importId] : [] };
}

type End<Report> = ImportEnd<Report> | { readonly state: 'overdue' };

const RESULTS = { done: 'finished', failed: 'failed', lost: 'overdue', overdue: 'overdue' } as const;

/** What the report does not say plainly, a single call decides. One whose end is not known may land after that call. */
function settle<Write, Result extends object, Report>(
  kind: ImportKind<Write, Result, Report>,
  item: WaitingWrite<Write, Result>,
  end: End<Report>,
): void {
  const result = end.state === 'done' ? kind.resultOf(end.report, item.write) : null;
  if (result !== null) {
    item.resolve(result);
    return;
  }
  item.isAlone = true;
  item.isUncertain ||= end.state === 'overdue' || end.state === 'lost';
}

/** Gives the importId, or why there is none: Dotdigital has too many under way, or refuses this one as a whole. */
async function submit<Write, Result extends object, Report>(
  kind: ImportKind<Write, Result, Report>,
  items: readonly WaitingWrite<Write, Result>[],
  { calls, onImport }: ImportRunDeps<Report>,
): Promise<string> {
  const label = `PUT import of ${items.length} ${kind.name}`;
  const priority = items.some(({ options }) => options.priority === 'live') ? 'live' : 'history';
  const body = kind.bodyOf(items.map(({ item }) => item));
  const untilAllLeft = endWhenAllLeft(items);
  for (const item of items) item.submittedUnder = untilAllLeft.signal;
  const seen = (result: ImportSeen['result']) => onImport?.({ kind: kind.name, result, writes: items.length });
  try {
    // As old as the writes that it carries: where imports share a tier with single calls, it is not overtaken by them for ever.
    const options = { priority, signal: untilAllLeft.signal, begunAtMs: 0 } as const;
    const answer = await calls.send({ endpoint: kind.submit, method: 'PUT', path: kind.path, label, body, options });
    if (isOk(answer)) return parseBody(answer, wireImportTaken, { label, isWrite: true }).importId;
    seen('refused');
    return 'refused';
  } catch (error) {
    const isTooMany = error instanceof DotdigitalCallError && isTooManyJobs(error.detail.code);
    seen(isTooMany ? 'too-many' : 'not-sent');
    if (isTooMany) return 'too-many';
    throw error;
  } finally {
    untilAllLeft.stop();
    for (const item of items) item.submittedUnder = null;
  }
}

/** One write that cannot be read spoils a whole import: it is found by halves, and its single call says what is wrong. */
async function runHalves<Write, Result extends object, Report>(
  kind: ImportKind<Write, Result, Report>,
  items: readonly WaitingWrite<Write, Result>[],
  deps: ImportRunDeps<Report>,
): Promise<ImportRun> {
  const left = items.filter((item) => !item.isOver);
  if (left.length <= HALVED_DOWN_TO) {
    for (const item of left) item.isAlone = true;
    return { isTooMany: false, overdue: [] };
  }
  const middle = Math.ceil(left.length / 2);
  const first = await runImport(kind, left.slice(0, middle), deps);
  const second = await runImport(kind, left.slice(middle), deps);
  return { isTooMany: first.isTooMany || second.isTooMany, overdue: [...first.overdue, ...second.overdue] };
}

/** No call outlives the attempts that it is made for: an import that nobody waits for any more is not sent to its end. */
function endWhenAllLeft(items: readonly Pick<WaitingWrite<unknown, never>, 'isOver' | 'options'>[]): {
  signal: AbortSignal;
  stop: () => void;
} {
  const ending = new AbortController();
  const look = () => {
    if (items.every(({ isOver }) => isOver)) ending.abort();
  };
  const stops = items.map(({ options }) => onAbort(options.signal, look));
  return { signal: ending.signal, stop: () => stops.forEach((stop) => stop()) };
}
