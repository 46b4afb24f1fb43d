import type { CallObserver } from '../http/call-seen.js';
import { CredentialsGate, type GateVisit, notSent } from '../http/credentials-gate.js';
import { limitWords } from '../http/limit-words.js';
import { createRateLimiter, type RateLimiter, type RateLimiterState, resetInMs } from '../http/limiter.js';
import { readRate } from '../http/rate-headers.js';
import { REFUSED_WAIT_MS_MAX, untilNotRefused } from '../http/refused-wait.js';
import { createHttpTransport, type HttpAnswer, type HttpRequest, type HttpTransport } from '../http/transport.js';
import { judgeTransportError, TransportError } from '../http/transport-error.js';
import { isNotFound, isTokenOver, parseBody, refusalOf } from './answers.js';
import type { CallOptions } from './api.js';
import { StoklyCallError } from './errors.js';
import { GrantKeeper, type StoklySending } from './grant.js';
import { STOKLY_TIMEOUT_MS, type StoklySettings } from './settings.js';

/** One read. `label` names it in messages, without values but ids: `GET saleorders/{id} (order …)`. */
export interface StoklyRead {
  /** As a function: asked when the call has its turn and its token, and goes out. */
  readonly path: string | (() => string);
  readonly label: string;
  readonly options: CallOptions;
}

/** The body of an answer, its numbers kept as text; Stokly's own 404 is a value. */
export type StoklyBody = { readonly kind: 'found'; readonly body: unknown } | { readonly kind: 'not-found' };

/**
 * Calls Stokly: limiter, token, one retry when the token is over, and a refused budget is waited for. No other retries: those
 * are the activity's.
 */
export class StoklyCalls {
  readonly #transport: HttpTransport;
  readonly #limiter: RateLimiter;
  readonly #gate: CredentialsGate;
  readonly #grants: GrantKeeper;

  constructor(
    private readonly settings: StoklySettings,
    private readonly now: () => number,
    onCall?: CallObserver,
  ) {
    this.#transport = createHttpTransport({ timeoutMs: settings.timeoutMs ?? STOKLY_TIMEOUT_MS, onCall });
    this.#limiter = createRateLimiter({
      now,
      startLimit: settings.requestsPerMinute,
      windowMs: settings.windowMs,
    });
    this.#gate = new CredentialsGate(now);
    this.#grants = new GrantKeeper(settings, {
      send: (request, sending) => this.#send(() => request, sending),
      refusalOf: (answer, label) => this.#refusalOf(answer, label),
      gate: this.#gate,
      now,
    });
  }

  async get(read: StoklyRead): Promise<StoklyBody> {
    const turn = await this.#gate.enter(read.options.signal);
    if (turn.kind !== 'go') throw notSent(turn, read.label, StoklyCallError);
    const { visit } = turn;
    try {
      const answer = await this.#withToken(read, visit);
      if (isNotFound(answer)) {
        this.#gate.accepted(visit);
        return { kind: 'not-found' };
      }
      const refusal = this.#refusalOf(answer, read.label);
      if (refusal?.failure === 'credentials-refused') throw this.#closedBy(refusal, visit);
      if (answer.status < 500 && answer.status !== 429) this.#gate.accepted(visit);
      if (refusal !== null) throw refusal;
      return { kind: 'found', body: parseBody(answer, read.label) };
    } finally {
      this.#gate.leave(visit);
    }
  }

  /** In words, where a call waits for the limit under that signal; null where none does. */
  heldBackBy(signal: AbortSignal): string | null {
    return this.#limiter.isHeldBack(signal) ? this.#limitWords() : null;
  }

  #limitWords(): string {
    return limitWords(this.#limiter.state(), this.settings.windowMs);
  }

  rate(): RateLimiterState {
    return this.#limiter.state();
  }

  close(): void {
    this.#transport.close();
  }

  #refusalOf(answer: HttpAnswer, label: string): StoklyCallError | null {
    const nowMs = this.now();
    return refusalOf(answer, { label, nowMs, resetInMs: resetInMs(this.#limiter.state(), nowMs) });
  }

  /** A token that works and may do nothing is refused credentials too: others need not find out. */
  #closedBy({ message, detail }: StoklyCallError, visit: GateVisit): StoklyCallError {
    const withTime = { ...detail, retryAfterMs: this.#gate.refused(visit) };
    return new StoklyCallError('credentials-refused', message.replace(/^Stokly: /, ''), withTime);
  }

  async #withToken(read: StoklyRead, visit: GateVisit): Promise<HttpAnswer> {
    const sending = { label: read.label, options: read.options, visit };
    for (const isRetry of [false, true]) {
      const token = await this.#grants.token(read.options, visit);
      const request = (): HttpRequest => ({
        method: 'GET',
        baseUrl: this.settings.apiUrl,
        path: typeof read.path === 'string' ? read.path : read.path(),
        headers: { accept: 'application/json', authorization: `Bearer ${token}` },
        signal: read.options.signal,
      });
      const answer = await this.#send(request, sending);
      if (!isTokenOver(answer)) return answer;
      this.#grants.forget(token);
      if (isRetry) {
        throw new StoklyCallError('credentials-refused', `${read.label}: a new token was refused`, {
          status: answer.status,
          retryAfterMs: this.#gate.refused(visit),
        });
      }
    }
    throw new StoklyCallError('credentials-refused', `${read.label}: no token was accepted`);
  }

  async #send(request: () => HttpRequest, sending: StoklySending): Promise<HttpAnswer> {
    const { answer } = await untilNotRefused(() => this.#sendOnce(request, sending), {
      now: this.now,
      waitMsMax: this.settings.refusedWaitMsMax ?? REFUSED_WAIT_MS_MAX,
    });
    return answer;
  }

  async #sendOnce(request: () => HttpRequest, { label, options, visit }: StoklySending) {
    const permit = await this.#limiter.take(options);
    if (permit === 'aborted') throw new StoklyCallError('aborted', `${label}: was given up while it waited its turn`);
    if (permit === 'held-back')
      throw new StoklyCallError('aborted', `${label}: ${this.#limitWords()}`, { isHeldBack: true });
    const turn = this.#gate.admit(visit);
    if (turn.kind !== 'go') {
      this.#limiter.giveBack(permit);
      throw notSent(turn, label, StoklyCallError);
    }
    let answer: HttpAnswer | null = null;
    try {
      answer = await this.#transport.send(request());
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      const verdict = judgeTransportError(error, false);
      throw new StoklyCallError(verdict.failure, `${label}: ${verdict.words}`, verdict.detail);
    } finally {
      this.#limiter.settle(permit, answer === null ? null : readRate(answer, this.now(), answer.status === 429));
    }
    const resetMs = resetInMs(this.#limiter.state(), this.now());
    return { answer, isRefused: answer.status === 429, resetMs };
  }
}
