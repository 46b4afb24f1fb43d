import { CredentialsGate } from '../http/credentials-gate.js';
import { createRateLimiter, type RateLimiter, type RateLimiterState, resetInMs } from '../http/limiter.js';
import { readRate } from '../http/rate-headers.js';
import { createHttpTransport, type HttpAnswer, type HttpRequest, type HttpTransport } from '../http/transport.js';
import { judgeTransportError, TransportError } from '../http/transport-error.js';
import { isNotFound, isTokenOver, parseBody, refusalOf } from './answers.js';
import type { CallOptions } from './api.js';
import { StoklyCallError } from './errors.js';
import { GrantKeeper } from './grant.js';
import { STOKLY_TIMEOUT_MS, type StoklySettings } from './settings.js';

/** One read. `label` names it in messages, without values but ids: `GET saleorders/{id} (order …)`. */
export interface StoklyRead {
  readonly path: string;
  readonly label: string;
  readonly options: CallOptions;
}

/** The body of an answer, its numbers kept as text; Stokly's own 404 is a value. */
export type StoklyBody = { readonly kind: 'found'; readonly body: unknown } | { readonly kind: 'not-found' };

/** Calls Stokly: limiter, token, one retry when the token is over. No other retries: those are the activity's. */
export class StoklyCalls {
  readonly #transport: HttpTransport;
  readonly #limiter: RateLimiter;
  readonly #gate: CredentialsGate;
  readonly #grants: GrantKeeper;

  constructor(
    private readonly settings: StoklySettings,
    private readonly now: () => number,
  ) {
    this.#transport = createHttpTransport({ timeoutMs: settings.timeoutMs ?? STOKLY_TIMEOUT_MS });
    this.#limiter = createRateLimiter({
      now,
      startLimit: settings.requestsPerMinute,
      windowMs: settings.windowMs,
    });
    this.#gate = new CredentialsGate(now);
    this.#grants = new GrantKeeper(settings, {
      send: (request, label, options) => this.#send(request, label, options),
      refusalOf: (answer, label) => this.#refusalOf(answer, label),
      gate: this.#gate,
      now,
    });
  }

  async get(read: StoklyRead): Promise<StoklyBody> {
    const pass = this.#gate.enter();
    if (pass.kind === 'wait') {
      const { retryAfterMs } = pass;
      throw new StoklyCallError('credentials-refused', `${read.label}: not sent, the credentials are refused`, {
        retryAfterMs,
      });
    }
    const answer = await this.#withToken(read);
    if (answer.status < 500 && answer.status !== 429 && answer.status !== 403) this.#gate.accepted();
    if (isNotFound(answer)) return { kind: 'not-found' };
    const refusal = this.#refusalOf(answer, read.label);
    if (refusal !== null) throw refusal;
    return { kind: 'found', body: parseBody(answer, read.label) };
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

  async #withToken(read: StoklyRead): Promise<HttpAnswer> {
    for (const isRetry of [false, true]) {
      const token = await this.#grants.token(read.options);
      const request: HttpRequest = {
        method: 'GET',
        baseUrl: this.settings.apiUrl,
        path: read.path,
        headers: { accept: 'application/json', authorization: `Bearer ${token}` },
        signal: read.options.signal,
      };
      const answer = await this.#send(request, read.label, read.options);
      if (!isTokenOver(answer)) return answer;
      this.#grants.forget(token);
      if (isRetry) {
        throw new StoklyCallError('credentials-refused', `${read.label}: a new token was refused`, {
          status: answer.status,
          retryAfterMs: this.#gate.refused(),
        });
      }
    }
    throw new StoklyCallError('credentials-refused', `${read.label}: no token was accepted`);
  }

  async #send(request: HttpRequest, label: string, options: CallOptions): Promise<HttpAnswer> {
    const permit = await this.#limiter.take(options);
    if (permit === 'aborted') throw new StoklyCallError('aborted', `${label}: was given up while it waited its turn`);
    let answer: HttpAnswer | null = null;
    try {
      answer = await this.#transport.send(request);
      return answer;
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      const verdict = judgeTransportError(error, false);
      throw new StoklyCallError(verdict.failure, `${label}: ${verdict.words}`, verdict.detail);
    } finally {
      const isRefusal = answer?.status === 429;
      this.#limiter.settle(permit, answer === null ? null : readRate(answer, this.now(), isRefusal));
    }
  }
}
