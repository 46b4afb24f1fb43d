/**
 * How long one call waits in all for budgets that were refused to it, before its caller hears of it: as long as a limiter
 * believes any stated reset. Far below the time that an attempt of an activity may take.
 */
export const REFUSED_WAIT_MS_MAX = 90_000;

/** One try of a call that may be refused because a budget is spent. */
export interface RefusableAnswer {
  readonly isRefused: boolean;
  /** Until the limiter lets the next call out; null where nothing holds it back. */
  readonly resetMs: number | null;
}

/**
 * Sends a call again while it is refused for a spent budget: the limiter, which has learned of the refusal, holds the next
 * try back until the reset. Such a call had no effect, so a write is repeated as safely as a read, and neither the work done
 * before it nor an attempt of the activity is lost. Gives the last refusal when the reset is too far away.
 */
export async function untilNotRefused<Answer extends RefusableAnswer>(
  send: () => Promise<Answer>,
  { now, waitMsMax }: { readonly now: () => number; readonly waitMsMax: number },
): Promise<Answer> {
  const giveUpAtMs = now() + waitMsMax;
  for (;;) {
    const answer = await send();
    if (!answer.isRefused || now() + (answer.resetMs ?? 0) > giveUpAtMs) return answer;
  }
}
