import { createHmac } from 'node:crypto';
import { isLosslessNumber } from 'lossless-json';
import { onAbort } from '../http/abort.js';
import type { CredentialsGate, GateVisit } from '../http/credentials-gate.js';
import type { HttpAnswer, HttpRequest } from '../http/transport.js';
import type { CallOptions } from './api.js';
import { parseBody } from './answers.js';
import { StoklyCallError } from './errors.js';
import type { StoklySettings } from './settings.js';
import { wireGrant } from './wire.js';

/** What one request goes out for: who asks, under which name, and on which visit through the credentials' gate. */
export interface StoklySending {
  readonly label: string;
  readonly options: CallOptions;
  readonly visit: GateVisit;
}

/** What a call has in its hands: `Authorization: Bearer <accessToken>`. */
interface Grant {
  readonly accessToken: string;
  /** Epoch ms from which on a new one is asked for; null where Stokly did not say (then the 401 does). */
  readonly renewAtMs: number | null;
}

export interface GrantDeps {
  readonly send: (request: HttpRequest, sending: StoklySending) => Promise<HttpAnswer>;
  readonly refusalOf: (answer: HttpAnswer, label: string) => StoklyCallError | null;
  readonly gate: CredentialsGate;
  readonly now: () => number;
}

const LABEL = 'POST grant';
/** A token is renewed this long before its end, or a tenth of its life before, if that is less. */
const RENEW_BEFORE_MS = 30_000;

/** Keeps one access token for all calls: whoever needs a new one waits for the same grant. */
export class GrantKeeper {
  #grant: Grant | null = null;
  #pending: Promise<Grant> | null = null;

  constructor(
    private readonly settings: StoklySettings,
    private readonly deps: GrantDeps,
  ) {}

  /** Rejects with `credentials-refused` when Stokly refuses them, and with what any call may reject with. */
  async token(options: CallOptions, visit: GateVisit): Promise<string> {
    const grant = this.#grant;
    if (grant !== null && (grant.renewAtMs === null || this.deps.now() < grant.renewAtMs)) return grant.accessToken;
    return this.#renewed(options, visit);
  }

  /** Forgets a token that Stokly said is over, unless someone else has done so already. */
  forget(token: string): void {
    if (this.#grant?.accessToken === token) this.#grant = null;
  }

  async #renewed(options: CallOptions, visit: GateVisit): Promise<string> {
    for (;;) {
      const isOwn = this.#pending === null;
      this.#pending ??= this.#ask(visit).finally(() => {
        this.#pending = null;
      });
      try {
        const grant = await unlessAborted(this.#pending, options.signal);
        return grant.accessToken;
      } catch (error) {
        // The call that it was asked for may have ended, and its visit with it: then the first of those who wait asks for theirs.
        if (isOwn || !wasNotSent(error) || this.deps.gate.admit(visit).kind !== 'go') throw error;
      }
    }
  }

  /** Belongs to all who wait for it, so no single caller's signal ends it. Asking twice does no harm: tokens coexist. */
  async #ask(visit: GateVisit): Promise<Grant> {
    const { accountKey, clientId, secretKey, apiUrl } = this.settings;
    // known: the signature is the same for ever, so it is as secret as the key.
    const signature = createHmac('sha256', secretKey).update(clientId).digest('hex');
    const request: HttpRequest = {
      method: 'POST',
      baseUrl: apiUrl,
      path: '/v1/grant',
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      body: JSON.stringify({ accountkey: accountKey, clientId, signature }),
    };
    const answer = await this.deps.send(request, { label: LABEL, options: { priority: 'live' }, visit });
    if (answer.status >= 400 && answer.status < 500 && answer.status !== 408 && answer.status !== 429) {
      throw new StoklyCallError('credentials-refused', `${LABEL}: the credentials were refused`, {
        status: answer.status,
        retryAfterMs: this.deps.gate.refused(visit),
      });
    }
    const refusal = this.deps.refusalOf(answer, LABEL);
    if (refusal !== null) throw refusal;
    const parsed = wireGrant.safeParse(parseBody(answer, LABEL));
    if (!parsed.success) throw new StoklyCallError('unreadable-answer', `${LABEL}: the answer holds no token`);
    const result = parsed.data.data.authenticationResult;
    this.#grant = { accessToken: result.accessToken, renewAtMs: this.#renewAtMs(result.expiry, result.expiresIn) };
    return this.#grant;
  }

  /** An end that is already past shows a clock that is wrong: then only the 401 says when a token is over. */
  #renewAtMs(expiry: unknown, expiresIn: unknown): number | null {
    const nowMs = this.deps.now();
    const endMs = typeof expiry === 'string' ? Date.parse(expiry) : nowMs + secondsOf(expiresIn) * 1000;
    const lifeMs = endMs - nowMs;
    return lifeMs > 0 ? endMs - Math.min(RENEW_BEFORE_MS, lifeMs / 10) : null;
  }
}

/** Held back at the gate: nobody has said anything about the credentials. */
function wasNotSent(error: unknown): boolean {
  return (
    error instanceof StoklyCallError && error.failure === 'credentials-refused' && error.detail.status === undefined
  );
}

function secondsOf(value: unknown): number {
  return isLosslessNumber(value) ? Number(value.toString()) : Number.NaN;
}

function unlessAborted<T>(pending: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(new StoklyCallError('aborted', `${LABEL}: was given up by its caller`));
    if (signal?.aborted === true) giveUp();
    const stopListening = onAbort(signal, giveUp);
    pending.then(resolve, reject).finally(stopListening);
  });
}
