import { setTimeout as pause } from 'node:timers/promises';
import { loadStarterConfig } from '../config.js';
import { progressLine, resultLines } from './backfill-text.js';
import { type BackfillView, viewBackfill } from './backfill-workflow.js';
import { SCHEMA_VERSION, type StarterContext, unreachable, using } from './context.js';

export interface BackfillWatchOptions {
  readonly json: boolean;
  /** Ends by itself after this long; null: when the backfill ends, or it is interrupted. */
  readonly forMs: number | null;
}

const LOOK_AGAIN_MS = 1_000;
/** The rate is measured over this long. */
const RATE_MS = 60_000;

/** Prints how far it is each time that this changes, and the result at its end. Resolves with the exit status. */
export async function runBackfillWatch(
  name: string,
  options: BackfillWatchOptions,
  context: StarterContext,
): Promise<number> {
  const config = loadStarterConfig(['temporal'], context.env);
  const interrupted = context.interruption();
  const endsAtMs = options.forMs === null ? Number.POSITIVE_INFINITY : Date.now() + options.forMs;
  return using(await context.connectTemporal(config.temporal), async (temporal) => {
    const rate = new Rate();
    let last = '';
    for (;;) {
      const view = await viewBackfill(temporal, name);
      const ordersAMinute = view.kind === 'running' ? rate.of(view.progress.ordersDone, Date.now()) : null;
      const text = options.json
        ? JSON.stringify({ schemaVersion: SCHEMA_VERSION, name, ...view })
        : viewLines(name, view, ordersAMinute).join('\n');
      if (text !== last) context.print(text);
      last = text;
      if (view.kind === 'ended' || view.kind === 'broken') return statusOf(view);
      if (interrupted.aborted || Date.now() >= endsAtMs) return 0;
      const pauseMs = Math.min(LOOK_AGAIN_MS, Math.max(0, endsAtMs - Date.now()));
      await pause(pauseMs, undefined, { signal: interrupted }).catch(() => undefined);
    }
  });
}

/** How far it is now, or what came of it. Resolves with the exit status: 1 where the sum is not Stokly's count. */
export async function runBackfillShow(
  name: string,
  options: { readonly json: boolean },
  context: StarterContext,
): Promise<number> {
  return runBackfillWatch(name, { ...options, forMs: 0 }, context);
}

function viewLines(name: string, view: BackfillView, ordersAMinute: number | null): string[] {
  switch (view.kind) {
    case 'running':
      return [progressLine(view.progress, ordersAMinute)];
    case 'unanswered':
      return ['It runs, and no worker answers: it goes on when one runs.'];
    case 'ended':
      return resultLines(view.result);
    case 'broken':
      return [`It was ${view.status}. Customers that were woken go on; starter backfill start ${name} begins anew.`];
    default:
      return unreachable(view);
  }
}

function statusOf(view: Extract<BackfillView, { kind: 'ended' | 'broken' }>): number {
  return view.kind === 'ended' && (view.result.isReconciled || view.result.ending === 'cancelled') ? 0 : 1;
}

/** Orders a minute, from what was seen in the last minute. */
class Rate {
  readonly #seen: { readonly atMs: number; readonly orders: number }[] = [];

  of(orders: number, atMs: number): number | null {
    this.#seen.push({ atMs, orders });
    while (this.#seen.length > 2 && (this.#seen[0]?.atMs ?? atMs) < atMs - RATE_MS) this.#seen.shift();
    const first = this.#seen[0];
    if (first === undefined || first.atMs === atMs) return null;
    return ((orders - first.orders) * 60_000) / (atMs - first.atMs);
  }
}
