import { onAbort } from './abort.js';
import type { CallErrorDetail, CallFailure, VendorCallError } from './errors.js';

const PROBE_PAUSE_MS = { first: 1_000, max: 30_000 } as const;
/** Nobody waits longer than this for what somebody else's call finds out: it may hang, and who waits holds a slot. */
const PROBE_WAIT_MS_MAX = 30_000;
/** What work needs to get to its first call, as a rule: when it takes longer, the next piece of work goes ahead too. */
const WORK_AHEAD_MS = 5_000;

/** One call on its way through the gate, from `enter` to `leave`. What is in it is the gate's own. */
export interface GateVisit {
  /** The refusals that had been counted when this call was last let through. */
  round: number;
  /** It has left. What was begun under it may still ask to go out, and must not be the one that looks: it would never leave. */
  isOver: boolean;
}

/** `wait`: the credentials are refused at present, come back later; `aborted`: its signal ended the wait. */
type HeldAtGate = { readonly kind: 'wait'; readonly retryAfterMs: number } | { readonly kind: 'aborted' };
/** `go`: call. */
export type GateAnswer = { readonly kind: 'go'; readonly visit: GateVisit } | HeldAtGate;

/** The error of its vendor's for a call that does not go out. */
export function notSent(
  held: HeldAtGate,
  label: string,
  CallError: new (failure: CallFailure, whatHappened: string, detail: CallErrorDetail) => VendorCallError,
): VendorCallError {
  switch (held.kind) {
    case 'wait': {
      const { retryAfterMs } = held;
      return new CallError('credentials-refused', `${label}: not sent, the credentials are refused`, { retryAfterMs });
    }
    case 'aborted': {
      const what = 'was given up while another call looked whether the credentials work';
      return new CallError('aborted', `${label}: ${what}`, { isAtGate: true });
    }
  }
}

/**
 * Keeps refused credentials from becoming a storm: after a refusal one call at a time goes out to see whether they work
 * again, at a growing pace. Who comes before the next look is told when to come back; who comes while a call is out to look
 * waits for what it finds out, so that all who were told the same moment go on together when the credentials work. What was
 * let through before the refusal and still waits its turn asks again with `admit`, and many refusals of calls that were out
 * together count as one.
 */
export class CredentialsGate {
  /** Counted in a row; 0 while the credentials work. */
  #refusals = 0;
  #round = 0;
  #nextProbeAtMs = 0;
  /** The call that is out to look; nobody else is while it has not left. */
  #probe: GateVisit | null = null;
  /** No piece of work goes ahead before: the last one is still on its way to its call. */
  #nextAheadAtMs = 0;
  readonly #waiting = new Set<() => void>();

  constructor(private readonly now: () => number = Date.now) {}

  /** Whoever is told `go` must `leave`, whatever becomes of the call. */
  async enter(signal?: AbortSignal): Promise<GateAnswer> {
    const giveUpAtMs = this.now() + PROBE_WAIT_MS_MAX;
    while (this.#isProbeOut() && this.now() < giveUpAtMs) {
      if (signal?.aborted === true) return { kind: 'aborted' };
      await this.#untilProbeLeaves(giveUpAtMs - this.now(), signal);
    }
    return this.#admit({ round: -1, isOver: false });
  }

  /**
   * For work that has something to do elsewhere before its call goes out here: null when it may begin, else what its call would be told.
   * While the credentials are refused and a look is due, one piece of work goes ahead; the others wait for what its call finds
   * out, as calls do. It is not the one that looks, its call is: nothing is to be left.
   */
  async beforeWork(signal?: AbortSignal): Promise<HeldAtGate | null> {
    const giveUpAtMs = this.now() + PROBE_WAIT_MS_MAX;
    while (this.#refusals > 0) {
      if (signal?.aborted === true) return { kind: 'aborted' };
      const nowMs = this.now();
      if (nowMs < this.#nextProbeAtMs) return { kind: 'wait', retryAfterMs: this.#nextProbeAtMs - nowMs };
      if (nowMs >= giveUpAtMs) return { kind: 'wait', retryAfterMs: this.#pauseMs() };
      if (this.#probe === null && nowMs >= this.#nextAheadAtMs) {
        this.#nextAheadAtMs = nowMs + WORK_AHEAD_MS;
        return null;
      }
      const lookAgainAtMs = this.#probe === null ? Math.min(giveUpAtMs, this.#nextAheadAtMs) : giveUpAtMs;
      await this.#untilProbeLeaves(lookAgainAtMs - nowMs, signal);
    }
    return null;
  }

  /**
   * Asked again just before the call goes out: the credentials may have been refused while it waited. Never waits, since the
   * one that looks may need what this call holds.
   */
  admit(visit: GateVisit): GateAnswer {
    return visit.round === this.#round && !visit.isOver ? { kind: 'go', visit } : this.#admit(visit);
  }

  /** Gives the time until the next probe. */
  refused(visit: GateVisit): number {
    if (visit.round === this.#round) {
      this.#refusals += 1;
      this.#round += 1;
      this.#nextProbeAtMs = this.now() + this.#pauseMs();
      this.#nextAheadAtMs = this.#nextProbeAtMs;
    }
    return Math.max(0, this.#nextProbeAtMs - this.now());
  }

  /** A call that was out before the last refusal proves nothing: a token that was granted earlier lives on. */
  accepted(visit: GateVisit): void {
    if (visit.round === this.#round) this.#refusals = 0;
  }

  leave(visit: GateVisit): void {
    visit.isOver = true;
    if (this.#probe !== visit) return;
    this.#probe = null;
    for (const lookAgain of this.#waiting) lookAgain();
  }

  #isProbeOut(): boolean {
    return this.#refusals > 0 && this.#probe !== null;
  }

  #untilProbeLeaves(atMostMs: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#waiting.delete(done);
        clearTimeout(timer);
        stopListening();
        resolve();
      };
      const timer = setTimeout(done, atMostMs);
      const stopListening = onAbort(signal, done);
      this.#waiting.add(done);
    });
  }

  #admit(visit: GateVisit): GateAnswer {
    if (this.#refusals > 0) {
      const waitMs = this.#nextProbeAtMs - this.now();
      if (waitMs > 0) return { kind: 'wait', retryAfterMs: waitMs };
      const isAnothersLook = this.#probe !== null && this.#probe !== visit;
      if (isAnothersLook || visit.isOver) return { kind: 'wait', retryAfterMs: this.#pauseMs() };
      this.#probe = visit;
    }
    visit.round = this.#round;
    return { kind: 'go', visit };
  }

  #pauseMs(): number {
    return Math.min(PROBE_PAUSE_MS.max, PROBE_PAUSE_MS.first * 2 ** Math.max(0, this.#refusals - 1));
  }
}
