import { z } from 'zod';
import { seededRandom } from './random.js';

const FAULT_KINDS = [
  'latency',
  'status',
  'timeout-before',
  'timeout-after',
  'reset-mid-body',
  'html',
  'cut-json',
  'wrong-types',
  'hostile-json',
  'byte-a-second',
] as const;

/** One fault as `POST /__emulator/faults` takes it. */
export const faultSchema = z.strictObject({
  match: z
    .strictObject({
      method: z.string().toUpperCase().optional(),
      /** A prefix of path and query, or the text of a regular expression over them (decoded). */
      path: z.string().refine(isRegularExpression, 'is no regular expression').optional(),
    })
    .default({}),
  kind: z.enum(FAULT_KINDS),
  /** Calls that it hits before it is spent. For ever where missing. */
  times: z.int().min(1).optional(),
  /** The share of matching calls that it hits, drawn from the emulator's seed. */
  probability: z.number().min(0).max(1).default(1),
  /** `status` only. */
  status: z.int().min(400).max(599).default(503),
  /** `status` only: seconds of `Retry-After`; without it the header is missing. */
  retryAfterSecs: z.int().min(0).optional(),
  /** `status` only: more headers of the answer. */
  headers: z.record(z.string(), z.string()).optional(),
  /** `latency`: the delay. `timeout-…`: when the connection is dropped (where missing: never). `byte-a-second`: each byte. */
  latencyMs: z.int().min(0).optional(),
});

export type Fault = z.infer<typeof faultSchema>;
export type FaultInput = z.input<typeof faultSchema>;

interface ArmedFault {
  readonly fault: Fault;
  hits: number;
}

/** The faults that are armed. The first that matches a call is the only one that hits it. */
export class Faults {
  #armed: ArmedFault[] = [];
  #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  arm(faults: readonly Fault[]): void {
    this.#armed.push(...faults.map((fault) => ({ fault, hits: 0 })));
  }

  clear(seed?: number): void {
    this.#armed = [];
    if (seed !== undefined) {
      this.#random = seededRandom(seed);
    }
  }

  report(): (Fault & { hits: number })[] {
    return this.#armed.map(({ fault, hits }) => ({ ...fault, hits }));
  }

  /** The fault that hits this call, counted as a hit; null for none. */
  draw(method: string, url: string): Fault | null {
    const armed = this.#armed.find((candidate) => this.#hits(candidate, method, url));
    if (armed === undefined) {
      return null;
    }
    armed.hits += 1;
    return armed.fault;
  }

  #hits({ fault, hits }: ArmedFault, method: string, url: string): boolean {
    const { match, times, probability } = fault;
    return (
      hits < (times ?? Number.POSITIVE_INFINITY) &&
      (match.method === undefined || match.method === method) &&
      (match.path === undefined || matchesPath(match.path, url)) &&
      (probability >= 1 || this.#random() < probability)
    );
  }
}

function matchesPath(wanted: string, url: string): boolean {
  const decoded = decodedUrl(url);
  return decoded.startsWith(wanted) || new RegExp(wanted).test(decoded);
}

function decodedUrl(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}

function isRegularExpression(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}
