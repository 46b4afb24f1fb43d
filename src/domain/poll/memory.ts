import { LIMITS } from '../limits.js';
import { POLL_STREAMS, type PollStream, type WaitingChange } from './change.js';

/** How far one stream has been read. */
export interface StreamMark {
  /** When the last round began that read the stream to its end (ISO instant, Temporal's clock). */
  readonly watermark: string;
  /** The newest stamp that was seen (ISO instant, Stokly's clock). */
  readonly newestAt: string;
  /** Changes that the next round will be shown again and must not wake for again: `changeKey`, oldest first, bounded. */
  readonly recent: readonly string[];
}

/** What a round leaves for the next: the whole memory of the poll, kept in the result of its run. At most about 1 MB. */
export interface PollMemory {
  readonly streams: Readonly<Record<PollStream, StreamMark>>;
  readonly waiting: readonly WaitingChange[];
  /** Fingerprints of the orders that were still open, by order id; null where nothing needs them (there is `timeUpdated`). */
  readonly openOrders: Readonly<Record<string, string>> | null;
}

/** The poll looks after what happens from now on; what was before is the backfill's. */
export function firstMemory(nowMs: number): PollMemory {
  const now = new Date(nowMs).toISOString();
  const mark: StreamMark = { watermark: now, newestAt: lookBackFrom(now), recent: [] };
  return { streams: { orders: mark, refunds: mark, customers: mark }, waiting: [], openOrders: null };
}

/** What an earlier run left, whatever its code was; null where it is none of it. */
export function memoryOf(left: unknown): PollMemory | null {
  const memory = (left as { memory?: PollMemory } | null | undefined)?.memory;
  const isWhole = POLL_STREAMS.every((stream) => typeof memory?.streams?.[stream]?.watermark === 'string');
  return isWhole ? (memory ?? null) : null;
}

/**
 * From when on a stream is read: the watermark less a look-back, for rows that Stokly shows later than it stamps them; and never
 * from later than the newest stamp that was seen, so that a clock of Stokly's that is behind ours hides nothing.
 */
export function sinceOf({ watermark, newestAt }: Pick<StreamMark, 'watermark' | 'newestAt'>): string {
  const lookedBack = lookBackFrom(watermark);
  return newestAt < lookedBack ? newestAt : lookedBack;
}

function lookBackFrom(instant: string): string {
  return new Date(Date.parse(instant) - LIMITS.pollLookBackMs).toISOString();
}
