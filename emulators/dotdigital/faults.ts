import { z } from 'zod';

const FAULT_KINDS = [
  'latency',
  'status',
  'timeout-before',
  'timeout-after',
  'late-effect',
  'reset-mid-body',
  'html',
  'cut-json',
  'wrong-types',
  'hostile-json',
  'byte-a-second',
  'stuck-import',
  'late-import',
  'partial-import',
  'failed-import',
] as const;

/** One planned fault; see the README for what each kind does. */
export const faultSchema = z.strictObject({
  kind: z.enum(FAULT_KINDS),
  /** Absent: every API call. `path` is a regular expression over the decoded path (without query). */
  match: z.strictObject({ method: z.string().optional(), path: z.string().optional() }).optional(),
  /** How often it strikes; absent: until it is removed. */
  times: z.number().int().positive().optional(),
  /** Chance that it strikes, drawn from a generator with this fault's own seed. */
  probability: z.number().min(0).max(1).optional(),
  seed: z.number().int().optional(),
  /**
   * In ms. `latency`, `late-import`; `status`: before it is answered; `byte-a-second`: between bytes; `timeout-…`: when the connection is dropped (absent:
   * never); `late-effect`: when it takes effect at the latest (absent: only `afterCalls` counts).
   */
  delayMs: z.number().int().nonnegative().optional(),
  /** `late-effect`: it takes effect when this many later calls of the same method and path were answered (default 1). */
  afterCalls: z.number().int().positive().optional(),
  /** `status`: what is answered, without any effect. */
  status: z.number().int().min(400).max(599).optional(),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.string().optional(),
  /** `status`: X-RateLimit-* of the call's tier, used up, with the reset this far away. */
  rateResetInMs: z.number().int().nonnegative().optional(),
  /** `partial-import`: every how many items one is refused (default 2), and with which reason. */
  every: z.number().int().positive().optional(),
  reason: z.string().optional(),
  /** `failed-import`: the status of the finished job (default `Failed`). */
  importStatus: z.string().optional(),
});

export type Fault = z.infer<typeof faultSchema>;
export type ImportFault = Fault & { kind: 'stuck-import' | 'late-import' | 'partial-import' | 'failed-import' };

const IMPORT_PATH = /\/import$/;

interface Planned {
  readonly id: number;
  readonly fault: Fault;
  readonly path: RegExp | null;
  readonly draw: () => number;
  struck: number;
}

/** The plan of faults. The first that matches and strikes wins; one call suffers one fault. */
export class Faults {
  #planned: Planned[] = [];
  #nextId = 1;

  add(fault: Fault): number {
    const id = this.#nextId;
    this.#nextId += 1;
    const path = fault.match?.path === undefined ? null : new RegExp(fault.match.path);
    this.#planned.push({ id, fault, path, draw: generator(fault.seed ?? id), struck: 0 });
    return id;
  }

  list(): { id: number; struck: number; fault: Fault }[] {
    return this.#planned.map(({ id, struck, fault }) => ({ id, struck, fault }));
  }

  isPlanned(fault: Fault): boolean {
    return this.#planned.some((planned) => planned.fault === fault);
  }

  /** Whether there was one. What it held back takes effect. */
  remove(id: number): boolean {
    const before = this.#planned.length;
    this.#planned = this.#planned.filter((planned) => planned.id !== id);
    return this.#planned.length < before;
  }

  clear(): void {
    this.#planned = [];
    this.#nextId = 1;
  }

  strike(method: string, path: string): Fault | null {
    for (const planned of this.#planned) {
      if (!applies(planned, method, path)) continue;
      if (planned.fault.probability !== undefined && planned.draw() >= planned.fault.probability) continue;
      planned.struck += 1;
      return planned.fault;
    }
    return null;
  }
}

function applies(planned: Planned, method: string, path: string): boolean {
  const { fault } = planned;
  if (fault.times !== undefined && planned.struck >= fault.times) return false;
  if (isImportFault(fault) && !(method === 'PUT' && IMPORT_PATH.test(path))) return false;
  if (fault.match?.method !== undefined && fault.match.method.toUpperCase() !== method) return false;
  return planned.path === null || planned.path.test(path);
}

export function isImportFault(fault: Fault): fault is ImportFault {
  return fault.kind.endsWith('-import');
}

/** mulberry32: small, and the same numbers for the same seed on every machine. */
function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
