import { AnswerError } from './answers.js';
import type { EmulatorClock } from './clock.js';
import type { Settings } from './settings.js';

/**
 * Budget that a call counts against. The vendor shows the tier of a call only as an image on each reference page;
 * chosen by its description: low = bulk and what returns a lot, medium = single writes, high = single light reads,
 * unlimited = polling.
 */
export type Tier = 'low' | 'medium' | 'high' | 'unlimited';

interface Window {
  readonly endsAtMs: number;
  used: number;
}

/** Counts calls per tier. A window opens with the first call in it. */
export class RateLimits {
  readonly #windows = new Map<string, Window>();
  constructor(readonly clock: EmulatorClock) {}

  /** Counts the call; gives the headers of its answer. Throws the answer when the budget is used up. */
  take(tier: Tier, settings: Settings): Record<string, string> {
    return settings.rates.scheme === 'flat' ? this.#takeFlat(settings) : this.#takeTiered(tier, settings);
  }

  clear(): void {
    this.#windows.clear();
  }

  /** The headers as they would stand now on a refusal in this tier; for faults. */
  exhaustedHeaders(tier: Tier, settings: Settings, resetInMs: number): Record<string, string> {
    const named = tier === 'unlimited' ? 'medium' : tier;
    const window = { endsAtMs: this.clock.nowMs() + resetInMs, used: settings.rates[named] };
    return this.#headers(named, window, settings);
  }

  #takeFlat(settings: Settings): Record<string, string> {
    const window = this.#window('flat', settings.rates.flatWindowMs);
    if (window.used >= settings.rates.flat) {
      throw new AnswerError(400, { message: 'API usage exceeded. ERROR_APIUSAGE_EXCEEDED' });
    }
    window.used += 1;
    return {};
  }

  #takeTiered(tier: Tier, settings: Settings): Record<string, string> {
    if (tier === 'unlimited') return {};
    const window = this.#window(tier, settings.rates.windowMs);
    if (window.used >= settings.rates[tier]) {
      throw new RateLimited(this.#refusalHeaders(tier, window, settings));
    }
    window.used += 1;
    return this.#headers(tier, window, settings);
  }

  #refusalHeaders(tier: Exclude<Tier, 'unlimited'>, window: Window, settings: Settings): Record<string, string> {
    const headers = this.#headers(tier, window, settings);
    if (settings.rates.hasRetryAfter) headers['Retry-After'] = String(this.#secondsTo(window));
    return headers;
  }

  #headers(tier: Exclude<Tier, 'unlimited'>, window: Window, settings: Settings): Record<string, string> {
    if (!settings.rates.hasHeaders) return {};
    const limit = settings.rates[tier];
    const headers: Record<string, string> = {
      'X-RateLimit-Limit': String(limit),
      'X-RateLimit-Remaining': String(Math.max(0, limit - window.used)),
      'X-RateLimit-Scope': `${tier}CallRate`,
    };
    if (settings.rates.reset === 'epoch') headers['X-RateLimit-Reset'] = String(Math.ceil(window.endsAtMs / 1000));
    if (settings.rates.reset === 'delta') headers['X-RateLimit-Reset'] = String(this.#secondsTo(window));
    return headers;
  }

  #secondsTo(window: Window): number {
    return Math.max(1, Math.ceil((window.endsAtMs - this.clock.nowMs()) / 1000));
  }

  #window(name: string, lengthMs: number): Window {
    const open = this.#windows.get(name);
    if (open !== undefined && open.endsAtMs > this.clock.nowMs()) return open;
    const window = { endsAtMs: this.clock.nowMs() + lengthMs, used: 0 };
    this.#windows.set(name, window);
    return window;
  }
}

/** 429 of a tier: whether the vendor sends a body is not known, so there is none. */
export class RateLimited extends AnswerError {
  constructor(readonly headers: Readonly<Record<string, string>>) {
    super(429, null);
  }
}
