/** Writes of one kind that wait, all of one priority. */
export interface WaitingWrites {
  readonly count: number;
  /** Since the one that came first came; 0 where none waits. */
  readonly oldestMs: number;
  /** Since the one that came last came. */
  readonly quietMs: number;
}

/** What is to be decided about, for one kind of write (records, or fields of contacts) at one moment. */
export interface BulkSituation {
  readonly live: WaitingWrites;
  readonly history: WaitingWrites;
  /** For how long history's writes have come thick and fast; null where they do not. */
  readonly floodMs: number | null;
  /** Pieces of history's work under way in this process that will hand in more of this kind. */
  readonly toCome: number;
  readonly singles: {
    readonly inFlight: number;
    /** Calls that the tier of single writes lets out now, for each priority; Infinity where no limit is known. */
    readonly room: { readonly live: number; readonly history: number };
    /** Until that tier's window begins anew; 0 where none runs. */
    readonly resetMs: number;
  };
  readonly imports: {
    /** Not finished yet, of this kind. */
    readonly underWay: number;
    readonly max: number;
    /** Dotdigital refused one for too many, or the tier of imports is used up for long: none can go out soon. */
    readonly isClosed: boolean;
    /** Until the next one may go out, so that the imports' own tier lasts to the end of its window. */
    readonly pauseMs: number;
  };
}

/** What goes out now. What neither takes waits, and is looked at again. */
export interface BulkStep {
  readonly singles: { readonly live: number; readonly history: number };
  /** All that then still waits goes out together, as far as one import may hold it. */
  readonly isImportDue: boolean;
}

/** Single writes of one kind at the same time: their answers take a fifth of a second, the limits are some per second. */
const SINGLES_MAX = 48;
/** So many of history at once are no little: they are gathered. Each as a single call would cost as many calls. */
const HISTORY_CROWD = 8;
/** Live writes that found no room go out together from so many on, when they have waited this long. */
const LIVE_CROWD = 10;
const LIVE_PATIENCE_MS = 250;
/** Few that wait for a window: from here on an import, which takes a second or two, is sooner done than the window ends. */
const SHORT_RATE_MS = 2_000;
/** An import is full: a third of what the official connectors send at once, for reports that are read in one go. */
const FULL = 1_500;
/** As long as the flood has lasted: a short load is done soon, a whole history costs few calls. */
const GATHER_MS = { min: 100, max: 6_000 } as const;
/** No more came for so long: those who write wait for us, and not the other way round. */
const QUIET_MS = { min: 50, max: 3_000 } as const;
/** None is even under way: only what lies between a customer's activities is waited for. */
const NONE_TO_COME_MS = 400;

/**
 * Single calls when little waits, one import when much waits or when the rate of single calls is short. Live writes take the
 * single calls first; history's are gathered from a handful on.
 */
export function bulkStep(situation: BulkSituation): BulkStep {
  const { live, history, singles, imports } = situation;
  const free = Math.max(0, SINGLES_MAX - singles.inFlight);
  const liveNow = Math.min(live.count, free, singles.room.live);
  const mayHistory = !isGathered(situation) || (imports.isClosed && history.oldestMs >= SHORT_RATE_MS);
  const historyNow = mayHistory ? Math.min(history.count, free - liveNow, singles.room.history - liveNow) : 0;
  const taken = { live: Math.max(0, liveNow), history: Math.max(0, historyNow) };
  return { singles: taken, isImportDue: mayImport(situation) && isImportDue(situation, taken) };
}

function isGathered({ history, floodMs }: BulkSituation): boolean {
  return floodMs !== null || history.count >= HISTORY_CROWD;
}

function mayImport({ imports }: BulkSituation): boolean {
  return !imports.isClosed && imports.underWay < imports.max && imports.pauseMs <= 0;
}

function isImportDue(situation: BulkSituation, taken: BulkStep['singles']): boolean {
  const { live, history, imports } = situation;
  const liveLeft = live.count - taken.live;
  const historyLeft = history.count - taken.history;
  if (liveLeft + historyLeft >= FULL) return true;
  const isPreviousDone = imports.underWay === 0;
  if (liveLeft > 0 && isLiveDue(situation, liveLeft) && (isPreviousDone || live.oldestMs >= SHORT_RATE_MS)) return true;
  if (historyLeft <= 0) return false;
  if (history.oldestMs >= GATHER_MS.max) return true;
  return isPreviousDone && isHistoryDue(situation);
}

function isLiveDue({ live, singles }: BulkSituation, left: number): boolean {
  if (left >= LIVE_CROWD && live.oldestMs >= LIVE_PATIENCE_MS) return true;
  return isRateShort(live, singles.resetMs);
}

function isHistoryDue(situation: BulkSituation): boolean {
  const { history, floodMs, toCome, singles } = situation;
  if (!isGathered(situation)) return isRateShort(history, singles.resetMs);
  const gatherMs = clamp(floodMs ?? 0, GATHER_MS);
  const quietMs = clamp(gatherMs / 2, QUIET_MS);
  return history.oldestMs >= gatherMs || history.quietMs >= (toCome > 0 ? quietMs : Math.min(quietMs, NONE_TO_COME_MS));
}

function isRateShort(waiting: WaitingWrites, resetMs: number): boolean {
  return waiting.oldestMs >= SHORT_RATE_MS && resetMs >= SHORT_RATE_MS;
}

function clamp(value: number, { min, max }: { readonly min: number; readonly max: number }): number {
  return Math.min(max, Math.max(min, value));
}
