import { ApiError } from './api-error.js';
import type { Settings } from './settings.js';

/** A fixed window of calls for the whole account. It opens with the first call and closes `rateWindowMs` later. */
export class RateWindow {
  #opensAtMs = 0;
  #used = 0;
  #refused = 0;

  /** Counts a call. Gives what remains after it; over the limit: 429, with `x-ratelimit-remaining: 0`. */
  take(settings: Settings): number {
    const now = Date.now();
    if (now - this.#opensAtMs >= settings.rateWindowMs) {
      this.#opensAtMs = now;
      this.#used = 0;
    }
    if (this.#used >= settings.rateLimit) {
      this.#refused += 1;
      const secondsLeft = Math.ceil((this.#opensAtMs + settings.rateWindowMs - now) / 1000);
      throw new ApiError(429, 'Too many requests', {
        'x-ratelimit-remaining': '0',
        ...(settings.rateRetryAfter ? { 'retry-after': String(secondsLeft) } : {}),
      });
    }
    this.#used += 1;
    return settings.rateLimit - this.#used;
  }

  restart(): void {
    this.#opensAtMs = 0;
    this.#used = 0;
    this.#refused = 0;
  }

  get counts(): { used: number; refused: number } {
    return { used: this.#used, refused: this.#refused };
  }
}
