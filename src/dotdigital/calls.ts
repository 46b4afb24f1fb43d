import type { CallObserver } from '../http/call-seen.js';
import { CredentialsGate, type GateVisit, notSent } from '../http/credentials-gate.js';
import { limitWords } from '../http/limit-words.js';
import { type RateLimiterState, resetInMs } from '../http/limiter.js';
import { readRate } from '../http/rate-headers.js';
import { REFUSED_WAIT_MS_MAX, untilNotRefused } from '../http/refused-wait.js';
import { createHttpTransport, type HttpAnswer, type HttpRequest, type HttpTransport } from '../http/transport.js';
import { judgeTransportError, TransportError } from '../http/transport-error.js';
import { isBudgetSpent, isCredentialsRefused, isForbidden, notAllowed, outageOf } from './answers.js';
import type { CallOptions } from './api.js';
import { DotdigitalCallError } from './errors.js';
import { DISCOVERY_URL, DOTDIGITAL_TIMEOUT_MS, RATE_WINDOW_MS, type DotdigitalSettings } from './settings.js';
import { type Endpoint, TierLimiters } from './tiers.js';

/** One call. `label` names it in messages: method, what it is about, ids; never an address or a name. */
export interface DotdigitalCall {
  readonly endpoint: Endpoint;
  readonly method: HttpRequest['method'];
  /** Values in it are encoded. */
  readonly path: string;
  readonly label: string;
  readonly body?: string;
  readonly options: CallOptions;
}

/**
 * Calls Dotdigital: credentials, the tier's limiter, the region; a refused budget is waited for. No other retries: those are
 * the activity's.
 */
export class DotdigitalCalls {
  readonly #transport: HttpTransport;
  readonly #tiers: TierLimiters;
  readonly #gate: CredentialsGate;
  #baseUrl: Promise<string> | null = null;
  /** A call to the account's own host was taken, and none was refused since. */
  #isTaken = false;

  constructor(
    private readonly settings: DotdigitalSettings,
    private readonly deps: {
      readonly now: () => number;
      readonly findRegion: (options: CallOptions) => Promise<string | null>;
      readonly onCall: CallObserver | undefined;
    },
  ) {
    const timeoutMs = settings.timeoutMs ?? DOTDIGITAL_TIMEOUT_MS;
    this.#transport = createHttpTransport({ timeoutMs, onCall: deps.onCall });
    this.#tiers = new TierLimiters(deps.now, settings.rateWindowMs ?? RATE_WINDOW_MS);
    this.#gate = new CredentialsGate(deps.now);
  }

  /** Resolves with a 2xx, or a 4xx that is about this one record; rejects for what concerns everyone. */
  async send(call: DotdigitalCall): Promise<HttpAnswer> {
    const answer = await this.sendTo(await this.#region(call.options), call);
    this.#isTaken = true;
    return answer;
  }

  /** To a given host: the account's own is not known before the first answer. */
  async sendTo(baseUrl: string, call: DotdigitalCall): Promise<HttpAnswer> {
    const turn = await this.#gate.enter(call.options.signal);
    if (turn.kind !== 'go') throw notSent(turn, call.label, DotdigitalCallError);
    const { visit } = turn;
    try {
      const { answer, resetMs, wasTaken } = await untilNotRefused(() => this.#sendCounted(baseUrl, call, visit), {
        now: this.deps.now,
        waitMsMax: this.settings.refusedWaitMsMax ?? REFUSED_WAIT_MS_MAX,
      });
      if (isCredentialsRefused(answer)) throw this.#refusedBy(answer, { label: call.label, visit, wasTaken });
      const context = { label: call.label, isWrite: call.method !== 'GET', nowMs: this.deps.now(), resetInMs: resetMs };
      const outage = outageOf(answer, context);
      if (outage !== null) throw outage;
      this.#gate.accepted(visit);
      return answer;
    } finally {
      this.#gate.leave(visit);
    }
  }

  /** Before work whose first call here comes late: rejects as that call would while the credentials are refused. Sends nothing. */
  async beforeWork(label: string, { signal }: CallOptions): Promise<void> {
    const held = await this.#gate.beforeWork(signal);
    if (held !== null) throw notSent(held, label, DotdigitalCallError);
  }

