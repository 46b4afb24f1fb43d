import type { RateReading } from './rate-headers.js';
import { type WaitOptions, WaitingLine } from './waiting-line.js';

export interface RateLimiterSettings {
  readonly now?: () => number;
  /** Calls a window until an answer says otherwise; null: not known, then few calls go out until the first answer. */
  readonly startLimit: number | null;
  readonly windowMs: number;
}

/** A call that may go out. Handed back with `settle` when its answer is in, or when it has none. */
export interface Permit {
  readonly sequence: number;
}

export interface RateLimiterState {
  /** Calls a window; null while not known. */
  readonly limit: number | null;
  /** Calls that may still go out in this window; null while not known. */
  readonly remaining: number | null;
  /** Epoch ms of the window's end; null where no window runs. */
  readonly resetAtMs: number | null;
  readonly waiting: { readonly live: number; readonly history: number };
  /** Time that calls have waited here, all together. */
  readonly waitedMs: number;
}

export interface RateLimiter {
  /** Resolves when the call may go out, live calls before history's; `aborted` when the signal ended the wait. */
  take(options: WaitOptions): Promise<Permit | 'aborted'>;
  settle(permit: Permit, reading: RateReading | null): void;
  /** Learns from an answer whose call was counted elsewhere (its tier turned out to be another). */
  observe(reading: RateReading): void;
  state(): RateLimiterState;
}

/** While nothing is known about a limit: enough to learn it, too few to break it. */
const IN_FLIGHT_MAX_UNKNOWN = 4;
/** History leaves this part of a window to live calls, so that a backfill never makes an order wait for the reset. */
const LIVE_SHARE = 0.2;
const RESERVE_LOOK_MS = 250;
/** Where a refusal says no time: the first pause; it doubles up to the window with each refusal in a row. */
const REFUSED_PAUSE_MS = 1_000;
/** A vendor's reset is believed within these bounds (a clock that is wrong must not stop us for hours). */
const RESET_WAIT_MS = { min: 1_000, max: 90_000 } as const;

/**
 * Keeps one budget (one API, one tier) from what answers say about it. Never lets a call out before a reset that was
 * said or inferred. Fixed windows are assumed; in a sliding one the headers correct the count downwards at once.
 */
export function createRateLimiter(settings: RateLimiterSettings): RateLimiter {
  return new HeaderLearnedLimiter(settings);
}

/** Until the window's end; null where none runs. */
export function resetInMs(state: RateLimiterState, nowMs: number): number | null {
  return state.resetAtMs === null ? null : Math.max(0, state.resetAtMs - nowMs);
}

