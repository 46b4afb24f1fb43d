/** One call to the API, as it came in. `status` is null while it is unanswered, and for ever where a fault ate the answer. */
export interface LoggedRequest {
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  status: number | null;
  fault: string | null;
}

/** Calls beyond this are counted and not kept: a benchmark makes hundreds of thousands. */
const KEPT_MAX = 20_000;
const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

export class RequestLog {
  #kept: LoggedRequest[] = [];
  #total = 0;
  #counts = new Map<string, number>();

  open(method: string, url: string): LoggedRequest {
    const [path = '', query = ''] = url.split('?', 2);
    const request = { at: new Date().toISOString(), method, path, query, status: null, fault: null };
    const pattern = `${method} ${path.replace(UUID, '{id}')}`;
    this.#total += 1;
    this.#counts.set(pattern, (this.#counts.get(pattern) ?? 0) + 1);
    if (this.#kept.length < KEPT_MAX) {
      this.#kept.push(request);
    }
    return request;
  }

  clear(): void {
    this.#kept = [];
    this.#total = 0;
    this.#counts = new Map();
  }

  report(): { total: number; counts: Record<string, number>; requests: LoggedRequest[] } {
    return { total: this.#total, counts: Object.fromEntries(this.#counts), requests: this.#kept };
  }
}
