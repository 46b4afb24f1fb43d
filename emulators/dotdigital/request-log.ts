import type { EmulatorClock } from './clock.js';

/** What a write carried, for tests: never the whole body. */
export interface WriteDigest {
  readonly contactId?: number;
  readonly email?: string;
  readonly collection?: string;
  readonly key?: string;
  /** The e-mail status that the body said. */
  readonly status?: string;
  readonly hasIdentifiers?: boolean;
  /** Names of the data fields, or of the record's keys at its top. */
  readonly names?: readonly string[];
}

export interface LoggedRequest {
  readonly n: number;
  readonly at: string;
  readonly method: string;
  /** Decoded, without query. */
  readonly path: string;
  readonly query: string;
  /** The route, e.g. `PATCH /contacts/v3/:identifier/:value`. */
  kind: string;
  /** What the emulator meant to answer; null while it has not decided. */
  status: number | null;
  /** Whether the whole answer went out. */
  isAnswered: boolean;
  /** The fault that struck, if any. */
  fault: string | null;
  /** One for a single write, one an item for an import. */
  carried: readonly WriteDigest[];
}

/** The last so many are kept: a long load run must not fill the memory. Counts go on. */
const REQUESTS_KEPT_MAX = 200_000;

/** Every API call in the order of arrival. */
export class RequestLog {
  #requests: LoggedRequest[] = [];
  #count = 0;
  constructor(readonly clock: EmulatorClock) {}

  open(method: string, path: string, query: string): LoggedRequest {
    this.#count += 1;
    const request: LoggedRequest = {
      n: this.#count,
      at: this.clock.nowText(),
      method,
      path,
      query,
      kind: `${method} ${path}`,
      status: null,
      isAnswered: false,
      fault: null,
      carried: [],
    };
    this.#requests.push(request);
    if (this.#requests.length > REQUESTS_KEPT_MAX * 1.1) this.#requests = this.#requests.slice(-REQUESTS_KEPT_MAX);
    return request;
  }

  get all(): readonly LoggedRequest[] {
    return this.#requests;
  }

  get count(): number {
    return this.#count;
  }

  /** How often the same call, by method and path, has come again since and was answered. */
  countRepeats({ n, method, path }: LoggedRequest): number {
    let count = 0;
    for (let at = this.#requests.length - 1; at >= 0; at -= 1) {
      const later = this.#requests[at];
      if (later === undefined || later.n <= n) break;
      if (later.isAnswered && later.method === method && later.path === path) count += 1;
    }
    return count;
  }

  /** Of what is kept, by kind. */
  countsByKind(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { kind } of this.#requests) counts[kind] = (counts[kind] ?? 0) + 1;
    return counts;
  }

  /** Numbers go on, so that the change log's references stay right. */
  clear(): void {
    this.#requests = [];
  }
}