class HeaderLearnedLimiter implements RateLimiter {
  readonly #now: () => number;
  readonly #windowMs: number;
  readonly #line: WaitingLine<Permit>;
  #limit: number | null;
  #remaining: number | null;
  #resetAtMs: number | null = null;
  #isResetStated = false;
  #inFlight = new Set<number>();
  #sequence = 0;
  /** Sequence of the newest call whose answer was counted: an older one's answer may lower the count, never raise it. */
  #newestLearned = 0;
  #hasAnswer: boolean;
  #refusalsInRow = 0;
  /** Calls up to here were out when the last refusal came: their answers say nothing about what comes after it. */
  #refusedUpTo = 0;
  /** Calls up to here belong to an earlier window: what they say about the count is past. */
  #pastWindowUpTo = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(settings: RateLimiterSettings) {
    this.#now = settings.now ?? Date.now;
    this.#line = new WaitingLine(this.#now);
    this.#windowMs = settings.windowMs;
    this.#limit = settings.startLimit;
    this.#remaining = settings.startLimit;
    this.#hasAnswer = settings.startLimit !== null;
  }

  take(options: WaitOptions): Promise<Permit | 'aborted'> {
    if (options.signal?.aborted === true) return Promise.resolve('aborted');
    const turn = this.#line.join(options);
    this.#release();
    return turn;
  }

  settle(permit: Permit, reading: RateReading | null): void {
    this.#inFlight.delete(permit.sequence);
    this.#hasAnswer ||= reading !== null;
    if (reading !== null) this.#learn(permit, reading);
    this.#release();
  }

  observe(reading: RateReading): void {
    this.#sequence += 1;
    this.#hasAnswer = true;
    this.#learn({ sequence: this.#sequence }, reading);
    this.#release();
  }

  state(): RateLimiterState {
    this.#openWindowWhenDue();
    return {
      limit: this.#limit,
      remaining: this.#remaining,
      resetAtMs: this.#resetAtMs,
      waiting: this.#line.counts(),
      waitedMs: this.#line.waitedMs,
    };
  }

  #learn(permit: Permit, reading: RateReading): void {
    if (reading.limit !== null) this.#limit = reading.limit;
    if (reading.isRefusal) {
      this.#closeUntilReset(permit, reading);
      return;
    }
    if (permit.sequence <= Math.max(this.#pastWindowUpTo, this.#refusedUpTo)) return;
    this.#refusalsInRow = 0;
    if (reading.remaining !== null) this.#learnRemaining(permit, reading.remaining, reading.limit !== null);
    if (reading.waitMs !== null) this.#stateReset(reading.waitMs);
    else if (this.#remaining !== null) this.#inferReset();
  }

  #learnRemaining(permit: Permit, stated: number, isLimitStated: boolean): void {
    // Calls without an answer may or may not be in the stated count: taken as not yet counted.
    const free = Math.max(0, stated - this.#inFlight.size);
    const isNewest = permit.sequence > this.#newestLearned;
    if (isNewest) this.#newestLearned = permit.sequence;
    // More than we can have left: the vendor's window began anew before the end that we inferred.
    const isNewWindow = isNewest && this.#remaining !== null && free > this.#remaining + this.#inFlight.size;
    if (isNewWindow && !this.#isResetStated) this.#resetAtMs = null;
    if (this.#remaining === null || free < this.#remaining || isNewest) this.#remaining = free;
    if (isLimitStated || !isNewest) return;
    if (this.#limit !== null && this.#resetAtMs !== null && stated < this.#limit) return;
    // Not stated: what the window still holds, with at least this call and at most all of ours that it may have counted.
    const sent = this.#sequence - this.#pastWindowUpTo;
    this.#limit = Math.min(stated + sent, Math.max(stated + 1, this.#limit ?? 0));
  }

  #stateReset(waitMs: number): void {
    this.#resetAtMs = this.#now() + clampWait(waitMs);
    this.#isResetStated = true;
  }

  /** The window began no later than its first answer came, so it ends no later than this. */
  #inferReset(): void {
    if (this.#isResetStated) return;
    this.#resetAtMs ??= this.#now() + this.#windowMs;
  }

  #closeUntilReset(permit: Permit, reading: RateReading): void {
    if (permit.sequence > this.#refusedUpTo) this.#refusalsInRow += 1;
    this.#refusedUpTo = this.#sequence;
    this.#resetAtMs = this.#now() + this.#refusedForMs(reading);
    this.#isResetStated = true;
    this.#remaining = 0;
    if (this.#limit === null) this.#hasAnswer = false;
  }

  /** As stated; a budget that is said to be spent is spent until its window ends; else a pause that grows. */
  #refusedForMs(reading: RateReading): number {
    if (reading.waitMs !== null) return clampWait(reading.waitMs);
    const leftMs = this.#resetAtMs === null ? null : Math.max(0, this.#resetAtMs - this.#now());
    const pauseMs = Math.min(REFUSED_PAUSE_MS * 2 ** (this.#refusalsInRow - 1), this.#windowMs);
    if (reading.remaining === 0) return Math.max(pauseMs, leftMs ?? this.#windowMs);
    // With calls left by our count it is no spent window, and its end says nothing about when to come back.
    const isSpent = this.#remaining !== null && this.#remaining <= 0;
    return Math.max(pauseMs, isSpent && this.#isResetStated ? (leftMs ?? 0) : 0);
  }

  #openWindowWhenDue(): void {
    if (this.#resetAtMs === null || this.#now() < this.#resetAtMs) return;
    this.#resetAtMs = null;
    this.#isResetStated = false;
    this.#remaining = this.#limit;
    this.#pastWindowUpTo = this.#sequence;
  }

  #release(): void {
    this.#openWindowWhenDue();
    while (this.#mayNextGo()) {
      this.#sequence += 1;
      this.#inFlight.add(this.#sequence);
      if (this.#remaining !== null) this.#remaining -= 1;
      this.#line.releaseNext({ sequence: this.#sequence });
    }
    this.#setTimer();
  }

  #mayNextGo(): boolean {
    const priority = this.#line.nextPriority();
    if (priority === null) return false;
    if (!this.#hasAnswer && this.#inFlight.size >= IN_FLIGHT_MAX_UNKNOWN) return false;
    if (this.#refusalsInRow > 0 && this.#isOneOutSinceRefusal()) return false;
    return this.#hasRoom(priority === 'live' ? 0 : this.#reserve());
  }

  /** After a refusal one call goes first: whether the budget is there again is for its answer to say. */
  #isOneOutSinceRefusal(): boolean {
    for (const sequence of this.#inFlight) if (sequence > this.#refusedUpTo) return true;
    return false;
  }

  #hasRoom(reserve: number): boolean {
    return this.#remaining === null || this.#remaining > reserve;
  }

  /** What history leaves in the window for live calls; it shrinks to nothing as the window ends. */
  #reserve(): number {
    if (this.#limit === null) return 0;
    const leftMs = this.#resetAtMs === null ? this.#windowMs : Math.max(0, this.#resetAtMs - this.#now());
    return Math.floor(this.#limit * LIVE_SHARE * Math.min(1, leftMs / this.#windowMs));
  }

  /** Runs only while someone waits for a window; a budget that is spent without any window gets one of full length. */
  #setTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#line.nextPriority() === null) return;
    if (this.#resetAtMs === null) {
      const isSpent = this.#remaining !== null && !this.#hasRoom(this.#reserve());
      if (!isSpent || this.#inFlight.size > 0) return;
      this.#resetAtMs = this.#now() + this.#windowMs;
    }
    const untilResetMs = Math.max(1, this.#resetAtMs - this.#now());
    // With room left, history waits for the reserve to shrink, not for the reset.
    const untilNextMs = this.#hasRoom(0) ? Math.min(untilResetMs, RESERVE_LOOK_MS) : untilResetMs;
    this.#timer = setTimeout(() => this.#release(), untilNextMs);
  }
}

function clampWait(waitMs: number): number {
  return Math.min(RESET_WAIT_MS.max, Math.max(RESET_WAIT_MS.min, waitMs));
}
