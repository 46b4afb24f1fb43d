import { createRateLimiter, type RateLimiter, type RateLimiterState } from '../http/limiter.js';

/**
 * The tiers of Dotdigital's default scheme, by the names that `X-RateLimit-Scope` gives them (one is documented,
 * `lowCallRate`; the others follow it). Each has a budget of its own a minute.
 */
export type Tier = 'lowCallRate' | 'mediumCallRate' | 'highCallRate' | 'unlimitedCallRate';

/** An endpoint of ours, and the tier that it is taken to belong to until an answer says otherwise (D2). */
export interface Endpoint {
  readonly name: string;
  readonly tier: Tier;
}

/** One limiter a tier; which tier an endpoint is in is learned from its answers. */
export class TierLimiters {
  readonly #limiters = new Map<string, RateLimiter>();
  readonly #learned = new Map<string, string>();

  constructor(
    private readonly now: () => number,
    private readonly windowMs: number,
  ) {}

  of(endpoint: Endpoint): RateLimiter {
    return this.#limiter(this.#learned.get(endpoint.name) ?? endpoint.tier);
  }

  /** Gives the limiter that the answer is about: that of the scope it names. */
  learn(endpoint: Endpoint, scope: string | undefined): RateLimiter {
    if (scope !== undefined && /^[A-Za-z]{1,40}$/.test(scope)) this.#learned.set(endpoint.name, scope);
    return this.of(endpoint);
  }

  states(): Readonly<Record<string, RateLimiterState>> {
    return Object.fromEntries([...this.#limiters].map(([tier, limiter]) => [tier, limiter.state()]));
  }

  #limiter(tier: string): RateLimiter {
    const known = this.#limiters.get(tier);
    if (known !== undefined) return known;
    const made = createRateLimiter({ now: this.now, startLimit: null, windowMs: this.windowMs });
    this.#limiters.set(tier, made);
    return made;
  }
}
