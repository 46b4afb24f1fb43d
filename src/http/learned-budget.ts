import type { RateReading } from './rate-headers.js';

/** A call that may go out. Handed back with `settle` when its answer is in, or when it has none. */
export interface Permit {
  readonly sequence: number;
}

export interface BudgetSettings {
  readonly now: () => number;
  /** Calls a window until an answer says otherwise; null: not known. */
  readonly startLimit: number | null;
  readonly windowMs: number;
}

/** While nothing is known about a limit: enough to learn it, too few to break it. */
const IN_FLIGHT_MAX_UNKNOWN = 4;
/** At most this part of what is left is out at a time, one call at least: others may begin a window in the same moment. */
const IN_FLIGHT_SHARE = { alone: 0.25, withOthers: 0.1 } as const;
/**
 * Where others call too, this part of a window is left alone at its end, when all would send the last calls at once; for three
 * others at least that one call each, in a small window as well.
 */
const OTHERS_RESERVE = { share: 0.03, shareMax: 0.09, calls: 3 } as const;
/** How long others that were noticed are taken to be there, in windows. */
const OTHERS_WINDOWS = 3;
/** History leaves this part of a window to live calls, so that a backfill never makes an order wait for the reset. */
const LIVE_SHARE = 0.2;
/** Where a refusal says no time: the first pause; it doubles up to the window with each refusal in a row. */
const REFUSED_PAUSE_MS = 1_000;
/** A vendor's reset is believed within these bounds (a clock that is wrong must not stop us for hours). */
const RESET_WAIT_MS = { min: 1_000, max: 90_000 } as const;
/** Resets are said in whole seconds: one that is later by no more than this is the same one, rounded otherwise. */
const RESET_ROUNDING_MS = 1_000;

/** What is known of one budget (one API, one tier) from the answers, and which calls of it are out. */
export class LearnedBudget {
  readonly #now: () => number;
  readonly #windowMs: number;
  #limit: number | null;
  /** An answer has said, or shown by its silence, what the limit is; before, it is what someone believed. */
  #isLimitLearned = false;
  #remaining: number | null;
  /** What remains was said in this window, and is not only what its limit lets hope. */
  #isCountStated = false;
  #resetAtMs: number | null = null;
  #isResetStated = false;
  readonly #inFlight = new Set<number>();
  #sequence = 0;
  /** Sequence of the newest call whose answer was counted: an older one's answer may lower the count, never raise it. */
  #newestLearned = 0;
  #refusalsInRow = 0;
  /** Calls up to here were out when the last refusal came: their answers say nothing about what comes after it. */
  #refusedUpTo = 0;
  /** Calls up to here belong to an earlier window: what they say about the count is past. */
  #pastWindowUpTo = 0;
  /** So many calls this window may count that we have not sent in it: those that were out when it opened. */
  #carriedOver = 0;
  /** Calls that were counted in this window, and did not go out after all. */
  #givenBack = 0;
  /** When more was missing than we had sent. */
  #othersSeenAtMs: number | null = null;

  constructor(settings: BudgetSettings) {
    this.#now = settings.now;
    this.#windowMs = settings.windowMs;
    this.#limit = settings.startLimit;
    this.#remaining = settings.startLimit;
  }

  get limit(): number | null {
    return this.#limit;
  }

  get remaining(): number | null {
    return this.#remaining;
  }

  get resetAtMs(): number | null {
    return this.#resetAtMs;
  }

  get inFlight(): number {
    return this.#inFlight.size;
  }

