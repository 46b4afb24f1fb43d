const PROBE_PAUSE_MS = { first: 1_000, max: 30_000 } as const;

/** `go`: call; `wait`: the credentials are refused at present, and someone else looks whether they work again. */
export type GatePass = { readonly kind: 'go' } | { readonly kind: 'wait'; readonly retryAfterMs: number };

/**
 * Keeps refused credentials from becoming a storm: after a refusal one call at a time goes out to see whether they work
 * again, at a growing pace; all others are told when to come back.
 */
export class CredentialsGate {
  #refusals = 0;
  #nextProbeAtMs = 0;

  constructor(private readonly now: () => number = Date.now) {}

  enter(): GatePass {
    if (this.#refusals === 0) return { kind: 'go' };
    const waitMs = this.#nextProbeAtMs - this.now();
    if (waitMs > 0) return { kind: 'wait', retryAfterMs: waitMs };
    // This caller is the probe: the next may try when this one has had its time, whatever becomes of it.
    this.#nextProbeAtMs = this.now() + this.#pauseMs();
    return { kind: 'go' };
  }

  /** Gives the time until the next probe. */
  refused(): number {
    this.#refusals += 1;
    this.#nextProbeAtMs = this.now() + this.#pauseMs();
    return this.#pauseMs();
  }

  accepted(): void {
    this.#refusals = 0;
  }

  #pauseMs(): number {
    return Math.min(PROBE_PAUSE_MS.max, PROBE_PAUSE_MS.first * 2 ** Math.max(0, this.#refusals - 1));
  }
}
