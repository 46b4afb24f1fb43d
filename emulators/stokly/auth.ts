import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { ApiError, badRequest } from './api-error.js';
import type { Settings } from './settings.js';
import type { WireObject } from './wire.js';

/** Tokens that were granted. Their life is measured on the machine's clock, for clients cannot see the shop's. */
export class Tokens {
  readonly #expiresAtMs = new Map<string, number>();

  get liveCount(): number {
    const now = Date.now();
    return [...this.#expiresAtMs.values()].filter((expiresAtMs) => expiresAtMs > now).length;
  }

  /** Answers `POST /v1/grant`. Wrong credentials: 401; a body without the three fields: 400. */
  grant(body: unknown, settings: Settings): WireObject {
    const { accountkey, clientId, signature } = grantFields(body);
    const { credentials } = settings;
    const expected = createHmac('sha256', credentials.secretKey).update(credentials.clientId).digest('hex');
    const isRight =
      accountkey === credentials.accountKey && clientId === credentials.clientId && isSame(signature, expected);
    if (!isRight) {
      throw new ApiError(401, 'Invalid credentials');
    }
    this.#forgetExpired();
    const accessToken = randomUUID();
    const expiresAtMs = Date.now() + settings.tokenLifeMs;
    this.#expiresAtMs.set(accessToken, expiresAtMs);
    const life: WireObject =
      settings.grantForm === 'expiry'
        ? { expiry: new Date(expiresAtMs).toISOString() }
        : { expiresIn: Math.ceil(settings.tokenLifeMs / 1000) };
    return { data: { authenticationResult: { accessToken, ...life } } };
  }

  /** Throws 401 `jwt expired` for a token that is expired, revoked or was never granted. */
  check(authorization: string | undefined): void {
    const token = /^Bearer (.+)$/.exec(authorization ?? '')?.[1];
    if (token === undefined) {
      throw new ApiError(401, 'Unauthorized');
    }
    if ((this.#expiresAtMs.get(token) ?? 0) <= Date.now()) {
      throw new ApiError(401, 'jwt expired');
    }
  }

  revokeAll(): void {
    this.#expiresAtMs.clear();
  }

  #forgetExpired(): void {
    const now = Date.now();
    for (const [token, expiresAtMs] of this.#expiresAtMs) {
      if (expiresAtMs <= now) {
        this.#expiresAtMs.delete(token);
      }
    }
  }
}

function grantFields(body: unknown): { accountkey: string; clientId: string; signature: string } {
  const fields = typeof body === 'object' && body !== null ? new Map<string, unknown>(Object.entries(body)) : new Map();
  const [accountkey, clientId, signature] = ['accountkey', 'clientId', 'signature'].map((name) => {
    const value: unknown = fields.get(name);
    if (typeof value !== 'string') {
      throw badRequest(`${name} is required`);
    }
    return value;
  });
  return { accountkey: accountkey ?? '', clientId: clientId ?? '', signature: signature ?? '' };
}

function isSame(given: string, expected: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}