  /** A call goes out. */
  spend(): Permit {
    this.#sequence += 1;
    this.#inFlight.add(this.#sequence);
    if (this.#remaining !== null) this.#remaining -= 1;
    return { sequence: this.#sequence };
  }

  /** Its answer is in; null: it has none. */
  settle(permit: Permit, reading: RateReading | null): void {
    this.#inFlight.delete(permit.sequence);
    if (reading !== null) this.#learn(permit, reading);
  }

  /** It was not sent. What was said of the count meanwhile, a refusal or a new window, stands. */
  giveBack({ sequence }: Permit): void {
    this.#inFlight.delete(sequence);
    if (sequence > this.#pastWindowUpTo) this.#givenBack += 1;
    if (this.#remaining === null || sequence <= Math.max(this.#pastWindowUpTo, this.#refusedUpTo)) return;
    this.#remaining += 1;
  }

  /** An answer whose call was counted elsewhere. */
  observe(reading: RateReading): void {
    this.#sequence += 1;
    this.#learn({ sequence: this.#sequence }, reading);
  }

  openWindowWhenDue(): void {
    if (this.#resetAtMs === null || this.#now() < this.#resetAtMs) return;
    this.#resetAtMs = null;
    this.#isResetStated = false;
    this.#remaining = this.#limit;
    this.#isCountStated = false;
    this.#pastWindowUpTo = this.#sequence;
    this.#carriedOver = this.#inFlight.size;
    this.#givenBack = 0;
  }

  /** A budget that is spent without any window gets one of full length. */
  closeWindow(): void {
    this.#resetAtMs = this.#now() + this.#windowMs;
  }

  /** Whether the next call may go out now. */
  mayGo(priority: 'live' | 'history'): boolean {
    if (this.#inFlight.size >= this.#inFlightMax()) return false;
    if (this.#refusalsInRow > 0 && this.#isOneOutSinceRefusal()) return false;
    return this.hasRoom(priority);
  }

  hasRoom(priority: 'live' | 'history'): boolean {
    if (this.#remaining === null) return true;
    const kept = priority === 'live' ? 0 : this.#liveReserve();
    return this.#remaining > Math.max(kept, this.#othersReserve());
  }

  #inFlightMax(): number {
    if (!this.#isLimitLearned) return IN_FLIGHT_MAX_UNKNOWN;
    if (this.#remaining === null) return Number.POSITIVE_INFINITY;
    const share = this.#hasOthers() ? IN_FLIGHT_SHARE.withOthers : IN_FLIGHT_SHARE.alone;
    return Math.max(1, Math.floor((this.#remaining + this.#inFlight.size) * share));
  }

  /** After a refusal one call goes first: whether the budget is there again is for its answer to say. */
  #isOneOutSinceRefusal(): boolean {
    for (const sequence of this.#inFlight) if (sequence > this.#refusedUpTo) return true;
    return false;
  }

  /** What history leaves in the window for live calls; it shrinks to nothing as the window ends. */
  #liveReserve(): number {
    if (this.#limit === null) return 0;
    const leftMs = this.#resetAtMs === null ? this.#windowMs : Math.max(0, this.#resetAtMs - this.#now());
    return Math.floor(this.#limit * LIVE_SHARE * Math.min(1, leftMs / this.#windowMs));
  }

  #othersReserve(): number {
    if (this.#limit === null || !this.#hasOthers()) return 0;
    const { share, shareMax, calls } = OTHERS_RESERVE;
    return Math.floor(Math.max(this.#limit * share, Math.min(calls, this.#limit * shareMax)));
  }

  #hasOthers(): boolean {
    return this.#othersSeenAtMs !== null && this.#now() - this.#othersSeenAtMs <= OTHERS_WINDOWS * this.#windowMs;
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
    this.#isLimitLearned = true;
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
    // An answer without a count may have been about a call that is not counted: then no window began with it.
    const isFirstCount = !this.#isCountStated;
    if ((isNewWindow || isFirstCount) && !this.#isResetStated) this.#resetAtMs = null;
    if (this.#remaining === null || free < this.#remaining || isNewest) this.#remaining = free;
    // Not stated: at least what is left and this call. The first answers of a window say it best.
    if (!isLimitStated) this.#limit = Math.max(stated + 1, isFirstCount ? 0 : (this.#limit ?? 0));
    this.#isCountStated = true;
    const sent = this.#sequence - this.#pastWindowUpTo - this.#givenBack;
    const missing = (this.#limit ?? 0) - stated - sent;
    // What was missing when we came says nothing about others: it may have been this worker before it was started anew.
    if (isFirstCount && this.#pastWindowUpTo === 0) this.#carriedOver = Math.max(0, missing);
    if (missing > this.#carriedOver) this.#othersSeenAtMs = this.#now();
  }

  #stateReset(waitMs: number): void {
    const statedAtMs = this.#now() + clampWait(waitMs);
    const isSame =
      this.#isResetStated && this.#resetAtMs !== null && Math.abs(statedAtMs - this.#resetAtMs) <= RESET_ROUNDING_MS;
    if (isSame) return;
    this.#resetAtMs = statedAtMs;
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
    if (this.#limit === null) this.#isLimitLearned = false;
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
}

function clampWait(waitMs: number): number {
  return Math.min(RESET_WAIT_MS.max, Math.max(RESET_WAIT_MS.min, waitMs));
}
