import { LearnedBudget, type Permit } from './learned-budget.js';
import type { RateReading } from './rate-headers.js';
import { type WaitingCall, type WaitOptions, WaitingLine } from './waiting-line.js';

export interface RateLimiterSettings {
  readonly now?: () => number;
  /** Calls a window until an answer says otherwise; null: not known, then few calls go out until the first answer. */
  readonly startLimit: number | null;
  readonly windowMs: number;
}

export type { Permit } from './learned-budget.js';

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
  /**
   * Resolves when the call may go out, live calls before history's. When the signal ended the wait: `held-back` where it was the limit
   * that it waited for at the end, `aborted` where it was answers to those that are out, which do not come.
   */
  take(options: WaitOptions): Promise<Permit | 'aborted' | 'held-back'>;
  /** Whether a call under that signal waits for the limit at this moment. */
  isHeldBack(signal: AbortSignal): boolean;
  settle(permit: Permit, reading: RateReading | null): void;
  /** In place of `settle`, at once, for a call that does not go out after all: it costs nothing of the budget. */
  giveBack(permit: Permit): void;
  /** Learns from an answer whose call was counted elsewhere (its tier turned out to be another). */
  observe(reading: RateReading): void;
  state(): RateLimiterState;
}

/** How often history looks whether the part of a window that is kept for live calls has shrunk. */
const RESERVE_LOOK_MS = 250;
const RESERVE_LOOKS_A_WINDOW = 20;
/** A vendor that is well answers some call within seconds: one that leaves all that are out without an answer for so long hangs. */
const HANGS_AFTER_MS = 60_000;

/**
 * Keeps one budget (one API, one tier) from what answers say about it. Never lets a call out before a reset that was
 * said or inferred. Fixed windows are assumed; in a sliding one the headers correct the count downwards at once. Several workers
 * that share an account see each other in what remains, and stay within the limit together.
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
  readonly #budget: LearnedBudget;
  readonly #lookMs: number;
  readonly #line: WaitingLine<Permit>;
  #timer: NodeJS.Timeout | null = null;
  #answeredAtMs = Number.NEGATIVE_INFINITY;
  /** Since when calls have gone out without any answer; kept where they end without one: a vendor that hangs lets one after another time out. */
  #silentSinceMs: number | null = null;

  constructor({ now = Date.now, startLimit, windowMs }: RateLimiterSettings) {
    this.#now = now;
    this.#budget = new LearnedBudget({ now, startLimit, windowMs });
    this.#lookMs = Math.min(RESERVE_LOOK_MS, windowMs / RESERVE_LOOKS_A_WINDOW);
    this.#line = new WaitingLine(now);
  }

  async take(options: WaitOptions): Promise<Permit | 'aborted' | 'held-back'> {
    if (options.signal?.aborted === true) return 'aborted';
    const waiting = { priority: options.priority, joinedAtMs: this.#now() };
    const turn = this.#line.join(options);
    this.#release();
    const outcome = await turn;
    return outcome === 'aborted' && this.#isLimitWaitedFor(waiting) ? 'held-back' : outcome;
  }

  isHeldBack(signal: AbortSignal): boolean {
    const waiting = this.#line.waitingUnder(signal);
    return waiting !== null && this.#isLimitWaitedFor(waiting);
  }

  settle(permit: Permit, reading: RateReading | null): void {
    this.#budget.settle(permit, reading);
    if (reading !== null) this.#answered();
    this.#release();
  }

  giveBack(permit: Permit): void {
    this.#budget.giveBack(permit);
    if (this.#budget.inFlight === 0) this.#silentSinceMs = null;
    this.#release();
  }

  observe(reading: RateReading): void {
    this.#budget.observe(reading);
    this.#answered();
    this.#release();
  }

  state(): RateLimiterState {
    this.#budget.openWindowWhenDue();
    const { limit, remaining, resetAtMs } = this.#budget;
    return { limit, remaining, resetAtMs, waiting: this.#line.counts(), waitedMs: this.#line.waitedMs };
  }

  /**
   * Answers came meanwhile and come still, so the vendor is there and others had the turns; or nothing is out whose answer could make
   * room. Where all that are out go unanswered for long, it is the vendor that hangs, whatever it had answered before.
   */
  #isLimitWaitedFor({ priority, joinedAtMs }: WaitingCall): boolean {
    if (this.#budget.inFlight === 0 && !this.#budget.hasRoom(priority)) return true;
    const isSilent = this.#silentSinceMs !== null && this.#now() - this.#silentSinceMs > HANGS_AFTER_MS;
    return this.#answeredAtMs > joinedAtMs && !isSilent;
  }

  #answered(): void {
    this.#answeredAtMs = this.#now();
    this.#silentSinceMs = this.#budget.inFlight === 0 ? null : this.#answeredAtMs;
  }

  #spend(): Permit {
    this.#silentSinceMs ??= this.#now();
    return this.#budget.spend();
  }

  #release(): void {
    this.#budget.openWindowWhenDue();
    for (;;) {
      const priority = this.#line.nextPriority();
      if (priority === null || !this.#budget.mayGo(priority)) break;
      this.#line.releaseNext(this.#spend());
    }
    this.#setTimer();
  }

  /** Runs only while someone waits for a window. */
  #setTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const priority = this.#line.nextPriority();
    if (priority === null) return;
    const budget = this.#budget;
    if (budget.resetAtMs === null) {
      if (budget.hasRoom(priority) || budget.inFlight > 0) return;
      budget.closeWindow();
    }
    const untilResetMs = Math.max(1, (budget.resetAtMs ?? 0) - this.#now());
    // With room left, history waits for the reserve to shrink, not for the reset.
    const untilNextMs = budget.hasRoom('live') ? Math.min(untilResetMs, this.#lookMs) : untilResetMs;
    this.#timer = setTimeout(() => this.#release(), untilNextMs);
  }
}