  /** What is known of the budget that an endpoint counts against. */
  rateOf(endpoint: Endpoint): RateLimiterState {
    return this.#tiers.of(endpoint).state();
  }

  /** In words, where a call to that endpoint waits for the limit under that signal; null where none does. */
  heldBackBy(endpoint: Endpoint, signal: AbortSignal): string | null {
    return this.#tiers.of(endpoint).isHeldBack(signal) ? this.limitWords(endpoint) : null;
  }

  /** Of a call that never left: what its tier allows, and how many wait for it. */
  limitWords(endpoint: Endpoint): string {
    return limitWords(this.rateOf(endpoint), this.settings.rateWindowMs ?? RATE_WINDOW_MS);
  }

  rates(): Readonly<Record<string, RateLimiterState>> {
    return this.#tiers.states();
  }

  close(): void {
    this.#transport.close();
  }

  /**
   * D8: a 403 between calls that are taken is about its call alone, and so are those of calls that were out together with it; one of
   * a call that was sent after it, with none taken until its answer, or of the first of all is about everyone's.
   */
  #refusedBy(
    answer: HttpAnswer,
    { label, visit, wasTaken }: { label: string; visit: GateVisit; wasTaken: boolean },
  ): DotdigitalCallError {
    const isOfOneCall = isForbidden(answer) && (wasTaken || this.#isTaken);
    this.#isTaken = false;
    if (isOfOneCall) return notAllowed(answer, label);
    const detail = { status: answer.status, retryAfterMs: this.#gate.refused(visit) };
    return new DotdigitalCallError('credentials-refused', `${label}: answered ${answer.status}`, detail);
  }

  async #sendCounted(baseUrl: string, call: DotdigitalCall, visit: GateVisit) {
    const limiter = this.#tiers.of(call.endpoint);
    const permit = await limiter.take(call.options);
    if (permit === 'aborted')
      throw new DotdigitalCallError('aborted', `${call.label}: was given up while it waited its turn`);
    if (permit === 'held-back')
      throw new DotdigitalCallError('aborted', `${call.label}: ${this.limitWords(call.endpoint)}`, {
        isHeldBack: true,
      });
    const turn = this.#gate.admit(visit);
    if (turn.kind !== 'go') {
      limiter.giveBack(permit);
      throw notSent(turn, call.label, DotdigitalCallError);
    }
    const wasTaken = this.#isTaken;
    try {
      const answer = await this.#transport.send(this.#requestOf(baseUrl, call));
      const isRefused = isBudgetSpent(answer);
      const reading = readRate(answer, this.deps.now(), isRefused);
      const counted = this.#tiers.learn(call.endpoint, answer.headers.get('x-ratelimit-scope'));
      if (counted === limiter) limiter.settle(permit, reading);
      else {
        limiter.settle(permit, null);
        counted.observe(reading);
      }
      return { answer, wasTaken, isRefused, resetMs: resetInMs(counted.state(), this.deps.now()) };
    } catch (error) {
      limiter.settle(permit, null);
      if (!(error instanceof TransportError)) throw error;
      const verdict = judgeTransportError(error, call.method !== 'GET');
      throw new DotdigitalCallError(verdict.failure, `${call.label}: ${verdict.words}`, verdict.detail);
    }
  }

  #requestOf(baseUrl: string, call: DotdigitalCall): HttpRequest {
    const credentials = Buffer.from(`${this.settings.apiUser}:${this.settings.apiPassword}`, 'utf8').toString('base64');
    const headers = { accept: 'application/json', authorization: `Basic ${credentials}` };
    const { method, path, body, options } = call;
    const common = { method, baseUrl, path, signal: options.signal };
    if (body === undefined) return { ...common, headers };
    return { ...common, headers: { ...headers, 'content-type': 'application/json' }, body };
  }

  /** Found once for all; a failure is not remembered. */
  async #region(options: CallOptions): Promise<string> {
    if (this.settings.apiUrl !== null) return this.settings.apiUrl;
    const { signal: _own, ...shared } = options;
    this.#baseUrl ??= this.deps
      .findRegion(shared)
      .then((url) => url ?? DISCOVERY_URL)
      .catch((error: unknown) => {
        this.#baseUrl = null;
        throw error;
      });
    return this.#baseUrl;
  }
}
